import { DAY, HOUR, MINUTE, type Micros } from "../../../time/instant.ts";
import { instant } from "../era.ts";
import { Load } from "../everyday.ts";
import { submitLegacy } from "../pipeline/legacy.ts";
import { submit } from "../pipeline/submit.ts";
import type { FilePlan, Lane } from "../plan.ts";
import type { World } from "../world.ts";
import { Stage } from "./stage.ts";

/** Days of former years, each in an era of its own (see era.ts), and two nights on which clocks were changed. */
const MOMENTS: readonly (readonly [iso: string, universal: boolean])[] = [
  ["2021-11-15T15:00:00Z", false],
  ["2022-03-01T15:00:00Z", false],
  ["2022-11-10T15:00:00Z", true],
  ["2023-05-03T15:00:00Z", true],
  ["2023-10-02T15:00:00Z", true],
  ["2024-02-01T15:00:00Z", true],
  ["2024-10-01T15:00:00Z", true],
  // In New York half past two does not exist on this night, and half past one happens twice on the other.
  ["2025-03-09T06:59:59Z", true],
  ["2025-03-09T07:00:00Z", true],
  ["2025-05-10T15:00:00Z", true],
  ["2025-11-02T05:30:00Z", true],
  ["2025-11-02T06:30:00Z", true],
];

/** A few submissions of each era, so far as they lie before the sample's own days. */
export function planHistory(world: World): void {
  const { settled, records, queue } = world;
  const begin = settled.dayStarts[0] as Micros;
  const stage = new Stage(world);
  const load = new Load(world.cast, world.random.fork("history"), false);
  MOMENTS.forEach(([iso, universal], position) => {
    const at = instant(iso);
    if (at > begin - 5 * DAY) return;
    playDay(stage, load, at, universal, position);
    queue.at(at + 4 * DAY, () => records.skipActions(10_000));
  });
}

function playDay(stage: Stage, load: Load, at: Micros, universal: boolean, position: number): void {
  const { world } = stage;
  const legacy = stage.sender(position % 2 === 0 ? "pp-labs.covid" : "toledo-lab.covid");
  for (let count = 0; count < 3; count++) {
    const rows = load.rows(legacy, 1 + count * 2);
    const mode = legacy.sync ? "sync" : "async";
    const common = { at: at + count * MINUTE, externalName: null, variant: "history" };
    submitLegacy(world, { ...common, sender: legacy, mode, rows });
    if (!universal) continue;
    const sender = stage.senderOf("full-elr", position + count);
    const items = Array.from({ length: 1 + count * 3 }, () => load.item(sender));
    submit(world, { ...common, sender, via: "http", items });
  }
  const covid = stage.receiver("aa-phd.covid");
  const fetched: FilePlan = {
    series: { failures: 1, end: "sent" },
    later: [2, 4].map((hours) => ({ do: "download" as const, after: hours * HOUR, by: "reader1@aa-phd.example" })),
  };
  const failed: FilePlan = { series: { failures: 6, end: "sent" } };
  const lanes = (file: FilePlan): ReadonlyMap<string, Lane> => new Map([[covid.fullName, stage.lane("history", file)]]);
  const routes = [{ receiver: covid }];
  stage.legacy("history", 0, stage.rows(3, routes), { at: at + 5 * MINUTE, lanes: lanes(fetched) });
  stage.legacy("history", 1, stage.rows(2, routes), { at: at + 6 * MINUTE, lanes: lanes(failed), mode: "async" });
  if (!universal) return;
  const portal = stage.receiver("hh-phd.portal");
  // Nobody ever fetched it.
  stage.file("history", 0, portal, { series: { failures: 0, end: "sent" } }, { at: at + 7 * MINUTE });
  stage.file("history", 1, stage.receiver("bb-phd.elr"), fetched, { at: at + 8 * MINUTE });
  stage.file("history", 2, stage.receiver("aa-phd.elr"), failed, { at: at + 9 * MINUTE });
}
