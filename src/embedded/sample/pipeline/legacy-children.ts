import type { Receiver } from "../cast.ts";
import { batchLookback, nextBatchTime } from "../clock.ts";
import { type Era, eraAt } from "../era.ts";
import { movePlace } from "../ledger.ts";
import { filterResult, invalidTranslation, logAbout } from "../logs.ts";
import { blobUrl } from "../messages.ts";
import type { LegacyPlan, LegacyRow } from "../plan.ts";
import type { Edge, Stamp } from "../records.ts";
import type { Place } from "../truth.ts";
import type { Submission, Traveller, World } from "../world.ts";
import { waitForBatch } from "./batch.ts";
import { openFile } from "./open-file.ts";

type Work = {
  readonly stamp: Stamp;
  readonly plan: LegacyPlan;
  readonly submission: Submission;
  /** The report whose rows are routed: the root, or its internal copy. */
  readonly parent: string;
  readonly era: Era;
  /** Where the rows were until now: null when the submission is handled at once. */
  readonly before: Place | null;
};

type Match = { readonly row: LegacyRow; readonly position: number; readonly filtered: boolean };

const FILTERS = [
  { name: "hasValidDataFor", args: ["patient_dob", 'it"s, quoted'], type: "QUALITY_FILTER" },
  { name: "matches", args: ["ordering_facility_state", "(?i)xx"], type: "ROUTING_FILTER" },
  { name: "doesNotMatch", args: ["processing_mode_code", "T", "D"], type: "PROCESSING_MODE_FILTER" },
  { name: "isValidCLIA", args: ["testing_lab_clia"], type: "QUALITY_FILTER" },
] as const;

/** One child for each receiver that a row matched (ReportStream: Translator). */
export function writeLegacyChildren(
  world: World,
  stamp: Stamp,
  plan: LegacyPlan,
  submission: Submission,
  parent: string,
  before: Place | null,
): void {
  const work: Work = { stamp, plan, submission, parent, era: eraAt(stamp.at), before };
  const matches = new Map<Receiver, Match[]>();
  plan.rows.forEach((row, position) => {
    for (const { receiver, filtered = false } of row.routes) {
      const list = matches.get(receiver) ?? [];
      list.push({ row, position, filtered });
      matches.set(receiver, list);
    }
  });
  const placed = new Set<number>();
  for (const [receiver, list] of matches) {
    if (plan.translateFails?.includes(receiver)) writeFailedTranslation(world, work, receiver);
    else if (list.some((match) => !match.filtered)) writeChild(world, work, receiver, list, placed);
    else if (!plan.untracked) writeWhollyFiltered(world, work, receiver, list, placed);
  }
  // Nothing tells what became of the other rows: no edge, no log that names them.
  plan.rows.forEach((row, position) => {
    if (placed.has(position)) return;
    const entry = world.ledger.entry(submission.account, position + 1, null);
    if (entry) entry.messageId = row.tracking || null;
    movePlace(entry, before, { kind: "gone", outcome: "unrouted" });
  });
}

