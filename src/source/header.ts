import { PARAMETER_TYPES, type ParameterType } from "./parameter-types.ts";

/**
 * The comment header with which each query file starts: lines `-- key: value`, continued by lines that start with `--` and at least three
 * blanks; it ends at the first line that is no comment. `--` alone is an empty line.
 *
 *     -- title: Submissions of a window
 *     -- row: one report as received
 *     -- param: from timestamptz required - received at or after this instant
 *     -- param: organization text optional - only this sender's organization
 *     -- param: lines integer default 1000 - at most this many
 *     -- column: report_id id - the report
 *     -- column: sending_org text - who sent it
 *     -- reads: action, report_file
 *     -- order: submitted_at, report_id
 *     -- cost: an index range scan over the window's reports; 30,000 rows a second
 *     -- organization: sending_org
 *     -- export: submissions-raw.csv split
 *     -- uses: adhoc, engine
 *
 * title, row, column (one a result column, in order), reads (the tables, for rights), order (or `none`) and cost must be there. `uses` is adhoc
 * unless stated. `organization` names the columns that say whose row it is. `export` puts the query into every nightly run: the file's name,
 * and `whole` (one file for operators) or `split` (a file in each organization's folder too, which needs `organization`).
 */
export interface QueryHeader {
  title: string;
  /** What one row is. */
  row: string;
  parameters: readonly Parameter[];
  columns: readonly ResultColumn[];
  /** Tables and views it reads, as the query names them. */
  reads: readonly string[];
  /** How the rows are ordered, in words or columns; `none`. */
  order: string;
  cost: string;
  /** The columns that name the organization a row belongs to; empty when rows belong to nobody in particular. */
  organization: readonly string[];
  export: NightlyExport | undefined;
  uses: readonly Use[];
}

export interface Parameter {
  name: string;
  type: ParameterType;
  /** `optional` stands for null when it is not given. */
  presence: "required" | "optional" | "default";
  /** The default as written, for `default`. */
  fallback: string | undefined;
  description: string;
}

export interface ResultColumn {
  name: string;
  type: ResultType;
  description: string;
}

export interface NightlyExport {
  file: string;
  split: boolean;
}

/** `id` is one of the database's own; `number` covers numeric; `json` is kept as text. */
export const RESULT_TYPES = ["text", "id", "number", "instant", "boolean", "json"] as const;
export type ResultType = (typeof RESULT_TYPES)[number];

const USES = ["adhoc", "engine"] as const;
export type Use = (typeof USES)[number];

/** What a run hands to an export; the types must agree. */
export const EXPORT_PARAMETERS: ReadonlyMap<string, ParameterType> = new Map([
  ["from", "timestamptz"],
  ["to", "timestamptz"],
  ["organization", "text"],
]);

export interface HeaderFault {
  line: number;
  message: string;
}

export interface ParsedHeader {
  header: QueryHeader;
  /** Line of each column's and parameter's declaration, by name. */
  lines: ReadonlyMap<string, number>;
  /** Where the statement begins. */
  bodyOffset: number;
  bodyLine: number;
  faults: HeaderFault[];
}

interface Entry {
  key: string;
  value: string;
  line: number;
}

const ONCE = ["title", "row", "reads", "order", "cost", "organization", "export", "uses"];
const MANY = ["param", "column"];
const NEEDED = ["title", "row", "column", "reads", "order", "cost"];
const NAME = "[a-z_][a-z0-9_]*";
const PARAM = new RegExp(`^(${NAME}) (\\S+(?: \\S+)?) (required|optional|default (\\S+)) - (\\S.*)$`);
const COLUMN = new RegExp(`^(${NAME}) (\\S+) - (\\S.*)$`);
const TABLE = new RegExp(`^(?:${NAME}\\.)?${NAME}$`);
const EXPORT = /^([a-z0-9][a-z0-9_-]*\.csv) (whole|split)$/;

/** Reads a query file's header. Never throws: every fault is in `faults`, with its line, so that all can be told at once. */
export function parseHeader(text: string): ParsedHeader {
  const faults: HeaderFault[] = [];
  const { entries, bodyOffset, bodyLine } = readEntries(text, faults);
  const fault = (line: number, message: string): void => {
    faults.push({ line, message });
  };

  const single = new Map<string, Entry>();
  const parameters: Parameter[] = [];
  const columns: ResultColumn[] = [];
  const lines = new Map<string, number>();
  for (const entry of entries) {
    if (entry.value === "") fault(entry.line, `"${entry.key}:" is empty`);
    else if (entry.key === "param") addParameter(entry, parameters, lines, fault);
    else if (entry.key === "column") addColumn(entry, columns, lines, fault);
    else if (single.has(entry.key)) fault(entry.line, `"${entry.key}:" is here a second time`);
    else single.set(entry.key, entry);
  }
  for (const key of NEEDED) {
    if (!entries.some((entry) => entry.key === key)) fault(1, `the header has no "${key}:"`);
  }

  const value = (key: string): string => single.get(key)?.value ?? "";
  const organization = list(value("organization"));
  for (const name of organization) {
    const column = columns.find((known) => known.name === name);
    const line = single.get("organization")?.line ?? 1;
    if (!column) fault(line, `"organization:" names "${name}", which is no column of the header`);
    else if (column.type !== "text" && column.type !== "id") {
      fault(line, `the organization's column "${name}" is ${column.type}, and must be text`);
    }
  }
  const reads = list(value("reads"));
  for (const table of reads) {
    if (!TABLE.test(table)) fault(single.get("reads")?.line ?? 1, `"reads:" has "${table}", which is no table's name`);
  }
  const uses = single.has("uses") ? list(value("uses")) : ["adhoc"];
  for (const use of uses) {
    if (!isOneOf(USES, use)) fault(single.get("uses")?.line ?? 1, `"uses:" has "${use}"; known are ${USES.join(", ")}`);
  }
  const header: QueryHeader = {
    title: value("title"),
    row: value("row"),
    parameters,
    columns,
    reads,
    order: value("order"),
    cost: value("cost"),
    organization,
    export: parseExport(single.get("export"), { organization, parameters, order: value("order") }, fault),
    uses: uses.filter((use) => isOneOf(USES, use)),
  };
  faults.sort((a, b) => a.line - b.line);
  return { header, lines, bodyOffset, bodyLine, faults };
}

