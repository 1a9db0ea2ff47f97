import { expect } from "vitest";
import type { EdgeCase, Night } from "./edge-case.ts";
import { pick } from "./run-files.ts";
import { batches } from "./settings.ts";
import { at, nextDay } from "./times.ts";

const SPRING: Night = { date: "2025-03-09", asOf: "2025-03-10T12:00:00Z" };
const AUTUMN: Night = { date: "2025-11-02", asOf: "2025-11-03T12:00:00Z" };
const NEXT_NIGHT: Night = { date: "2026-03-12", asOf: "2026-03-13T12:00:00Z" };

/** A day of New York: the instants that are in it and the ones that are not. */
function dayCase(
  day: { id: string; night: Night; inside: string[]; outside: string[] } & Pick<EdgeCase, "situation" | "ours">,
): EdgeCase {
  const { inside, outside, ...described } = day;
  return {
    ...described,
    reportstream: "delivery_statistics compares zone-less times by the session's zone, both bounds exclusive",
    async rows({ rows, lab }) {
      const roots = new Map<string, string>();
      for (const time of [...inside, ...outside]) {
        const root = await rows.receive({ at: time, sender: lab });
        roots.set(root.id, time);
      }
      return async (files) => {
        const own = (await files.csv("submissions.csv")).filter(({ sender }) => sender === lab);
        expect(own.map(({ report_id }) => roots.get(report_id!))).toEqual(inside);
      };
    },
  };
}

