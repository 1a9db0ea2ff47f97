import { expect } from "vitest";
import type { Report } from "../support/rows.ts";
import type { EdgeCase, Night } from "./edge-case.ts";
import { pick } from "./run-files.ts";
import { at } from "./times.ts";

const DECEMBER_2021: Night = { date: "2021-12-01", asOf: "2021-12-02T12:00:00Z" };
const MARCH_2022: Night = { date: "2022-03-01", asOf: "2022-03-02T12:00:00Z" };

/** Section "lineage": diamonds, cycles, eras, and the way back up. */
export const LINEAGE: EdgeCase[] = [
  {
    id: "E64",
    situation: "two items of one submission are in one batch",
    ours: "one file in deliveries.csv with two items of one submission; each item delivered once",
    reportstream: "report_descendants returns the batch and the sent file twice",
    async rows({ rows, lab, phd }) {
      const { root, sent } = await rows.happyPath({ at: at("14:00"), sender: lab, items: 2, receivers: [phd] });
      return async (files) => {
        expect((await files.items(root)).map((row) => pick(row, "delivered_item", "times_delivered"))).toEqual([
          { delivered_item: "1", times_delivered: "1" },
          { delivered_item: "2", times_delivered: "1" },
        ]);
        expect((await files.deliveries(phd)).map((row) => pick(row, "report_id", "items", "submissions"))).toEqual([
          { report_id: sent[phd]!.id, items: "2", submissions: "1" },
        ]);
        const { receivers } = await files.summary();
        expect(receivers.find(({ receiver }) => receiver === phd)).toMatchObject({ items: 2, submissions: 1 });
      };
    },
  },
  {
    id: "E65",
    situation: "an item fans out to three receivers, with one file each",
    ours: "three rows, one for each receiver",
    reportstream: "item_descendants gives 21 rows for 6 nodes",
    async rows({ rows, lab, phd, cdc }) {
      const third = "e65-xyz.elr";
      await rows.receiver(third);
      const { root } = await rows.happyPath({ at: at("14:00"), sender: lab, receivers: [phd, cdc, third] });
      return async (files) => {
        expect(await files.outcomes(root)).toEqual([
          `1 ${cdc} delivered`,
          `1 ${phd} delivered`,
          `1 ${third} delivered`,
        ]);
        expect(pick(await files.submission(root), "items", "delivered")).toEqual({ items: "1", delivered: "1" });
      };
    },
  },
  {
    id: "E67",
    situation: "indexes counted from 0, before 2022-02-17",
    ours: "items from 1, positions in the file from 1, errors at the right item",
    reportstream: "sender_items is written for these and wrong for all later rows",
    night: DECEMBER_2021,
    async rows({ rows, lab, phd }) {
      const time = "2021-12-01T15:00:00Z";
      const receivers = [{ receiver: phd, rows: [1, 3] }];
      const { root, children } = await rows.legacySync({ at: time, sender: lab, items: ["A", "B", "C"], receivers });
      await rows.send(await rows.batch(children));
      const entry = { type: "warning" as const, scope: "item" as const, detail: { message: "Blank value" } };
      await rows.log({ ...entry, actionId: root.actionId, at: time, reportId: root.id, index: 0, trackingId: "A" });
      return async (files) => {
        const items = await files.items(root);
        expect(items.map((row) => [row.item, row.tracking_id, row.outcome, row.delivered_item].join(" "))).toEqual([
          "1 A delivered 1",
          "2  unrouted ",
          "3 C delivered 2",
        ]);
        expect((await files.errors(lab)).map(({ item }) => item)).toEqual(["1"]);
      };
    },
  },
  {
    id: "E68",
    situation: "spring 2022: the lineage counts from 1, the result metadata still from 0",
    ours: "both are read by their own base: an index 0 in the metadata settles it",
    reportstream: "joined as they are: off by one, and row 0 is lost",
    night: MARCH_2022,
    async rows({ rows, lab, phd }) {
      const receivers = [{ receiver: phd, rows: [1, 2, 3], filtered: [{ row: 1 }, { row: 3 }] }];
      const time = "2022-03-01T15:00:00Z";
      const { root, children } = await rows.legacySync({
        at: time,
        sender: lab,
        items: ["A", "B", "C", "D"],
        receivers,
      });
      await rows.covidMetadata(root);
      await rows.send(await rows.batch(children));
      return async (files) => {
        const items = await files.items(root);
        expect(items.map((row) => [row.item, row.tracking_id, row.outcome].join(" "))).toEqual([
          "1 A filtered",
          "2 B delivered",
          "3 C filtered",
          "4 D unrouted",
        ]);
      };
    },
  },
  {
    id: "E69",
    situation: "result metadata of two submissions whose rows have the same indexes",
    ours: "matched by report and index together",
    reportstream: "the metadata CTE matches report and index apart: the cross product",
    async rows({ rows, lab, phd }) {
      const roots: Report[] = [];
      for (const [clock, letter] of [["14:00", "A"] as const, ["15:00", "B"] as const]) {
        const items = [`${letter}1`, `${letter}2`, `${letter}3`];
        const receivers = [{ receiver: phd, rows: [1, 2], filtered: [{ row: 2 }] }];
        const { root } = await rows.legacySync({ at: at(clock), sender: lab, items, receivers });
        await rows.covidMetadata(root);
        roots.push(root);
      }
      return async (files) => {
        for (const [position, letter] of ["A", "B"].entries()) {
          const items = await files.items(roots[position]!);
          expect(items.map(({ tracking_id }) => tracking_id)).toEqual([`${letter}1`, `${letter}2`, `${letter}3`]);
          expect(items.map(({ outcome }) => outcome).slice(1)).toEqual(["filtered", "unrouted"]);
        }
      };
    },
  },
  {
    id: "E70",
    situation: "a cycle, inserted by hand",
    ours: "the run ends; the item is stuck and the reason says that its lineage goes round in a circle",
    reportstream: "report_descendants and item_descendants do not end",
    async rows({ rows, lab, phd }) {
      const root = await rows.receive({ at: at("14:00"), sender: lab });
      const [item] = await rows.convert(root);
      const [file] = await rows.destinationFilter(item!, { receivers: [phd] });
      const next = await rows.enrich(file!);
      const edge = { trackingId: null, hash: "0", parent: next.id, parentIndex: 1, child: file!.id, childIndex: 1 };
      await rows.lineage(next.actionId, next.at, [edge]);
      return async (files) => {
        expect(pick(await files.item(root), "receiver", "outcome", "reason", "acts")).toEqual({
          ...{ receiver: phd, outcome: "stuck" },
          ...{ reason: "its lineage goes round in a circle", acts: "reportstream" },
        });
      };
    },
  },
  {
    id: "E71",
    situation: "where a download came from: it has no item edges of its own",
    ours: "submissions and senders of the file that was fetched, by the report link",
    reportstream: "ancestors by item edges: none",
    async rows({ rows, lab, phd }) {
      const { batches } = await rows.happyPath({ at: at("14:00"), sender: lab, items: 2, receivers: [phd] });
      const fetched = await rows.download(batches[phd]!, { at: at("15:00") });
      return async (files) => {
        const row = (await files.deliveries(phd)).find(({ kind }) => kind === "download");
        expect(pick(row!, "report_id", "submissions", "senders", "oldest_submitted_at", "items")).toEqual({
          ...{ report_id: fetched.id, submissions: "1", senders: lab },
          ...{ oldest_submitted_at: "2026-03-11T14:00:00.000Z", items: "2" },
        });
      };
    },
  },
];
