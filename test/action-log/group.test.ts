import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DistinctNumbers } from "../../src/action-log/distinct.ts";
import { fingerprint } from "../../src/action-log/fingerprint.ts";
import { compareGroups, ErrorGroups, type GroupKey, type LoggedRow, type Saying } from "../../src/action-log/group.ts";
import { Masked } from "../../src/action-log/wording.ts";

type FlatRow = Omit<LoggedRow, "saying"> & GroupKey;

const ROW: FlatRow = {
  type: "error",
  scope: "item",
  errorCode: "INVALID_MSG_VALIDATION",
  field: "",
  message: "Item 1 in the report was not valid. Reason: PID-5 missing",
  sender: "acme-labs.default",
  receiver: "",
  at: 1_000,
  submissionId: 7,
  reportId: null,
  item: 1,
};

it("gives the groups one by one in the result's order", () => {
  const groups = new ErrorGroups();
  for (let row = 0; row < 60; row++) {
    const { at, submissionId, reportId, ...said } = { ...ROW, message: `Reason ${"abcdefg"[row % 7]}` };
    groups.add({ at, submissionId, reportId, item: row, saying: said });
  }
  expect([...groups.ordered()]).toEqual(groups.result().groups);
  expect(groups.rows).toBe(60);
});

/** Each row grouped by what it says, and once more with one object for all that say the same: the groups are the same. */
function grouped(rows: readonly Partial<FlatRow>[], limits?: ConstructorParameters<typeof ErrorGroups>[0]) {
  const groups = new ErrorGroups(limits);
  const again = new ErrorGroups(limits);
  const sayings = new Map<string, Saying>();
  for (const row of rows) {
    const { at, submissionId, reportId, item, ...said } = { ...ROW, ...row };
    groups.add({ at, submissionId, reportId, item, saying: said });
    const { type, scope, errorCode, field, message, sender, receiver } = said;
    const key = JSON.stringify([type, scope, errorCode, field, message, sender, receiver]);
    const saying = sayings.get(key) ?? { ...said, masked: new Masked(errorCode, field, message, true) };
    sayings.set(key, saying);
    again.add({ at, submissionId, reportId, item, saying });
  }
  expect(again.result()).toEqual(groups.result());
  return groups.result();
}

describe("a fingerprint", () => {
  it.each([
    [
      "Item 3 in the report was not valid. Reason: PID-5 missing",
      "Item ‹n› in the report was not valid. Reason: PID-5 missing",
    ],
    ["Unexpected headers ‹value›, ‹value›,‹value›", "Unexpected headers ‹value›"],
    ["Error at line 17, OBX[3]", "Error at line ‹n›, OBX[‹n›]"],
    ["Expecting 26 columns, but found 28 in row 8.", "Expecting ‹n› columns, but found ‹n› in row ‹n›."],
    [
      "Your file's row size of 20000 exceeds the maximum of 10000 rows",
      "Your file's row size of ‹n› exceeds the maximum of 10000 rows",
    ],
    [
      "HTTP 503 for PID-5.1 of 94558-4 with a 10-digit FHIR 4.0.1",
      "HTTP 503 for PID-5.1 of 94558-4 with a 10-digit FHIR 4.0.1",
    ],
    ["Missing mapping for code(s): b-1,a-1, b-1", "Missing mapping for code(s): a-1,b-1"],
  ])("of %s", (message, folded) => {
    expect(fingerprint(message)).toBe(folded);
    expect(fingerprint(folded)).toBe(folded);
  });

  it("is short whatever the message", () => {
    expect(fingerprint("word ".repeat(200_000)).length).toBeLessThanOrEqual(500);
    expect(fingerprint(`Missing mapping for code(s): ${"1-1,".repeat(200_000)}`).length).toBeLessThanOrEqual(500);
  });
});

