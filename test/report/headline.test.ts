import { describe, expect, test } from "vitest";
import { headlineOf } from "../../src/report/organization/headline.ts";
import type { FailureSummary } from "../../src/summary/types.ts";
import { failure, organizationReport } from "./sample-report.ts";

const FRIDAY = "2026-11-20T18:00:00.000Z";
const TUESDAY = "2026-11-24T18:00:00.000Z";
const failures = (count: number, more: Partial<FailureSummary>): FailureSummary[] =>
  Array.from({ length: count }, () => failure(more));

describe("the headline", () => {
  test("says what was sent, what failed and when it was resent", () => {
    const report = organizationReport({ received: { delivered: 9310 }, filesSent: 41, itemsSent: 9310, submitted: {} });
    report.failures = failures(3, { state: "recovered", resentAt: TUESDAY, recoveredAt: TUESDAY });
    expect(headlineOf(report)).toEqual({
      text: "You were sent 41 files, 9,310 items; 3 files failed and were resent Tuesday.",
      tone: "clear",
    });
  });

  test("has the right forms for one", () => {
    const report = organizationReport({
      received: { delivered: 1, stuck: 1 },
      filesSent: 1,
      itemsSent: 1,
      submitted: {},
    });
    report.failures = failures(1, { state: "recovered", resentAt: FRIDAY, recoveredAt: FRIDAY });
    expect(headlineOf(report).text).toBe(
      "You were sent 1 file, 1 item; 1 file failed and was resent Friday; 1 item is stuck.",
    );
  });

  test("names the date of what was resent a week later, and no day for several", () => {
    const report = organizationReport({ received: { delivered: 1 }, filesSent: 2, itemsSent: 2, submitted: {} });
    const later = "2026-12-03T18:00:00.000Z";
    report.failures = failures(1, { state: "recovered", resentAt: later, recoveredAt: later });
    expect(headlineOf(report).text).toContain("1 file failed and was resent on Thu Dec 03 2026.");
    report.failures.push(failure({ state: "recovered", resentAt: TUESDAY, recoveredAt: TUESDAY }));
    expect(headlineOf(report).text).toContain("2 files failed and were resent since.");
  });

  test("tells what is open, to be resent, or may have arrived apart, and asks to act while something is open", () => {
    const report = organizationReport({
      received: { delivered: 5, waiting: 2 },
      filesSent: 2,
      itemsSent: 5,
      submitted: {},
    });
    report.failures = [
      ...[...failures(2, { state: "open" }), ...failures(1, { state: "resent", resentAt: FRIDAY })],
      ...[...failures(1, { state: "maybe delivered" }), ...failures(1, { state: "recovered", recoveredAt: FRIDAY })],
    ];
    expect(headlineOf(report)).toEqual({
      text:
        "You were sent 2 files, 5 items; 2 files failed and are still open; 1 failed and is to be sent again; " +
        "1 failed and has arrived since; 1 failed but may have arrived; 2 items are waiting.",
      tone: "act",
    });
  });

  test("is calm when all is done, and watches what moves", () => {
    const done = organizationReport({
      received: { delivered: 5 },
      filesSent: 2,
      itemsSent: 5,
      submitted: { delivered: 2 },
    });
    expect(headlineOf(done)).toEqual({
      text: "You were sent 2 files, 5 items; none failed. You submitted 1 file, 2 items; all arrived.",
      tone: "clear",
    });
    const moving = organizationReport({ received: { waiting: 5 }, filesSent: 0, itemsSent: 0, submitted: {} });
    expect(headlineOf(moving)).toEqual({ text: "You were sent no files; 5 items are waiting.", tone: "watch" });
  });

  test("of a sender tells what was rejected, which is for the sender to mend", () => {
    const report = organizationReport({ received: undefined, submitted: { delivered: 3, rejected: 1 }, refused: 2 });
    expect(headlineOf(report)).toEqual({
      text: "You submitted 1 file, 4 items; 3 arrived, 1 item was rejected, 2 files were refused.",
      tone: "act",
    });
  });

  test("says so when there is nothing", () => {
    expect(headlineOf(organizationReport({ received: undefined, submitted: undefined })).text).toBe(
      "Nothing was sent to you and you submitted nothing.",
    );
  });
});
