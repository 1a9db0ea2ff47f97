import type { ErrorGroupSummary, FailureSummary, JudgedSilence, Summary } from "../summary/types.ts";
import { parseInstant } from "../time/instant.ts";
import { formatShortMoment } from "../time/zone.ts";

/** How many of a long list a page shows; the CSV files and summary.json have all. */
const SHOWN = 50;

/** What somebody may have to act on: the sections below the sums on the operators' page. */
export interface Attention {
  failures: ReturnType<typeof failureLine>[];
  failuresText: string;
  comparedWith: string;
  newGroups: { shown: GroupLine[]; more: number };
  goneGroups: { shown: GroupLine[]; more: number };
  codes: { shown: { code: string; sender: string; count: number; mark: string }[]; more: number };
  allFiltered: { sender: string; filtered: number; items: number; filters: string }[];
  silence: SilenceView;
}

interface GroupLine {
  type: string;
  errorCode: string;
  field: string;
  message: string;
  sender: string;
  receiver: string;
  count: number;
}

interface SilenceView {
  judged: boolean;
  reason: string;
  compared: string;
  quiet: { who: string; text: string; usualItems: number; items: number; lastSeen: string }[];
  receivers: { receiver: string; usualItems: number; items: number; lastSeen: string }[];
  firstSeen: { sender: string; receiver: string; items: number }[];
  pairsText: string;
}

/** The view of a summary's failures, errors and silence; instants in the window's zone. */
export function attentionOf(summary: Summary): Attention {
  const { previousRun, errorGroups, goneErrorGroups, unmappedCodes, window } = summary;
  const counts = new Map<string, number>();
  for (const { state } of summary.failures) counts.set(state, (counts.get(state) ?? 0) + 1);
  return {
    failures: summary.failures.map((failure) => failureLine(failure, window.timeZone)),
    failuresText: ["open", "resent", "recovered", "maybe delivered"]
      .map((state) => `${counts.get(state) ?? 0} ${state}`)
      .join(", "),
    comparedWith: previousRun === null ? "" : previousRun.folder,
    newGroups: cut(gravestFirst(errorGroups.filter(({ status }) => status === "new"))),
    goneGroups: cut(gravestFirst(goneErrorGroups)),
    codes: cut(
      unmappedCodes.map(({ code, sender, count, isNew }) => ({
        code: code || "no code",
        sender: sender || "unknown sender",
        count,
        mark: isNew ? "new" : "",
      })),
    ),
    allFiltered: summary.allFiltered.map(({ sender, filtered, items, filters }) => ({
      ...{ sender, filtered, items },
      filters: filters.join(", ") || "not logged",
    })),
    silence: silenceView(summary),
  };
}

function failureLine({ receiver, fileName, items, state, lastFailedAt, errorFamily }: FailureSummary, zone: string) {
  return { receiver: receiver || "not known", fileName, items, state, errorFamily, at: moment(lastFailedAt, zone) };
}

const GRAVITY = ["error", "warning", "info", "filter"];

/** Errors before warnings before filters, each with most rows first as they come. */
function gravestFirst(groups: readonly ErrorGroupSummary[]): ErrorGroupSummary[] {
  return [...groups].sort((left, right) => GRAVITY.indexOf(left.type) - GRAVITY.indexOf(right.type));
}

function cut<T>(list: readonly T[]): { shown: T[]; more: number } {
  return { shown: list.slice(0, SHOWN), more: Math.max(0, list.length - SHOWN) };
}

function silenceView({ silence, window }: Summary): SilenceView {
  const none = { compared: "", quiet: [], receivers: [], firstSeen: [], pairsText: "" };
  if (!silence.judged) return { judged: false, reason: silence.reason, ...none };
  const seen = (at: string | null): string => (at === null ? "longer ago" : moment(at, window.timeZone));
  return {
    judged: true,
    reason: "",
    compared: silence.comparedDays.join(", "),
    quiet: silence.quiet.map(({ kind, name, receiver, state, usualItems, items, lastSeen }) => ({
      who: kind === "pair" ? `${name} → ${receiver}` : `${kind} ${name}`,
      ...{ text: state, usualItems, items },
      lastSeen: kind === "pair" ? (lastSeen ?? "longer ago") : seen(lastSeen),
    })),
    receivers: silence.receiversWithNothing.map(({ receiver, usualItems, items, lastSeen }) => ({
      ...{ receiver, usualItems, items },
      lastSeen: seen(lastSeen),
    })),
    firstSeen: silence.pairs.firstSeen,
    pairsText: pairsText(silence),
  };
}

function pairsText({ pairs: { comparedRuns, earlierRuns, knownSince } }: JudgedSilence): string {
  if (knownSince === null) return "Pairs are compared with earlier runs in the same folder, and there are none.";
  const days = `${earlierRuns} since ${knownSince}, ${comparedRuns} of them of this weekday`;
  return `Pairs are compared with the earlier runs in the same folder: ${days}.`;
}

function moment(text: string, timeZone: string): string {
  const at = parseInstant(text);
  return at === undefined ? text : formatShortMoment(at, timeZone);
}
