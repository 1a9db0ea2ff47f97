import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { createManifest, formatManifest, parseManifest } from "../../src/output/manifest.ts";
import { HEAD } from "./sample-run.ts";

const FILES = [
  { path: "summary.json", bytes: 3, sha256: "c".repeat(64) },
  { path: "items.csv", rows: 0, bytes: 2, sha256: "b".repeat(64) },
  { path: "organizations/ca-dph/index.html", bytes: 1, sha256: "a".repeat(64) },
  { path: "Z.csv", rows: 1, bytes: 1, sha256: "d".repeat(64) },
];

test("members stand in the order of the contract, files by path in code units, rows for CSV alone", () => {
  const text = formatManifest(createManifest(HEAD, FILES));
  const json = JSON.parse(text) as Record<string, unknown>;
  expect(Object.keys(json)).toEqual([
    "format",
    "tool",
    "window",
    "snapshot",
    "options",
    "queries",
    "files",
    "checksum",
  ]);
  expect(json.files).toEqual([
    { path: "Z.csv", rows: 1, bytes: 1, sha256: "d".repeat(64) },
    { path: "items.csv", rows: 0, bytes: 2, sha256: "b".repeat(64) },
    { path: "organizations/ca-dph/index.html", bytes: 1, sha256: "a".repeat(64) },
    { path: "summary.json", bytes: 3, sha256: "c".repeat(64) },
  ]);
  expect(json).toMatchObject({ format: 1, ...HEAD });
  expect(text).toMatch(/\n\}\n$/);
});

test("the order in which files were written does not show", () => {
  expect(formatManifest(createManifest(HEAD, [...FILES].reverse()))).toBe(formatManifest(createManifest(HEAD, FILES)));
});

test("the checksum is that of the file without it, so anybody can work it out", () => {
  const text = formatManifest(createManifest(HEAD, FILES));
  const { checksum } = JSON.parse(text) as { checksum: string };
  const without = text.replace(/,\n {2}"checksum": "[0-9a-f]{64}"\n/, "\n");
  expect(createHash("sha256").update(without).digest("hex")).toBe(checksum);
});

test("what was written is read back without a problem", () => {
  const manifest = createManifest(
    { ...HEAD, options: { b: [1, null, { "": "é\u2028" }], a: 1e21, "10": -0.5 } },
    FILES,
  );
  expect(parseManifest(formatManifest(manifest))).toEqual({ manifest, problems: [] });
});