type Fault = (line: number, message: string) => void;

function readEntries(text: string, faults: HeaderFault[]): { entries: Entry[]; bodyOffset: number; bodyLine: number } {
  const entries: Entry[] = [];
  let offset = text.startsWith("\uFEFF") ? 1 : 0;
  let line = 1;
  for (; offset < text.length; line++) {
    const end = text.indexOf("\n", offset);
    const raw = text.slice(offset, end < 0 ? text.length : end).replace(/\s+$/, "");
    if (!raw.startsWith("--") && !(raw === "" && entries.length === 0)) break;
    offset = end < 0 ? text.length : end + 1;
    const content = raw.slice(2);
    if (content.trim() === "") continue;
    const last = entries.at(-1);
    if (/^\s{3}/.test(content) && last) {
      last.value = `${last.value} ${content.trim()}`.trim();
      continue;
    }
    const match = /^ ([a-z]+):(?: +(.*))?$/.exec(content);
    const key = match?.[1] ?? "";
    if (ONCE.includes(key) || MANY.includes(key)) entries.push({ key, value: (match?.[2] ?? "").trim(), line });
    else {
      const known = [...ONCE, ...MANY].join(", ");
      faults.push({
        line,
        message: match
          ? `the header key "${key}" is not known; known are ${known}`
          : 'a header line is "-- key: value", or "--" and three blanks to go on; put other comments below the header',
      });
    }
  }
  return { entries, bodyOffset: offset, bodyLine: line };
}

function addParameter(entry: Entry, parameters: Parameter[], lines: Map<string, number>, fault: Fault): void {
  const match = PARAM.exec(entry.value);
  if (!match) {
    fault(entry.line, '"param:" is written: name type required|optional|default VALUE - what it is');
    return;
  }
  const [, name = "", type = "", presence = "", fallback, description = ""] = match;
  if (!isOneOf(PARAMETER_TYPES, type)) {
    fault(entry.line, `parameter "${name}" has the type "${type}"; known are ${PARAMETER_TYPES.join(", ")}`);
    return;
  }
  if (parameters.some((parameter) => parameter.name === name)) {
    fault(entry.line, `parameter "${name}" is declared a second time`);
    return;
  }
  lines.set(`param ${name}`, entry.line);
  const kind = fallback === undefined ? (presence as "required" | "optional") : "default";
  parameters.push({ name, type, presence: kind, fallback, description });
}

function addColumn(entry: Entry, columns: ResultColumn[], lines: Map<string, number>, fault: Fault): void {
  const match = COLUMN.exec(entry.value);
  if (!match) {
    fault(entry.line, '"column:" is written: name type - what it is');
    return;
  }
  const [, name = "", type = "", description = ""] = match;
  if (!isOneOf(RESULT_TYPES, type)) {
    fault(entry.line, `column "${name}" has the type "${type}"; known are ${RESULT_TYPES.join(", ")}`);
  } else if (columns.some((column) => column.name === name)) {
    fault(entry.line, `column "${name}" is declared a second time`);
  } else {
    lines.set(`column ${name}`, entry.line);
    columns.push({ name, type, description });
  }
}

function parseExport(
  entry: Entry | undefined,
  query: { organization: readonly string[]; parameters: readonly Parameter[]; order: string },
  fault: Fault,
): NightlyExport | undefined {
  if (!entry) return undefined;
  const match = EXPORT.exec(entry.value);
  if (!match) {
    fault(entry.line, '"export:" is written: file-name.csv whole|split');
    return undefined;
  }
  const [, file = "", how] = match;
  const split = how === "split";
  if (split && query.organization.length === 0) fault(entry.line, 'an export that is split needs "organization:"');
  if (query.order === "none") fault(entry.line, "an export needs an order, or two runs of one snapshot would differ");
  for (const { name, type, presence } of query.parameters) {
    const given = EXPORT_PARAMETERS.get(name);
    if (given === undefined && presence === "required") {
      fault(
        entry.line,
        `an export cannot need the parameter "${name}": a run gives ${[...EXPORT_PARAMETERS.keys()].join(", ")}`,
      );
    } else if (given !== undefined && given !== type) {
      fault(entry.line, `a run gives the parameter "${name}" as ${given}, and it is declared as ${type}`);
    }
    if (name === "organization" && presence === "required") {
      fault(entry.line, 'a run may be for all organizations: declare the parameter "organization" as optional');
    }
  }
  return { file, split };
}

function list(text: string): string[] {
  return text === "" ? [] : text.split(",").map((name) => name.trim());
}

function isOneOf<T extends string>(known: readonly T[], text: string): text is T {
  return (known as readonly string[]).includes(text);
}
