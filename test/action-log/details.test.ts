import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readDetail } from "../../src/action-log/detail.ts";
import { Details } from "../../src/action-log/details.ts";
import { fingerprint } from "../../src/action-log/fingerprint.ts";
import { maskField, maskMessage } from "../../src/action-log/mask.ts";
import { ConstantWording } from "../../src/action-log/wording.ts";
import { HOSTILE_VALUES, MUST_BE_MASKED } from "./corpus/masked.ts";
import { MUST_STAY_READABLE } from "./corpus/readable.ts";

type Row = { trackingId: string | null; sender: string; receiver: string };

/**
 * Reads a detail the fast way, out of the middle of a buffer, and the slow way, and expects the same of both.
 *
 * @returns whether it was masked for whatever item
 */
function expectSame(
  details: Details,
  type: "filter" | "other",
  json: string,
  { trackingId, sender, receiver }: Row,
): boolean {
  const bytes = Buffer.from(`"before"${json}{"behind": 1}`);
  const length = Buffer.byteLength(json);
  const { detail, wording } = type === "filter" ? details.ofFilter(json, trackingId) : details.of(bytes, 8, length);
  const read = readDetail(json);
  expect(detail).toEqual(read);
  const keep = [sender, receiver].filter((name) => name !== "");
  const slow = maskMessage(read.message, { field: read.field, trackingId, keep });
  const masked = wording.masked(trackingId, sender, receiver);
  expect(masked).toMatchObject({ message: slow, field: maskField(read.field), errorCode: read.errorCode });
  expect(masked.fingerprint).toBe(fingerprint(slow));
  return wording instanceof ConstantWording;
}

