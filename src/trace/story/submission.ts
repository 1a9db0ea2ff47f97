import type { ItemOutcome } from "../../outcome/judge.ts";
import { receiverAt } from "../../outcome/receiver.ts";
import type { LoggedError } from "../../run/log-pass.ts";
import { formatInstant } from "../../time/instant.ts";
import { ranges } from "../ranges.ts";
import type { ReportInfo } from "../report-info.ts";
import type { OutcomeGroup, StepOfItem, SubmissionStory } from "../types.ts";
import { groupMessages } from "./messages.ts";
import { countResults } from "./results.ts";
import { seesReceiver, seesSubmission } from "./sight.ts";
import { contentsOf, MOST_LISTED, type StoryContext } from "./story-context.ts";

/** Items of a submission whose story is told. */
export interface ItemsAsked {
  root: string;
  /** Positions as stored, all of them; null for the whole submission. */
  indexes: number[] | null;
  /** Positions whose lineage was read to the end. */
  read: readonly number[];
  /** Positions that were not. */
  unread: number;
  /** The report in the pipeline, or the file, that was asked for. */
  step: string | null;
}

/** Sorts behind every name. */
const LAST = "\u{10ffff}";

interface Grouped {
  outcome: ItemOutcome;
  items: Set<number>;
  /** Positions by file. */
  files: Map<number, Set<number>>;
}

/** The story of a submission, or of some of its items; undefined when nothing of it may be seen. */
export function submissionStory(asked: ItemsAsked, context: StoryContext): SubmissionStory | undefined {
  const { facts, infos, reader, rows, sight, judge } = context;
  const info = infos.get(asked.root);
  if (!info) return undefined;
  const root = reader.number(asked.root);
  const isOwn = seesSubmission(sight, info.sender);
  const only = asked.step === null ? undefined : infos.get(asked.step)?.receiver;
  const groups = groupOutcomes(root, asked, context, isOwn, only?.key || undefined);
  if (!isOwn && groups.length === 0) return undefined;

  const seen = isOwn ? undefined : new Set(groups.flatMap(({ items }) => [...items]));
  const numbers = asked.indexes?.map((index) => index + facts.zeroBased[root]);
  const items = seen ?? (numbers ? new Set(numbers) : undefined);
  const row = rows.submissions.rowOf(root);
  const httpStatus = row < 0 || rows.submissions.httpStatus[row] < 0 ? null : rows.submissions.httpStatus[row];
  const isWhole = items === undefined && asked.unread === 0;
  const single = items?.size === 1 ? [...items][0] : undefined;
  return {
    kind: "submission",
    submissionId: info.actionId,
    reportId: info.reportId,
    submittedAt: formatInstant(info.createdAt),
    sender: info.sender.name,
    status: isWhole && isOwn ? context.status.status(root, httpStatus) || null : null,
    httpStatus: isOwn ? httpStatus : null,
    items: items ? ranges(items) : null,
    trackingId: single === undefined ? "" : trackingId(root, single, context),
    step: asked.step === null ? null : stepOf(infos.get(asked.step), context),
    contents: {
      ...contentsOf(info, isOwn),
      items: isOwn ? judge.itemCount(root) : null,
      results: countResults([{ rows: context.results.get(asked.root) ?? [], createdAt: info.createdAt, items }]),
    },
    outcomes: groups.map((group) => outcomeGroup(group, context, isOwn)),
    notConsidered: sight === undefined && !only?.key ? notConsidered(info, groups, context) : [],
    messages: groupMessages(
      (context.logged.get(asked.root) ?? []).filter((entry) => isShown(entry, items, isOwn, sight)),
    ),
    unread: isOwn ? asked.unread : 0,
  };
}

function groupOutcomes(
  root: number,
  { read }: ItemsAsked,
  { facts, judge, fates, sight }: StoryContext,
  isOwn: boolean,
  onlyReceiver: string | undefined,
): Grouped[] {
  const { receivers } = facts.reports;
  const groups = new Map<string, Grouped>();
  for (const index of read) {
    const item = index + facts.zeroBased[root];
    const files = fates.filesOf(root, index);
    for (const outcome of judge.outcomes(root, item)) {
      const receiver = receivers.get(outcome.receiver);
      if (!isOwn && !seesReceiver(sight, receiver)) continue;
      if (onlyReceiver !== undefined && receiver.key !== onlyReceiver) continue;
      const key = JSON.stringify([outcome.receiver, outcome.outcome, outcome.reason, outcome.timesDelivered]);
      const group = groups.get(key) ?? { outcome, items: new Set(), files: new Map() };
      group.items.add(item);
      for (const [file, position] of files.get(outcome.receiver) ?? []) {
        const positions = group.files.get(file) ?? new Set();
        positions.add(position);
        group.files.set(file, positions);
      }
      groups.set(key, group);
    }
  }
  // What no receiver got comes last.
  const name = ({ outcome }: Grouped): string => receivers.get(outcome.receiver).name || LAST;
  return [...groups.values()].sort((left, right) =>
    name(left) === name(right) ? right.items.size - left.items.size : name(left) < name(right) ? -1 : 1,
  );
}

