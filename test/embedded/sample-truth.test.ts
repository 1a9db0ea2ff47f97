import { describe, expect, it } from "vitest";
import { instant } from "../../src/embedded/sample/era.ts";
import { HOSTILE_NAMES } from "../../src/embedded/sample/hostile-text.ts";
import { generateSample, type Sample, type Truth } from "../../src/embedded/sample/index.ts";
import { RECIPES } from "../../src/embedded/sample/variants/index.ts";

/** What each recipe must come to, by its story: the words that its items may have, all of which must occur. */
const EXPECTED: Record<string, string> = {
  "ampersand message": "failed",
  as2: "delivered",
  "batch late but alive": "waiting",
  "batch past its look-back": "stuck",
  "batches of three": "delivered",
  blobstore: "delivered",
  "convert-failed item": "delivered rejected",
  "downloaded after sending": "delivered",
  "downloaded only": "downloaded",
  "downloaded then resent": "delivered",
  "downloaded three times": "delivered",
  "elr-elims": "delivered failed",
  email: "delivered",
  "every log class": "delivered",
  "exception after upload": "delivered",
  "exception after warnings": "stuck",
  "failed then downloaded": "downloaded",
  "fan-out to five": "delivered",
  filtered: "filtered",
  "filtered at one of two": "delivered filtered",
  "final failure": "failed",
  gaen: "delivered",
  "ghost send": "delivered",
  "glued messages": "delivered",
  "hostile file name": "delivered",
  "immediate failure": "failed",
  "legacy async": "delivered unrouted",
  "legacy batch merge": "delivered",
  "legacy doubled filter logs": "delivered filtered",
  "legacy downloaded only": "downloaded",
  "legacy final failure": "failed",
  "legacy inactive receiver": "delivered",
  "legacy missing id": "delivered unrouted",
  "legacy no trace": "unrouted",
  "legacy partly filtered": "delivered filtered",
  "legacy process failure": "failed",
  "legacy process warning": "delivered",
  "legacy receiver deleted": "stuck",
  "legacy sent at once": "delivered",
  "legacy single item": "delivered",
  "legacy sync": "delivered unrouted",
  "legacy translate failure": "delivered unrouted",
  "legacy wholly filtered": "filtered",
  "lost send": "stuck",
  monkeypox: "delivered",
  "ndjson extra line": "delivered rejected",
  "no timing": "stuck",
  "not batching": "delivered",
  "null transport": "delivered",
  "poison at convert": "stuck",
  "poison at destination-filter": "delivered stuck",
  "poison at process": "stuck",
  "poison at receiver-enrichment": "delivered stuck",
  "poison at receiver-filter": "delivered stuck",
  "poison at translate": "delivered stuck",
  "pre-2023-09 sent without body": "delivered",
  "pre-2024-05 route step": "delivered filtered rejected unrouted",
  "pre-2025 without enrichment": "delivered filtered rejected unrouted",
  "ready for download": "waiting",
  "re-created organization": "delivered",
  "receiver deleted": "stuck",
  "redelivered convert": "delivered",
  "redelivered destination-filter": "delivered",
  "redelivered receiver-filter": "delivered filtered",
  "redelivered translate": "delivered",
  "resend after success": "delivered",
  "resend fails again": "failed",
  "resend recovers": "delivered",
  "resend refused": "delivered",
  "resend scheduled": "retrying",
  "resend test": "failed",
  rest: "delivered",
  "retry then success": "delivered",
  "retrying now": "retrying",
  "sftp drop": "delivered",
  soap: "delivered",
  "submissions service": "delivered",
  "three fates in one": "delivered filtered rejected unrouted",
  "twin organization": "delivered",
  "unreadable file": "rejected",
  "unrecoverable exception": "stuck",
  unrouted: "unrouted",
};

/** Recipes without items: requests that were refused, and things that are no submission. */
const WITHOUT_ITEMS = [
  "crash orphan",
  "duplicate items",
  "empty batch",
  "rejected from nobody known",
  "rejected request",
  "test option",
  "unknown token",
];

function play(asOf: string): { sample: Sample; truth: Truth } {
  const sample = generateSample({ seed: 3, asOf: instant(asOf) });
  for (const chunk of sample.chunks) expect(chunk.rows).toBeGreaterThan(0);
  return { sample, truth: sample.truth() };
}