describe("groups", () => {
  it("fold rows that differ in item numbers, and count rows, items and submissions", () => {
    const { groups, rows } = grouped([
      {},
      { item: 2, message: "Item 2 in the report was not valid. Reason: PID-5 missing", at: 3_000 },
      { item: 2, message: "Item 2 in the report was not valid. Reason: PID-5 missing", at: 500 },
      { submissionId: 8, item: 2 },
      { submissionId: null, reportId: "r-1", item: 2 },
      { submissionId: null, item: 2 },
      { item: null },
    ]);
    expect(rows).toBe(7);
    expect(groups).toEqual([
      {
        type: "error",
        scope: "item",
        errorCode: "INVALID_MSG_VALIDATION",
        field: "",
        message: "Item ‹n› in the report was not valid. Reason: PID-5 missing",
        sender: "acme-labs.default",
        receiver: "",
        count: 7,
        submissions: 2,
        items: 4,
        firstSeen: 500,
        lastSeen: 3_000,
        overflow: false,
      },
    ]);
  });

  it("tell zero, negative and enormous item numbers apart", () => {
    const items = [0, -1, 1, 2_147_483_647, -2_147_483_648, 2_097_151, 2_097_152, 0, -2_147_483_648];
    expect(grouped(items.map((item) => ({ item }))).groups[0]?.items).toBe(7);
  });

  it("are in an order that the rows' order does not change", () => {
    const rows = ["b", "a", "c", "a"].map((sender) => ({ sender }));
    expect(grouped(rows).groups.map(({ sender }) => sender)).toEqual(["a", "b", "c"]);
    expect(grouped(rows.toReversed())).toEqual(grouped(rows));
  });

  it("beyond the limit go to groups without message, and are counted", () => {
    const rows = Array.from({ length: 100 }, (_, at) => ({
      message: `Problem ${String.fromCodePoint(0x4e00 + at)}`,
      item: at,
    }));
    const { groups, overflowRows } = grouped(rows, { groups: 10 });
    expect(groups).toHaveLength(11);
    expect(groups[0]).toMatchObject({ message: "", overflow: true, count: 90, items: 90, sender: "acme-labs.default" });
    expect(overflowRows).toBe(90);
    const senders = rows.map((row, at) => ({ ...row, sender: `s${at}` }));
    const bounded = grouped(senders, { groups: 10, overflowGroups: 5 });
    expect(bounded.groups).toHaveLength(16);
    expect(bounded.groups[0]).toMatchObject({ sender: "", errorCode: "", count: 85, overflow: true });
  });

  it("add up on any rows, each row in exactly one", () => {
    const row = fc.record({
      type: fc.constantFrom("error", "warning", "filter", "info"),
      scope: fc.constantFrom("item", "report", "internal"),
      errorCode: fc.constantFrom("UNKNOWN", "INVALID_MSG_PARSE"),
      field: fc.constantFrom("", "race"),
      message: fc.oneof(fc.string(), fc.constantFrom("same", "Item 4 in the report was not valid. Reason: x")),
      sender: fc.constantFrom("", "a.b", "c.d"),
      receiver: fc.constantFrom("", "x.y"),
      at: fc.integer({ min: 0, max: 1_000_000 }),
      submissionId: fc.oneof(fc.constant(null), fc.integer({ min: 1, max: 5 })),
      reportId: fc.oneof(fc.constant(null), fc.constantFrom("r1", "r2")),
      item: fc.oneof(fc.constant(null), fc.integer({ min: -3, max: 9 })),
    });
    const limits = fc.record({
      groups: fc.integer({ min: 0, max: 30 }),
      overflowGroups: fc.integer({ min: 0, max: 5 }),
    });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 200 }), limits, (rows, limit) => {
        const result = grouped(rows, limit);
        const sum = (pick: (group: (typeof result.groups)[number]) => number): number =>
          result.groups.reduce((total, group) => total + pick(group), 0);
        expect(sum(({ count }) => count)).toBe(rows.length);
        expect(result.rows).toBe(rows.length);
        expect(sum(({ overflow, count }) => (overflow ? count : 0))).toBe(result.overflowRows);
        for (const type of ["error", "warning", "filter", "info"]) {
          expect(sum((group) => (group.type === type ? group.count : 0))).toBe(
            rows.filter((r) => r.type === type).length,
          );
        }
        for (const group of result.groups) {
          expect(group.items).toBeLessThanOrEqual(group.count);
          expect(group.submissions).toBeLessThanOrEqual(group.count);
          expect(group.firstSeen).toBeLessThanOrEqual(group.lastSeen);
        }
        const kept = result.groups.filter(({ overflow }) => !overflow).length;
        expect(kept).toBeLessThanOrEqual(limit.groups);
      }),
      { numRuns: 200, seed: 9 },
    );
  });
});

describe("distinct numbers", () => {
  it("are counted as a Set counts them", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { maxLength: 400 }), (values) => {
        const distinct = new DistinctNumbers();
        values.forEach((value, at) => {
          distinct.add(value);
          if (at % 97 === 0) expect(distinct.size).toBe(new Set(values.slice(0, at + 1)).size);
        });
        expect(distinct.size).toBe(new Set(values).size);
      }),
      { seed: 5 },
    );
  });
});

describe("two runs compared", () => {
  it("tell new, standing and gone", () => {
    const before = grouped([{ sender: "a" }, { sender: "b" }]).groups;
    const now = grouped([{ sender: "b" }, { sender: "c" }, { sender: "c" }]).groups;
    expect(compareGroups(before, now).map(({ status, group }) => [status, group.sender])).toEqual([
      ["new", "c"],
      ["standing", "b"],
      ["gone", "a"],
    ]);
    expect(compareGroups([], []).length).toBe(0);
  });
});
