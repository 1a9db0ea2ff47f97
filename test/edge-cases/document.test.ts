import { access, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../src/package.ts";
import { CASES, edgeCasesDocument } from "./document.ts";
import { ELSEWHERE } from "./elsewhere.ts";

const FILE = join(packageRoot, "docs", "edge-cases.md");

/** The numbers of the list that the project began with; it has gaps. */
const LISTED = [
  ...range(1, 13),
  ...range(15, 39),
  ...[41, 42, 43, 44, 45, 47, 48, 49],
  ...range(51, 65),
  ...[67, 68, 69, 70, 71, 73, 74, 75, 77, 78, 79, 80, 81],
  ...range(83, 95),
  ...[97, 98, 99, 101, 103, 104],
];

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, position) => from + position);
}

test("docs/edge-cases.md says what the tests' data say", async () => {
  const document = edgeCasesDocument();
  if (process.env.UPDATE_DOCS === "1") await writeFile(FILE, document);
  expect(await readFile(FILE, "utf8")).toBe(document);
});

test("every number of the list has a case, and no number has two", () => {
  const ids = [...CASES, ...ELSEWHERE].map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const missing = LISTED.filter((number) => !ids.includes(`E${number}`));
  expect(missing).toEqual([]);
});

test("the tests of other commands that the table names are there", async () => {
  const named = ELSEWHERE.map(({ testedIn }) => testedIn).filter((path) => path.startsWith("test/"));
  expect(named.length).toBeGreaterThan(0);
  for (const path of named) await access(join(packageRoot, path));
});
