import type { Config } from "../config/schema.ts";
import { folderOfRun } from "../run/plan.ts";
import { formatInstant } from "../time/instant.ts";
import { type Window, wholeDays } from "../time/window.ts";

/** What is known of the schedule of a run that has to be made by hand. */
export interface ByHand {
  /** Its name in the ledger. */
  schedule: string;
  window: Window;
  /** Only these; empty for all. */
  organizations: readonly string[];
  mail: boolean;
}

/** The commands with which a person makes up for a run that no scheduler tries again, in their order. Pure. */
export function commandsByHand({ schedule, window, organizations, mail }: ByHand, config: Config): string[] {
  const out = organizations.length === 0 ? config.out : `${config.out}/${schedule}`;
  const run = [
    "lineage-report run",
    ...windowArguments(window),
    ...(window.timeZone === config.timeZone ? [] : ["--time-zone", window.timeZone]),
    ...organizations.flatMap((name) => ["--organization", quoted(name)]),
    ...(organizations.length === 0 ? [] : ["--out", quoted(out)]),
  ];
  if (!mail) return [run.join(" ")];
  const send = ["lineage-report mail send", quoted(folderOfRun(out, window)), "--schedule", quoted(schedule)];
  return [run.join(" "), send.join(" ")];
}

function windowArguments(window: Window): string[] {
  const days = wholeDays(window);
  if (days === undefined) return ["--from", formatInstant(window.from), "--to", formatInstant(window.to)];
  return days.first === days.last ? ["--date", days.first] : ["--from", days.first, "--to", days.last];
}

/** As a shell takes it for one word. */
function quoted(text: string): string {
  return /^[\w./@%+:=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
