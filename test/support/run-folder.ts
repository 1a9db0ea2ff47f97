import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { verifyFolder } from "../../src/output/verify.ts";
import type { Summary } from "../../src/summary/types.ts";
import { runProgram } from "./program.ts";

/** One row of a CSV file by the column's name; every cell as text. */
export type CsvRow = Record<string, string>;

/** A finished run, read back the way a user would. */
export interface FinishedRun {
  folder: string;
  stdout: string;
  csv(path: string): Promise<CsvRow[]>;
  text(path: string): Promise<string>;
  summary(): Promise<Summary>;
  organizations(): Promise<string[]>;
}

/** Reads a CSV file by an independent parser. */
export async function readCsv(file: string): Promise<CsvRow[]> {
  return parse(await readFile(file), { columns: true, bom: false }) as CsvRow[];
}

/**
 * Runs `lineage-report run` as a process against a database, expects it to succeed, and verifies
 * the folder against its manifest, as every test of a command should.
 */
export async function run(databaseUrl: string, out: string, ...args: string[]): Promise<FinishedRun> {
  const { code, stdout, stderr } = await runProgram(["run", "--out", out, "--json", "--quiet", ...args], {
    env: { DATABASE_URL: databaseUrl },
    timeoutMs: 120_000,
  });
  if (code !== 0) throw new Error(`the run ended with ${code}: ${stderr}`);
  const { folder } = JSON.parse(stdout) as { folder: string };
  const verified = await verifyFolder(folder);
  if (!verified.ok) throw new Error(`verify: ${JSON.stringify(verified.faults)}`);
  return {
    folder,
    stdout,
    csv: (path) => readCsv(join(folder, path)),
    text: (path) => readFile(join(folder, path), "utf8"),
    summary: async () => JSON.parse(await readFile(join(folder, "summary.json"), "utf8")) as Summary,
    organizations: () => readdir(join(folder, "organizations")),
  };
}
