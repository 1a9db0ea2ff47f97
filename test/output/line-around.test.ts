import fc from "fast-check";
import { expect, test } from "vitest";
import { LineAround } from "../../src/output/line-around.ts";

test("a line around encoded cells has the bytes of the whole line, whatever its length", () => {
  const line = new LineAround();
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("é".repeat(3_000), "‹value›", ""));
  fc.assert(
    fc.property(text, text, text, (head, cells, tail) => {
      const whole = Buffer.concat([Buffer.from(head), Buffer.from(cells), Buffer.from(tail)]);
      expect(Buffer.from(line.encode(head, Buffer.from(cells), tail)).equals(whole)).toBe(true);
    }),
    { numRuns: 200, seed: 3 },
  );
});
