import { OUTCOMES } from "../outcome/words.ts";
import { type Column, type CsvValue, createCsvFormatter } from "../output/csv.ts";
import type { Subject } from "../proof/subject.ts";
import { printableText } from "../query/table.ts";
import { helpers } from "../report/helpers.ts";
import { alignedTable } from "../terminal/aligned.ts";
import { formatInstant, type Micros } from "../time/instant.ts";
import { describeWindow, type Window } from "../time/window.ts";
import { formatMoment } from "../time/zone.ts";
import { type Detected, KIND_WORDS } from "./detect.ts";
import { addsUp, type Result, type ResultRow, type Sums } from "./reconcile.ts";
import type { TheirList } from "./their-list.ts";
import { REPAIRS, type Repair } from "./values.ts";

/** What a printed comparison says of itself. */
export interface Head {
  list: TheirList;
  detected: Detected;
  subject: Subject;
  window: Window;
  asOf: Micros;
}

type Batches = AsyncIterable<readonly ResultRow[]>;

export const RESULT_COLUMNS: readonly Column[] = [
  { name: "result", type: "text" },
  { name: "key", type: "text" },
  { name: "line", type: "number" },
  { name: "times_theirs", type: "number" },
  { name: "at", type: "instant" },
  { name: "submission_id", type: "id" },
  { name: "report_id", type: "id" },
  { name: "item", type: "number" },
  { name: "party", type: "text" },
  { name: "file_name", type: "text" },
  { name: "outcome", type: "text" },
  { name: "reason", type: "text" },
  { name: "acts", type: "text" },
  { name: "outcomes", type: "text" },
  { name: "note", type: "text" },
];

function cells(row: ResultRow): CsvValue[] {
  const { result, key, line, timesTheirs, at, submissionId, reportId, item, party, fileName } = row;
  const head = [result, key, line, timesTheirs, at, submissionId, reportId || null, item, party, fileName];
  return [...head, row.outcome ?? null, row.reason, row.acts, row.outcomes, row.note];
}

/** Every row, as it comes. */
export async function* formatCsv(batches: Batches): AsyncGenerator<string> {
  const { header, formatRow } = createCsvFormatter(RESULT_COLUMNS);
  yield header;
  for await (const batch of batches) yield batch.map((row) => formatRow(cells(row))).join("");
}

/** One object: the rows, as they come, and after them the sums. */
export async function* formatJson(batches: Batches, head: Head, sums: Sums): AsyncGenerator<string> {
  const { list, detected, subject, window, asOf } = head;
  const told = {
    [subject.kind]: subject.name,
    window: { from: formatInstant(window.from), to: formatInstant(window.to), timeZone: window.timeZone },
    asOf: formatInstant(asOf),
    list: { name: list.label, column: list.column, remarks: list.remarks },
    kind: detected.kind,
    because: detected.because,
  };
  yield `${JSON.stringify(told).slice(0, -1)},"rows":[`;
  let before = "\n";
  for await (const batch of batches) {
    if (batch.length === 0) continue;
    yield before + batch.map((row) => JSON.stringify(rowJson(row))).join(",\n");
    before = ",\n";
  }
  const { theirs, ours } = sums;
  const outcomes = Object.fromEntries(sums.outcomes);
  yield `\n],"sums":${JSON.stringify({ addsUp: addsUp(sums), theirs, ours, outcomes })}}\n`;
}

function rowJson(row: ResultRow): object {
  const { result, key, line, timesTheirs, at, submissionId, reportId, item, party, fileName } = row;
  const { outcome, reason, acts, outcomes, note } = row;
  return {
    ...{ result, key, line, timesTheirs, at: at === null ? null : formatInstant(at) },
    ...{ submissionId, reportId: reportId || null, item, party, fileName },
    ...{ outcome: outcome ?? null, reason, acts, outcomes, note },
  };
}

/** So many rows of each kind are shown to a person; the files have all of them. */
const SHOWN = 20;

/** The sums, and the first rows of each kind that did not match. */
export async function* formatText(batches: Batches, head: Head, sums: Sums): AsyncGenerator<string> {
  const { timeZone } = head.window;
  const shown = new Map<Result, string[]>();
  for await (const batch of batches) {
    for (const row of batch) {
      if (row.result === "matched") continue;
      const lines = shown.get(row.result) ?? [];
      shown.set(row.result, lines);
      if (lines.length < SHOWN) lines.push(rowLine(row, head.list, timeZone));
    }
  }
  const lines = [...headLines(head), "", ...sumLines(head, sums)];
  const { theirs, ours } = sums;
  const parts: [Result, string, number][] = [
    ["only theirs", "Only theirs", theirs.onlyTheirs],
    ["only ours", "Only ours", ours.onlyOurs],
    ["not usable", "Not usable", theirs.notUsable],
  ];
  for (const [result, title, count] of parts) {
    const rows = shown.get(result) ?? [];
    if (rows.length === 0) continue;
    const more = count > rows.length ? `, the first ${rows.length} (--format csv has all)` : "";
    lines.push("", `${title}: ${helpers.number(count)}${more}`, ...rows);
  }
  yield lines.map((line) => `${printableText(line)}\n`).join("");
}

