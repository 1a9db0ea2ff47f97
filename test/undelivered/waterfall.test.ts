import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NO_PARTY, partyOf } from "../../src/lineage/parties.ts";
import { OUTCOMES } from "../../src/outcome/words.ts";
import { total } from "../../src/summary/counts.ts";
import { addsUp, reasonKind, WaterfallFold, type WaterfallRow } from "../../src/undelivered/waterfall.ts";

const SENDERS = [NO_PARTY, partyOf("a\u0001b.c"), partyOf("a.b\u0001c"), partyOf("acme\u0001x")];
const RECEIVERS = [NO_PARTY, partyOf("ca-dph\u0001elr"), partyOf("ca-dph-x\u0001elr")];

const rowOf: fc.Arbitrary<WaterfallRow> = fc.record({
  receiver: fc.constantFrom(...RECEIVERS),
  outcome: fc.constantFrom(...OUTCOMES),
  reason: fc.constantFrom(
    "no receiver wanted it",
    "due to be sent 14:00 (US/Eastern)",
    "due to be sent 15:00 (US/Eastern)",
  ),
  acts: fc.constantFrom("nobody" as const, "sender" as const),
});

describe("WaterfallFold", () => {
  test("every way of breaking down either count adds up, for any items", () => {
    const items = fc.array(fc.tuple(fc.constantFrom(...SENDERS), fc.array(rowOf, { minLength: 1, maxLength: 4 })));
    fc.assert(
      fc.property(items, (all) => {
        const fold = new WaterfallFold();
        for (const [sender, rows] of all) fold.item(sender, rows);
        const rows = all.reduce((sum, [, outcomes]) => sum + outcomes.length, 0);
        expect(addsUp(fold.byItem(), all.length)).toBe(true);
        expect(addsUp(fold.byItemAndReceiver(), rows)).toBe(true);
        expect(total(fold.byItem().counts)).toBe(all.length);
      }),
    );
  });

  test("counts an item once, by its worst open outcome and at the receiver where it has it", () => {
    const fold = new WaterfallFold();
    const row = (receiver: number, outcome: WaterfallRow["outcome"]): WaterfallRow => {
      return { receiver: RECEIVERS[receiver] ?? NO_PARTY, outcome, reason: outcome, acts: "nobody" };
    };
    fold.item(SENDERS[3] ?? NO_PARTY, [row(1, "delivered"), row(2, "failed")]);
    fold.item(SENDERS[3] ?? NO_PARTY, [row(1, "filtered"), row(2, "delivered")]);
    expect(fold.byItem().counts).toMatchObject({ failed: 1, delivered: 1, filtered: 0 });
    expect(fold.byItem().receivers.map(({ party, counts }) => [party.name, total(counts)])).toEqual([
      ["ca-dph-x.elr", 2],
    ]);
    expect(fold.byItemAndReceiver().counts).toMatchObject({ failed: 1, delivered: 2, filtered: 1 });
  });

  test("keeps senders apart that are written alike", () => {
    const fold = new WaterfallFold();
    const row: WaterfallRow = { receiver: NO_PARTY, outcome: "unrouted", reason: "", acts: "nobody" };
    fold.item(SENDERS[1] ?? NO_PARTY, [row]);
    fold.item(SENDERS[2] ?? NO_PARTY, [row]);
    expect(fold.byItem().senders.map(({ party }) => [party.name, party.organization])).toEqual([
      ["a.b.c", "a"],
      ["a.b.c", "a.b"],
    ]);
  });

  test("a sum that misses one does not add up", () => {
    const fold = new WaterfallFold();
    fold.item(NO_PARTY, [{ receiver: NO_PARTY, outcome: "unrouted", reason: "", acts: "nobody" }]);
    const waterfall = fold.byItem();
    expect(addsUp(waterfall, 1)).toBe(true);
    expect(addsUp(waterfall, 2)).toBe(false);
    expect(addsUp({ ...waterfall, reasons: [] }, 1)).toBe(false);
    expect(addsUp({ ...waterfall, senders: [] }, 1)).toBe(false);
    expect(addsUp({ ...waterfall, receivers: [] }, 1)).toBe(false);
  });
});

describe("reasonKind", () => {
  test.each([
    ["waiting for the batch of 14:00 (US/Eastern)", "waiting for the batch of …"],
    ["retry 2 of 5, next Nov 19 01:10 -05:00 (America/Puerto_Rico)", "retry … of 5, next …"],
    ["handed to the receiver's server (SFTP), 3 times", "handed to the receiver's server (SFTP), several times"],
    [
      "missed its batch of 14:00 (UTC); ReportStream stopped looking for it Nov 20 01:00 (UTC)",
      "missed its batch of …; ReportStream stopped looking for it …",
    ],
    ["in the pipeline, before process, 2 failed tries", "in the pipeline, before process, after failed tries"],
    ["filtered by QUALITY_FILTER", "filtered by QUALITY_FILTER"],
  ])("%s", (reason, kind) => {
    expect(reasonKind(reason)).toBe(kind);
  });
});
