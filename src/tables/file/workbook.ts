import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { readSheet } from "read-excel-file/node";
import { FileRefusedError } from "../errors.ts";
import { countOf, type Finding, quoted, type Row, type RowBatch, type TableSource } from "../row.ts";
import { spacesTrimmed, withoutAsterisk } from "./workbook-cell.ts";
import { columnLetters, type SheetParts, sheetNames, sheetParts } from "./workbook-parts.ts";

export interface WorkbookOptions {
  /** The sheet's name; needed where the workbook has several. */
  sheet?: string | undefined;
  /** The row of the column names, from 1; by default the first row that is not blank. */
  headerRow?: number | undefined;
}

/** A number as the file spells it, kept apart from text so that "1E5" typed as text stays text. */
interface NumberCell {
  spelled: string;
}

/**
 * One sheet of an .xlsx workbook as a table, read as ReportStream's playbook for LIVD does
 * (ReportStream: cli/LivdTableUpdate.kt): non-breaking spaces become spaces, cells are trimmed, one
 * trailing asterisk is cut from names and values, blank rows are left out. Other than there, a whole
 * number is written as Excel shows it (1, not 1.0).
 *
 * What would be lost without a word is refused with the reason: merged cells, blank or repeated
 * names, a title above the header, headers of two rows.
 *
 * @throws FileRefusedError (rules `workbook`, `sheet`, `merged`, `header`, `empty`)
 */
export async function openWorkbook(path: string, options: WorkbookOptions = {}): Promise<TableSource> {
  const label = basename(path);
  const archive = await readFile(path).catch((cause: Error) => {
    throw new FileRefusedError("unreadable", `${label} cannot be read: ${cause.message}`, { cause });
  });
  const { sheet, parts, cells } = await readParts(archive, label, options.sheet);
  const header = headerRowIndex(cells, options.headerRow, label);
  const where = `${label}, sheet ${quoted(sheet)}`;
  refuseMerged(parts, header + 1, where);

  const cuts = { asterisks: 0, dates: 0 };
  const columns = trimRight((cells[header] ?? []).map((cell) => cellText(cell, cuts)));
  refuseUnclearHeader(columns, cells, header, where);
  const rows: Row[] = [];
  const places: number[] = [];
  for (let index = header + 1; index < cells.length; index++) {
    const row = (cells[index] ?? []).map((cell) => cellText(cell, cuts));
    if (row.every((value) => value === "")) continue;
    // Cells to the right of the last name are handed on, so that the check names the row as ragged.
    rows.push(trimRight(row, columns.length));
    places.push(index + 1);
  }
  return {
    label: where,
    placeWord: "row",
    columns,
    remarks: remarksOf(parts, cuts, header),
    rows: async function* () {
      if (rows.length > 0) yield { rows, places } satisfies RowBatch;
    },
  };
}

type Cell = string | boolean | Date | NumberCell | null;

async function readParts(archive: Buffer, label: string, wanted: string | undefined) {
  try {
    const names = sheetNames(archive);
    const sheet = chooseSheet(names, wanted, label);
    const parts = sheetParts(archive, sheet);
    const parseNumber = (spelled: string): NumberCell => ({ spelled });
    const cells = (await readSheet(archive, sheet, { trim: false, parseNumber })) as unknown as Cell[][];
    return { sheet, parts, cells };
  } catch (cause) {
    if (cause instanceof FileRefusedError) throw cause;
    throw new FileRefusedError(
      "workbook",
      `${label} cannot be read as an .xlsx workbook: ${(cause as Error).message}`,
      {
        hint: "open it in a spreadsheet program and save it as .xlsx again, or export the sheet as CSV UTF-8",
        cause,
      },
    );
  }
}

function chooseSheet(names: readonly string[], wanted: string | undefined, label: string): string {
  const listed = names.map((name) => quoted(name)).join(", ");
  if (wanted !== undefined) {
    // Published workbooks differ in case and stray spaces from one edition to the next.
    const plain = (name: string) => name.replaceAll("\u00a0", " ").trim().toLowerCase();
    const match = names.find((name) => name === wanted) ?? names.find((name) => plain(name) === plain(wanted));
    if (match !== undefined) return match;
    throw new FileRefusedError("sheet", `${label} has no sheet ${quoted(wanted)}; it has ${listed}`, {
      hint: "name one of them with --sheet",
    });
  }
  const [only, ...others] = names;
  if (only !== undefined && others.length === 0) return only;
  throw new FileRefusedError("sheet", `${label} has several sheets: ${listed}`, { hint: "name one with --sheet" });
}

