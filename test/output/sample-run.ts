import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Column } from "../../src/output/csv.ts";
import { openRunFolder, type RunFolderOptions } from "../../src/output/folder.ts";
import type { Manifest, ManifestHead } from "../../src/output/manifest.ts";

export const HEAD: ManifestHead = {
  tool: { name: "lineage-report", version: "0.0.0-test" },
  window: { from: "2026-11-20T05:00:00.000Z", to: "2026-11-21T05:00:00.000Z", timeZone: "America/New_York" },
  snapshot: { at: "2026-11-21T06:00:00.000Z", id: "00000003-0000001B-1" },
  options: { organizations: ["ca-dph"], force: false },
  queries: [{ name: "items", sha256: "a".repeat(64) }],
};

export const COLUMNS: readonly Column[] = [
  { name: "report_id", type: "id" },
  { name: "message", type: "text" },
  { name: "submitted_at", type: "instant" },
  { name: "items", type: "number" },
];

/** A folder of its own for a test, removed after it. */
export async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "lineage-report-output-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A small run: four CSV files, one of them empty, rows with line breaks in cells, two other files. */
export async function writeSampleRun(
  target: string,
  options: Partial<RunFolderOptions> & { rows?: number } = {},
): Promise<Manifest> {
  const { rows = 20, ...rest } = options;
  const folder = await openRunFolder(target, { force: false, ...rest });
  try {
    const items = folder.csv("items.csv", COLUMNS);
    const errors = folder.csv("errors.csv", COLUMNS);
    const own = folder.csv("organizations/ca-dph/received-items.csv", COLUMNS);
    folder.csv("organizations/%43%41-dph/failures.csv", COLUMNS);
    for (let row = 0; row < rows; row++) {
      const values = [`id-${row}`, `line ${row}\n"quoted", and more`, 1_763_647_331_123_456 + row * 1e6, row] as const;
      await items.write(values);
      if (row % 2 === 0) await own.write(values);
      await errors.write([`error-${row}`, "=not a formula", null, rows - row]);
    }
    await folder.file("index.html", "<!doctype html><title>a page</title>");
    await folder.file("summary.json", '{"totals":{}}\n');
    return await folder.publish(HEAD);
  } finally {
    await folder.abort();
  }
}
