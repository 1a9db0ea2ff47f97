import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { partyOf } from "../../../src/lineage/parties.ts";
import type { DuplicateCause } from "../../../src/outcome/duplicates.ts";
import { OUTCOMES, type Outcome } from "../../../src/outcome/words.ts";
import { type CountedOutcome, OutcomeFold } from "../../../src/summary/operators/outcome-fold.ts";
import { WaterfallFold } from "../../../src/undelivered/waterfall.ts";

const RECEIVER = partyOf("oh-odh\u0001elr");
const OTHER = partyOf("ks-kdhe\u0001elr");
const outcome = (name: Outcome, reason: string, timesDelivered = 0, deliveredReport = -1): CountedOutcome => {
  return { outcome: name, acts: "nobody", reason, timesDelivered, deliveredReport };
};
const fold = (causeOf: (report: number) => DuplicateCause = () => "in several files") => new OutcomeFold(causeOf);

describe("lines", () => {
  test("count an item once, by its worst open outcome, and each row by item and receiver", () => {
    const folded = fold();
    folded.row("r1", 1, 500_000, RECEIVER, outcome("delivered", "handed over"));
    folded.row("r1", 1, 500_000, OTHER, outcome("failed", "the last attempt to send failed 14:02 (US/Eastern)"));
    folded.row("r1", 2, 500_000, RECEIVER, outcome("delivered", "handed over"));
    // The same item number of another submission.
    folded.row("r2", 2, 400_000, OTHER, outcome("failed", "the last attempt to send failed 15:30 (US/Eastern)"));
    const lines = folded.lines().map(({ outcome: name, reason, items, itemsAndReceivers, oldestSubmittedAt }) => {
      return [name, reason, items, itemsAndReceivers, oldestSubmittedAt];
    });
    expect(lines).toEqual([
      ["failed", "the last attempt to send failed …", 2, 2, "1970-01-01T00:00:00.400Z"],
      ["delivered", "handed over", 1, 2, "1970-01-01T00:00:00.500Z"],
    ]);
  });

  test("are none for no rows", () => {
    expect(fold().lines()).toEqual([]);
  });

  test("stay few whatever is in the reasons, and lose no row", () => {
    const folded = fold();
    for (let item = 1; item <= 5000; item++) {
      folded.row("r", item, 1, RECEIVER, outcome("rejected", `not accepted (CODE_${item})`));
    }
    const lines = folded.lines();
    expect(lines.length).toBeLessThanOrEqual(2001);
    expect(lines.reduce((sum, { items }) => sum + items, 0)).toBe(5000);
    expect(lines[0]).toMatchObject({ reason: "other reasons", items: 3000 });
  });

  test("agree with the waterfall of `undelivered`, by item and by item and receiver", () => {
    const row = fc.record({ outcome: fc.constantFrom(...OUTCOMES), reason: fc.constantFrom("a", "b", "c") });
    fc.assert(
      fc.property(fc.array(fc.array(row, { minLength: 1, maxLength: 4 })), (items) => {
        const folded = fold();
        const waterfall = new WaterfallFold();
        items.forEach((rows, item) => {
          for (const one of rows) folded.row("r", item + 1, 1, RECEIVER, outcome(one.outcome, one.reason));
          waterfall.item(
            RECEIVER,
            rows.map((one) => ({ ...one, receiver: RECEIVER, acts: "nobody" })),
          );
        });
        const lines = folded.lines();
        for (const [of, reasons] of [
          ["items", waterfall.byItem().reasons],
          ["itemsAndReceivers", waterfall.byItemAndReceiver().reasons],
        ] as const) {
          const counted = lines.filter((line) => line[of] > 0).map((line) => [line.outcome, line.reason, line[of]]);
          const expected = reasons.map(({ outcome: name, reason, count }) => [name, reason, count]);
          expect(counted.sort()).toEqual(expected.sort());
        }
      }),
    );
  });
});

describe("duplicates", () => {
  test("are by receiver and cause; an item delivered once is none", () => {
    const folded = fold((report) => (report === 7 ? "operator resend" : "in several files"));
    folded.row("r", 1, 1, RECEIVER, outcome("delivered", "x", 2, 7));
    folded.row("r", 2, 1, RECEIVER, outcome("delivered", "x", 4, 7));
    folded.row("r", 3, 1, RECEIVER, outcome("delivered", "x", 1, 7));
    folded.row("r", 4, 1, RECEIVER, outcome("delivered", "x", 2, 8));
    folded.row("r", 4, 1, OTHER, outcome("delivered", "x", 3, 7));
    const names = { receiver: "oh-odh.elr", organization: "oh-odh" };
    expect(folded.duplicates()).toEqual([
      {
        ...{ receiver: "ks-kdhe.elr", organization: "ks-kdhe", cause: "operator resend" },
        ...{ items: 1, copies: 2, mostTimes: 3 },
      },
      { ...names, cause: "in several files", items: 1, copies: 1, mostTimes: 2 },
      { ...names, cause: "operator resend", items: 2, copies: 4, mostTimes: 4 },
    ]);
  });
});
