import { expect, test } from "vitest";
import { Recent, RecentBytes } from "../../src/action-log/recent.ts";

test("what was asked for lately is not made again, and what was not is forgotten", () => {
  const recent = new Recent<string>({ entries: 8, characters: 1000 });
  const made: string[] = [];
  const ask = (text: string): string =>
    recent.of(text, (given) => {
      made.push(given);
      return given.toUpperCase();
    });
  for (let round = 0; round < 10; round++) {
    expect(ask("a")).toBe("A");
    expect(ask(`once ${round}`)).toBe(`ONCE ${round}`);
  }
  expect(made.filter((text) => text === "a")).toHaveLength(1);
  ask("once 0");
  expect(made.filter((text) => text === "once 0")).toHaveLength(2);
});

test("a text that is longer than all that may be kept is made each time", () => {
  const recent = new Recent<number>({ entries: 8, characters: 100 });
  let made = 0;
  const long = "x".repeat(200);
  for (let round = 0; round < 3; round++) recent.of(long, () => ++made);
  expect(made).toBe(3);
  expect(recent.of("short", (text) => text.length)).toBe(5);
});

test("texts in a buffer are found by their bytes, and forgotten as others are", () => {
  const recent = new RecentBytes<number>({ entries: 8, bytes: 100 });
  const bytes = Buffer.from("one two three");
  expect(recent.find(bytes, 4, 3)).toBeUndefined();
  recent.keep(bytes, 4, 3, 2);
  recent.keep(bytes, 8, 5, 3);
  bytes.write("two two three");
  expect(recent.find(bytes, 0, 3)).toBe(2);
  for (let round = 0; round < 20; round++) {
    const once = Buffer.from(`once ${round}`);
    recent.keep(once, 0, once.length, round);
    expect(recent.find(bytes, 4, 3)).toBe(2);
  }
  expect(recent.find(bytes, 8, 5)).toBeUndefined();
  const long = Buffer.alloc(200, "x");
  recent.keep(long, 0, 200, 1);
  expect(recent.find(long, 0, 200)).toBeUndefined();
});