function headerRowIndex(cells: readonly Cell[][], given: number | undefined, label: string): number {
  const first = cells.findIndex((row) => row.some((cell) => cell !== null && cell !== ""));
  if (first < 0) throw new FileRefusedError("empty", `${label}: the sheet is empty`);
  if (given === undefined) return first;
  if (given > cells.length) {
    throw new FileRefusedError("header", `${label}: there is no row ${given}; the sheet ends at row ${cells.length}`);
  }
  return given - 1;
}

function refuseMerged(parts: SheetParts, headerRow: number, where: string): void {
  const touching = parts.merged.filter(({ lastRow }) => lastRow >= headerRow);
  const [first] = touching;
  if (first === undefined) return;
  const names = touching.slice(0, 5).map(({ name }) => name);
  const more = touching.length > names.length ? ` and ${touching.length - names.length} more` : "";
  if (first.firstRow <= headerRow) {
    throw new FileRefusedError(
      "merged",
      `${where}: the header is made of merged cells (${names.join(", ")}${more}), so columns have no name of their own`,
      {
        hint: "if a lower row names every column, say --header-row N; otherwise unmerge the header and name each column",
      },
    );
  }
  throw new FileRefusedError(
    "merged",
    `${where}: merged cells (${names.join(", ")}${more}) hold one value for several; only the first would get it`,
    { hint: "unmerge them in the workbook and fill in each cell" },
  );
}

function refuseUnclearHeader(
  columns: readonly string[],
  cells: readonly Cell[][],
  header: number,
  where: string,
): void {
  const widest = Math.max(...cells.slice(header, header + 20).map(filledCells));
  if (columns.filter((name) => name !== "").length === 1 && widest > 1) {
    throw new FileRefusedError(
      "header",
      `${where}: row ${header + 1} holds only ${quoted(columns.find((name) => name !== "") ?? "")}; it looks like a title`,
      { hint: "say in which row the column names are: --header-row N" },
    );
  }
  const blank = columns.indexOf("");
  if (blank >= 0) {
    throw new FileRefusedError(
      "header",
      `${where}: column ${columnLetters(blank + 1)} has no name in row ${header + 1}; is the header of several rows?`,
      { hint: "say --header-row N if another row names every column, or name the column in the workbook" },
    );
  }
}

function filledCells(row: readonly Cell[]): number {
  return row.filter((cell) => cell !== null && cell !== "").length;
}

/** @param cuts counts what had to be changed or guessed */
function cellText(cell: Cell, cuts: { asterisks: number; dates: number }): string {
  if (cell === null) return "";
  if (typeof cell === "boolean") return String(cell);
  if (cell instanceof Date) {
    cuts.dates++;
    const text = cell.toISOString();
    return text.endsWith("T00:00:00.000Z") ? text.slice(0, 10) : text.slice(0, 19);
  }
  if (typeof cell === "object") return numberText(cell.spelled);
  const text = spacesTrimmed(cell);
  if (!text.endsWith("*")) return text;
  cuts.asterisks++;
  return withoutAsterisk(text);
}

/** As Excel shows it: fifteen significant digits, no exponent for whole numbers that need none. */
function numberText(spelled: string): string {
  if (/^-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?$/.test(spelled) && spelled.length <= 16) return spelled;
  const number = Number(spelled);
  if (!Number.isFinite(number)) return spelled;
  if (Number.isSafeInteger(number)) return String(number);
  return String(Number(number.toPrecision(15)));
}

function trimRight(row: readonly string[], least = 0): string[] {
  let length = row.length;
  while (length > least && row[length - 1] === "") length--;
  return Array.from({ length: Math.max(length, least) }, (_, index) => row[index] ?? "");
}

function remarksOf(parts: SheetParts, cuts: { asterisks: number; dates: number }, header: number): Finding[] {
  const remarks: Finding[] = [];
  if (cuts.asterisks > 0) {
    const message = `${countOf(cuts.asterisks, "cell")} ended in an asterisk, which was cut`;
    remarks.push({ rule: "asterisks", level: "note", message });
  }
  if (cuts.dates > 0) {
    const message = `${countOf(cuts.dates, "cell")} hold dates; they are written as 2026-11-20`;
    remarks.push({ rule: "dates", level: "warning", message });
  }
  if (parts.failedFormulas.length > 0) {
    const some = parts.failedFormulas.slice(0, 5).join(", ");
    const message = `${countOf(parts.failedFormulas.length, "cell")} hold a failed formula and read as empty: ${some}`;
    remarks.push({ rule: "formulas", level: "error", message });
  }
  if (header > 0) remarks.push({ rule: "header", level: "note", message: `the column names are in row ${header + 1}` });
  return remarks;
}
