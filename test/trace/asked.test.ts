import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readAsked } from "../../src/trace/asked.ts";
import { ranges } from "../../src/trace/ranges.ts";

const ID = "1a38b375-58e2-4c0e-9d2a-6b1f0c8f4a11";
const OTHER = "2b38b375-58e2-4c0e-9d2a-6b1f0c8f4a22";
const texts = (...given: string[]): string[][] => readAsked(given).map(({ parts }) => parts.map(({ text }) => text));

describe("what people hand over", () => {
  test.each([
    [` ${ID} ,`, [[ID]]],
    [`"${ID}",`, [[ID]]],
    [`{${ID}}`, [[ID]]],
    [`<${ID}>;`, [[ID]]],
    [`${ID} ${OTHER}`, [[ID, OTHER]]],
    [`${ID},${OTHER};48213\t7`, [[ID, OTHER, "48213", "7"]]],
    ["a file name.hl7", [["a file name.hl7"]]],
    ['"march, april.csv",48213', [["march, april.csv", "48213"]]],
    ["\ufeff48213\r\n\r\n 48214 \n,\n", [["48213"], ["48214"]]],
    ["\u200b48213\u200b", [["48213"]]],
    ['say ""hi"".hl7', [['say ""hi"".hl7']]],
    [" , ;; \n\t", []],
  ])("%j", (given, expected) => {
    expect(texts(given)).toEqual(expected);
  });

  test("the same is asked once, whatever its case where case means nothing", () => {
    expect(texts(ID, ID.toUpperCase(), ID, "File.hl7", "file.hl7")).toEqual([[ID], ["File.hl7"], ["file.hl7"]]);
  });

  test("kinds and items", () => {
    const [group] = readAsked([`report:${ID.toUpperCase()}/3`]);
    expect(group?.parts).toEqual([{ text: `report:${ID.toUpperCase()}/3`, as: "report", term: ID, item: 3 }]);
    expect(readAsked(["submission: 48213#2"])[0]?.parts[0]).toMatchObject({ as: "submission", term: "48213", item: 2 });
    // A slash belongs to a name, and a colon to an id, unless they mean something.
    expect(readAsked(["out/1"])[0]?.parts[0]).toMatchObject({ as: undefined, term: "out/1", item: undefined });
    expect(readAsked(["2026:1"])[0]?.parts[0]).toMatchObject({ as: undefined, term: "2026:1" });
  });

  test("whatever is given, every part is a text without blanks around it, and asking again asks the same", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary" })), (given) => {
        const parts = readAsked(given).flatMap((group) => group.parts.map(({ text }) => text));
        for (const part of parts) {
          expect(part).not.toBe("");
          expect(part.trim()).toBe(part);
        }
        expect(new Set(parts).size).toBe(parts.length);
      }),
      { numRuns: 300 },
    );
  });
});

test("ranges name each number once", () => {
  expect(ranges([])).toBe("");
  expect(ranges([3, 1, 2, 2, 7])).toBe("1-3, 7");
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 60 })), (numbers) => {
      const read = ranges(numbers)
        .split(", ")
        .filter(Boolean)
        .flatMap((part) => {
          const [from, to = from] = part.split("-").map(Number) as [number, number?];
          return Array.from({ length: to - from + 1 }, (_, at) => from + at);
        });
      expect(read).toEqual([...new Set(numbers)].sort((left, right) => left - right));
    }),
  );
});
