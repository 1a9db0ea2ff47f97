import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { guardFormula } from "../../src/output/formula.ts";
import { unguarded } from "./unguarded.ts";

const SIGNS = ["=", "+", "-", "@", "＝", "＋", "－", "＠", "﹦", "﹢", "﹣", "﹫", "−", "⁼", "₌", "⁺", "₋", "﬩"];
const BLANKS = [
  ...[
    "",
    " ",
    "  ",
    "\u00a0",
    "\u3000",
    "\ufeff",
    "\u200b",
    "\u2060",
    "\u200e",
    "\u00ad",
    "\u0001",
    "\u001f",
    "\u0085",
  ],
  ...["\t", "\r", "\n", "\r\n", " \t", "\u2028", "\ufe0f", "'", "''", "' ", "\u2007"],
];
const BODIES = ["1+1", "cmd|'/c calc'!A0", 'HYPERLINK("http://x.example","y")', "SUM(A1:A9)", "2", ""];
const CORPUS = SIGNS.flatMap((sign) => BLANKS.flatMap((blank) => BODIES.map((body) => `${blank}${sign}${body}`)));

describe("formulas", () => {
  test(`${CORPUS.length} payloads are guarded by one apostrophe and come back whole`, () => {
    expect(CORPUS.length).toBeGreaterThan(2000);
    for (const payload of CORPUS) {
      expect(guardFormula(payload), JSON.stringify(payload)).toBe(`'${payload}`);
      expect(unguarded(`'${payload}`)).toBe(payload);
    }
  });

  test("a tab or line break at the start is guarded whatever follows", () => {
    for (const first of ["\t", "\r", "\n"]) expect(guardFormula(`${first}abc`)).toBe(`'${first}abc`);
  });

  test("ordinary text stays as it is", () => {
    const ordinary = [
      ...["", " ", "abc", "O'Neill", "'quoted'", "a=b", "1-2", "x\n=1", "A+B", "(-5)", "#REF", "éa", "  padded"],
      ...["user@example.org", "–dash", "—dash", "\u00a0nbsp", "'tis", "/a-b", "%3D", "😀=1", "|pipe", "!x"],
    ];
    for (const text of ordinary) {
      expect(guardFormula(text), JSON.stringify(text)).toBe(text);
      expect(unguarded(text), JSON.stringify(text)).toBe(text);
    }
  });

  test("the guard can be taken back from any text, and what it leaves starts with no sign", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(fc.constantFrom("'", ...SIGNS, ...BLANKS, "a", "0"), { maxLength: 6 }).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(text, (value) => {
        const guarded = guardFormula(value);
        expect(unguarded(guarded)).toBe(value);
        if (!guarded.startsWith("'")) {
          // By Unicode's own tables instead of our list.
          const seen = guarded.replace(/^[\s\p{Cc}\p{Cf}\u3164\uffa0]+/u, "").normalize("NFKC");
          expect(seen).not.toMatch(/^[=+\-@\t\r\n]/);
        }
      }),
      { numRuns: 5000 },
    );
  });
});
