import { expect, test } from "vitest";
import { Recent } from "../../src/action-log/recent.ts";

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
