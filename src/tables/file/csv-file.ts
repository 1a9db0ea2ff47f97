import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { basename } from "node:path";
import { type CsvError, parse } from "csv-parse";
import { FileRefusedError } from "../errors.ts";
import { type Finding, quoted, type Row, type RowBatch, type TableSource } from "../row.ts";
import { detectDelimiter } from "./delimiter.ts";
import { decodeText, detectEncoding, type EncodingGuess, type TextEncoding } from "./encoding.ts";
import { PlainRecords } from "./plain-records.ts";

export interface CsvOptions {
  /** Said by the user; otherwise found from the first bytes. */
  encoding?: TextEncoding | undefined;
  /** One character, said by the user; otherwise found from the first records. */
  delimiter?: string | undefined;
  /** A quote inside a cell that is not quoted is a character like others (`="00123"`); otherwise the file is refused. */
  relaxQuotes?: boolean | undefined;
}

const HEAD_BYTES = 65_536;
const BATCH_ROWS = 500;

/**
 * A CSV file as a table: any of the usual delimiters, with or without byte order mark, any line
 * endings, RFC 4180 quoting. The file is read again at every pass and never held.
 *
 * @throws FileRefusedError where it cannot be read as text or has no header. Its rows() throws the
 * same for quotes that do not close and for bytes that are not valid in the encoding.
 */
export async function openCsvFile(path: string, options: CsvOptions = {}): Promise<TableSource> {
  const label = basename(path);
  const head = await readHead(path, label);
  if (head.length === 0) throw new FileRefusedError("empty", `${label} is empty`);
  const guess: EncodingGuess =
    options.encoding === undefined
      ? detectEncoding(head, label)
      : { encoding: options.encoding, bom: starts(head, options.encoding) };
  const headText = new TextDecoder(guess.encoding).decode(head);
  const delimiter = options.delimiter ?? detectDelimiter(headText);
  if ([...delimiter].length !== 1 || delimiter === '"' || delimiter === "\n" || delimiter === "\r") {
    throw new FileRefusedError("delimiter", `the delimiter must be one character, not ${quoted(delimiter)}`);
  }

  const records = () => readRecords(path, label, guess.encoding, delimiter, options.relaxQuotes === true);
  let header: Row | undefined;
  for await (const batch of records()) {
    header = batch.rows[0];
    break;
  }
  if (header === undefined) throw new FileRefusedError("empty", `${label} has no header row`);
  const columns = header;
  return {
    label,
    placeWord: "line",
    columns,
    remarks: openingRemarks(guess, delimiter, options),
    rows: () => withoutHeader(records(), columns.length),
  };
}

