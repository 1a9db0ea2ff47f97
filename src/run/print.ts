import type { Writable } from "node:stream";
import { OUTCOMES } from "../outcome/words.ts";
import { helpers } from "../report/helpers.ts";
import { total } from "../summary/counts.ts";
import { formatInstant } from "../time/instant.ts";
import type { RunPlan } from "./plan.ts";
import type { RunResult } from "./run.ts";
import type { WindowSize } from "./window-size.ts";

/** How much a run would read, and in how many parts. */
export interface PlannedReading {
  size: WindowSize;
  /** `megabytes` is null for no limit. */
  memory: { megabytes: number | null; slices: number };
}

/** Prints what a run would do. */
export function printPlan(plan: RunPlan, { size, memory }: PlannedReading, json: boolean, stdout: Writable): void {
  const { window, folder, exists, force, organizations, files, exports } = plan;
  if (json) {
    const { from, to, timeZone } = window;
    const shown = { from: formatInstant(from), to: formatInstant(to), timeZone };
    stdout.write(
      `${JSON.stringify({ window: shown, folder, exists, force, organizations, files, exports, estimatedRows: size, memory })}\n`,
    );
    return;
  }
  const { number } = helpers;
  const lines = [
    `window         ${plan.windowText}`,
    `folder         ${folder}${exists ? (force ? " (exists, and would be replaced)" : " (exists: nothing would be done without --force)") : ""}`,
    `organizations  ${organizations.length === 0 ? "all that have a row" : organizations.join(", ")}`,
    `rows to read   ${number(size.submissions)} submissions of ${number(size.submittedItems)} items, ${number(size.reports)} reports, ` +
      `${number(size.itemEdges)} item edges, ${number(size.logEntries)} log entries`,
    ...(memory.megabytes === null ? [] : [`memory         ${memoryText(memory.megabytes, memory.slices)}`]),
    "files",
    ...files.map((file) => `  ${file}`),
  ];
  stdout.write(`${lines.join("\n")}\n`);
}

function memoryText(megabytes: number, slices: number): string {
  const below = `below ${helpers.number(megabytes)} MB`;
  return slices === 1 ? `${below}: in one go` : `${below}: read in ${helpers.number(slices)} slices`;
}

/** Prints what a run wrote. */
export function printResult({ summary, manifest }: RunResult, plan: RunPlan, json: boolean, stdout: Writable): void {
  const { totals, organizations } = summary;
  if (json) {
    const files = manifest.files.length;
    stdout.write(
      `${JSON.stringify({ folder: plan.folder, window: summary.window, snapshot: summary.snapshot, totals, organizations: organizations.length, files })}\n`,
    );
    return;
  }
  const { number, plural } = helpers;
  const sum = OUTCOMES.map((outcome) => `${number(totals.byItemAndReceiver[outcome])} ${outcome}`).join(" + ");
  stdout.write(
    [
      plan.windowText,
      `${plural(totals.submissions, "submission", "submissions")} (${number(totals.rejectedSubmissions)} rejected), ${plural(totals.items, "item", "items")}`,
      `by item and receiver: ${sum} = ${number(total(totals.byItemAndReceiver))}`,
      `${plural(organizations.length, "organization", "organizations")}, ${plural(manifest.files.length, "file", "files")}`,
      `${plan.folder}/index.html`,
      "",
    ].join("\n"),
  );
}
