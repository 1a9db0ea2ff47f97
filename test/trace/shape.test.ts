import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RawGraph } from "../../src/trace/graph/collect.ts";
import { type Look, type Shaped, shape } from "../../src/trace/graph/shape.ts";

function raw(links: readonly (readonly [number, number])[], more: readonly number[] = []): RawGraph {
  const graph: RawGraph = { nodes: new Set([...links.flat(), ...more]), links: new Map(), edges: new Set() };
  for (const [from, to] of links) {
    const children = graph.links.get(from) ?? new Map<number, number>();
    children.set(to, (children.get(to) ?? 0) + 1);
    graph.links.set(from, children);
  }
  return graph;
}

const step = (more: Partial<Look> = {}): Look => ({ text: "step", receiver: 0, alone: false, file: false, ...more });
const summary = ({ shapes }: Shaped) =>
  shapes.map(({ kind, members }) => `${kind} ${members.length}x${members[0]!.length}`);

describe("folding", () => {
  test("steps one after the other are one node, up to what must stand alone", () => {
    const shaped = shape(
      raw([
        [0, 1],
        [1, 2],
        [2, 3],
        [3, 4],
      ]),
      (report) => step({ alone: report === 0, file: report === 4 }),
    );
    expect(summary(shaped)).toEqual(["report 1x1", "chain 1x3", "report 1x1"]);
    expect([...shaped.links].map(([from, to]) => [from, [...to.keys()]])).toEqual([
      [0, [1]],
      [1, [2]],
    ]);
  });

  test("items that went the same way are one node; one that went another way is not among them", () => {
    const links: [number, number][] = [];
    for (let item = 0; item < 397; item++)
      links.push([0, 10 + 2 * item], [10 + 2 * item, 11 + 2 * item], [11 + 2 * item, item === 7 ? 2 : 1]);
    const shaped = shape(raw(links), (report) => step({ alone: report === 0, file: report === 1 || report === 2 }));
    expect(summary(shaped).sort()).toEqual(["chain 1x2", "group 396x2", "report 1x1", "report 1x1", "report 1x1"]);
    const group = shaped.shapes.findIndex(({ kind }) => kind === "group");
    expect([...shaped.links.get(0)!.entries()]).toContainEqual([group, 396]);
  });

  test("a circle is one node and ends", () => {
    const shaped = shape(
      raw([
        [0, 1],
        [1, 2],
        [2, 0],
      ]),
      () => step(),
    );
    expect(summary(shaped)).toEqual(["chain 1x3"]);
    expect(shaped.links.get(0)?.has(0)).toBe(true);
  });

  test("every report stands in one node, and nodes are tied as their reports are", () => {
    const link = fc.tuple(fc.nat(30), fc.nat(30));
    fc.assert(
      fc.property(
        fc.array(link, { maxLength: 60 }),
        fc.array(fc.nat(2), { minLength: 31, maxLength: 31 }),
        (links, texts) => {
          const graph = raw(links);
          const shaped = shape(graph, (report) => step({ text: `${texts[report]}`, alone: report === 0 }));
          const shapeOf = new Map<number, number>();
          for (const [at, { members, kind }] of shaped.shapes.entries()) {
            for (const report of members.flat()) {
              expect(shapeOf.has(report)).toBe(false);
              shapeOf.set(report, at);
            }
            // Members of a group look alike.
            const looks = members.map((chain) => chain.map((report) => texts[report]).join());
            expect(new Set(looks).size).toBe(1);
            if (kind === "group") expect(members.length).toBeGreaterThanOrEqual(4);
          }
          expect([...shapeOf.keys()].sort()).toEqual([...graph.nodes].sort());
          for (const [from, to] of links) {
            const [parent, child] = [shapeOf.get(from)!, shapeOf.get(to)!];
            const isInner = parent === child && from !== to;
            if (!isInner) expect(shaped.links.get(parent)?.has(child)).toBe(true);
          }
          for (const [parent, children] of shaped.links) {
            for (const child of children.keys()) {
              const tied = links.some(([from, to]) => shapeOf.get(from) === parent && shapeOf.get(to) === child);
              expect(tied).toBe(true);
            }
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test("a group's members all have the same neighbours", () => {
    const link = fc.tuple(fc.nat(40), fc.nat(40));
    fc.assert(
      fc.property(fc.array(link, { maxLength: 80 }), (links) => {
        const shaped = shape(raw(links), () => step());
        const shapeOf = new Map(
          shaped.shapes.flatMap(({ members }, at) => members.flat().map((report) => [report, at] as const)),
        );
        for (const { kind, members } of shaped.shapes) {
          if (kind !== "group") continue;
          const around = members.map((chain) => {
            const ends = new Set(chain);
            const near = links.flatMap(([from, to]) =>
              ends.has(from) && !ends.has(to)
                ? [`to ${shapeOf.get(to)}`]
                : ends.has(to) && !ends.has(from)
                  ? [`from ${shapeOf.get(from)}`]
                  : [],
            );
            return [...new Set(near)].sort().join();
          });
          expect(new Set(around).size).toBe(1);
        }
      }),
      { numRuns: 300 },
    );
  });
});
