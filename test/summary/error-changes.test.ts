import { describe, expect, test } from "vitest";
import { noCounts } from "../../src/summary/counts.ts";
import { allFiltered, markCodes, markGroups } from "../../src/summary/error-changes.ts";
import type { ErrorGroupSummary, SenderSummary } from "../../src/summary/types.ts";

const SEEN = { firstSeen: "2026-11-20T10:00:00.000Z", lastSeen: "2026-11-20T11:00:00.000Z" };

function group(message: string, more: Partial<ErrorGroupSummary> = {}): ErrorGroupSummary {
  const names = { type: "error", scope: "item", errorCode: "X", field: "", message, sender: "a.b", receiver: "" };
  return { status: null, ...names, count: 1, submissions: 1, items: 1, ...SEEN, ...more };
}

describe("markGroups", () => {
  test("marks new, standing and gone; counts do not matter, each part of the key does", () => {
    const previous = [
      group("stays", { count: 9, status: "new" }),
      group("goes", { status: "standing" }),
      group("other sender"),
    ];
    const current = [group("comes"), group("stays"), group("other sender", { sender: "a.c" })];
    const marked = markGroups(current, { errorGroups: previous, unmappedCodes: [] });
    expect(marked.errorGroups.map(({ message, status }) => [message, status])).toEqual([
      ["comes", "new"],
      ["stays", "standing"],
      ["other sender", "new"],
    ]);
    expect(marked.errorGroups[1]?.count).toBe(1);
    expect(marked.goneErrorGroups.map(({ message, status }) => [message, status])).toEqual([
      ["goes", "gone"],
      ["other sender", "gone"],
    ]);
  });

  test("without a previous run nothing is new", () => {
    const { errorGroups, goneErrorGroups } = markGroups([group("a")], undefined);
    expect(errorGroups[0]?.status).toBeNull();
    expect(goneErrorGroups).toEqual([]);
  });
});

test("markCodes tells a code of another sender from a new one", () => {
  const code = (name: string, sender: string) => ({ code: name, sender, count: 1, ...SEEN });
  const previous = { errorGroups: [], unmappedCodes: [{ ...code("1-8", "a.b"), isNew: true }] };
  const current = [code("1-8", "a.b"), code("1-8", "a.c"), code("", "a.b")];
  expect(markCodes(current, previous).map(({ isNew }) => isNew)).toEqual([false, true, true]);
  expect(markCodes(current, undefined).map(({ isNew }) => isNew)).toEqual([null, null, null]);
});

describe("allFiltered", () => {
  const sender = (name: string, byItem: Partial<SenderSummary["byItem"]>): SenderSummary => {
    const items = Object.values(byItem).reduce((sum, count) => sum + count, 0);
    const counts = { ...noCounts(), ...byItem };
    const zero = { submissions: 1, rejectedSubmissions: 0 };
    return {
      sender: name,
      organization: name,
      items,
      byItem: counts,
      byItemAndReceiver: counts,
      earlierItems: [],
      ...zero,
    };
  };

  test("takes those of which nothing that was wanted got through", () => {
    const found = allFiltered(
      [
        sender("all", { filtered: 41 }),
        sender("rest-unwanted", { filtered: 1, unrouted: 40, rejected: 2 }),
        sender("one-through", { filtered: 40, delivered: 1 }),
        sender("one-on-its-way", { filtered: 40, waiting: 1 }),
        sender("nothing-filtered", { unrouted: 5 }),
        sender("nothing", {}),
      ],
      ({ name }) => [`FILTER_OF_${name}`],
    );
    expect(found.map(({ sender: name, filtered, items }) => [name, filtered, items])).toEqual([
      ["all", 41, 41],
      ["rest-unwanted", 1, 43],
    ]);
    expect(found[0]?.filters).toEqual(["FILTER_OF_all"]);
  });
});
