import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { OUTCOMES } from "../../src/outcome/words.ts";
import { judgeByEngine } from "./engine.ts";
import { randomWorld } from "./random-world.ts";
import { judgeSlowly } from "./reference.ts";
import type { Judged } from "./rows.ts";

/** How many graphs; a nightly run asks for more (PROPERTY_RUNS=1000000). A failure prints its seed and the smallest graph. */
const RUNS = Number(process.env.PROPERTY_RUNS ?? 10_000);

const sorted = (judged: Judged[]): string[] => judged.map((row) => JSON.stringify(row)).sort();

describe("random lineages", () => {
  test("the engine and the slow reference agree on every item and receiver", () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(randomWorld, (world) => {
        const expected = judgeSlowly(world);
        for (const { outcome } of expected) seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
        expect(sorted(judgeByEngine(world))).toEqual(sorted(expected));
      }),
      { numRuns: RUNS },
    );
    // Agreement proves little about an outcome that never came up.
    for (const outcome of OUTCOMES) {
      expect.soft(seen.get(outcome) ?? 0, outcome).toBeGreaterThan(RUNS / 100);
    }
  }, 600_000);
});
