import fc from "fast-check";
import { expect, test } from "vitest";
import { FileTable } from "../../src/lineage/file-table.ts";
import { ReportTable } from "../../src/lineage/report-table.ts";
import { TextPool } from "../../src/lineage/text-pool.ts";
import type { Delivery } from "../../src/outcome/deliveries.ts";
import type { ItemOutcome } from "../../src/outcome/judge.ts";
import { createCsvFormatter } from "../../src/output/csv.ts";
import type { CsvBytes } from "../../src/output/csv-bytes.ts";
import { DELIVERY_COLUMNS, ITEM_COLUMNS } from "../../src/run/columns.ts";
import { DeliveryRows } from "../../src/run/delivery-rows.ts";
import { ItemRows } from "../../src/run/item-rows.ts";

const IDS = [0, 1, 2, 3, 4].map((number) => `0000000${number}-ffff-4abc-8000-9876543210f${number}`);
const topicOf = (report: number): string => (report === 3 ? "full-elr" : "covid-19");
const FILE_NAMES = ["elr-2026.hl7", '=cmd|"x", y', "Ünïcode 😀.csv", "", "a".repeat(300)];

/** Reports 0 to 4, each with a file; and receivers 1 to 3. */
function tables() {
  const reports = new ReportTable();
  const files = new FileTable();
  for (const receiver of ["oh-odh\u0001elr", "ks,kdhe\u0001elr", "-x\u0001y"]) reports.receivers.id(receiver);
  IDS.forEach((id, report) => {
    reports.ids.addText(id);
    reports.reserve();
    reports.itemCount[report] = 10 * report;
    const name = Buffer.from(FILE_NAMES[report]!);
    const words = {
      transport: files.words.id("SFTP"),
      format: files.words.id("HL7"),
      topic: files.words.id(topicOf(report)),
    };
    files.set(report, { name: files.names.add(name, 0, name.length), ...words });
  });
  const tracking = new TextPool();
  return { reports, files, tracking };
}

const at = fc.constantFrom(1_773_000_000_123_456, 1_773_000_000_999_999, 1_773_086_400_000_000, -1);
const verdict = fc.constantFrom(
  { outcome: "delivered", reason: "handed to the receiver's server (SFTP)", acts: "nobody" } as const,
  { outcome: "failed", reason: 'the last attempt to send failed, "x"', acts: "reportstream" } as const,
  // The same words for another outcome, and for somebody else to act.
  { outcome: "stuck", reason: 'the last attempt to send failed, "x"', acts: "reportstream" } as const,
  { outcome: "stuck", reason: 'the last attempt to send failed, "x"', acts: "receiver" } as const,
);
const many = fc
  .integer({ min: 0, max: 40 })
  .map((number) => ({ outcome: "filtered", reason: `by ${number}`, acts: "sender" }) as const);
const undelivered = { deliveredReport: -1, deliveredItem: 0, deliveredAt: Number.NaN, timesDelivered: 0 };
const delivered = fc.record({
  deliveredReport: fc.constantFrom(0, 1, 2, 3, 4),
  deliveredItem: fc.integer({ min: -1, max: 2000 }),
  deliveredAt: at,
  timesDelivered: fc.constantFrom(0, 1, 2),
});
const outcome: fc.Arbitrary<ItemOutcome> = fc
  .tuple(fc.integer({ min: 0, max: 3 }), fc.oneof(verdict, many), fc.oneof(fc.constant(undelivered), delivered))
  .map(([receiver, words, where]) => ({ receiver, ...words, ...where }));
const TRACKING_IDS = ["", "id-1", '"quoted"', "a,b", "+1", "é"];
const item = fc.record({
  item: fc.integer({ min: 1, max: 100_000 }),
  trackingId: fc.constantFrom("", ...TRACKING_IDS),
  inLineage: fc.boolean(),
  outcome,
});
const submission = fc.record({
  actionId: fc.integer({ min: 1, max: 5_000_000_000 }),
  root: fc.constantFrom(0, 1, 2),
  sender: fc.constantFrom("", "lab.default", "a,b"),
  topic: fc.constantFrom("full-elr", "covid-19"),
  submittedAt: at,
  forSender: fc.boolean(),
  items: fc.array(item, { maxLength: 12 }),
});

