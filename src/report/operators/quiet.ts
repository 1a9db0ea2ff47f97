import { actsOnQuiet } from "../../summary/operators/acts.ts";
import type { JudgedSilence, Summary } from "../../summary/types.ts";
import { type Cut, cut } from "./cut.ts";

/** The section on silence; `judged` false says why in `reason`. */
export interface QuietView {
  judged: boolean;
  reason: string;
  compared: string;
  quiet: Cut<QuietLine>;
  receivers: Cut<NothingLine>;
  pairsText: string;
  newPairs: Cut<{ of: string; sender: string; receiver: string; items: number; why: string }>;
}

interface QuietLine {
  of: string;
  who: string;
  kind: string;
  state: string;
  usualItems: number;
  items: number;
  lastSeen: string | null;
  why: string;
  acts: string;
}

interface NothingLine {
  of: string;
  receiver: string;
  usualItems: number;
  items: number;
  lastSeen: string | null;
  why: string;
  acts: string;
}

/** Who was quiet, with what the same run knows as a cause. */
export function quietView(summary: Summary): QuietView {
  const { silence } = summary;
  const none = { shown: [], more: 0 };
  if (!silence.judged) {
    const { reason } = silence;
    return { judged: false, reason, compared: "", quiet: none, receivers: none, pairsText: "", newPairs: none };
  }
  const why = causes(summary);
  return {
    judged: true,
    reason: "",
    compared: silence.comparedDays.join(", "),
    quiet: cut("silence.quiet", silence.quiet, ({ kind, name, receiver, state, usualItems, items, lastSeen }) => ({
      who: kind === "pair" ? `${name} → ${receiver}` : name,
      ...{ kind, state, usualItems, items, lastSeen, why: why(kind === "sender" ? name : receiver || name) },
      acts: actsOnQuiet(kind),
    })),
    receivers: cut("silence.receiversWithNothing", silence.receiversWithNothing, (row) => ({
      ...{ receiver: row.receiver, usualItems: row.usualItems, items: row.items, lastSeen: row.lastSeen },
      why: why(row.receiver),
      acts: row.items > 0 ? "reportstream" : "nobody",
    })),
    pairsText: pairsText(silence),
    newPairs: cut("silence.pairs.firstSeen", silence.pairs.firstSeen, ({ sender, receiver, items }) => ({
      ...{ sender: sender || "unknown sender", receiver, items, why: changed(summary, sender, receiver) },
    })),
  };
}

/** What else the run says of a party that is quiet: one line. */
function causes({ operators, allFiltered }: Summary): (party: string) => string {
  const down = new Set(operators?.connections.down.map(({ receiver }) => receiver));
  const filtered = new Set(allFiltered.map(({ sender }) => sender));
  return (party) => {
    if (down.has(party)) return "its connection is down";
    return filtered.has(party) ? "everything of it is filtered" : "";
  };
}

/** Whether a setting of the pair changed in the 48 hours before: the likeliest reason for a new pair. */
function changed({ operators }: Summary, sender: string, receiver: string): string {
  const names = (operators?.settingChanges.changes ?? [])
    .map(({ fullName }) => fullName)
    .filter((name) => name === sender || name === receiver);
  return names.length === 0 ? "" : `the setting of ${[...new Set(names)].join(" and of ")} changed`;
}

function pairsText({ pairs: { comparedRuns, earlierRuns, knownSince } }: JudgedSilence): string {
  if (knownSince === null) return "Pairs are compared with earlier runs in the same folder, and there are none.";
  const days = `${earlierRuns} since ${knownSince}, ${comparedRuns} of them of this weekday`;
  return `Pairs are compared with the earlier runs in the same folder: ${days}.`;
}
