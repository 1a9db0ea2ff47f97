import { Zip, ZipDeflate } from "fflate";
import { UsageError } from "../../errors.ts";
import { countOf, type Row, type TableSource } from "../row.ts";
import { noteLosses, type WorkbookLosses } from "./workbook-losses.ts";
import { columnLetters } from "./workbook-parts.ts";

/** What a sheet can hold, its header included, by the format's own definition. */
const MOST_ROWS = 1_048_576;
const MOST_COLUMNS = 16_384;
const MOST_CHARACTERS = 32_767;
/** Beyond it the archive would need zip64, which not every reader knows. */
const MOST_BYTES = 2 ** 32 - 1;

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006";
const KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml";

/** All of a workbook but its sheet. Format 49 is "text": what is typed into such a cell stays as it was typed. */
const PARTS: readonly (readonly [name: string, text: string])[] = [
  [
    "[Content_Types].xml",
    `${HEAD}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
      `<Override PartName="/xl/workbook.xml" ContentType="${KIND}.sheet.main+xml"/>` +
      `<Override PartName="/xl/styles.xml" ContentType="${KIND}.styles+xml"/>` +
      `<Override PartName="/xl/worksheets/sheet1.xml" ContentType="${KIND}.worksheet+xml"/></Types>`,
  ],
  [
    "_rels/.rels",
    `${HEAD}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  ],
  [
    "xl/_rels/workbook.xml.rels",
    `${HEAD}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>` +
      `<Relationship Id="rId2" Type="${OFFICE}/styles" Target="styles.xml"/></Relationships>`,
  ],
  [
    "xl/styles.xml",
    `${HEAD}<styleSheet xmlns="${MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders>` +
      '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf/><xf numFmtId="49" applyNumberFormat="1"/></cellXfs></styleSheet>',
  ],
];

/**
 * A table as an .xlsx workbook of one sheet, in which every cell is a text, so that leading zeros stay. Made as it
 * goes; no more than a batch of rows is held.
 *
 * @param sheet its name; cut to what a sheet can be called
 * @param losses counts what reading the workbook again (openWorkbook) changes: spaces around a value, blank rows and the like
 * @throws UsageError for what a workbook cannot hold
 */
export async function* workbookPieces(
  source: TableSource,
  columns: readonly string[],
  sheet: string,
  losses: WorkbookLosses,
): AsyncGenerator<Uint8Array> {
  if (columns.length > MOST_COLUMNS) throw tooLarge(`a sheet has ${countOf(MOST_COLUMNS, "column")} at most`);
  const archive = new Archive();
  for (const [name, text] of [...PARTS, ["xl/workbook.xml", workbookXml(sheet)] as const]) {
    const part = archive.part(name);
    part.push(Buffer.from(text), true);
  }
  const part = archive.part("xl/worksheets/sheet1.xml");
  let bytes = 0;
  const write = (text: string, last = false): void => {
    const chunk = Buffer.from(text);
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw tooLarge("the sheet would be larger than 4 GB");
    part.push(chunk, last);
  };
  const order = columns.map((name) => source.columns.indexOf(name));
  const letters = columns.map((_, index) => columnLetters(index + 1));
  let row = 1;
  write(`${HEAD}<worksheet xmlns="${MAIN}"><sheetData>${rowXml(columns, row, letters)}`);
  for await (const batch of source.rows()) {
    let text = "";
    for (const cells of batch.rows) {
      if (++row > MOST_ROWS) throw tooLarge(`a sheet has ${countOf(MOST_ROWS - 1, "row")} at most below its header`);
      const ordered = order.map((index) => cells[index] ?? "");
      noteLosses(ordered, losses);
      text += rowXml(ordered, row, letters);
    }
    write(text);
    yield* archive.take();
  }
  write("</sheetData></worksheet>", true);
  archive.end();
  yield* archive.take();
}

/** A zip archive whose bytes are taken as they come. */
class Archive {
  readonly #zip: Zip;
  #chunks: Uint8Array[] = [];

  constructor() {
    this.#zip = new Zip((error, chunk) => {
      if (error) throw error;
      this.#chunks.push(chunk);
    });
  }

  part(name: string): ZipDeflate {
    // A date of its own would make every export of the same version another file.
    const part = Object.assign(new ZipDeflate(name, { level: 1 }), { mtime: "1980-01-01T12:00:00Z" });
    this.#zip.add(part);
    return part;
  }

  end(): void {
    this.#zip.end();
  }

  take(): Uint8Array[] {
    const chunks = this.#chunks;
    this.#chunks = [];
    return chunks;
  }
}

function workbookXml(sheet: string): string {
  // Excel forbids these characters, an apostrophe at an end, and more than 31 characters.
  const name = [...sheet.replaceAll(/[\\/?*[\]:]/g, "-")].slice(0, 31).join("").replaceAll(/^'|'$/g, "-") || "table";
  return (
    `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>` +
    `<sheet name="${xmlText(name)}" sheetId="1" r:id="rId1"/></sheets></workbook>`
  );
}

function rowXml(cells: Row, row: number, letters: readonly string[]): string {
  let text = `<row r="${row}">`;
  for (let index = 0; index < cells.length; index++) {
    const value = cells[index] ?? "";
    if (value === "") continue;
    if (value.length > MOST_CHARACTERS) {
      throw tooLarge(`a cell has ${countOf(MOST_CHARACTERS, "character")} at most; row ${row - 1} has a longer one`);
    }
    text += `<c r="${letters[index]}${row}" s="1" t="inlineStr"><is><t xml:space="preserve">${xmlText(value)}</t></is></c>`;
  }
  return `${text}</row>`;
}

/** What XML cannot hold, or would read as another character: controls, lone surrogates, noncharacters. */
const UNWRITABLE = /[\p{Cc}\ufffe\uffff\p{Cs}]/gu;

/** The format's own escapes are `_x0001_`, and such a text itself has its first character escaped. */
function xmlText(text: string): string {
  if (!/[^ -~]|[&<>"_]/.test(text)) return text;
  return text
    .replaceAll(/_(?=x[0-9a-f]{4}_)/gi, "_x005F_")
    .replaceAll(UNWRITABLE, (character) =>
      character === "\n" || character === "\t"
        ? character
        : `_x${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}_`,
    )
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

function tooLarge(what: string): UsageError {
  return new UsageError(`this version does not fit into a workbook: ${what}`, {
    hint: "export it with --format csv",
  });
}
