import type { CaseElsewhere, EdgeCase } from "./edge-case.ts";
import { ELSEWHERE } from "./elsewhere.ts";
import { FIGURES } from "./figures.ts";
import { FOUND } from "./found.ts";
import { LINEAGE } from "./lineage.ts";
import { PROGRESS } from "./progress.ts";
import { ROUTING } from "./routing.ts";
import { SENDING } from "./sending.ts";
import { STATUS } from "./status.ts";
import { SUBMISSIONS } from "./submissions.ts";
import { TEXT } from "./text.ts";
import { TIME } from "./time.ts";

const SECTIONS: [title: string, file: string, cases: EdgeCase[]][] = [
  ["Counting sends", "sending", SENDING],
  ["Filtering and routing", "routing", ROUTING],
  ["Statuses in progress", "progress", PROGRESS],
  ["Submissions", "submissions", SUBMISSIONS],
  ["Lineage", "lineage", LINEAGE],
  ["Time", "time", TIME],
  ["Text and JSON", "text", TEXT],
  ["Figures that stored functions get wrong", "figures", FIGURES],
  ["ReportStream's own status", "status", STATUS],
  ["Found on the way", "found", FOUND],
];

/** Every case that a test of this folder goes through the program with. */
export const CASES: EdgeCase[] = SECTIONS.flatMap(([, , cases]) => cases);

/** docs/edge-cases.md, from the data of the tests. */
export function edgeCasesDocument(): string {
  const parts = SECTIONS.map(([title, file, cases]) => {
    return [`## ${title}`, `Tests: \`test/edge-cases/${file}.test.ts\`.`, table(cases, HEAD)].join("\n\n");
  });
  return [
    "# Edge cases",
    "Written by `test/edge-cases/document.test.ts` from the data of the tests (`UPDATE_DOCS=1` rewrites it). Each case " +
      "is a test of its number: rows as ReportStream writes them in Postgres, one run, and what its files must say. " +
      "Numbers with E are from the list that the project began with (what is missing there is missing here); those with " +
      "X were found while building, those with S are about ReportStream's own status word. The last column says what its " +
      "stored functions, its history API or its pages answer to the same rows.",
    ...parts,
    "## Cases of other commands",
    table(ELSEWHERE, [...HEAD, "tested in"]),
    "",
  ].join("\n\n");
}

const HEAD = ["case", "situation", "our answer", "what ReportStream's own functions say"];

function table(cases: readonly (EdgeCase | CaseElsewhere)[], head: string[]): string {
  const rows = cases.map((one) => {
    const cells = [one.id, one.situation, one.ours, one.reportstream === "-" ? "" : one.reportstream];
    return line("testedIn" in one ? [...cells, one.testedIn] : cells);
  });
  return [line(head), line(head.map(() => "---")), ...rows].join("\n");
}

function line(cells: string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
}
