import { expect } from "vitest";
import type { Report } from "../support/rows.ts";
import type { EdgeCase, Stage } from "./edge-case.ts";
import { pick } from "./run-files.ts";
import { at } from "./times.ts";

/** One item of the universal pipeline up to the receivers' filters: the files that wait for `receiver-filter`. */
async function enriched({ rows, lab }: Stage, receivers: string[], clock = "14:00"): Promise<[Report, Report[]]> {
  const root = await rows.receive({ at: at(clock), sender: lab });
  const [item] = await rows.convert(root);
  const files: Report[] = [];
  for (const file of await rows.destinationFilter(item!, { receivers })) files.push(await rows.enrich(file));
  return [root, files];
}

async function deliver({ rows }: Stage, file: Report): Promise<Report> {
  return rows.send(await rows.batch([await rows.translate(await rows.receiverFilter(file))]));
}

/** Section "filtering and routing": who got an item, whom it was kept from, and what nothing tells. */
export const ROUTING: EdgeCase[] = [
  {
    id: "E23",
    situation: "a receiver's filter took the item: a report with 0 of 1 items",
    ours: "filtered at that receiver, by the filter's type; not failed",
    reportstream: "`Not Delivering`; find_withered_reports lumps it with failures",
    async rows(stage) {
      const [root, [file]] = await enriched(stage, [stage.phd]);
      await stage.rows.receiverFilter(file!, { filtered: { type: "QUALITY_FILTER" } });
      return async (files) => {
        const item = await files.item(root);
        expect(pick(item, "receiver", "outcome", "reason", "acts")).toEqual({
          ...{ receiver: stage.phd, outcome: "filtered", reason: "filtered by QUALITY_FILTER", acts: "sender" },
        });
        expect(
          pick(await files.pair(stage.lab, stage.phd), "items", "filtered", "failed", "delivered_percent"),
        ).toEqual({
          ...{ items: "1", filtered: "1", failed: "0", delivered_percent: "" },
        });
        expect((await files.submission(root)).status).toBe("Not Delivering");
      };
    },
  },
  {
    id: "E24",
    situation: "no receiver wanted the item",
    ours: "unrouted, under the sender, in no organization's received items",
    reportstream: "`Not Delivering`, without a reason",
    async rows({ rows, lab, phd }) {
      const root = await rows.receive({ at: at("14:00"), sender: lab });
      const [item] = await rows.convert(root);
      await rows.destinationFilter(item!, { receivers: [] });
      return async (files) => {
        expect(pick(await files.item(root), "receiver", "outcome", "acts")).toEqual({
          ...{ receiver: "", outcome: "unrouted", acts: "nobody" },
        });
        expect(pick(await files.pair(lab, ""), "items", "unrouted")).toEqual({ items: "1", unrouted: "1" });
        const received = (await files.csv("items.csv")).filter(({ receiver }) => receiver === phd);
        expect(received).toEqual([]);
        expect((await files.csv("organizations/e24-lab/submitted-items.csv")).map(({ outcome }) => outcome)).toEqual([
          "unrouted",
        ]);
      };
    },
  },
  {
    id: "E25",
    situation: "an item could not be converted: the same shape as unrouted, written by `convert`",
    ours: "rejected, with the error's code, the sender must act",
    reportstream: "counts towards `Not Delivering` like an unrouted one",
    async rows({ rows, lab, phd }) {
      const root = await rows.receive({ at: at("14:00"), sender: lab, items: 2 });
      const [good] = await rows.convert(root, { failed: [2] });
      const [file] = await rows.destinationFilter(good!, { receivers: [phd] });
      await rows.translate(await rows.receiverFilter(await rows.enrich(file!)));
      return async (files) => {
        const [, second] = await files.items(root);
        expect(pick(second!, "item", "receiver", "outcome", "reason", "acts")).toEqual({
          ...{ item: "2", receiver: "", outcome: "rejected" },
          ...{ reason: "not valid (INVALID_MSG_VALIDATION)", acts: "sender" },
        });
        const errors = await files.errors(lab);
        expect(errors.map((row) => pick(row, "type", "item", "report_id", "error_code", "action"))).toEqual([
          {
            ...{ type: "error", item: "2", report_id: root.id },
            ...{ error_code: "INVALID_MSG_VALIDATION", action: "convert" },
          },
        ]);
      };
    },
  },
  {
    id: "E26",
    situation: "an item for two receivers, of which one filters it",
    ours: "delivered to the one, filtered at the other; counted once as delivered by item",
    reportstream: "`Partially Delivered`, which means that a receiver's filters took everything",
    async rows(stage) {
      const { phd, cdc } = stage;
      const [root, [first, second]] = await enriched(stage, [phd, cdc]);
      await stage.rows.receiverFilter(second!, { filtered: { type: "CONDITION_FILTER" } });
      await deliver(stage, first!);
      return async (files) => {
        expect(await files.outcomes(root)).toEqual([`1 ${cdc} filtered`, `1 ${phd} delivered`]);
        const submission = await files.submission(root);
        expect(pick(submission, "items", "delivered", "filtered", "status")).toEqual({
          ...{ items: "1", delivered: "1", filtered: "0", status: "Partially Delivered" },
        });
      };
    },
  },
  {
    id: "E27",
    situation: "legacy: ten rows meant for a receiver, seven left after its filters",
    ours: "7 delivered and 3 filtered, by the filter log's tracking elements",
    reportstream: "only the counts of the file; the rows are nowhere",
    async rows({ rows, lab, phd }) {
      const filtered = [2, 5, 9].map((row) => ({ row }));
      const { root, children } = await rows.legacySync({
        ...{ at: at("14:00"), sender: lab, items: 10, receivers: [{ receiver: phd, filtered }] },
      });
      await rows.send(await rows.batch(children));
      return async (files) => {
        const items = await files.items(root);
        const taken = items.filter(({ outcome }) => outcome === "filtered");
        expect(taken.map(({ item, reason }) => `${item} ${reason}`)).toEqual(
          [2, 5, 9].map((item) => `${item} filtered by QUALITY_FILTER`),
        );
        expect(items.filter(({ outcome }) => outcome === "delivered")).toHaveLength(7);
        expect(pick(await files.pair(lab, phd), "items", "delivered", "filtered")).toEqual({
          ...{ items: "10", delivered: "7", filtered: "3" },
        });
      };
    },
  },
  {
    id: "E28",
    situation: "legacy: all rows filtered; next_action is null as it is for a sent file",
    ours: "filtered, nothing sent",
    reportstream: "next_action null reads as sent in hand-made queries",
    async rows({ rows, lab, phd }) {
      const filtered = [{ row: 1 }, { row: 2 }];
      const { root } = await rows.legacySync({
        ...{ at: at("14:00"), sender: lab, items: 2, receivers: [{ receiver: phd, filtered }] },
      });
      return async (files) => {
        expect(await files.outcomes(root)).toEqual([`1 ${phd} filtered`, `2 ${phd} filtered`]);
        expect(await files.deliveries(phd)).toEqual([]);
      };
    },
  },
  {
    id: "E29",
    situation: "legacy: all rows filtered and the schema has no tracking element: no row at all tells",
    ours: "unrouted, and the reason says that nothing tells",
    reportstream: "no trace: routed does not add up to the total",
    async rows({ rows, lab }) {
      const { root } = await rows.legacySync({ at: at("14:00"), sender: lab, items: ["", ""], receivers: [] });
      return async (files) => {
        const items = await files.items(root);
        expect(items.map(({ outcome }) => outcome)).toEqual(["unrouted", "unrouted"]);
        expect(items[0]!.reason).toContain("nothing tells");
        expect(pick(await files.submission(root), "items", "unrouted")).toEqual({ items: "2", unrouted: "2" });
      };
    },
  },
  {
    id: "E30",
    situation: "legacy: a row that matched nobody has no edge, beside rows that did and rows that were filtered",
    ours: "unrouted where the filter log names every row that was taken, so that what is left was wanted by nobody",
    reportstream: "no row says so",
    async rows({ rows, lab, phd }) {
      const receivers = [{ receiver: phd, rows: [1, 2], filtered: [{ row: 2 }] }];
      const { root, children } = await rows.legacySync({ at: at("14:00"), sender: lab, items: 3, receivers });
      await rows.covidMetadata(root);
      await rows.send(await rows.batch(children));
      return async (files) => {
        expect(await files.outcomes(root)).toEqual([`1 ${phd} delivered`, `2 ${phd} filtered`, "3 unrouted"]);
        expect((await files.items(root))[2]!.reason).toBe("no receiver wanted it");
      };
    },
  },
  {
    id: "E31",
    situation: "filter logs are stored twice",
    ours: "each filter result once in errors.csv and in the receiver's filter-results.csv",
    reportstream: "counted twice",
    async rows({ rows, lab, phd }) {
      const receivers = [{ receiver: phd, filtered: [{ row: 1 }], doubledLogs: true }];
      const { root } = await rows.legacySync({ at: at("14:00"), sender: lab, items: 2, receivers });
      await rows.covidMetadata(root);
      return async (files) => {
        expect(await files.errors(lab)).toHaveLength(1);
        const own = await files.csv("organizations/e31-phd/filter-results.csv");
        expect(own.map((row) => pick(row, "type", "item", "report_id", "receiver"))).toEqual([
          { type: "filter", item: "1", report_id: root.id, receiver: phd },
        ]);
      };
    },
  },
  {
    id: "E32",
    situation: "two expressions failed: two warnings for one filtered item",
    ours: "one filtered item, two warnings",
    reportstream: "warningCount 2, and nothing says that it was one item",
    async rows(stage) {
      const [root, [file]] = await enriched(stage, [stage.phd]);
      await stage.rows.receiverFilter(file!, { filtered: { expressions: ["a.exists()", "b.exists()"] } });
      return async (files) => {
        expect(await files.outcomes(root)).toEqual([`1 ${stage.phd} filtered`]);
        expect(pick(await files.submission(root), "filtered", "errors", "warnings")).toEqual({
          ...{ filtered: "1", errors: "0", warnings: "2" },
        });
      };
    },
  },
  {
    id: "E33",
    situation: "the warnings are about the filter's input, the filter's result is about its output",
    ours: "both tied to the submission's item and to the receiver",
    reportstream: "joined by report only, so that the two never meet",
    async rows(stage) {
      const { rows, lab, phd } = stage;
      const root = await rows.receive({ at: at("14:00"), sender: lab, items: 2 });
      const [, second] = await rows.convert(root);
      const [file] = await rows.destinationFilter(second!, { receivers: [phd] });
      await rows.receiverFilter(await rows.enrich(file!), { filtered: { type: "ROUTING_FILTER" } });
      return async (files) => {
        const logged = await files.errors(lab);
        expect(logged.map((row) => pick(row, "type", "report_id", "item", "receiver", "action")).sort(byType)).toEqual(
          ["filter", "warning"].map((type) => ({
            ...{ type, report_id: root.id, item: "2", receiver: phd, action: "receiver-filter" },
          })),
        );
      };
    },
  },
  {
    id: "E34",
    situation: "a filter's result has no index",
    ours: "item 1 by the lineage, or empty; never item 0",
    reportstream: "index null is shown as 0",
    async rows(stage) {
      const [root, [file]] = await enriched(stage, [stage.phd]);
      await stage.rows.receiverFilter(file!, { filtered: {} });
      const receivers = [{ receiver: stage.phd, filtered: [{ row: 1 }, { row: 2 }] }];
      const legacy = { at: at("15:00"), sender: stage.lab, items: ["", ""], receivers };
      await stage.rows.legacySync(legacy);
      return async (files) => {
        const filters = (await files.errors(stage.lab)).filter(({ type }) => type === "filter");
        expect(filters.map(({ report_id, item }) => (report_id === root.id ? item : `legacy ${item}`))).toEqual([
          "1",
          "legacy ",
        ]);
      };
    },
  },
  {
    id: "E35",
    situation: "condition filters pruned observations from the message: no row shows it",
    ours: "delivered, with nothing to add",
    reportstream: "the same",
    async rows(stage) {
      const [root, [file]] = await enriched(stage, [stage.phd]);
      await deliver(stage, file!);
      return async (files) => {
        expect(await files.outcomes(root)).toEqual([`1 ${stage.phd} delivered`]);
        expect(await files.errors(stage.lab)).toEqual([]);
      };
    },
  },
  {
    id: "E36",
    situation: "a filter's name holds line breaks",
    ours: "one row of CSV, quoted; the page keeps its lines",
    reportstream: "-",
    async rows(stage) {
      const [root, [file]] = await enriched(stage, [stage.phd]);
      await stage.rows.receiverFilter(file!, { filtered: { expressions: ["%a.exists()", "%b.exists()"] } });
      return async (files) => {
        const filters = (await files.errors(stage.lab)).filter(({ type }) => type === "filter");
        expect(filters).toHaveLength(1);
        expect(filters[0]!.report_id).toBe(root.id);
        expect(filters[0]!.message).toContain("%a.exists()\n%b.exists()");
      };
    },
  },
  {
    id: "E37",
    situation: "an inactive receiver: legacy routes to it, the universal pipeline does not",
    ours: "what was routed is reported, whatever the receiver's status; its history stays",
    reportstream: "delivery_statistics leaves out receivers that are not active today, even for the past",
    ownSettings: true,
    async rows({ rows, lab, phd, cdc }) {
      await rows.receiver(phd, { customerStatus: "inactive", topic: "covid-19" });
      await rows.receiver(cdc, {}, { active: false });
      await rows.receiver(cdc, { customerStatus: "inactive" }, { version: 1, at: at("20:00") });
      const legacy = await rows.legacySync({ at: at("14:00"), sender: lab, receivers: [{ receiver: phd }] });
      await rows.send(await rows.batch(legacy.children));
      const universal = await rows.happyPath({ at: at("15:00"), sender: lab, receivers: [cdc] });
      return async (files) => {
        expect(await files.outcomes(legacy.root)).toEqual([`1 ${phd} delivered`]);
        expect(await files.outcomes(universal.root)).toEqual([`1 ${cdc} delivered`]);
        const { receivers } = await files.summary();
        const known = receivers.filter(({ organization }) => organization.startsWith("e37-"));
        expect(known.map(({ receiver, filesSent }) => `${receiver} ${filesSent}`)).toEqual([`${cdc} 1`, `${phd} 1`]);
      };
    },
  },
];

function byType(left: { type?: string }, right: { type?: string }): number {
  return String(left.type) < String(right.type) ? -1 : 1;
}