function writeChild(
  world: World,
  work: Work,
  receiver: Receiver,
  matches: readonly Match[],
  placed: Set<number>,
): void {
  const { records, random, tasks } = world;
  const { stamp, plan, era, submission } = work;
  const kept = matches.filter((match) => !match.filtered);
  const atOnce = receiver.timing === null;
  const due = receiver.timing && nextBatchTime(receiver.timing, stamp.at);
  const format = atOnce ? receiver.format : "INTERNAL";
  const child = random.uuid();
  const url = blobUrl(atOnce ? "ready" : "batch", receiver.fullName, child, format);
  const nextAction = atOnce ? "send" : "batch";
  records.report(stamp, {
    id: child,
    nextAction,
    nextActionAt: due,
    receiver,
    schema: receiver.schema,
    topic: receiver.topic,
    bodyUrl: url,
    format,
    items: kept.length,
    before: matches.length,
    digest: random.digest(),
  });
  records.reportEdge(stamp, work.parent, child);
  const place: Place = {
    kind: "batch",
    due,
    lookback: receiver.timing ? batchLookback(receiver.timing) : 0,
    orphaned: receiver.deleted,
  };
  const edges: Edge[] = [];
  const travellers: Traveller[] = [];
  kept.forEach(({ row, position }, order) => {
    const hash = era.itemHash ? random.digest() : "";
    const edge: Edge = {
      parent: work.parent,
      parentIndex: position + era.firstIndex,
      child,
      childIndex: order + era.firstIndex,
      tracking: row.tracking,
      hash,
    };
    records.itemEdge(stamp, edge);
    edges.push(edge);
    const entry = enter(world, work, row, position, receiver, true, place);
    placed.add(position);
    travellers.push({ submission, item: position + 1, entry, tracking: row.tracking, hash });
  });
  writeFilterLogs(world, work, receiver, matches, child, placed);
  const task = tasks.start(stamp.at, {
    report: child,
    nextAction,
    nextActionAt: due,
    receiverName: receiver.fullName,
    items: kept.length,
    format,
    url,
    schema: receiver.schema,
  });
  const lane = plan.lanes?.get(receiver.fullName) ?? null;
  if (due === null) {
    openFile(world, {
      report: child,
      receiver,
      format,
      createdAt: stamp.at,
      task,
      travellers,
      cameFrom: travellers.map(() => place),
      edges,
      lane,
      externalName: null,
    });
    return;
  }
  waitForBatch(world, receiver, lane, due, { report: child, task, place, travellers, format: "INTERNAL" });
}

/** A report without items and without item edges; only the logs name the rows. */
function writeWhollyFiltered(
  world: World,
  work: Work,
  receiver: Receiver,
  matches: readonly Match[],
  placed: Set<number>,
): void {
  const { records, random } = world;
  const child = random.uuid();
  records.report(work.stamp, {
    id: child,
    nextAction: null,
    receiver,
    schema: receiver.schema,
    topic: receiver.topic,
    bodyUrl: null,
    format: "INTERNAL",
    items: 0,
    before: matches.length,
  });
  records.reportEdge(work.stamp, work.parent, child);
  writeFilterLogs(world, work, receiver, matches, child, placed);
}

function writeFilterLogs(
  world: World,
  work: Work,
  receiver: Receiver,
  matches: readonly Match[],
  child: string,
  placed: Set<number>,
): void {
  const { records, random } = world;
  const { plan, submission, stamp } = work;
  for (const { row, position, filtered } of matches) {
    if (!filtered || plan.untracked) continue;
    const element = row.tracking || "MissingID";
    const filter = random.pick(FILTERS);
    for (let copy = 0; copy < (plan.doubledLogs ? 2 : 1); copy++) {
      logAbout(records, stamp, submission, {
        report: child,
        tracking: element,
        type: "filter",
        scope: "translation",
        detail: filterResult(receiver, "translation", filter, element, matches.length),
      });
    }
    if (row.tracking === "") continue;
    placed.add(position);
    enter(world, work, row, position, receiver, false, { kind: "gone", outcome: "filtered" });
  }
}

/** The whole file could not be put into a receiver's format: an info log, and nothing else, ever. */
function writeFailedTranslation(world: World, work: Work, receiver: Receiver): void {
  logAbout(world.records, work.stamp, work.submission, {
    report: work.parent,
    tracking: `TO:${receiver.fullName}:${receiver.schema}`,
    type: "info",
    scope: "translation",
    detail: invalidTranslation(receiver),
  });
}

function enter(
  world: World,
  work: Work,
  row: LegacyRow,
  position: number,
  receiver: Receiver,
  edge: boolean,
  place: Place,
) {
  const entry = world.ledger.entry(work.submission.account, position + 1, receiver.fullName);
  movePlace(entry, work.before, place);
  if (!entry) return null;
  entry.messageId = row.tracking || null;
  // An internal copy has an edge for every row; without one, only rows that go somewhere have an edge.
  if (edge || work.before) entry.trackingId = row.tracking || null;
  return entry;
}
