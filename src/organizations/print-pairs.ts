import { printableText } from "../query/table.ts";
import { helpers } from "../report/helpers.ts";
import type { Row } from "../source/value-types.ts";
import { formatInstant } from "../time/instant.ts";
import { formatDay, formatMoment } from "../time/zone.ts";
import { resultColumns } from "./environment.ts";
import { changeInWords, type LookedAt, type NewPair, type NewPairs } from "./new-pairs.ts";

export const PAIR_COLUMNS = resultColumns(
  "sender:text",
  "receiver:text",
  "items:number",
  "first_submitted_at:instant",
  "sender_is_new:boolean",
  "changed_at:instant",
  "changed_by:text",
  "change:text",
);

export function pairRow({ sender, receiver, items, firstAt, senderIsNew, change }: NewPair): Row {
  const told = change ? [change.at, change.by, changeInWords(change)] : [null, null, null];
  return [sender.name, receiver.name, items, firstAt, senderIsNew, ...told];
}

export function pairsJson({ pairs, fresh, lookedAt }: NewPairs): object {
  return {
    pairs,
    lookedAt: { ...lookedAt, from: formatInstant(lookedAt.from) },
    new: fresh.map(({ sender, receiver, items, firstAt, senderIsNew, change }) => ({
      ...{ sender: sender.name, receiver: receiver.name, items, firstSubmittedAt: formatInstant(firstAt), senderIsNew },
      change: change && {
        ...{ changedAt: formatInstant(change.at), changedBy: change.by, type: change.type, name: change.fullName },
        ...{ version: change.version, change: change.change, paths: change.paths, words: changeInWords(change) },
      },
    })),
  };
}

/** The new pairs, each with what explains it, and what was looked at to say so. */
export function printPairs({ pairs, fresh, lookedAt }: NewPairs, timeZone: string): string[] {
  const { plural } = helpers;
  const lines = [
    `New pairs: ${helpers.number(fresh.length)} of ${plural(pairs, "pair", "pairs")} of sender and receiver with traffic`,
  ];
  for (const { sender, receiver, items, firstAt, senderIsNew, change } of fresh) {
    lines.push(
      `  ${sender.name || "unknown sender"} → ${receiver.name}  ${plural(items, "item", "items")} since ${formatMoment(firstAt, timeZone)}`,
      `    ${change ? `${changeInWords(change)} ${formatMoment(change.at, timeZone)}, by ${change.by}` : noChange(lookedAt, senderIsNew)}`,
    );
  }
  lines.push(`  ${looked(lookedAt, timeZone)}`);
  return lines.map(printableText);
}

function noChange({ changeDays, senderDays }: LookedAt, senderIsNew: boolean): string {
  const silent = senderIsNew ? `; the sender submitted nothing in the ${senderDays} days before` : "";
  return `no setting that decides it was changed in the ${changeDays} days before${silent}`;
}

function looked({ days, from, earlierRuns, earlierSince, senderDays }: LookedAt, timeZone: string): string {
  const { plural } = helpers;
  const runs =
    earlierRuns === 0
      ? "no earlier runs"
      : `${plural(earlierRuns, "earlier run", "earlier runs")} since ${earlierSince}`;
  const lineage =
    days === 0
      ? "no day before the window was needed"
      : `the lineage of ${plural(days, "day", "days")} before, since ${formatDay(from, timeZone)}`;
  return `looked at: ${lineage}; ${runs}; whether the sender submitted anything in the ${senderDays} days before. What was longer ago is not known.`;
}