describe.each([
  ["in the afternoon", "2026-07-22T19:30:00Z"],
  ["a second past the end of a day of 23 hours", "2026-03-09T04:00:01Z"],
  ["a second before midnight, after a day of 25 hours", "2026-11-03T04:59:59Z"],
])("the sample as of %s", (_, asOf) => {
  const { sample, truth } = play(asOf);
  const { from, to } = sample.settled.yesterday;
  const yesterday = truth.submissions.filter((one) => one.submittedAt >= from && one.submittedAt < to);

  it("plays each recipe at least three times yesterday", () => {
    const counts = new Map<string, number>();
    const count = (variant: string | null, at: number): void => {
      if (variant !== null && at >= from && at < to) counts.set(variant, (counts.get(variant) ?? 0) + 1);
    };
    for (const one of truth.submissions) count(one.variant, one.submittedAt);
    for (const one of truth.events) count(one.variant, one.at);
    const missing = Object.keys(RECIPES).filter((variant) => (counts.get(variant) ?? 0) < 3);
    expect(missing).toEqual([]);
    expect(counts.get("hostile file name")).toBe(HOSTILE_NAMES.length);
  });

  it("comes to the outcomes that the recipes tell", () => {
    const words = new Map<string, Set<string>>();
    for (const { variant, outcome } of truth.items) {
      if (variant === null || variant === "history" || variant === "edge of the day") continue;
      words.set(variant, (words.get(variant) ?? new Set()).add(outcome));
    }
    const found = Object.fromEntries([...words].map(([variant, set]) => [variant, [...set].sort().join(" ")]));
    expect(found).toEqual(EXPECTED);
    expect([...Object.keys(EXPECTED), ...WITHOUT_ITEMS].sort()).toEqual(
      [...Object.keys(RECIPES), "hostile file name"].filter((variant) => variant !== "edge of the day").sort(),
    );
  });

  it("has submissions on the very edges of yesterday", () => {
    const moments = truth.submissions.filter((one) => one.variant === "edge of the day").map((one) => one.submittedAt);
    expect(moments).toEqual(expect.arrayContaining([from, to - 1, from - 1, to]));
  });

  it("has several hundred submissions yesterday, by and for some twenty organizations", () => {
    expect(yesterday.length).toBeGreaterThan(400);
    expect(yesterday.length).toBeLessThan(1000);
    const ids = new Set(yesterday.map((one) => one.actionId));
    const receivers = truth.items
      .filter((item) => ids.has(item.actionId))
      .map((item) => item.receiver?.replace(/\.[^.]*$/, ""));
    const names = new Set([...receivers, ...yesterday.map((one) => one.sender?.replace(/\.[^.]*$/, ""))]);
    expect(names.size).toBeGreaterThanOrEqual(20);
    for (const name of ["ca-dph", "ca-dph-x", "CA-DPH", "../evil"]) expect(names).toContain(name);
  });

  it("accounts for every item of every submission, once for each receiver", () => {
    const items = new Map<number, Set<number>>();
    const seen = new Set<string>();
    for (const { actionId, item, receiver } of truth.items) {
      items.set(actionId, (items.get(actionId) ?? new Set()).add(item));
      seen.add(`${actionId} ${item} ${receiver}`);
    }
    expect(seen.size).toBe(truth.items.length);
    for (const one of truth.submissions) {
      const numbers = [...(items.get(one.actionId) ?? [])].sort((first, second) => first - second);
      expect(numbers).toEqual(Array.from({ length: one.items }, (_, place) => place + 1));
    }
  });

  it("tells when and in which file for delivered and downloaded items, and for no others", () => {
    const files = new Map(truth.deliveries.map((one) => [one.reportId, one]));
    const submitted = new Map(truth.submissions.map((one) => [one.actionId, one.submittedAt]));
    const kinds: Record<string, string> = { delivered: "sent", downloaded: "download" };
    const wrong = truth.items.filter((item) => {
      const kind = kinds[item.outcome];
      if (item.timesDelivered > 0 !== (kind === "sent")) return true;
      const { deliveredAt: at, deliveredItem: position } = item;
      if (at === null || position === null || !kind) return kind !== undefined || item.deliveredReportId !== null;
      const file = files.get(item.deliveredReportId ?? "");
      const inFile = file?.kind === kind && file.receiver === item.receiver && file.at === at;
      const inTime = at > (submitted.get(item.actionId) as number) && at <= truth.asOf;
      return !(inFile && inTime && position >= 1 && position <= file.items);
    });
    expect(wrong).toEqual([]);
  });
});

