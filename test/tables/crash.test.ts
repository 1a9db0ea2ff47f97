import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TableChecksum } from "../../src/tables/checksum.ts";
import { startProgram } from "../support/program.ts";
import { type Bench, openBench } from "./lookup-fixture.ts";

const COLUMNS = ["code", "name"];
const ROWS = 10_000;
/** One of each kind that ends by itself and tells how long it takes on this machine, and seven of each that are killed. */
const ROUNDS = 24;
const KILLED = ROUNDS / 3 - 1;

/** Content that depends on the version only, so that every version in the table can be proved. */
function content(version: number): string[][] {
  return Array.from({ length: ROWS + version }, (_, index) => [`${index}`, `version ${version} row ${index}`]);
}

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

/** Every version whole, by count, numbering and checksum; and exactly one active. */
async function prove(): Promise<number[]> {
  const versions = await bench.database.query<{
    version: number;
    active: boolean;
    checksum: string;
    rows: number;
    last: number;
  }>(
    `select v.table_version as version, v.is_active as active, v.table_sha256_checksum as checksum,
       count(r.row_num)::int as rows, max(r.row_num) as last
     from lookup_table_version v left join lookup_table_row r using (lookup_table_version_id)
     where v.table_name = 'crash' group by v.lookup_table_version_id order by 1`,
  );
  expect(versions.filter(({ active }) => active)).toHaveLength(1);
  for (const { version, checksum, rows, last } of versions) {
    const source = version === 1 ? content(0) : content(version);
    const sum = new TableChecksum(COLUMNS);
    for (const row of source) sum.add(row);
    expect({ version, rows, last, checksum }).toEqual({
      version,
      rows: source.length,
      last: source.length,
      checksum: sum.digest(),
    });
  }
  return versions.map(({ version }) => version);
}

async function lineCount(path: string): Promise<number> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text.split("\n").length - 1;
}

/** Resolves when the log has more lines than that. */
async function begun(path: string, lines: number): Promise<void> {
  while ((await lineCount(path)) <= lines) await sleep(3);
}

describe("kill -9 at any moment", () => {
  it("leaves every version whole and exactly one active, whatever was under way", { timeout: 600_000 }, async () => {
    const csv = (rows: string[][]) => [COLUMNS, ...rows].map((row) => `${row.join(",")}\n`).join("");
    await bench.file("0.csv", csv(content(0)));
    expect((await bench.tables(["create", "crash", "0.csv", "--activate", "--yes"])).code).toBe(0);
    const log = join(bench.folder, "audit.jsonl");
    const seen = { killed: 0, done: 0, created: 0 };
    const usual = [0, 0, 0];
    let next = 2;
    for (let round = 0; round < ROUNDS; round++) {
      const before = await prove();
      const newest = before.at(-1) ?? 1;
      next = newest + 1;
      await bench.file("next.csv", csv(content(next)));
      const words = [
        ["create", "crash", "next.csv", "--activate", "--yes"],
        ["activate", "crash", String(1 + ((round - 1) % newest)), "--yes", "--allow-shrink"],
        ["revert", "crash", "--yes", "--allow-shrink"],
      ][round % 3] as string[];
      const lines = await lineCount(log);
      const { child, ended } = startProgram(["tables", ...words, "--audit-log", log], {
        cwd: bench.folder,
        env: { DATABASE_URL: bench.database.ownerUrl, USER: "ada" },
      });
      // Counted from the moment at which the change begins, which the audit log shows, to its end.
      await Promise.race([begun(log, lines), ended]);
      const began = Date.now();
      if (round < 3) {
        expect((await ended).code).toBe(0);
        usual[round] = Date.now() - began;
      } else {
        const part = (Math.floor(round / 3) - 1) / (KILLED - 1);
        await Promise.race([sleep((usual[round % 3] as number) * part), ended]);
        child.kill("SIGKILL");
      }
      const { signal } = await ended;
      if (signal === "SIGKILL") seen.killed++;
      else seen.done++;
      const after = await prove();
      expect(after.length - before.length).toBeLessThanOrEqual(1);
      if (after.length > before.length) seen.created++;
    }
    // The server may still be at work for a program that is gone.
    await sleep(1_000);
    const versions = await prove();
    expect(seen.killed).toBeGreaterThan(3);
    expect(seen.created).toBeGreaterThan(0);

    const lines = (await readFile(log, "utf8")).trim().split("\n");
    const created = lines.map((line) => JSON.parse(line) as { phase: string; change: string; version: number });
    const wereBegun = new Set(created.filter(({ change }) => change === "create").map(({ version }) => version));
    // Every version beyond the first was begun in the log before it was there.
    expect(versions.filter((version) => version > 1 && !wereBegun.has(version))).toEqual([]);
    // And the table can be worked with as if nothing had happened.
    await bench.file("last.csv", csv(content((versions.at(-1) ?? 1) + 1)));
    expect((await bench.tables(["create", "crash", "last.csv", "--activate", "--yes"])).code).toBe(0);
    await prove();
  });
});
