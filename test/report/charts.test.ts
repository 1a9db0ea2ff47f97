import { describe, expect, test } from "vitest";
import { deliveryTimes } from "../../src/report/charts/delivery-times.ts";
import { flow } from "../../src/report/charts/flow.ts";
import { outcomeBars } from "../../src/report/charts/outcome-bars.ts";
import { shortened } from "../../src/report/charts/shortened.ts";
import { sparkline } from "../../src/report/charts/sparkline.ts";
import { stepsOfDays, stepsOfWindow } from "../../src/report/charts/steps.ts";
import { noCounts } from "../../src/summary/counts.ts";
import { WINDOW } from "./sample-report.ts";

const counts = (some: object) => ({ ...noCounts(), ...some });

/** Top and height of each rectangle in a path. */
function rectangles(d: string): { x: number; y: number; height: number }[] {
  return [...d.matchAll(/M([\d.-]+) ([\d.-]+)h[\d.]+v([\d.]+)/g)].map(([, x, y, height]) => ({
    ...{ x: Number(x), y: Number(y), height: Number(height) },
  }));
}

describe("outcomes over time", () => {
  const steps = [
    { label: "00:00", counts: counts({ delivered: 1000, failed: 1 }), of: "a" },
    { label: "01:00", counts: counts({ delivered: 500, failed: 500 }), of: "b" },
    { label: "02:00", counts: undefined, of: "" },
  ];

  test("bars are as high as their items, stand on each other, and one among thousands is seen", () => {
    const { shapes, base } = outcomeBars(steps);
    const [delivered, failed] = ["delivered", "failed"].map((outcome) =>
      rectangles(shapes.find((shape) => shape.outcome === outcome)?.d ?? ""),
    );
    expect(delivered).toHaveLength(2);
    expect(delivered![0]!.height / delivered![1]!.height).toBeCloseTo(2, 1);
    expect(delivered![0]!.y + delivered![0]!.height).toBeCloseTo(base, 0);
    expect(failed![1]!.y + failed![1]!.height).toBeCloseTo(delivered![1]!.y, 0);
    expect(failed![0]!.height).toBe(2);
  });

  test("the table has each step once, and says of which there is no run", () => {
    const { rows, keys, bars } = outcomeBars(steps);
    expect(rows.map(({ label, known, total }) => [label, known, total])).toEqual([
      ["00:00", true, 1001],
      ["01:00", true, 1000],
      ["02:00", false, 0],
    ]);
    expect(keys).toEqual([
      { outcome: "delivered", count: 1500 },
      { outcome: "failed", count: 501 },
    ]);
    expect(bars[1]?.text).toBe("01:00: 500 delivered, 500 failed");
  });

  test("nothing at all is a picture without bars", () => {
    const { shapes, rows, description } = outcomeBars([]);
    expect([shapes, rows, description]).toEqual([[], [], "There were no items."]);
  });
});

test("every hour of a window is there, with where its counts stand", () => {
  const from = "2026-11-20T07:00:00.000Z";
  const timeline = { step: "hour" as const, steps: [{ from, counts: counts({ stuck: 2 }) }] };
  const steps = stepsOfWindow(WINDOW, "US/Pacific", timeline, "timeline.steps");
  expect(steps).toHaveLength(24);
  expect(steps[0]).toEqual({ label: "21:00", counts: noCounts(), of: "" });
  expect(steps[2]).toEqual({ label: "23:00", counts: counts({ stuck: 2 }), of: "timeline.steps.0.counts" });
});

test("days without a run between others are there without counts", () => {
  const day = (date: string) => ({ date, counts: noCounts(), of: date });
  const steps = stepsOfDays([day("2026-10-31"), day("2026-11-02")]);
  expect(steps.map(({ label, counts: known }) => [label, known !== undefined])).toEqual([
    ["Oct 31", true],
    ["Nov 01", false],
    ["Nov 02", true],
  ]);
  expect(stepsOfDays([])).toEqual([]);
});

test("delivery times fill their bar, those with most first", () => {
  const row = (name: string, times: number[]) => ({ name, of: name, deliveryTimes: times, medianDeliverySeconds: 90 });
  const rows = Array.from({ length: 20 }, (_, at) => row(`r${at}`, [at, 0, at]));
  const chart = deliveryTimes(rows, [60, 3600]);
  expect(chart.rows).toHaveLength(15);
  expect(chart.rows[0]?.name).toBe("r19");
  expect(chart.more).toBe(4);
  expect(chart.keys.map(({ text }) => text)).toEqual(["up to 1 minute", "up to 1 hour", "longer than 1 hour"]);
  const [first, second] = chart.rows[0]!.parts;
  expect([first?.place, second?.place]).toEqual([0, 2]);
  expect(first!.x + first!.width).toBeCloseTo(second!.x, 1);
  expect(first!.width).toBeCloseTo(second!.width, 1);
  expect(chart.rows[0]?.median).toBe("1 min 30 s");
});

describe("the flow", () => {
  const pairs = Array.from({ length: 12 }, (_, sender) =>
    Array.from({ length: 12 }, (_, receiver) => ({
      ...{ sender: `s${sender}`, receiver: receiver === 0 ? "" : `r${receiver}`, items: 10 * (12 - sender) + receiver },
    })),
  ).flat();
  const items = pairs.reduce((sum, pair) => sum + pair.items, 0);

  test("keeps every item, the others folded", () => {
    const { rows, nodes } = flow(pairs);
    expect(rows.reduce((sum, row) => sum + row.items, 0)).toBe(items);
    expect(nodes.map(({ name }) => name)).toContain("4 other senders");
    expect(nodes.map(({ name }) => name)).toContain("4 other receivers");
    expect(nodes.filter(({ anchor }) => anchor === "end")).toHaveLength(9);
  });

  test("nodes do not lie on each other, and nothing leaves the picture", () => {
    const { nodes, links, width, height } = flow(pairs);
    for (const anchor of ["start", "end"]) {
      const column = nodes.filter((node) => node.anchor === anchor);
      for (const [at, node] of column.slice(1).entries()) {
        expect(node.y).toBeGreaterThan(column[at]!.y + column[at]!.height);
      }
    }
    for (const node of nodes) expect(node.y + node.height).toBeLessThanOrEqual(height + 0.2);
    for (const { d } of links) {
      for (const number of d.match(/[\d.-]+/g) ?? []) {
        expect(Number(number)).toBeGreaterThanOrEqual(0);
        expect(Number(number)).toBeLessThanOrEqual(Math.max(width, height));
      }
    }
  });

  test("of nothing is nothing", () => {
    expect(flow([])).toMatchObject({ rows: [], links: [], nodes: [], description: "There were no items." });
  });
});

test("a sparkline needs something to compare with", () => {
  expect(sparkline([5])).toBeNull();
  expect(sparkline([0, 10, 5])).toMatchObject({ points: "2,16 6,2 10,9", text: "0 to 10 on the 2 days before" });
});

test("a long name keeps both ends", () => {
  expect(shortened("abc", 5)).toBe("abc");
  expect(shortened("abcdefgh", 5)).toBe("ab…gh");
});