describe("single truths that are easy to get wrong", () => {
  const { truth } = play("2026-07-22T19:30:00Z");
  const of = (variant: string): Truth["items"] => truth.items.filter((item) => item.variant === variant);
  const filesOf = (variant: string): Truth["deliveries"] => truth.deliveries.filter((file) => file.variant === variant);
  const failuresOf = (variant: string): Truth["failures"] => truth.failures.filter((file) => file.variant === variant);

  it("counts a file once however often its message was delivered, and each file that was sent", () => {
    expect(new Set(of("downloaded three times").map((item) => item.timesDelivered))).toEqual(new Set([1]));
    expect(new Set(of("resend after success").map((item) => item.timesDelivered))).toEqual(new Set([2]));
    expect(new Set(of("downloaded only").map((item) => item.timesDelivered))).toEqual(new Set([0]));
  });

  it("takes a delivery's time from the first file, not from a resend", () => {
    const first = Math.min(...filesOf("resend after success").map((file) => file.at));
    expect(of("resend after success").some((item) => item.deliveredAt === first)).toBe(true);
    const resent = new Set(
      filesOf("resend after success")
        .filter((file) => file.resend)
        .map((file) => file.reportId),
    );
    expect(of("resend after success").some((item) => resent.has(item.deliveredReportId as string))).toBe(false);
  });

  it("lets the batch's report stand in for an e-mailed file", () => {
    for (const file of filesOf("email")) expect(file.reportId).toBe(file.sourceReportId);
    expect(filesOf("email").length).toBe(3);
  });

  it("counts attempts: of the last series for a delivery, all failed ones for a failure", () => {
    expect(
      filesOf("retry then success")
        .map((file) => file.attempts)
        .sort(),
    ).toEqual(expect.arrayContaining([2, 4, 6]));
    expect(new Set(failuresOf("final failure").map((file) => file.attempts))).toEqual(new Set([6]));
    expect(new Set(failuresOf("resend recovers").map((file) => file.attempts))).toEqual(new Set([7]));
    expect(new Set(failuresOf("resend fails again").map((file) => file.attempts))).toEqual(new Set([2]));
  });

  it("knows what became of failures", () => {
    expect(failuresOf("resend recovers").every((file) => file.recoveredAt !== null && file.resentBy !== null)).toBe(
      true,
    );
    expect(
      failuresOf("failed then downloaded").every((file) => file.recoveredAt !== null && file.resentAt === null),
    ).toBe(true);
    expect(failuresOf("resend scheduled").every((file) => file.recoveredAt === null && file.resentAt !== null)).toBe(
      true,
    );
    expect(failuresOf("resend test").every((file) => file.recoveredAt === null && file.resentAt === null)).toBe(true);
  });

  it("counts the items of a submission by what the lineage shows, where the root says one", () => {
    const service = truth.submissions.filter((one) => one.variant === "submissions service");
    expect(service.map((one) => one.items).sort()).toEqual([1, 2, 3]);
    expect(service.every((one) => one.httpStatus === null)).toBe(true);
    expect(truth.submissions.filter((one) => one.variant === "ndjson extra line").map((one) => one.items)).toEqual([
      3, 3, 3,
    ]);
  });

  it("keeps refused requests without items, and requests that only tested not at all", () => {
    const refused = truth.submissions.filter((one) => one.httpStatus === 400);
    expect(refused.every((one) => one.reportId === null && one.items === 0)).toBe(true);
    expect(refused.some((one) => one.sender === null)).toBe(true);
    expect(truth.submissions.some((one) => one.variant === "test option")).toBe(false);
  });

  it("calls a file that nobody fetched within sixty days stuck", () => {
    const old = of("history").filter((item) => item.receiver === "hh-phd.portal" && item.deliveredAt === null);
    expect(new Set(old.map((item) => item.outcome)).has("stuck")).toBe(true);
  });

  it("merges items of three submissions into one file", () => {
    const files = filesOf("legacy batch merge");
    expect(files.map((file) => [file.submissions, file.items])).toEqual([
      [3, 6],
      [3, 6],
      [3, 6],
    ]);
  });
});
