import { TableChecksum } from "../checksum.ts";
import { ContentDigest } from "../content-digest.ts";
import { countOf, type Finding, jsonCells, type TableSource } from "../row.ts";
import { CellRules } from "./cell-rules.ts";
import { checkHeader, compareColumns } from "./header-rules.ts";
import { codesWithZeros, LeadingZeros } from "./leading-zeros.ts";
import { type KeyToCheck, RowRules } from "./row-rules.ts";
import { FIRM_RULES } from "./rules.ts";

/** A stored version to check a file against. */
export interface ActiveVersion {
  version: number;
  rows: number;
  source: TableSource;
}

export interface CheckOptions {
  active?: ActiveVersion | undefined;
  key?: KeyToCheck | undefined;
  /** Rules whose errors are only warnings this time. */
  allow?: readonly string[];
  /** The largest drop in rows against the active version, in percent. */
  largestDropPercent: number;
  signal?: AbortSignal | undefined;
  /** Gets the rows that fit the columns as they are read, their cells as JSON texts; `room` is awaited between batches. */
  taker?: RowTaker | undefined;
}

export interface RowTaker {
  add(json: readonly string[]): void;
  room(): Promise<void>;
}

export type Verdict = "fine" | "warnings" | "refused";

export interface CheckReport {
  label: string;
  columns: readonly string[];
  rows: number;
  /** As ReportStream would store it. */
  checksum: string;
  /** Of the content, whatever the order (content-digest.ts). */
  digest: string;
  findings: readonly Finding[];
  verdict: Verdict;
}

/** Reads a table once and judges it by every rule. */
export async function checkTable(source: TableSource, options: CheckOptions): Promise<CheckReport> {
  const { columns } = source;
  const place = (number: number) => `${source.placeWord} ${number}`;
  const known = options.active === undefined ? new Map() : await codesWithZeros(options.active.source);
  const rowRules = new RowRules(columns, keyIn(columns, options.key), place);
  const cellRules = new CellRules(columns, place);
  const zeros = new LeadingZeros(columns, known, place);
  const checksum = new TableChecksum(columns);
  const digest = new ContentDigest(columns);
  for await (const batch of source.rows()) {
    options.signal?.throwIfAborted();
    batch.rows.forEach((row, index) => {
      const at = batch.places[index] ?? 0;
      rowRules.see(row, at);
      cellRules.see(row, at);
      zeros.see(row, at);
      const json = jsonCells(row);
      checksum.add(row, json);
      digest.add(row, json);
      if (row.length === columns.length) options.taker?.add(json);
    });
    await options.taker?.room();
  }
  const findings = [
    ...source.remarks,
    ...checkHeader(columns),
    ...(options.active === undefined ? [] : compareColumns(options.active.source.columns, columns)),
    ...checkCount(digest.rows, options),
    ...rowRules.findings(),
    ...zeros.findings(),
    ...cellRules.findings(),
  ].map((finding) => allowed(finding, options.allow ?? []));
  return {
    label: source.label,
    columns,
    rows: digest.rows,
    checksum: checksum.digest(),
    digest: digest.digest(),
    findings,
    verdict: verdictOf(findings),
  };
}

export function verdictOf(findings: readonly Finding[]): Verdict {
  if (findings.some(({ level }) => level === "error")) return "refused";
  return findings.some(({ level }) => level === "warning") ? "warnings" : "fine";
}

/** A key that the file lacks is told by the rule `columns`; rows are then not judged by it. */
function keyIn(columns: readonly string[], key: KeyToCheck | undefined): KeyToCheck | undefined {
  return key?.columns.every((name) => columns.includes(name)) === true ? key : undefined;
}

function checkCount(rows: number, { active, largestDropPercent }: CheckOptions): Finding[] {
  if (rows === 0) return [{ rule: "empty", level: "error", message: "there are no rows" }];
  if (active === undefined || !shrinksTooMuch(active.rows, rows, largestDropPercent)) return [];
  const message = `${countOf(rows, "row")}, where active version ${active.version} has ${active.rows.toLocaleString("en-US")}`;
  return [{ rule: "shrink", level: "warning", message }];
}

/** Whether going from `before` to `after` rows loses more than `largestDropPercent` of them. */
export function shrinksTooMuch(before: number, after: number, largestDropPercent: number): boolean {
  return before > 0 && (before - after) * 100 > before * largestDropPercent;
}

function allowed(finding: Finding, allow: readonly string[]): Finding {
  const lifted = finding.level === "error" && allow.includes(finding.rule) && !FIRM_RULES.includes(finding.rule);
  return lifted ? { ...finding, level: "warning" } : finding;
}