/** Section "time": days of a zone, windows, and boundaries. */
export const TIME: EdgeCase[] = [
  dayCase({
    id: "E73",
    situation: "a day of 23 hours: 2025-03-09 has no 02:30 in New York",
    ours: "00:00 to 24:00 by New York's clock, [05:00Z, 04:00Z)",
    night: SPRING,
    inside: [
      "2025-03-09T05:00:00Z",
      "2025-03-09T06:59:59.999999Z",
      "2025-03-09T07:00:00Z",
      "2025-03-10T03:59:59.999999Z",
    ],
    outside: ["2025-03-09T04:59:59.999999Z", "2025-03-10T04:00:00Z"],
  }),
  dayCase({
    id: "E73b",
    situation: "a day of 25 hours: 2025-11-02 has 01:30 twice in New York",
    ours: "both are in it: [04:00Z, 05:00Z)",
    night: AUTUMN,
    inside: ["2025-11-02T04:00:00Z", "2025-11-02T05:30:00Z", "2025-11-02T06:30:00Z", "2025-11-03T04:59:59.999999Z"],
    outside: ["2025-11-02T03:59:59.999999Z", "2025-11-03T05:00:00Z"],
  }),
  {
    id: "E74",
    situation: "submitted at 23:59 and delivered the next day",
    ours: "the item is delivered in the report of its submission's day; the file is in deliveries.csv of the day it was sent",
    reportstream: "-",
    otherNights: [NEXT_NIGHT],
    async rows({ rows, lab, phd }) {
      const { root, sent } = await rows.happyPath({
        ...{ at: nextDay("03:59"), sender: lab, receivers: [phd], batchAt: nextDay("04:30"), sendAt: nextDay("04:31") },
      });
      return async (files, of) => {
        expect(pick(await files.item(root), "outcome", "delivered_at")).toEqual({
          ...{ outcome: "delivered", delivered_at: "2026-03-12T04:31:00.000Z" },
        });
        expect(await files.deliveries(phd)).toEqual([]);
        const next = of(NEXT_NIGHT);
        expect(await next.items(root)).toEqual([]);
        expect((await next.deliveries(phd)).map((row) => pick(row, "report_id", "submissions", "senders"))).toEqual([
          { report_id: sent[phd]!.id, submissions: "1", senders: lab },
        ]);
      };
    },
  },
  {
    id: "E75",
    situation: "rows of exactly the window's first instant and of its end",
    ours: "half-open: the first belongs to it, the end to the next window; submissions, files, failures and log entries alike",
    reportstream: "delivery_statistics drops rows equal to either bound",
    otherNights: [NEXT_NIGHT],
    async rows({ rows, lab, phd, cdc }) {
      const [start, end] = [at("04:00"), nextDay("04:00")];
      const first = await rows.receive({ at: start, sender: lab });
      const last = await rows.receive({ at: end, sender: lab });
      const entry = { type: "warning", scope: "report", detail: { message: "At the edge of a window" } };
      const files: string[] = [];
      const refused: number[] = [];
      for (const [time, root] of [[start, first] as const, [end, last] as const]) {
        refused.push(await rows.rejected({ at: time, sender: lab }));
        await rows.insert("action_log", [{ ...entry, action_id: root.actionId, report_id: root.id, created_at: time }]);
        const before = { at: at("02:00"), sender: lab, until: "batch" } as const;
        const one = await rows.happyPath({ ...before, receivers: [phd] });
        files.push((await rows.send(one.batches[phd]!, { at: time })).id);
        const other = await rows.happyPath({ ...before, receivers: [cdc] });
        await rows.sendError(other.batches[cdc]!, { kind: "exhausted", at: time });
        files.push(other.batches[cdc]!.id);
      }
      return async (found, of) => {
        for (const [position, run] of [found, of(NEXT_NIGHT)].entries()) {
          const own = (await run.csv("submissions.csv")).filter(({ sender }) => sender === lab);
          const ids = own.map(({ report_id, submission_id }) => report_id || submission_id).sort();
          expect(ids).toEqual([[first, last][position]!.id, String(refused[position])].sort());
          expect((await run.deliveries(phd)).map(({ report_id }) => report_id)).toEqual([files[2 * position]]);
          expect((await run.failures(cdc)).map(({ report_id }) => report_id)).toEqual([files[2 * position + 1]]);
          const logged = (await run.csv("errors.csv")).filter(({ message }) => message === "At the edge of a window");
          expect(logged.map(({ report_id }) => report_id)).toEqual([[first, last][position]!.id]);
        }
      };
    },
  },
  {
    id: "E77",
    situation: "created_at of the result metadata has no zone",
    ours: "never compared: metadata are found by their report",
    reportstream: "compared with timestamptz by the session's zone",
    async rows({ rows, lab, phd }) {
      const receivers = [{ receiver: phd, filtered: [{ row: 1 }] }];
      const { root } = await rows.legacySync({ at: at("14:00"), sender: lab, items: ["E77-A"], receivers });
      await rows.covidMetadata(root, [{ created_at: "1999-01-01T00:00:00" }]);
      return async (files) => expect((await files.item(root)).tracking_id).toBe("E77-A");
    },
  },
  {
    id: "E78",
    situation: "receivers in Arizona and on Guam, where no clock is changed",
    ours: "batch times by the receiver's own clock, its zone named",
    reportstream: "times in UTC",
    ownSettings: true,
    async rows({ rows, lab }) {
      const zones = { "e78-guam.elr": "CHAMORRO", "e78-nyc.elr": "EASTERN", "e78-phx.elr": "ARIZONA" };
      for (const [name, zone] of Object.entries(zones)) await rows.receiver(name, batches(12, zone));
      const root = await rows.receive({ at: nextDay("03:00"), sender: lab });
      const [item] = await rows.convert(root);
      for (const file of await rows.destinationFilter(item!, { receivers: Object.keys(zones) })) {
        await rows.translate(await rows.receiverFilter(await rows.enrich(file)), { nextActionAt: nextDay("12:30") });
      }
      return async (files) => {
        const items = await files.items(root);
        expect(items.map(({ receiver, outcome, reason }) => `${receiver} ${outcome} ${reason}`)).toEqual([
          "e78-guam.elr waiting waiting for the batch of 22:30 (Pacific/Guam)",
          "e78-nyc.elr waiting waiting for the batch of 08:30 (US/Eastern)",
          "e78-phx.elr waiting waiting for the batch of 05:30 (US/Arizona)",
        ]);
      };
    },
  },
];
