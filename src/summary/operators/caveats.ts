import { EVERY_TABLE, type Gap } from "../../status/status.ts";
import type { Micros } from "../../time/instant.ts";
import { formatMoment } from "../../time/zone.ts";
import type { Summary } from "../types.ts";
import type { Caveat } from "./types.ts";

/** What a run was asked for and found, as far as it limits what the run can say. */
export interface CaveatFacts
  extends Pick<Summary, "limitedTo" | "pairs" | "previousRun" | "failures" | "errorRows" | "receivers" | "silence"> {
  timeZone: string;
  /** When the window has settled, and when the database was read. */
  settledAt: Micros;
  readAt: Micros;
  /** The instant that states are judged as of, where it was given. */
  asOf: Micros | undefined;
  unmasked: boolean;
  gaps: readonly Gap[];
  /** Full names of the receivers in force; settings may be missing altogether. */
  knownReceivers: ReadonlySet<string>;
}

/** Topics of the older pipeline: of their items ReportStream keeps facility, test and result. */
const WITH_METADATA = new Set(["covid-19", "monkeypox"]);

/** So many names are told in a sentence. */
const NAMED = 5;

/** What this run cannot say, in plain sentences, each with who could change it. Never empty: acceptance is never known. */
export function caveatsOf(facts: CaveatFacts): Caveat[] {
  return [
    ...notSettled(facts),
    ...options(facts),
    ...settings(facts),
    ...coverage(facts),
    ...comparisons(facts),
    ...universalPipeline(facts),
    {
      kind: "acceptance",
      acts: "receiver",
      text: "Delivered means handed to the receiver's server; whether the receiver accepted it is not in the database.",
    },
  ];
}

function notSettled({ settledAt, readAt, timeZone }: CaveatFacts): Caveat[] {
  if (readAt >= settledAt) return [];
  const until = formatMoment(settledAt, timeZone);
  return [
    {
      kind: "not settled",
      acts: "nobody",
      text: `The window has not settled: deliveries of it are looked for until ${until}, and a run after that may say more.`,
    },
  ];
}

function options({ limitedTo, unmasked, asOf, timeZone }: CaveatFacts): Caveat[] {
  const caveats: Caveat[] = [];
  if (limitedTo.length > 0) {
    const text =
      `Only ${named(limitedTo)} ${limitedTo.length === 1 ? "was" : "were"} looked at (--organization): ` +
      "nothing here speaks of anybody else, and the queue and lookup tables, which are nobody's alone, were left out.";
    caveats.push({ kind: "limited", acts: "nobody", text });
  }
  if (unmasked) {
    const text = "errors.csv has messages as they were stored (--unmasked), which can hold data of patients.";
    caveats.push({ kind: "unmasked", acts: "reportstream", text });
  }
  if (asOf !== undefined) {
    const text = `States are judged as of ${formatMoment(asOf, timeZone)} (--as-of), and not as of when the database was read.`;
    caveats.push({ kind: "as of", acts: "nobody", text });
  }
  return caveats;
}

function settings({ knownReceivers, receivers }: CaveatFacts): Caveat[] {
  if (knownReceivers.size === 0) {
    const text =
      "The database has no setting of any receiver in force: who is active, checked or due for a batch cannot be told.";
    return [{ kind: "settings", acts: "reportstream", text }];
  }
  const unknown = receivers.map(({ receiver }) => receiver).filter((receiver) => !knownReceivers.has(receiver));
  if (unknown.length === 0) return [];
  const text = `No setting is in force for ${named(unknown)}, which had items or files in this window.`;
  return [{ kind: "settings", acts: "reportstream", text }];
}

function coverage({ gaps, failures, errorRows }: CaveatFacts): Caveat[] {
  const byTable = new Map<string, string[]>();
  for (const { table, from, to } of gaps) {
    byTable.set(table, [...(byTable.get(table) ?? []), from === to ? from : `${from} to ${to}`]);
  }
  const caveats = [...byTable].map(([table, months]): Caveat => {
    const what = table === EVERY_TABLE ? "No table has anything" : `${table} has nothing`;
    const text = `${what} of ${named(months)}: a report of that time says less than happened.`;
    return { kind: "missing months", acts: "nobody", text };
  });
  const unknown = failures.filter(({ items }) => items === null).length;
  if (unknown > 0) {
    const text = `${unknown} of the failures cannot be tied to a file: their items and senders are not known.`;
    caveats.push({ kind: "unknown files", acts: "reportstream", text });
  }
  if (errorRows.withoutMessage > 0) {
    const text = `${errorRows.withoutMessage} rows of errors.csv are in groups without a message: there were too many different ones.`;
    caveats.push({ kind: "error groups", acts: "nobody", text });
  }
  return caveats;
}

function comparisons({ previousRun, silence }: CaveatFacts): Caveat[] {
  const caveats: Caveat[] = [];
  if (previousRun === null) {
    const text = "There is no earlier run of the same length in this folder: no error and no code can be called new.";
    caveats.push({ kind: "no earlier run", acts: "nobody", text });
  }
  if (silence.judged && silence.pairs.earlierRuns < 7) {
    const text = `Pairs are known from earlier runs in this folder, of which there are ${silence.pairs.earlierRuns}; from seven on, a pair can be called new.`;
    caveats.push({ kind: "no earlier run", acts: "nobody", text });
  }
  return caveats;
}

function universalPipeline({ pairs }: CaveatFacts): Caveat[] {
  const topics = new Set(pairs.map(({ topic }) => topic).filter((topic) => topic !== "" && !WITH_METADATA.has(topic)));
  if (topics.size === 0) return [];
  const text =
    `Items of ${named([...topics].sort())} have no facility, test or condition in this database: ` +
    "ReportStream keeps these for covid-19 and monkeypox only.";
  return [{ kind: "universal pipeline", acts: "nobody", text }];
}

function named(names: readonly string[]): string {
  const shown = names.slice(0, NAMED).join(", ");
  return names.length > NAMED ? `${shown} and ${names.length - NAMED} more` : shown;
}
