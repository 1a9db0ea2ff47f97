import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LoadedSample, loadSample } from "../../src/embedded/sample/index.ts";
import { formatInstant, parseInstant } from "../../src/time/instant.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { type CsvRow, type FinishedRun, run } from "../support/run-folder.ts";

/** A Saturday after the clock change, so that yesterday is an ordinary day of 24 hours. */
const AS_OF = parseInstant("2026-11-21T12:00:00Z") as number;

let database: TestDatabase;
let sample: LoadedSample;
let finished: FinishedRun;
let out: string;

beforeAll(async () => {
  database = await createTestDatabase();
  sample = await loadSample(database.client, { seed: "truth", asOf: AS_OF });
  out = await mkdtemp(join(tmpdir(), "lineage-report-truth-"));
  finished = await run(database.readerUrl, out, "--date", "2026-11-20", "--as-of", formatInstant(AS_OF));
}, 120_000);

afterAll(async () => {
  await rm(out, { recursive: true, force: true });
  await database?.drop();
});

function ofWindow<Row extends { submittedAt: number }>(rows: Row[]): Row[] {
  const { from, to } = sample.settled.yesterday;
  return rows.filter(({ submittedAt }) => submittedAt >= from && submittedAt < to);
}

const instant = (at: number | null): string => (at === null ? "" : formatInstant(at));

describe("the files equal what the generator wrote down", () => {
  test("items.csv, for every item and receiver", async () => {
    const submissions = new Map(ofWindow(sample.truth.submissions).map((row) => [row.reportId, row]));
    const expected = sample.truth.items
      .filter(({ reportId }) => submissions.has(reportId))
      .map((row) => ({
        key: `${row.actionId}/${row.reportId}/${row.item}/${row.receiver ?? ""}`,
        outcome: row.outcome,
        delivered_report_id: row.deliveredReportId ?? "",
        delivered_item: row.deliveredItem === null ? "" : String(row.deliveredItem),
        delivered_at: instant(row.deliveredAt),
        times_delivered: String(row.timesDelivered),
        variant: row.variant,
      }))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    const variants = new Map(expected.map(({ key, variant }) => [key, variant]));
    const actual = (await finished.csv("items.csv"))
      .map((row) => {
        const key = `${row.submission_id}/${row.report_id}/${row.item}/${row.receiver}`;
        const { outcome, delivered_report_id, delivered_item, delivered_at, times_delivered } = row;
        return {
          ...{ key, outcome, delivered_report_id, delivered_item, delivered_at, times_delivered },
          variant: variants.get(key) ?? null,
        };
      })
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    expect(actual.length).toBeGreaterThan(1000);
    expect(actual).toEqual(expected);
  });

  test("submissions.csv, rejected requests included", async () => {
    const expected = ofWindow(sample.truth.submissions).map((row) => ({
      submission_id: String(row.actionId),
      report_id: row.reportId ?? "",
      submitted_at: instant(row.submittedAt),
      sender: row.sender ?? "",
      items: String(row.items),
      http_status: row.httpStatus === null ? "" : String(row.httpStatus),
      errors: String(row.errors),
      warnings: String(row.warnings),
    }));
    const actual = (await finished.csv("submissions.csv")).map(
      ({ submission_id, report_id, submitted_at, sender, items, http_status, errors, warnings }) => {
        return { submission_id, report_id, submitted_at, sender, items, http_status, errors, warnings };
      },
    );
    const byId = (a: CsvRow, b: CsvRow) => Number(a.submission_id) - Number(b.submission_id);
    expect(actual.sort(byId)).toEqual(expected.sort(byId));
  });

  test("deliveries.csv, for every file sent or fetched in the window", async () => {
    const { from, to } = sample.settled.yesterday;
    const expected = sample.truth.deliveries
      .filter(({ at }) => at >= from && at < to)
      .map((row) => ({
        key: `${row.reportId} ${instant(row.at)}`,
        kind: row.kind,
        receiver: row.receiver,
        items: String(row.items),
        // Nothing is transported when somebody fetches a file.
        transport: row.kind === "download" ? "" : (row.transport ?? ""),
        attempts: String(row.attempts),
        resend: String(row.resend),
        submissions: String(row.submissions),
        senders: [...row.senders].sort().join("; "),
        oldest_submitted_at: instant(row.oldestSubmittedAt),
      }))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    const actual = (await finished.csv("deliveries.csv"))
      .map((row) => {
        const { kind, receiver, items, transport, attempts, resend, submissions, senders, oldest_submitted_at } = row;
        return {
          ...{ key: `${row.report_id} ${row.delivered_at}`, kind, receiver, items, transport, attempts, resend },
          ...{ submissions, senders, oldest_submitted_at },
        };
      })
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    expect(actual).toEqual(expected);
  });

  test("failures.csv, for every file that failed for good in the window", async () => {
    const { from, to } = sample.settled.yesterday;
    const expected = sample.truth.failures
      .filter(({ finalFailures }) => finalFailures.some((at) => at >= from && at < to))
      .map((row) => ({
        report_id: row.reportId,
        receiver: row.receiver,
        first_failed_at: instant(row.firstFailedAt),
        attempts: String(row.attempts),
        resent_at: instant(row.resentAt),
        resent_by: row.resentBy ?? "",
        // A file under the failed action itself is no recovery: it may have been delivered.
        recovered_at: row.finalFailures.includes(row.recoveredAt ?? 0) ? "" : instant(row.recoveredAt),
        senders: [...row.senders].sort().join("; "),
        submission_ids: [...row.submissionIds].sort((a, b) => a - b).join("; "),
      }));
    const actual = (await finished.csv("failures.csv")).map((row) => {
      const { report_id, receiver, first_failed_at, attempts, resent_at, resent_by, recovered_at } = row;
      const { senders, submission_ids } = row;
      return {
        ...{ report_id, receiver, first_failed_at, attempts, resent_at, resent_by, recovered_at },
        ...{ senders, submission_ids },
      };
    });
    const byId = (a: CsvRow, b: CsvRow) => (a.report_id < b.report_id ? -1 : 1);
    expect(actual.sort(byId)).toEqual(expected.sort(byId));
  });
});