function outcomeGroup({ outcome, items, files }: Grouped, context: StoryContext, isOwn: boolean): OutcomeGroup {
  const { facts, fates, sight } = context;
  const { reports } = facts;
  const receiver = reports.receivers.get(outcome.receiver);
  // How much a shared file holds, and where in it an item stands, is the receiver's to know, not the sender's.
  const showsPlace = sight === undefined || (!isOwn && seesReceiver(sight, receiver));
  const sorted = [...files].sort(([left], [right]) => reports.compare(left, right));
  return {
    receiver: receiver.name || null,
    outcome: outcome.outcome,
    reason: outcome.reason,
    acts: outcome.acts,
    items: ranges(items),
    count: items.size,
    timesDelivered: outcome.timesDelivered,
    files: sorted
      .slice(0, MOST_LISTED)
      .map(([file, positions]) => fates.fate(file, showsPlace ? positions : undefined, sight)),
    moreFiles: Math.max(0, sorted.length - MOST_LISTED),
  };
}

function trackingId(root: number, item: number, { facts, logged, reader }: StoryContext): string {
  const stored = facts.trackingId(root, item - facts.zeroBased[root]);
  if (stored !== "") return stored;
  // The universal pipeline stores a message's id only where something was to be said about it; a missing mapping
  // has the id of an observation instead. Source: fhirengine/engine/FHIRConverter.kt.
  const named = logged
    .get(reader.idOf(root))
    ?.find(
      (entry) =>
        entry.item === item && entry.trackingId !== "" && entry.detail.errorCode !== "INVALID_MSG_CONDITION_MAPPING",
    );
  return named?.trackingId ?? "";
}

function stepOf(info: ReportInfo | undefined, { sight }: StoryContext): StepOfItem | null {
  if (!info) return null;
  if (!seesReceiver(sight, info.receiver) && sight !== undefined && info.receiver.key !== "" && info.items > 1)
    return null;
  return {
    reportId: info.reportId,
    writtenBy: info.writtenBy,
    nextAction: info.nextAction,
    receiver: info.receiver.name,
    createdAt: formatInstant(info.createdAt),
  };
}

/**
 * Receivers of the topic, in force when the submission came, that nothing shows to have looked at it.
 * Jurisdictions decide that, and are not logged (ReportStream: FHIRDestinationFilter.kt), so this is
 * inferred; and only for items that got as far as the routing.
 */
function notConsidered(info: ReportInfo, groups: readonly Grouped[], { facts }: StoryContext): string[] {
  const routed = groups.some(({ outcome }) => outcome.receiver !== 0 || outcome.outcome === "unrouted");
  if (!routed) return [];
  const { receivers } = facts.reports;
  const met = new Set(groups.map(({ outcome }) => receivers.get(outcome.receiver).key));
  const names: string[] = [];
  for (const key of facts.receivers.keys()) {
    const setting = receiverAt(facts.receivers, key, info.createdAt);
    if (!setting?.exists || setting.topic !== info.topic || setting.customerStatus === "inactive" || met.has(key))
      continue;
    if (setting.from > info.createdAt) continue;
    names.push(receivers.get(receivers.id(key)).name);
  }
  return names.sort();
}

/** Operators see all; a sender what is not internal to ReportStream; a receiver what its own filters took. */
function isShown(
  entry: LoggedError,
  items: ReadonlySet<number> | undefined,
  isOwn: boolean,
  sight: StoryContext["sight"],
): boolean {
  if (items && entry.item !== 0 && !items.has(entry.item)) return false;
  if (sight === undefined) return true;
  if (isOwn) return entry.scope !== "internal";
  return entry.type === "filter" && seesReceiver(sight, entry.receiver) && (entry.item !== 0 || items === undefined);
}
