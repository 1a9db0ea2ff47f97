import { printableText } from "../query/table.ts";
import { AREAS, type Finding, type State } from "./finding.ts";

const MARKS: Readonly<Record<State, string>> = { ok: "ok     ", warning: "WARNING", fault: "FAULT  " };

/** The findings by area, each with its fix, and the verdict in the last line. */
export function formatFindings(findings: readonly Finding[]): string {
  const lines: string[] = [];
  for (const area of AREAS) {
    const of = findings.filter((finding) => finding.area === area);
    if (of.length === 0) continue;
    lines.push(area);
    for (const { state, check, message, fix } of of) {
      const [first = "", ...rest] = message.split("\n");
      lines.push(`  ${MARKS[state]}  ${check}: ${printableText(first)}`);
      for (const line of [...rest, ...(fix?.split("\n") ?? [])]) lines.push(`           ${printableText(line)}`);
    }
  }
  const count = (state: State): number => findings.filter((finding) => finding.state === state).length;
  const [faults, warnings] = [count("fault"), count("warning")];
  const told = (number: number, word: string): string =>
    `${number === 0 ? "no" : number} ${word}${number === 1 ? "" : "s"}`;
  lines.push(`${told(faults, "fault")}, ${told(warnings, "warning")}, ${count("ok")} ok`);
  return lines.map((line) => `${line}\n`).join("");
}
