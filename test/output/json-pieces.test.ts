import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonPieces } from "../../src/output/json-pieces.ts";

const whole = (value: object): string => [...jsonPieces(value)].join("");

test("the pieces are together what JSON.stringify prints", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.oneof(fc.jsonValue(), fc.array(fc.jsonValue()))), (value) => {
      expect(whole(value)).toBe(`${JSON.stringify(value, null, 1)}\n`);
    }),
  );
});

test("undefined is left out of objects and null in lists", () => {
  for (const value of [{}, { a: undefined }, { a: undefined, b: 1 }, { a: [undefined, { b: undefined }], c: [] }]) {
    expect(whole(value)).toBe(`${JSON.stringify(value, null, 1)}\n`);
  }
});

test("a list is not held as one text", () => {
  const list = Array.from({ length: 10_000 }, (_, at) => ({ at, text: "x".repeat(100) }));
  const longest = Math.max(...[...jsonPieces({ list })].map((piece) => piece.length));
  expect(longest).toBeLessThan(20_000);
});
