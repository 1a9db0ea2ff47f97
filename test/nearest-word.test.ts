import { expect, it } from "vitest";
import { nearestWord } from "../src/nearest-word.ts";

const COMMANDS = ["run", "demo", "verify", "query", "failures", "undelivered", "organizations"];

it.each([
  ["verfy", "verify"],
  ["Verify", "verify"],
  ["qurey", "query"],
  ["failure", "failures"],
  ["undelievred", "undelivered"],
  ["organisations", "organizations"],
  ["rn", "run"],
  ["frobnicate", undefined],
  ["xyz", undefined],
  ["", undefined],
])("%j is meant as %s", (word, expected) => {
  expect(nearestWord(word, COMMANDS)).toBe(expected);
});

it("takes the nearest of several, and the first of equals", () => {
  expect(nearestWord("form", ["farm", "from"])).toBe("farm");
  expect(nearestWord("froms", ["forms-of", "from"])).toBe("from");
});
