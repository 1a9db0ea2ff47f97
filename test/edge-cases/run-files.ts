import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Summary } from "../../src/summary/types.ts";
import type { Report } from "../support/rows.ts";
import type { CsvRow, FinishedRun } from "../support/run-folder.ts";

/** A run's files, each read once, and the rows in them that are about one thing. */
export class RunFiles {
  readonly #run: FinishedRun;
  readonly #read = new Map<string, Promise<CsvRow[]>>();

  constructor(run: FinishedRun) {
    this.#run = run;
  }

  csv(path: string): Promise<CsvRow[]> {
    let rows = this.#read.get(path);
    if (!rows) {
      rows = this.#run.csv(path);
      this.#read.set(path, rows);
    }
    return rows;
  }

  text(path: string): Promise<string> {
    return this.#run.text(path);
  }

  /** Every file of the run, one after the other. */
  async everything(): Promise<string> {
    const entries = await readdir(this.#run.folder, { recursive: true, withFileTypes: true });
    const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    return (await Promise.all(paths.map((path) => readFile(path, "utf8")))).join("\n");
  }

  summary(): Promise<Summary> {
    return this.#run.summary();
  }

  organizations(): Promise<string[]> {
    return this.#run.organizations();
  }

  /** All rows of items.csv of a submission. */
  async items(root: Report): Promise<CsvRow[]> {
    return (await this.csv("items.csv")).filter((row) => row.report_id === root.id);
  }

  /** Each row of items.csv in a line: `1 e27-phd.elr delivered`. */
  async outcomes(root: Report): Promise<string[]> {
    const rows = await this.items(root);
    return rows.map(({ item, receiver, outcome }) => [item, receiver, outcome].filter(Boolean).join(" "));
  }

  /** The only row of items.csv of a submission. */
  async item(root: Report): Promise<CsvRow> {
    return only(await this.items(root), "rows of items.csv");
  }

  /** The row of submissions.csv, by its report or by its action. */
  async submission(of: Report | number): Promise<CsvRow> {
    const rows = (await this.csv("submissions.csv")).filter((row) =>
      typeof of === "number" ? row.submission_id === String(of) : row.report_id === of.id,
    );
    return only(rows, "rows of submissions.csv");
  }

  async deliveries(receiver: string): Promise<CsvRow[]> {
    return (await this.csv("deliveries.csv")).filter((row) => row.receiver === receiver);
  }

  async failures(receiver: string): Promise<CsvRow[]> {
    return (await this.csv("failures.csv")).filter((row) => row.receiver === receiver);
  }

  async errors(sender: string): Promise<CsvRow[]> {
    return (await this.csv("errors.csv")).filter((row) => row.sender === sender);
  }

  /** The row of summary.csv for what a sender submitted for a receiver; "" for none. */
  async pair(sender: string, receiver: string): Promise<CsvRow> {
    const rows = (await this.csv("summary.csv")).filter((row) => row.sender === sender && row.receiver === receiver);
    return only(rows, "rows of summary.csv");
  }
}

function only(rows: CsvRow[], what: string): CsvRow {
  if (rows.length !== 1) throw new Error(`${rows.length} ${what}, expected one`);
  return rows[0] as CsvRow;
}

/** The columns of a row that are named. */
export function pick(row: CsvRow, ...columns: string[]): CsvRow {
  return Object.fromEntries(columns.map((column) => [column, row[column] as string]));
}
