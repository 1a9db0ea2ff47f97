import { expect } from "vitest";
import type { EdgeCase, Night } from "./edge-case.ts";
import { pick } from "./run-files.ts";
import { at } from "./times.ts";

const JUNE_2023: Night = { date: "2023-06-13", asOf: "2023-06-16T12:00:00Z" };

/** Section "statistics functions": the figures that ReportStream's stored functions get wrong. */
export const FIGURES: EdgeCase[] = [
  {
    id: "E97",
    situation: "five items are expected at a receiver and none was sent",
    ours: "0 of 5: delivered 0, failed 5, 0.00 %",
    reportstream: "delivery_statistics: actual null, failed null, and the overall sum skips the receiver",
    async rows({ rows, lab, phd }) {
      const { batches } = await rows.happyPath({
        ...{ at: at("14:00"), sender: lab, items: 5, receivers: [phd], until: "batch" },
      });
      await rows.exhaust(batches[phd]!);
      return async (files) => {
        expect(pick(await files.pair(lab, phd), "items", "delivered", "failed", "delivered_percent")).toEqual({
          ...{ items: "5", delivered: "0", failed: "5", delivered_percent: "0.00" },
        });
        const { receivers } = await files.summary();
        const receiver = receivers.find((entry) => entry.receiver === phd);
        expect(receiver).toMatchObject({ items: 5, filesSent: 0, deliveredPercent: 0 });
        expect(receiver!.byItemAndReceiver).toMatchObject({ delivered: 0, failed: 5 });
      };
    },
  },
  {
    id: "E98",
    situation: "three items delivered, and the file downloaded once, then once more",
    ours: "3 of 3, 100.00 %, before and after",
    reportstream: "delivery_statistics: 6 of 3 (200 %, failed -3), then 12 of 3 (400 %, failed -9)",
    async rows({ rows, lab, phd }) {
      const { batches } = await rows.happyPath({ at: at("14:00"), sender: lab, items: 3, receivers: [phd] });
      await rows.download(batches[phd]!, { at: at("15:00") });
      await rows.download(batches[phd]!, { at: at("16:00") });
      return async (files) => {
        expect(pick(await files.pair(lab, phd), "items", "delivered", "failed", "delivered_percent")).toEqual({
          ...{ items: "3", delivered: "3", failed: "0", delivered_percent: "100.00" },
        });
        const { receivers } = await files.summary();
        expect(receivers.find(({ receiver }) => receiver === phd)).toMatchObject({ filesSent: 1, downloads: 2 });
      };
    },
  },
  {
    id: "E99",
    situation: "elr-elims: the file is sent without a batch",
    ours: "delivered like any other, under the sender's own file name",
    reportstream: "absent from delivery_statistics, which begins at next_action batch",
    ownSettings: true,
    async rows({ rows, lab, phd }) {
      await rows.receiver(phd, { topic: "elr-elims" });
      const root = await rows.receive({ at: at("14:00"), sender: lab, topic: "elr-elims", externalName: "elims.hl7" });
      const [item] = await rows.convert(root);
      const [file] = await rows.destinationFilter(item!, { receivers: [phd] });
      const ready = await rows.translate(await rows.receiverFilter(await rows.enrich(file!)));
      await rows.send(ready);
      return async (files) => {
        expect(pick(await files.item(root), "receiver", "outcome", "file_name", "delivered_item")).toEqual({
          ...{ receiver: phd, outcome: "delivered", file_name: "elims.hl7", delivered_item: "1" },
        });
        expect(pick(await files.pair(lab, phd), "topic", "delivered")).toEqual({ topic: "elr-elims", delivered: "1" });
      };
    },
  },
  {
    id: "E101",
    situation: "one row of the old form among a window's failures, and one that names no report",
    ours: "both listed, each for itself",
    reportstream: "list_send_failures ends with an exception",
    night: JUNE_2023,
    async rows({ rows, lab, phd }) {
      const day = (clock: string) => `2023-06-13T${clock}:00Z`;
      const { batches } = await rows.happyPath({
        ...{ at: day("14:00"), sender: lab, receivers: [phd], until: "batch" },
      });
      await rows.sendError(batches[phd]!, { kind: "exhausted", at: day("15:00") });
      const columns = { action_params: "not-a-report&&", action_result: "Send function unrecoverable exception: null" };
      await rows.action({ name: "send_error", at: day("16:00"), receiver: phd, columns });
      return async (files) => {
        const failures = await files.failures(phd);
        expect(failures.map((row) => pick(row, "report_id", "state", "attempts", "last_failed_at", "senders"))).toEqual(
          [
            {
              ...{ report_id: batches[phd]!.id, state: "open", attempts: "1" },
              ...{ last_failed_at: "2023-06-13T15:00:00.000Z", senders: lab },
            },
            {
              ...{ report_id: "", state: "open", attempts: "1" },
              ...{ last_failed_at: "2023-06-13T16:00:00.000Z", senders: "" },
            },
          ],
        );
      };
    },
  },
  {
    id: "E104",
    situation: "a sender of the universal pipeline",
    ours: "in summary.csv with its items by receiver",
    reportstream: "special_delivery_statistics is empty: it knows the legacy pipeline's shape only",
    async rows({ rows, lab, phd, cdc }) {
      await rows.happyPath({ at: at("14:00"), sender: lab, items: 2, receivers: [phd, cdc] });
      return async (files) => {
        const own = await files.csv("organizations/e104-lab/summary.csv");
        expect(own.map((row) => pick(row, "receiver", "submissions", "items", "delivered"))).toEqual([
          { receiver: cdc, submissions: "1", items: "2", delivered: "2" },
          { receiver: phd, submissions: "1", items: "2", delivered: "2" },
        ]);
      };
    },
  },
];