function add(pool: TextPool, text: string): number {
  const bytes = Buffer.from(text);
  return pool.add(bytes, 0, bytes.length);
}

const textOf = ({ bytes, length }: CsvBytes): string => bytes.toString("utf8", 0, length);

test("rows of items.csv are those of the columns' formatter, whatever the rows before them were", () => {
  const { reports, files, tracking } = tables();
  const stands = new Map(TRACKING_IDS.filter((id) => id !== "").map((id) => [id, add(tracking, id)]));
  const formatter = createCsvFormatter(ITEM_COLUMNS);
  fc.assert(
    fc.property(fc.array(submission, { minLength: 1, maxLength: 6 }), (submissions) => {
      const rows = new ItemRows(reports, files, tracking);
      for (const { items, ...head } of submissions) {
        rows.start(head);
        let whole = "";
        let forSender = "";
        for (const { item: number, trackingId: id, inLineage, outcome: one } of items) {
          const receiver = reports.receivers.get(one.receiver);
          const begin = rows.add(number, (inLineage && stands.get(id)) || id, one, receiver);
          const file = one.deliveredReport;
          const line = (position: number | null) =>
            formatter.formatRow([
              ...[head.actionId, IDS[head.root]!, number, id, head.sender, head.topic, head.submittedAt],
              ...[receiver.name, one.outcome, one.reason, one.acts, file < 0 ? null : IDS[file]!],
              ...(file < 0 ? [null, null, null] : [position, FILE_NAMES[file]!, one.deliveredAt]),
              one.timesDelivered,
            ]);
          expect(rows.whole.bytes.toString("utf8", begin, rows.whole.length)).toBe(line(one.deliveredItem));
          whole += line(one.deliveredItem);
          // Where an item stands in a file that others share is not the sender's to know.
          if (head.forSender) forSender += line(null);
        }
        expect(textOf(rows.whole)).toBe(whole);
        expect(textOf(rows.forSender)).toBe(forSender);
        expect([rows.whole.rows, rows.forSender.rows]).toEqual([items.length, head.forSender ? items.length : 0]);
        rows.clear();
      }
    }),
    { numRuns: 500 },
  );
});

test("rows of deliveries.csv are those of the columns' formatter", () => {
  const { reports, files } = tables();
  const formatter = createCsvFormatter(DELIVERY_COLUMNS);
  const rows = new DeliveryRows(reports, files);
  const senders = ["b\u0001x", "a.b\u0001c", "a\u0001b.c"].map((key) =>
    reports.receivers.get(reports.receivers.id(key)),
  );
  const delivery: fc.Arbitrary<Delivery> = fc.record({
    report: fc.constantFrom(0, 1, 2, 3, 4),
    at,
    kind: fc.constantFrom("sent", "download"),
    receiver: fc.constantFrom(1, 2, 3).map((number) => reports.receivers.get(number)),
    transport: fc.constantFrom("SFTP", ""),
    attempts: fc.integer({ min: 0, max: 6 }),
    resend: fc.boolean(),
    submissions: fc.integer({ min: 0, max: 3 }),
    senders: fc.constantFrom([], senders.slice(0, 1), senders),
    oldestSubmittedAt: fc.oneof(at, fc.constant(Number.NaN)),
  });
  fc.assert(
    fc.property(delivery, (one) => {
      const names = [...new Set(one.senders.map(({ name }) => name))].join("; ");
      const line = formatter.formatRow([
        ...[IDS[one.report]!, one.at, one.kind, one.receiver.name, topicOf(one.report), "HL7", FILE_NAMES[one.report]!],
        ...[10 * one.report, one.transport, one.attempts, one.resend, one.submissions, names],
        Number.isNaN(one.oldestSubmittedAt) ? null : one.oldestSubmittedAt,
      ]);
      expect(textOf(rows.row(one))).toBe(line);
    }),
    { numRuns: 500 },
  );
});
