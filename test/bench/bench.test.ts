import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

interface Result {
  machine: { cores: number; memoryGigabytes: number; node: string; postgres: string; loadBefore: number };
  settings: Record<string, string>;
  items: number;
  repeat: number;
  walk?: unknown;
}

interface Document {
  performanceDocument(result: Result): string;
  isMet(target: { most?: number; least?: number }, value: number): boolean;
}

interface Profile {
  nodes: { id: number; callFrame: { functionName: string; url: string }; children?: number[] }[];
  samples: number[];
  timeDeltas: number[];
}

const here = (name: string): string => new URL(name, import.meta.url).href;
const { performanceDocument, isMet } = (await import(here("document.mjs"))) as Document;
const { partsOf } = (await import(here("profile-parts.mjs"))) as { partsOf(profile: Profile): Record<string, number> };

const docs = (name: string): URL => new URL(`../../docs/${name}`, import.meta.url);

const RESULT: Result = {
  machine: { cores: 4, memoryGigabytes: 16, node: "v20.0.0", postgres: "18.4", loadBefore: 0.2 },
  settings: { work_mem: "64MB" },
  items: 300_000,
  repeat: 5,
};

function walkResult(growthToLinear: number, bytesAnEdge: number) {
  const size = {
    edges: 10,
    reports: 5,
    loadSeconds: 1,
    buildSeconds: 1,
    walkSeconds: 1,
    nanosecondsAnEdge: 9,
    peakMegabytes: 9,
  };
  return { sizes: [size], ratios: { growthToLinear, bytesAnEdge, floorMegabytes: 100 } };
}

test("docs/performance.md is what docs/performance.json gives", () => {
  expect(existsSync(docs("performance.json"))).toBe(true);
  const kept = JSON.parse(readFileSync(docs("performance.json"), "utf8")) as Result;
  expect(readFileSync(docs("performance.md"), "utf8")).toBe(performanceDocument(kept));
});

describe("the document of a result", () => {
  test("leaves out what was not measured", () => {
    expect(performanceDocument(RESULT)).not.toContain("## Export");
  });

  test("says which targets are met and which are not", () => {
    const text = performanceDocument({ ...RESULT, walk: walkResult(1.2, 79.6) });
    expect(text).toContain("from 0.3 to 10 million | 1.20 | no |");
    expect(text).toContain("at most 80 bytes an edge | 79.60 | yes |");
  });
});

test("a target is a limit that may be reached", () => {
  expect(isMet({ most: 1.5 }, 1.5)).toBe(true);
  expect(isMet({ most: 1.5 }, 1.51)).toBe(false);
  expect(isMet({ least: 4 }, 4)).toBe(true);
  expect(isMet({ least: 4 }, 3.99)).toBe(false);
});

test("a profile's time counts for the innermost part of the program on the stack", () => {
  const frame = (id: number, url: string, children: number[] = [], functionName = "work") => ({
    id,
    callFrame: { functionName, url },
    children,
  });
  const parts = partsOf({
    nodes: [
      frame(1, "", [2, 5, 6]),
      frame(2, "file:///p/dist/run/run.js", [3]),
      frame(3, "file:///p/dist/outcome/judge.js", [4]),
      frame(4, "node:buffer"),
      frame(5, "", [], "(idle)"),
      frame(6, "file:///p/node_modules/pg-protocol/dist/parser.js"),
    ],
    samples: [2, 3, 4, 5, 6],
    timeDeltas: [1e6, 2e6, 3e6, 4e6, 5e6],
  });
  expect(parts).toEqual({
    "walk and judge": 5,
    decode: 5,
    "waiting for the database and the disk": 4,
    other: 1,
  });
});
