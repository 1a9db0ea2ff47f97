import { parseInstant } from "../../time/instant.ts";
import { wholeDays } from "../../time/window.ts";
import type { Summary, SummaryWindow } from "../types.ts";
import type { OperatorsSummary } from "./types.ts";

/** How each section's figures are got again: a command, or a filter of one of the run's files. */
export interface Reproduce {
  failures: string;
  connections: string;
  queue: string;
  senders: string;
  receivers: string;
  pairs: string;
  undelivered: string;
  errors: string;
  duplicates: string;
  resends: string;
  changes: string;
  tables: string;
  run: string;
}

/** Of a run's own window. States are those of the moment when a command is given, unless it has --as-of. */
export function reproduceOf({ window }: Summary, operators: OperatorsSummary): Reproduce {
  const over = windowArguments(window);
  const asQuery = `--param from=${window.from} --param to=${window.to}`;
  const { asOf, earlierFailures, connections, lookedUntil, settingChanges } = operators;
  return {
    failures: `lineage-report failures --from ${earlierFailures.from} --to ${lookedUntil}`,
    connections: `lineage-report connections --down --from ${connections.from} --to ${lookedUntil}`,
    queue: "lineage-report query stuck-tasks",
    senders: `lineage-report query traffic-senders ${asQuery}`,
    receivers: `lineage-report query traffic-receivers ${asQuery}`,
    pairs: "summary.csv of this run and of earlier ones: by sender and receiver",
    undelivered: `lineage-report undelivered ${over} --as-of ${asOf}`,
    errors: `lineage-report errors --group ${over}`,
    duplicates: "items.csv: times_delivered above 1",
    resends: "deliveries.csv: resend true; what nobody asked for, with lineage-report trace of the file",
    changes: `lineage-report organizations changes --from ${settingChanges.from} --to ${settingChanges.to}`,
    tables: "lineage-report tables list",
    run: `lineage-report run ${over}`,
  };
}

/** The window as options of a command. */
function windowArguments(window: SummaryWindow): string {
  const { from, to, timeZone } = window;
  const [start, end] = [parseInstant(from), parseInstant(to)];
  const days = start === undefined || end === undefined ? undefined : wholeDays({ from: start, to: end, timeZone });
  if (days === undefined) return `--from ${from} --to ${to}`;
  const zone = `--time-zone ${timeZone}`;
  return days.first === days.last ? `--date ${days.first} ${zone}` : `--from ${days.first} --to ${days.last} ${zone}`;
}