describe("a detail", () => {
  const all = [...MUST_BE_MASKED, ...MUST_STAY_READABLE];

  it("is masked as maskMessage does it, for whatever row and however often", () => {
    const details = new Details();
    for (const round of [1, 2]) {
      for (const { message, context } of all) {
        const json = JSON.stringify({ class: "a.b.C", message, fieldMapping: context?.field ?? "", errorCode: "X" });
        const word = message.split(/[ '"]/)[round] ?? "";
        for (const trackingId of [context?.trackingId ?? null, word, ""]) {
          for (const [sender = "", receiver = ""] of [["acme-labs.default", "ca-dph.elr"], [word], [""]]) {
            expectSame(details, "other", json, { trackingId, sender, receiver });
          }
        }
      }
    }
  });

  it("of a rejected item is masked by its reason, whatever the item", () => {
    const details = new Details();
    for (const { message } of all.filter((_, at) => at % 4 === 0)) {
      for (const item of [17, -3, 1_234_567_890]) {
        for (const fault of ["parseable", "strange"]) {
          const text = `Item ${item} in the report was not ${fault}. Reason: ${message}`;
          for (const trackingId of [null, "report", `${item}`, message.slice(0, 5)]) {
            const row = { trackingId, sender: message.split("'")[1] ?? "", receiver: "" };
            expectSame(details, "other", JSON.stringify({ class: "a.b.C", message: text }), row);
          }
        }
      }
    }
  });
});

describe("a filter's result", () => {
  const name = fc.oneof(
    fc.stringMatching(/^[A-Za-z0-9_.:-]{1,12}$/),
    fc.constantFrom(
      "item",
      "out",
      "For",
      "Type",
      "id",
      "x.",
      "message",
      "class",
      "originalCount",
      "u0062",
      "n1",
      "null",
    ),
    fc.constantFrom("12", "5", "0", "a b", "b-123", "ACC-covid-14-655", "‹id›", "", ...HOSTILE_VALUES),
  );
  const piece = fc.oneof(
    fc.constantFrom(
      "%",
      "'CA'",
      " filtered out item ",
      "\nFilter Type: ",
      ". ",
      ".",
      "[]",
      "b-123",
      "12",
      "‹id›",
      "@x.y",
      "\\",
    ),
    fc.constantFrom(...HOSTILE_VALUES),
    fc.string({ maxLength: 6 }),
  );
  const few = fc.array(piece, { maxLength: 3 }).map((parts) => parts.join(""));
  const shape = fc.record({
    head: fc.constantFrom(
      "For aa-phd.elr, filter ",
      "For ../evil.elr, filter ",
      "For x, filter",
      "Filtered out item ",
      "",
    ),
    filter: few,
    join: fc.constantFrom(" filtered out item ", " filtered out item ", " filtered item "),
    behind: fc.oneof(
      fc.constantFrom(
        ". \nFilter Type: ROUTING_FILTER Filter Args: [] \nFiltered Observation Details: null ",
        ".",
        ". ",
        "",
      ),
      few.map((text) => `. \nFilter Type: ${text}\nFiltered Observation Details: ${text}`),
      few,
    ),
    count: fc.constantFrom("1", "2365", "0", "07", "-4", "1.5", '"7"', "null"),
    args: fc.constantFrom("[]", '["T", "D"]', "[12, null]", '["b-123"]', '[{"originalCount": 5}]', '"x"'),
    extra: fc.constantFrom(
      "",
      ', "b-123": 1',
      ', "errorCode": "b-123"',
      ', "x": "\\u0062-123"',
      ', "x": 12',
      ', "x": "\ue000"',
    ),
    twice: fc.constantFrom(false, false, false, true),
  });

  it("is read and masked as any detail, for whatever item", () => {
    let forWhateverItem = 0;
    const details = new Details();
    fc.assert(
      fc.property(
        shape,
        fc.array(name, { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        fc.boolean(),
        (of, names, other, own) => {
          for (const item of names) {
            const message = `${of.head}${of.filter}${of.join}${item}${of.behind}`;
            const json = `{"class": "a.b.ReportStreamFilterResult", "message": ${JSON.stringify(message)}, "filterArgs": ${of.args}${of.extra}, "filterName": "f", "filterType": "ROUTING_FILTER", "receiverName": "aa-phd.elr", "originalCount": ${of.count}, "filteredTrackingElement": ${JSON.stringify(item)}}`;
            const row = { trackingId: other ? "b-123" : item, sender: own ? item : "", receiver: "aa-phd.elr" };
            if (expectSame(details, "filter", of.twice ? JSON.stringify(json) : json, row)) forWhateverItem++;
          }
        },
      ),
      { numRuns: 3_000, seed: 11 },
    );
    expect(forWhateverItem).toBeGreaterThan(100);
  });

  it("is worked out once for items that differ in name", () => {
    const details = new Details();
    const wordings = ["b-1", "b-22", "ACC-covid-14-655"].map((item, at) => {
      const message = `For aa-phd.elr, filter %x = 'CA'[] filtered out item ${item}. \nFilter Type: ROUTING_FILTER Filter Args: [] \nFiltered Observation Details: null `;
      const json = `{"class": "a.b.C", "message": ${JSON.stringify(message)}, "originalCount": ${at}, "filteredTrackingElement": "${item}"}`;
      return details.ofFilter(json, item).wording;
    });
    expect(new Set(wordings).size).toBe(1);
    expect(wordings[0]?.masked("b-1", "", "").message).toContain("item ‹id›. ");
  });

  it("that does not name the item is one wording, of which a row that is named in it gets its own", () => {
    const details = new Details();
    const json = (index: number, filterType = "CONDITION_FILTER") =>
      JSON.stringify({
        class: "a.b.FHIRReceiverFilter$ReceiverItemFilteredActionLogDetail",
        errorCode: "UNKNOWN",
        message: `Item was not routed to aa-phd.elr because it did not pass the ${filterType}. Item failed on: %x = 'ACC-77'`,
        filterType,
        index,
      });
    const of = (index: number, trackingId: string | null) => {
      expectSame(details, "filter", json(index), {
        trackingId,
        sender: "acme.default",
        receiver: "aa-phd.elr",
      });
      return details.ofFilter(json(index), trackingId).wording;
    };
    const first = of(1, "b-1");
    expect(of(2, null)).toBe(first);
    expect(of(3, "b-33")).toBe(first);
    expect(first.masked("b-1", "", "")).toMatchObject({ repeats: true });
    expect(details.ofFilter(json(4, "ROUTING_FILTER"), "b-1").wording).not.toBe(first);
    const named = of(5, "ACC-77");
    expect(named).not.toBe(first);
    expect(named.masked("ACC-77", "", "")).toMatchObject({
      repeats: false,
      message: expect.stringContaining("‹id›"),
    });
    expect(first.masked("b-1", "", "").message).toContain("ACC-77");
  });
});
