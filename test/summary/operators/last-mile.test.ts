import { describe, expect, test } from "vitest";
import type { FailedFile } from "../../../src/failures/by-receiver.ts";
import { NO_PARTY, partyOf } from "../../../src/lineage/parties.ts";
import { earlierFailures } from "../../../src/summary/operators/earlier-failures.ts";
import { lastMile, timeLeft } from "../../../src/summary/operators/last-mile.ts";
import type { EarlierFailure } from "../../../src/summary/operators/types.ts";
import type { FailureSummary } from "../../../src/summary/types.ts";
import { DAY } from "../../../src/time/instant.ts";

const NOW = "2026-11-21T12:00:00.000Z";
const earlier = (receiver: string, state: string, some: Partial<EarlierFailure> = {}): EarlierFailure => ({
  ...{ reportId: "id", receiver, organization: receiver.split(".")[0] as string, fileName: "f.hl7", items: 3, state },
  ...{ lastFailedAt: "2026-11-10T10:00:00.000Z", errorFamily: "timeout", error: "", resentAt: null },
  ...{ recoveredAt: null, expiresAt: null },
  ...some,
});
const fresh = (receiver: string, state: string, some: Partial<EarlierFailure> = {}): FailureSummary => ({
  ...earlier(receiver, state, { lastFailedAt: "2026-11-20T10:00:00.000Z", ...some }),
  ...{ firstFailedAt: "2026-11-20T09:00:00.000Z", attempts: 2, senders: [] },
});

describe("counts", () => {
  test("tell what is new from what stands, and take what nobody has to do apart", () => {
    const counted = lastMile(
      [
        fresh("a.elr", "open"),
        fresh("a.elr", "recovered"),
        fresh("b.elr", "resent"),
        fresh("b.elr", "maybe delivered"),
      ],
      [earlier("b.elr", "open", { items: null }), earlier("b.elr", "open"), earlier("a.elr", "recovered")],
      NOW,
    );
    expect(counted).toMatchObject({
      ...{ newFiles: 1, newItems: 3, standingFiles: 2, standingItems: 3 },
      ...{ resentFiles: 1, recoveredFiles: 2, maybeDeliveredFiles: 1, expiringFiles: 0, firstExpiresAt: null },
    });
    expect(
      counted.receivers.map(({ receiver, newFiles, standingFiles }) => [receiver, newFiles, standingFiles]),
    ).toEqual([
      ["b.elr", 0, 2],
      ["a.elr", 1, 0],
    ]);
  });

  test("call out what expires within two weeks, and not what has expired", () => {
    const counted = lastMile(
      [],
      [
        earlier("a.elr", "open", { expiresAt: "2026-12-05T12:00:00.000Z" }),
        earlier("a.elr", "resent", { expiresAt: "2026-12-01T00:00:00.000Z" }),
        earlier("a.elr", "open", { expiresAt: "2026-12-05T12:00:00.001Z" }),
        earlier("a.elr", "open", { expiresAt: "2026-11-21T12:00:00.000Z" }),
        earlier("a.elr", "recovered", { expiresAt: "2026-11-22T00:00:00.000Z" }),
      ],
      NOW,
    );
    expect(counted).toMatchObject({ expiringFiles: 2, firstExpiresAt: "2026-12-01T00:00:00.000Z" });
  });

  test("name the kinds of error, most frequent first", () => {
    const families = ["DNS", "timeout", "timeout"].map((errorFamily) => fresh("a.elr", "open", { errorFamily }));
    expect(lastMile(families, [], NOW).receivers[0]?.errorFamilies).toEqual(["timeout", "DNS"]);
  });

  test("of nothing are zeroes", () => {
    expect(lastMile([], [], NOW)).toMatchObject({ newFiles: 0, standingFiles: 0, receivers: [] });
  });
});

test("time left is negative once a file has expired, and not known without a file", () => {
  expect(timeLeft("2026-11-22T12:00:00.000Z", NOW)).toBe(DAY);
  expect(timeLeft("2026-11-20T12:00:00.000Z", NOW)).toBe(-DAY);
  expect(timeLeft(null, NOW)).toBeNaN();
});

describe("earlier failures", () => {
  const file = (lastFailedAt: number, recoveredAt = Number.NaN): FailedFile => ({
    ...{
      report: 1,
      reportId: `${lastFailedAt}/${recoveredAt}`,
      receiver: partyOf("a\u0001b"),
      fileName: "f",
      items: 1,
    },
    ...{ state: Number.isNaN(recoveredAt) ? "open" : "recovered", firstFailedAt: lastFailedAt, lastFailedAt },
    ...{ attempts: 1, errorFamily: "timeout", error: "", resentAt: Number.NaN, resentBy: "staff", recoveredAt },
    ...{ senders: [], submissionIds: [], expiresAt: Number.NaN },
  });

  test("end where the window begins, and leave out what was made good before it", () => {
    const windowFrom = 10_000_000;
    const found = earlierFailures(
      [file(1), file(windowFrom - 1), file(windowFrom), file(2, windowFrom - 1), file(3, windowFrom)],
      { from: 0, windowFrom },
    );
    expect(found.failures.map(({ reportId }) => reportId)).toEqual(["1/NaN", "9999999/NaN", "3/10000000"]);
    expect(JSON.stringify(found)).not.toContain("staff");
  });

  test("of an unknown file say so by null", () => {
    const unknown = { ...file(1), report: -1, reportId: "", receiver: NO_PARTY, fileName: "", items: null };
    expect(earlierFailures([unknown], { from: 0, windowFrom: 5 }).failures).toMatchObject([
      { receiver: "", items: null, expiresAt: null, recoveredAt: null },
    ]);
  });
});
