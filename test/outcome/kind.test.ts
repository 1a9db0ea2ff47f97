import { describe, expect, test } from "vitest";
import { FLAG } from "../../src/lineage/report-table.ts";
import { stepNumber } from "../../src/lineage/steps.ts";
import { KIND, type KindRow, kindOf } from "../../src/outcome/kind.ts";

type Given = Partial<Omit<KindRow, "nextAction" | "writtenBy" | "flags">> & {
  next: string | null;
  by?: string;
  flags?: number;
};

function kind({ next, by = "", flags = 0, ...rest }: Given): string {
  const row = { receiver: 0, itemCount: 1, ...rest };
  const number = kindOf({
    ...row,
    flags: flags | FLAG.loaded,
    nextAction: stepNumber(next),
    writtenBy: by === "" ? 0 : stepNumber(by),
  });
  return Object.entries(KIND).find(([, value]) => value === number)?.[0] ?? "";
}

describe("the kind of a report row", () => {
  const RECEIVER = 7;
  const cases: [situation: string, kind: string, row: Given][] = [
    ["a root of the universal pipeline waits for convert", "step", { next: "convert", flags: FLAG.submitted }],
    ["a legacy root has nothing planned", "final", { next: "none", flags: FLAG.submitted }],
    ["a legacy root without rows is no rejected item", "final", { next: "none", flags: FLAG.submitted, itemCount: 0 }],
    ["what waits for a batch is a step", "step", { next: "batch", receiver: RECEIVER }],
    ["what is to be sent is deliverable, for ever", "deliverable", { next: "send", receiver: RECEIVER }],
    ["sent", "sent", { next: null, by: "send", receiver: RECEIVER, flags: FLAG.transported }],
    ["sent under the error", "sent", { next: null, by: "send_error", receiver: RECEIVER, flags: FLAG.transported }],
    [
      "an empty file that was sent",
      "sent",
      { next: null, by: "send", receiver: 7, itemCount: 0, flags: FLAG.transported },
    ],
    [
      "a download has a transport result too",
      "downloaded",
      { next: null, by: "download", receiver: RECEIVER, flags: FLAG.transported | FLAG.downloaded },
    ],
    [
      "a download by its action alone",
      "downloaded",
      { next: null, by: "download", receiver: 7, flags: FLAG.transported },
    ],
    ["a download by its column alone", "downloaded", { next: null, receiver: RECEIVER, flags: FLAG.downloaded }],
    [
      "a transport result under another step is no sending",
      "unsent",
      { next: null, by: "batch", receiver: 7, flags: 4 },
    ],
    ["filtered, universal", "filtered", { next: "none", by: "receiver-filter", receiver: RECEIVER, itemCount: 0 }],
    ["filtered by route, before May 2024", "filtered", { next: "none", by: "route", receiver: RECEIVER, itemCount: 0 }],
    ["filtered whole, legacy", "filtered", { next: null, by: "process", receiver: RECEIVER, itemCount: 0 }],
    ["no receiver wanted it", "unrouted", { next: "none", by: "destination-filter", itemCount: 0 }],
    ["no receiver wanted it, by route", "unrouted", { next: "none", by: "route", itemCount: 0 }],
    ["not convertible", "rejected", { next: "none", by: "convert", itemCount: 0 }],
    ["not to be sent", "unsent", { next: "none", by: "receive", receiver: RECEIVER, itemCount: 3 }],
  ];
  test.each(cases)("%s: %s", (_, expected, row) => expect(kind(row)).toBe(expected));

  test("a report that is known from an edge only is unknown", () => {
    const row = {
      flags: 0,
      nextAction: stepNumber("send"),
      writtenBy: 0,
      receiver: 1,
      itemCount: 1,
    };
    expect(kindOf(row)).toBe(KIND.unknown);
  });
});
