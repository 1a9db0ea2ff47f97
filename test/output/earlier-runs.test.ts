import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { earlierSummaries } from "../../src/output/earlier-runs.ts";

let out: string;
beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), "earlier-runs-"));
});
afterEach(() => rm(out, { recursive: true }));

async function summary(folder: string, text = folder): Promise<void> {
  await mkdir(join(out, folder), { recursive: true });
  await writeFile(join(out, folder, "summary.json"), text);
}

async function found(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { folder: name, text } of earlierSummaries(join(out, folder))) {
    expect(text).toBe(name);
    names.push(name);
  }
  return names;
}

test("finds the runs of windows that are written alike and begin before, latest first", async () => {
  const days = ["2026-11-19", "2025-12-31", "2026-11-20", "2026-11-21"];
  const others = ["2026-11-16_2026-11-18", "20261119T140000Z_20261119T150000Z", ".2026-11-18.part", "notes"];
  for (const folder of [...days, ...others]) await summary(folder);
  expect(await found("2026-11-20")).toEqual(["2026-11-19", "2025-12-31"]);
  expect(await found("2026-11-19_2026-11-21")).toEqual(["2026-11-16_2026-11-18"]);
  expect(await found("20261119T150000Z_20261119T160000Z")).toEqual(["20261119T140000Z_20261119T150000Z"]);
});

test("passes over folders without a summary, and a folder of runs that is not there", async () => {
  await mkdir(join(out, "2026-11-18"));
  await summary("2026-11-17");
  expect(await found("2026-11-19")).toEqual(["2026-11-17"]);
  expect(await found("nowhere/2026-11-19")).toEqual([]);
});

test("reads no more than it is asked for", async () => {
  for (const day of ["2026-11-17", "2026-11-18"]) await summary(day);
  for await (const { folder } of earlierSummaries(join(out, "2026-11-19"))) {
    expect(folder).toBe("2026-11-18");
    break;
  }
});