async function readHead(path: string, label: string): Promise<Uint8Array> {
  try {
    const file = await open(path, "r");
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw new FileRefusedError("unreadable", `${label} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

function starts(head: Uint8Array, encoding: TextEncoding): boolean {
  const marks: Readonly<Record<TextEncoding, readonly number[]>> = {
    "utf-8": [0xef, 0xbb, 0xbf],
    "utf-16le": [0xff, 0xfe],
    "utf-16be": [0xfe, 0xff],
    "windows-1252": [-1],
  };
  return marks[encoding].every((byte, index) => head[index] === byte);
}

function openingRemarks(guess: EncodingGuess, delimiter: string, options: CsvOptions): Finding[] {
  const remarks: Finding[] = [];
  if (guess.bom) {
    remarks.push({ rule: "bom", level: "note", message: "the file starts with a byte order mark, which is left out" });
  }
  if (guess.encoding !== "utf-8") {
    remarks.push({
      rule: "encoding",
      level: options.encoding === undefined ? "warning" : "note",
      message: `the file is ${guess.encoding.toUpperCase()} and is converted to UTF-8`,
    });
  }
  if (options.delimiter === undefined && delimiter !== ",") {
    const name = delimiter === "\t" ? "a tab" : quoted(delimiter);
    remarks.push({ rule: "delimiter", level: "note", message: `cells are separated by ${name}` });
  }
  return remarks;
}

async function* readRecords(
  path: string,
  label: string,
  encoding: TextEncoding,
  delimiter: string,
  relaxQuotes: boolean,
): AsyncGenerator<RowBatch> {
  const file = createReadStream(path, { highWaterMark: 256 * 1024 });
  const plain = new PlainRecords(delimiter);
  let rows: string[][] = [];
  let places: number[] = [];
  let nextLine = 1;
  let linesBefore = 0;
  let failure: CsvError | undefined;
  const parser = parse({
    delimiter,
    relax_column_count: true,
    relax_quotes: relaxQuotes,
    // All three, so that a file with mixed line endings leaves no stray carriage return in its last column.
    record_delimiter: ["\r\n", "\n", "\r"],
  });
  parser.on("error", (error) => {
    failure ??= error as CsvError;
  });
  parser.on("data", (record: string[]) => {
    rows.push(record);
    places.push(nextLine);
    nextLine += 1 + lineBreaksIn(record);
  });
  const check = () => {
    if (failure !== undefined) throw malformed(failure, label, linesBefore);
  };
  const write = (text: string) => new Promise<void>((resolve) => parser.write(text, () => resolve()));
  try {
    for await (const text of decodeText(file, encoding, label)) {
      const simple = plain.take(text);
      if (simple.rows !== undefined) {
        for (let at = 0; at < simple.rows.length; at++) places.push(nextLine++);
        rows = simple.rows;
      } else {
        if (simple.isFirst) linesBefore = nextLine - 1;
        await write(simple.text);
        check();
      }
      for (let at = 0; at < rows.length; at += BATCH_ROWS) {
        yield { rows: rows.slice(at, at + BATCH_ROWS), places: places.slice(at, at + BATCH_ROWS) };
      }
      rows = [];
      places = [];
    }
    const last = plain.end();
    if (last !== "") await write(last);
    await new Promise<void>((resolve) => {
      parser.once("error", () => resolve()).once("end", () => resolve());
      parser.end();
    });
    check();
    if (rows.length > 0) yield { rows, places };
  } finally {
    parser.destroy();
    file.destroy();
  }
}

/** Counted here: csv-parse knows lines as well, and doubles its time by telling them for every record. */
function lineBreaksIn(record: readonly string[]): number {
  let breaks = 0;
  for (const cell of record) {
    for (let at = cell.indexOf("\n"); at >= 0; at = cell.indexOf("\n", at + 1)) breaks++;
  }
  return breaks;
}

function malformed(error: CsvError, label: string, linesBefore: number): FileRefusedError {
  const lines = (error as CsvError & { lines?: number }).lines;
  const where = lines === undefined ? "" : ` near line ${linesBefore + lines}`;
  const what =
    error.code === "CSV_QUOTE_NOT_CLOSED"
      ? "a quoted cell that never ends"
      : error.code === "CSV_INVALID_CLOSING_QUOTE" || error.code === "INVALID_OPENING_QUOTE"
        ? "a quote in the wrong place"
        : error.message;
  return new FileRefusedError("malformed", `${label} is not valid CSV${where}: ${what}`, {
    hint: 'a cell that holds a quote must itself be quoted, with the quote doubled: "6"" swab"',
    cause: error,
  });
}

/** Drops the header, and blank lines where a row has several columns. */
async function* withoutHeader(records: AsyncIterable<RowBatch>, width: number): AsyncGenerator<RowBatch> {
  let first = true;
  for await (const batch of records) {
    const rows: Row[] = [];
    const places: number[] = [];
    batch.rows.forEach((row, index) => {
      if (first) {
        first = false;
        return;
      }
      if (width > 1 && row.length === 1 && row[0] === "") return;
      rows.push(row);
      places.push(batch.places[index] ?? 0);
    });
    if (rows.length > 0) yield { rows, places };
  }
}
