import { deflateRawSync } from "node:zlib";

/** A cell as Excel would store it: text, a number as spelled, a failed formula, or a date by its serial number. */
export type XlsxCell = string | boolean | null | { number: string } | { failed: string } | { date: number };

export interface XlsxSheet {
  name: string;
  rows: XlsxCell[][];
  merged?: string[];
}

/** The bytes of a small workbook, written by hand so that every oddity of a real one can be put in. */
export function xlsx(sheets: XlsxSheet[]): Buffer {
  const strings: string[] = [];
  const files: [string, string][] = sheets.map((sheet, index) => [
    `xl/worksheets/sheet${index + 1}.xml`,
    sheetXml(sheet, strings),
  ]);
  const relations = sheets
    .map(
      (_, index) => `<Relationship Id="rId${index + 1}" Type="worksheet" Target="worksheets/sheet${index + 1}.xml"/>`,
    )
    .concat('<Relationship Id="rId100" Type="sharedStrings" Target="sharedStrings.xml"/>')
    .concat('<Relationship Id="rId101" Type="styles" Target="styles.xml"/>')
    .map((relation) =>
      relation.replace('Type="', 'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'),
    );
  const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
  const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
  files.push([
    "xl/workbook.xml",
    `${head}<workbook xmlns="${main}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>${sheets
      .map(({ name }, index) => `<sheet name="${escapeXml(name)}" sheetId="${index + 1}" r:id="rId${index + 1}"/>`)
      .join("")}</sheets></workbook>`,
  ]);
  files.push([
    "xl/_rels/workbook.xml.rels",
    `${head}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${relations.join("")}</Relationships>`,
  ]);
  files.push([
    "xl/sharedStrings.xml",
    `${head}<sst xmlns="${main}">${strings.map((text) => `<si><t xml:space="preserve">${escapeXml(text)}</t></si>`).join("")}</sst>`,
  ]);
  files.push([
    "xl/styles.xml",
    `${head}<styleSheet xmlns="${main}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>`,
  ]);
  return zip(files);
}

function sheetXml({ rows, merged = [] }: XlsxSheet, strings: string[]): string {
  const body = rows.map((row, index) => {
    const cells = row.map((cell, column) => cellXml(cell, `${letters(column)}${index + 1}`, strings));
    return `<row r="${index + 1}">${cells.join("")}</row>`;
  });
  const merges = merged.map((range) => `<mergeCell ref="${range}"/>`).join("");
  return `<?xml version="1.0" encoding="UTF-8"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${body.join("")}</sheetData>${
    merges === "" ? "" : `<mergeCells count="${merged.length}">${merges}</mergeCells>`
  }</worksheet>`;
}

function cellXml(cell: XlsxCell, name: string, strings: string[]): string {
  if (cell === null) return "";
  if (typeof cell === "boolean") return `<c r="${name}" t="b"><v>${cell ? 1 : 0}</v></c>`;
  if (typeof cell === "string") return `<c r="${name}" t="s"><v>${strings.push(cell) - 1}</v></c>`;
  if ("number" in cell) return `<c r="${name}"><v>${cell.number}</v></c>`;
  if ("date" in cell) return `<c r="${name}" s="1"><v>${cell.date}</v></c>`;
  return `<c r="${name}" t="e"><f>1/0</f><v>${cell.failed}</v></c>`;
}

function letters(column: number): string {
  return column < 26 ? String.fromCharCode(65 + column) : `A${String.fromCharCode(65 + column - 26)}`;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

/** A zip archive of texts, deflated. */
export function zip(files: [name: string, text: string][]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of files) {
    const plain = Buffer.from(text, "utf8");
    const packed = deflateRawSync(plain);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc(plain), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(plain.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from([0x50, 0x4b, 3, 4]), common, Buffer.from(name), packed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from([0x50, 0x4b, 1, 2, 20, 0]), common, rest, Buffer.from(name)]));
    parts.push(local);
    offset += local.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, listed, end]);
}

function crc(bytes: Buffer): number {
  let value = ~0;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  }
  return ~value >>> 0;
}
