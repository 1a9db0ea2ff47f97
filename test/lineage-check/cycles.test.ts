import fc from "fast-check";
import { expect, test } from "vitest";
import { findCycles } from "../../src/lineage-check/cycles.ts";

function cycles(links: readonly (readonly [number, number])[], reports: number): number[][] {
  return findCycles(
    {
      parent: Int32Array.from(links.map(([parent]) => parent)),
      child: Int32Array.from(links.map(([, child]) => child)),
      length: links.length,
    },
    reports,
  );
}

/** What can be reached from each report, itself only by a way back. */
function reach(links: readonly (readonly [number, number])[], reports: number): Set<number>[] {
  const all = Array.from({ length: reports }, () => new Set<number>());
  for (let changed = true; changed; ) {
    changed = false;
    for (const [from, to] of links) {
      for (const next of [to, ...all[to]]) {
        if (all[from].has(next)) continue;
        all[from].add(next);
        changed = true;
      }
    }
  }
  return all;
}

test("equals what reaches itself, on random links", () => {
  const size = 9;
  const link = fc.tuple(fc.nat(size - 1), fc.nat(size - 1));
  fc.assert(
    fc.property(fc.array(link, { maxLength: 16 }), (links) => {
      const reached = reach(links, size);
      const inCircles = cycles(links, size);
      const members = inCircles.flat();
      expect([...members].sort()).toEqual([...Array(size).keys()].filter((report) => reached[report].has(report)));
      for (const circle of inCircles) {
        for (const one of circle) expect(circle.every((other) => reached[one].has(other))).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});

test("a lineage of a million steps, and the same closed to a circle", () => {
  const length = 1_000_000;
  const chain = Array.from({ length: length - 1 }, (_, at) => [at, at + 1] as const);
  expect(cycles(chain, length)).toEqual([]);
  const [circle] = cycles([...chain, [length - 1, 0]], length);
  expect(circle).toHaveLength(length);
});
