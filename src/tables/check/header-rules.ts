import { columnLetters } from "../file/workbook-parts.ts";
import { type Finding, quoted } from "../row.ts";

/** What the names of the columns alone show. */
export function checkHeader(columns: readonly string[]): Finding[] {
  const findings: Finding[] = [];
  const blank = columns.flatMap((name, index) => (name.trim() === "" ? [columnLetters(index + 1)] : []));
  if (blank.length > 0) {
    findings.push({ rule: "header", level: "error", message: `column ${blank.join(", ")} has no name` });
  }
  const repeated = [...new Set(columns.filter((name, index) => columns.indexOf(name) !== index))];
  if (repeated.length > 0) {
    const message = `more than one column is named ${list(repeated)}; ReportStream would keep only one of them`;
    findings.push({ rule: "header", level: "error", message });
  }
  const spaced = columns.filter((name) => name !== name.trim() || /\p{Cc}|[\u00a0\u200b\ufeff]/u.test(name));
  if (spaced.length > 0) {
    const message = `names with spaces around them, line breaks or invisible characters: ${list(spaced)}`;
    findings.push({ rule: "header", level: "warning", message });
  }
  if (columns.some((name) => name.includes("\0"))) {
    findings.push({ rule: "nul", level: "error", message: "a column's name holds a NUL character" });
  }
  return findings;
}

/**
 * The columns of a file against those of the version in force. ReportStream finds a column by its exact
 * name, and a missing one only logs an error there (ReportStream: metadata/LookupTable.kt), so a renamed
 * column silently switches a lookup off.
 */
export function compareColumns(active: readonly string[], columns: readonly string[]): Finding[] {
  const missing = active.filter((name) => !columns.includes(name));
  const added = columns.filter((name) => !active.includes(name));
  const findings: Finding[] = [];
  const renamed = missing.flatMap((name) => {
    const likeness = added.find((other) => plain(other) === plain(name));
    return likeness === undefined ? [] : [{ from: name, to: likeness }];
  });
  for (const { from, to } of renamed) {
    const message = `column ${quoted(from)} of the active version is now spelled ${quoted(to)}`;
    findings.push({ rule: "columns", level: "error", message });
  }
  const gone = missing.filter((name) => !renamed.some(({ from }) => from === name));
  const fresh = added.filter((name) => !renamed.some(({ to }) => to === name));
  if (gone.length > 0) {
    const message = `columns of the active version are missing: ${list(gone)}; lookups by them would find nothing`;
    findings.push({ rule: "columns", level: "error", message });
  }
  if (fresh.length > 0) {
    const message = `columns that the active version does not have: ${list(fresh)}`;
    findings.push({ rule: "columns", level: gone.length > 0 ? "error" : "warning", message });
  }
  return findings;
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
}

function list(names: readonly string[]): string {
  return names.map((name) => quoted(name)).join(", ");
}