export function headLines({ list, detected, subject, window, asOf }: Head): string[] {
  const [, words] = KIND_WORDS[detected.kind];
  return [
    `${list.label}, ${list.column}: taken for ${words}, since ${detected.because}`,
    `compared with the ${unitWords(subject.kind, detected.kind)[1]} of ${subject.name}, ${describeWindow(window)}, judged as of ${formatMoment(asOf, window.timeZone)}`,
    ...list.remarks.map((remark) => `  ${remark}`),
  ];
}

/** What of ours is counted. */
function unitWords(side: Subject["kind"], kind: Detected["kind"]): readonly [string, string] {
  if (kind === "tracking")
    return side === "sender" ? ["submitted item", "submitted items"] : ["delivered item", "delivered items"];
  return side === "sender" ? ["submission", "submissions"] : ["delivered file", "delivered files"];
}

export function sumLines(
  { detected, subject, list }: Pick<Head, "detected" | "subject" | "list">,
  sums: Sums,
): string[] {
  const { theirs, ours } = sums;
  const { number, plural } = helpers;
  const [one, many] = KIND_WORDS[detected.kind];
  const unit = unitWords(subject.kind, detected.kind);
  const mark = addsUp(sums) ? "  ✔ adds up" : "  ✘ DOES NOT ADD UP";
  const idWords = theirs.ids === 1 ? one : many;
  const lines = [
    `Theirs  ${plural(theirs.rows, "row", "rows")} = ${number(theirs.blank)} blank + ${number(theirs.notUsable)} not usable + ${number(theirs.repeated)} repeated + ${number(theirs.ids)} distinct ${idWords}`,
    `        ${number(theirs.ids)} ${idWords} = ${number(theirs.matched)} matched + ${number(theirs.onlyTheirs)} only theirs (${number(theirs.elsewhere)} known elsewhere)`,
    `Ours    ${plural(ours.entries, ...unit)} = ${number(ours.matched)} matched + ${number(ours.onlyOurs)} only ours + ${number(ours.withoutId)} without such an id${mark}`,
  ];
  const counts = [...OUTCOMES, "" as const].flatMap((outcome) => {
    const count = sums.outcomes.get(outcome);
    return count ? [[`  ${outcome || "nothing in it"}`, number(count.matched), number(count.onlyOurs)]] : [];
  });
  if (counts.length > 0) {
    const titles = [{ title: "  outcome" }, { title: "matched", right: true }, { title: "only ours", right: true }];
    lines.push("", ...alignedTable(titles, counts));
  }
  const repaired = (Object.keys(REPAIRS) as Repair[]).flatMap((repair) => {
    const count = theirs.repairs[repair] ?? 0;
    return count === 0 ? [] : [`${number(count)} ${REPAIRS[repair]}`];
  });
  const notes = [
    ...(repaired.length === 0 ? [] : [`put right in theirs: ${repaired.join("; ")}`]),
    ...(theirs.shortened === 0
      ? []
      : [
          `${plural(theirs.shortened, "id", "ids")} of theirs look like numbers that a spreadsheet shortened: their last digits are lost`,
        ]),
    ...(ours.near === 0
      ? []
      : [
          `${number(ours.near)} of ours ${ours.near === 1 ? "differs" : "differ"} from one of theirs only in letter case, zeros in front or ".0" behind: their ${list.placeWord}s are in the note`,
        ]),
  ];
  if (notes.length > 0) lines.push("", ...notes.map((note) => `  ${note}`));
  return lines;
}

function rowLine(row: ResultRow, { placeWord }: TheirList, timeZone: string): string {
  const { key, line, at, reason, outcome, outcomes, acts, note } = row;
  if (row.result !== "only ours")
    return `  ${placeWord} ${line}  ${key}  ${reason}${acts === "nobody" ? "" : ` (${acts})`}`;
  const when = at === null ? "" : `${formatMoment(at, timeZone)}  `;
  const many = outcomes.includes(";") ? `; ${outcomes}` : "";
  return `  ${when}${key}  ${outcome ?? ""}${outcome ? ": " : ""}${reason}${acts === "nobody" || acts === "" ? "" : ` (${acts})`}${many}${note === "" ? "" : `; ${note}`}`;
}
