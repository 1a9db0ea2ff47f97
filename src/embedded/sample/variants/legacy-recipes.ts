import { MINUTE } from "../../../time/instant.ts";
import type { FilePlan, Lane, LegacyRow } from "../plan.ts";
import type { Recipe, Stage } from "./stage.ts";

const SENT: FilePlan = { series: { failures: 0, end: "sent" } };

/** The covid pipeline. */
export const LEGACY_RECIPES: Readonly<Record<string, Recipe>> = {
  "legacy sync": (stage, variant, round) => {
    const [one, other] = [stage.receiver("aa-phd.covid"), stage.receiver("../evil.covid")];
    stage.legacy(variant, round, [
      ...stage.rows(2 + round, [{ receiver: one }]),
      ...stage.rows(1, [{ receiver: one }, { receiver: other }]),
      ...stage.rows(1, []),
    ]);
  },
  "legacy async": (stage, variant, round) =>
    stage.legacy(
      variant,
      round,
      [...stage.rows(2 + round, [{ receiver: stage.receiver("bb-phd.covid") }]), ...stage.rows(1, [])],
      { mode: "async" },
    ),
  "legacy partly filtered": (stage, variant, round) => {
    const receiver = stage.receiver("ca-dph.covid");
    const rows = [...stage.rows(2, [{ receiver }]), ...stage.rows(2, [{ receiver, filtered: true }])];
    stage.legacy(variant, round, rows, { mode: round === 1 ? "async" : "sync" });
  },
  "legacy doubled filter logs": (stage, variant, round) => {
    const receiver = stage.receiver("ca-dph.covid");
    const rows = [...stage.rows(1, [{ receiver }]), ...stage.rows(1 + round, [{ receiver, filtered: true }])];
    stage.legacy(variant, round, rows, { doubledLogs: true });
  },
  "legacy wholly filtered": (stage, variant, round) => {
    const receiver = stage.receiver(round === 2 ? "ff-phd.mpx" : "aa-phd.covid");
    const mode = round === 1 ? "async" : "sync";
    stage.legacy(variant, round, stage.rows(1 + round, [{ receiver, filtered: true }]), { mode });
  },
  "legacy no trace": (stage, variant, round) =>
    stage.legacy(variant, round, stage.rows(2, [{ receiver: stage.receiver("aa-phd.covid"), filtered: true }]), {
      untracked: true,
      mode: round === 1 ? "async" : "sync",
    }),
  "legacy missing id": (stage, variant, round) => {
    // Two rows go through; of the other two one was filtered and one fits nobody, and no row says which.
    const receiver = stage.receiver("bb-phd.covid");
    const nameless = (routes: LegacyRow["routes"]): LegacyRow => ({ tracking: "", routes });
    const rows = [
      nameless([{ receiver }]),
      ...stage.rows(1, [{ receiver }]),
      nameless([{ receiver, filtered: true }]),
      nameless([]),
    ];
    stage.legacy(variant, round, rows);
  },
  "legacy translate failure": (stage, variant, round) => {
    const [fails, works] = [stage.receiver("ee-phd.covid"), stage.receiver("aa-phd.covid")];
    const rows =
      round === 2 ? stage.rows(2, [{ receiver: fails }, { receiver: works }]) : stage.rows(2, [{ receiver: fails }]);
    stage.legacy(variant, round, rows, { mode: round === 0 ? "async" : "sync", translateFails: [fails] });
  },
  "legacy process failure": (stage, variant, round) =>
    stage.legacy(variant, round, stage.rows(1 + round, [{ receiver: stage.receiver("aa-phd.covid") }]), {
      mode: "async",
      process: { warnings: 4, end: "error" },
    }),
  "legacy process warning": (stage, variant, round) =>
    stage.legacy(variant, round, stage.rows(1 + round, [{ receiver: stage.receiver("aa-phd.covid") }]), {
      mode: "async",
      process: { warnings: 1 + round, end: "done" },
    }),
  "poison at process": (stage, variant, round) =>
    stage.legacy(variant, round, stage.rows(1 + round, [{ receiver: stage.receiver("aa-phd.covid") }]), {
      mode: "async",
      process: { warnings: 0, end: "poison" },
    }),
  "legacy batch merge": (stage, variant, round) => {
    const receiver = stage.receiver("bb-phd.covid");
    const lanes = lanesFor(stage, variant, receiver.fullName, SENT);
    const at = stage.time(1, 12);
    for (const part of [0, 1, 2]) {
      const more = { lanes, at: at + part * MINUTE, mode: part === 1 ? ("async" as const) : ("sync" as const) };
      stage.legacy(variant, round * 3 + part, stage.rows(1 + part, [{ receiver }]), more);
    }
  },
  "legacy single item": (stage, variant, round) =>
    stage.legacy(variant, round, stage.rows(2 + round, [{ receiver: stage.receiver("dd-phd.covid") }])),
  "legacy sent at once": (stage, variant, round) =>
    stage.legacy(variant, round, stage.rows(2 + round, [{ receiver: stage.receiver("ff-phd.covid") }])),
  "legacy downloaded only": (stage, variant, round) => {
    const receiver = stage.receiver("gg-phd.covid");
    const file: FilePlan = { ...SENT, later: [{ do: "download", after: 40 * MINUTE, by: "reader2@gg-phd.example" }] };
    const lanes = lanesFor(stage, variant, receiver.fullName, file);
    stage.legacy(variant, round, stage.rows(2 + round, [{ receiver }]), { lanes });
  },
  "legacy inactive receiver": (stage, variant, round) =>
    stage.legacy(variant, round, stage.rows(1 + round, [{ receiver: stage.receiver("cc-phd.covid") }])),
  "legacy receiver deleted": (stage, variant, round) =>
    stage.legacy(variant, round, stage.rows(1 + round, [{ receiver: stage.receiver("bb-phd.old-covid") }]), {
      at: stage.time(0, 3),
    }),
  "legacy final failure": (stage, variant, round) => {
    const receiver = stage.receiver("../evil.covid");
    const file: FilePlan = { series: { failures: 6, end: "sent", retryInMinutes: false } };
    stage.legacy(variant, round, stage.rows(2 + round, [{ receiver }]), {
      lanes: lanesFor(stage, variant, receiver.fullName, file),
    });
  },
  monkeypox: (stage, variant, round) =>
    stage.legacy(variant, round, stage.rows(1 + round, [{ receiver: stage.receiver("ff-phd.mpx") }])),
};

function lanesFor(stage: Stage, variant: string, receiver: string, file: FilePlan): ReadonlyMap<string, Lane> {
  return new Map([[receiver, stage.lane(variant, file)]]);
}
