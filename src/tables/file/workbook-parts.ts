import { readZipEntry } from "./zip-entry.ts";

/** A merged range, rows and columns from 1, both ends included. */
export interface MergedRange {
  /** As Excel writes it: "B1:D1". */
  name: string;
  firstRow: number;
  lastRow: number;
  firstColumn: number;
  lastColumn: number;
}

/** What a sheet says beside its values, which read-excel-file leaves out. */
export interface SheetParts {
  merged: readonly MergedRange[];
  /** Cells whose formula failed (#N/A, #REF!), as Excel names them; they read as empty. */
  failedFormulas: readonly string[];
}

/** The names of a workbook's sheets, in their order. */
export function sheetNames(archive: Buffer): string[] {
  return sheets(archive).map(({ name }) => name);
}

/** Merged ranges and failed formulas of one sheet. */
export function sheetParts(archive: Buffer, sheetName: string): SheetParts {
  const id = sheets(archive).find(({ name }) => name === sheetName)?.id;
  const relations = readZipEntry(archive, "xl/_rels/workbook.xml.rels") ?? "";
  const relation = elements(relations, "Relationship").find((attributes) => attributes.get("Id") === id);
  const target = relation?.get("Target");
  if (target === undefined) return { merged: [], failedFormulas: [] };
  const path = target.startsWith("/") ? target.slice(1) : `xl/${target}`;
  const xml = readZipEntry(archive, path) ?? "";
  const merged = elements(xml, "mergeCell")
    .map((attributes) => parseRange(attributes.get("ref") ?? ""))
    .filter((range) => range !== undefined);
  const failedFormulas = elements(xml, "c")
    .filter((attributes) => attributes.get("t") === "e")
    .map((attributes) => attributes.get("r") ?? "?");
  return { merged, failedFormulas };
}

function sheets(archive: Buffer): { name: string; id: string | undefined }[] {
  const workbook = readZipEntry(archive, "xl/workbook.xml");
  if (workbook === undefined) throw new Error("there is no xl/workbook.xml in it");
  return elements(workbook, "sheet").map((attributes) => ({
    name: attributes.get("name") ?? "",
    id: attributes.get("r:id") ?? attributes.get("id"),
  }));
}

/** The attributes of every element of that local name. */
function elements(xml: string, localName: string): Map<string, string>[] {
  const found: Map<string, string>[] = [];
  for (const match of xml.matchAll(new RegExp(`<(?:\\w+:)?${localName}(\\s[^>]*?)?/?>`, "g"))) {
    const attributes = new Map<string, string>();
    for (const [, name = "", double, single] of (match[1] ?? "").matchAll(/([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)) {
      attributes.set(name, decodeEntities(double ?? single ?? ""));
    }
    found.push(attributes);
  }
  return found;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/g,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
      if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
      return ENTITIES[name ?? ""] ?? whole;
    },
  );
}

function parseRange(name: string): MergedRange | undefined {
  const match = /^([A-Z]+)(\d+):([A-Z]+)(\d+)$/.exec(name);
  if (match === null) return undefined;
  const [, firstColumn = "", firstRow = "", lastColumn = "", lastRow = ""] = match;
  return {
    name,
    firstRow: Number(firstRow),
    lastRow: Number(lastRow),
    firstColumn: columnNumber(firstColumn),
    lastColumn: columnNumber(lastColumn),
  };
}

function columnNumber(letters: string): number {
  return [...letters].reduce((number, letter) => number * 26 + letter.charCodeAt(0) - 64, 0);
}

/** 1 → "A", 27 → "AA". */
export function columnLetters(number: number): string {
  let letters = "";
  for (let rest = number; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters;
  }
  return letters;
}
