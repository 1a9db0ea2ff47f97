import type { Acts } from "../../outcome/words.ts";
import type { Summary } from "../types.ts";
import type { OperatorsSummary, SectionName, VerdictFact, VerdictLevel, VerdictSummary } from "./types.ts";

/** What a verdict is made of. */
export type VerdictSource = Pick<Summary, "totals" | "allFiltered" | "unmappedCodes" | "silence"> & {
  operators: Omit<OperatorsSummary, "verdict">;
};

/**
 * The verdict of a run: what somebody has to act on, gravest first, then what is only unusual. The one place for this rule: the
 * page shows it, and the operators' mail adds its mails to it.
 */
export function verdictOf(source: VerdictSource): VerdictSummary {
  const facts = [...actions(source), ...looks(source)];
  if (facts.some(({ level }) => level === "action")) return { level: "action", facts };
  if (facts.length > 0) return { level: "look", facts };
  const { submissions, filesSent, downloads } = source.totals;
  return { level: submissions + filesSent + downloads === 0 ? "nothing" : "clear", facts };
}

/** The verdict of a run as it was written; of a run of a version that made none, from its failures and what is stuck. */
export function verdictOfRun(summary: Pick<Summary, "operators" | "failures" | "totals">): VerdictSummary {
  if (summary.operators) return summary.operators.verdict;
  const { submissions, byItem } = summary.totals;
  const open = summary.failures.filter(({ state }) => state === "open" || state === "resent").length;
  const facts: VerdictFact[] = [];
  if (open > 0) facts.push(action(`${plural(open, "file")} not sent`, "last-mile"));
  if (byItem.stuck > 0) facts.push(action(`${plural(byItem.stuck, "item")} stuck`, "stuck"));
  return { level: facts.length > 0 ? "action" : submissions === 0 ? "nothing" : "clear", facts };
}

function action(text: string, section: SectionName): VerdictFact {
  return { level: "action", text, acts: "reportstream", section };
}

/** How a verdict begins. */
export const VERDICT_LABELS: Readonly<Record<VerdictLevel, string>> = {
  action: "Action needed",
  look: "Worth a look",
  clear: "All clear",
  nothing: "Nothing happened",
};

/** So many facts are said in the sentence; the sections have the others. */
const SAID = 4;

/** What a verdict says after its label: its gravest facts in one line. */
export function verdictText(
  { facts, level }: { facts: readonly { text: string }[]; level: VerdictLevel },
  submissions: number,
): string {
  if (facts.length === 0) {
    return level === "nothing"
      ? "no submission, no file and no failure"
      : `nothing to act on, ${plural(submissions, "submission")}`;
  }
  const said = facts.slice(0, SAID).map(({ text }) => text);
  const more = facts.length - said.length;
  return more > 0 ? `${said.join(", ")}, and ${more} more` : said.join(", ");
}

function actions({ totals, operators }: VerdictSource): VerdictFact[] {
  const { lastMile, connections, stuck, undelivered } = operators;
  const facts: VerdictFact[] = [];
  const act = (count: number, text: string, acts: Acts, section: SectionName): void => {
    if (count > 0) facts.push({ level: "action", text, acts, section });
  };
  const counted = undelivered.reduce((sum, { items }) => sum + items, 0);
  act(counted === totals.items ? 0 : 1, "the sums do not add up", "reportstream", "undelivered");
  const { newFiles, standingFiles, expiringFiles, receivers } = lastMile;
  const failing = receivers.filter((receiver) => receiver.newFiles > 0);
  act(newFiles, `${plural(newFiles, "file")} newly failed${to(failing)}`, "reportstream", "last-mile");
  const { down } = connections;
  act(down.length, `${plural(down.length, "connection")} down${to(down)}`, "receiver", "connections");
  const { stuck: stuckItems } = totals.byItem;
  act(stuckItems, `${plural(stuckItems, "item")} stuck`, "reportstream", "stuck");
  const { stuckTasks } = stuck;
  act(stuckTasks, `${plural(stuckTasks, "task")} in the queue past due`, "reportstream", "stuck");
  act(standingFiles, `${plural(standingFiles, "file")} still not sent`, "reportstream", "last-mile");
  act(expiringFiles, `${plural(expiringFiles, "unsent file")} expiring soon`, "reportstream", "last-mile");
  return facts;
}

function looks({ allFiltered, unmappedCodes, silence, operators }: VerdictSource): VerdictFact[] {
  const { lastMile, duplicates, lookupTables } = operators;
  const facts: VerdictFact[] = [];
  const look = (count: number, text: string, acts: Acts, section: SectionName): void => {
    if (count > 0) facts.push({ level: "look", text, acts, section });
  };
  const maybe = lastMile.maybeDeliveredFiles;
  look(maybe, `${plural(maybe, "file")} maybe delivered`, "receiver", "last-mile");
  if (silence.judged) {
    const quiet = (kind: string): number => silence.quiet.filter((subject) => subject.kind === kind).length;
    look(quiet("sender"), `${plural(quiet("sender"), "sender")} quiet or dropping`, "sender", "quiet");
    look(quiet("receiver"), `${plural(quiet("receiver"), "receiver")} getting less`, "reportstream", "quiet");
  }
  look(allFiltered.length, `${plural(allFiltered.length, "sender")} filtered to 100 %`, "sender", "all-filtered");
  const codes = new Set(unmappedCodes.filter(({ isNew }) => isNew === true).map(({ code }) => code)).size;
  look(codes, `${plural(codes, "new unmapped code")}`, "reportstream", "errors");
  const { totalItems, totalFiles } = duplicates;
  look(totalItems, `${plural(totalItems, "item")} delivered more than once`, "reportstream", "duplicates");
  if (totalItems === 0) look(totalFiles, `${plural(totalFiles, "file")} sent once more`, "reportstream", "duplicates");
  if (silence.judged) {
    const pairs = silence.pairs.firstSeen.length;
    look(pairs, `${plural(pairs, "new pair")}`, "reportstream", "changes");
  }
  const tables = lookupTables?.notActive.length ?? 0;
  look(tables, `${plural(tables, "lookup table")} with a newer version`, "reportstream", "tables");
  return facts;
}

/** ` (a, b)`: who it is about, where these are few. */
function to(about: readonly { receiver: string }[]): string {
  const names = [...new Set(about.map(({ receiver }) => receiver))].filter((name) => name !== "");
  if (names.length === 0) return "";
  return names.length <= 2 ? ` (${names.join(", ")})` : ` (${names.length} receivers)`;
}

function plural(count: number, word: string): string {
  return `${String(count).replace(/\B(?=(\d{3})+$)/g, ",")} ${word}${count === 1 ? "" : "s"}`;
}
