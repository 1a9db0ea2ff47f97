import { OriginFinder } from "../lineage/origins.ts";
import type { Party } from "../lineage/parties.ts";
import { ItemWalk, ReportWalk } from "../lineage/walk.ts";
import { type Delivery, deliveriesBetween } from "../outcome/deliveries.ts";
import { deliveredVerdict, downloadedVerdict } from "../outcome/final.ts";
import type { ItemOutcome } from "../outcome/judge.ts";
import { KIND } from "../outcome/kind.ts";
import { type Acts, type Outcome, worst } from "../outcome/words.ts";
import { outcomesByReceiver } from "../proof/fold.ts";
import type { SubjectRows } from "../proof/subject.ts";
import type { JudgedDay } from "../run/read/days.ts";
import type { WindowData } from "../run/read/window.ts";
import type { Micros } from "../time/instant.ts";
import { type KeyKind, ourKey } from "./values.ts";

/** One thing of ours that an id of theirs can match: a submission, a file, or an item. */
export interface OurEntry {
  /** The ids it can be known by; the first is the one that is shown. Empty where the database has none. */
  keys: readonly string[];
  /** When it was submitted, or handed over. */
  at: Micros;
  /** The action's number; null for a file of a receiver's. */
  submissionId: number | null;
  /** The submission's report, or a receiver's file; "" for a refused request. */
  reportId: string;
  /** From 1: a sender's in its submission, a receiver's in its file. Null for what is no item. */
  item: number | null;
  /** The sender or receiver that the comparison is about. */
  party: string;
  fileName: string;
  /** By all its items and receivers: the worst that is open, else what is settled. Undefined for a submission without items. */
  outcome: Outcome | undefined;
  reason: string;
  acts: Acts | "";
  /** `xx-phd.elr: 2 delivered, 1 filtered`, for a sender's. */
  outcomes: string;
}

/**
 * What of a day is to be compared. Of a sender: its submissions or their items. Of a receiver: the files that were handed
 * over or fetched in it, or the items in them.
 */
export function* ourEntries(day: JudgedDay, subject: SubjectRows, kind: KeyKind): Generator<OurEntry, void, undefined> {
  const { has } = subject;
  if (subject.subject.kind === "sender") {
    yield* kind === "tracking" ? sentItems(day, has) : submissions(day, has, kind);
  } else {
    yield* kind === "tracking" ? receivedItems(day, has) : receivedFiles(day, has, kind);
  }
}

type Concerns = (party: Party) => boolean;

interface Submission {
  root: number;
  at: Micros;
  sender: Party;
}

/** A sender's submissions that lie in the day, oldest first. */
function submissionsOf({ data, from, to }: JudgedDay, concerns: Concerns): Submission[] {
  const { reports, submissions } = data.rows;
  const found: Submission[] = [];
  for (let row = 0; row < submissions.length; row++) {
    const root = submissions.report[row];
    const at = reports.createdAt[root];
    const sender = submissions.senders.get(submissions.sender[row]);
    if (at >= from && at < to && concerns(sender)) found.push({ root, at, sender });
  }
  return found.sort((left, right) => reports.compare(left.root, right.root));
}

function* submissions(day: JudgedDay, concerns: Concerns, kind: KeyKind): Generator<OurEntry> {
  const { data, judge } = day;
  for (const { root, at, sender } of submissionsOf(day, concerns)) {
    const head = headOf(data, root, at, sender);
    const outcomes: ItemOutcome[] = [];
    for (let item = 1; item <= judge.itemCount(root); item++) outcomes.push(...judge.outcomes(root, item));
    const { submissionId, reportId, fileName } = head;
    const id = kind === "report" ? reportId : kind === "submission" ? String(submissionId) : fileName;
    yield { ...head, keys: keysOf(kind, id), item: null, ...verdictOf(data, outcomes) };
  }
  for (const { actionId, at, sender, fileName, httpStatus } of data.rejected) {
    if (!concerns(sender)) continue;
    yield {
      keys: kind === "report" ? [] : keysOf(kind, kind === "submission" ? String(actionId) : fileName),
      ...{ at, submissionId: actionId, reportId: "", item: null, party: sender.name, fileName },
      outcome: "rejected",
      reason: `refused when it was submitted (HTTP ${httpStatus})`,
      acts: "sender",
      outcomes: "",
    };
  }
}

function* sentItems(day: JudgedDay, concerns: Concerns): Generator<OurEntry> {
  const { data, judge } = day;
  const { trackingId, zeroBased } = data.facts;
  for (const { root, at, sender } of submissionsOf(day, concerns)) {
    const head = headOf(data, root, at, sender);
    for (let item = 1; item <= judge.itemCount(root); item++) {
      const keys = keysOf("tracking", trackingId(root, item - zeroBased[root]));
      yield { ...head, keys, item, ...verdictOf(data, judge.outcomes(root, item)) };
    }
  }
}

function headOf({ rows: { reports, files } }: WindowData, root: number, at: Micros, sender: Party) {
  const [submissionId, reportId] = [reports.actionId[root], reports.ids.text(root)];
  return { at, submissionId, reportId, party: sender.name, fileName: files.name(root) };
}

/** One outcome for all items and receivers, with the reason of the first that has it. */
function verdictOf({ rows: { reports } }: WindowData, all: readonly ItemOutcome[]) {
  if (all.length === 0) return { outcome: undefined, reason: "nothing was in it", acts: "" as const, outcomes: "" };
  const outcome = all.reduce((so, one) => worst(so, one.outcome), all[0].outcome);
  const { reason, acts } = all.find((one) => one.outcome === outcome) ?? all[0];
  const told = all.map((one) => ({ receiver: reports.receivers.get(one.receiver), outcome: one.outcome }));
  return { outcome, reason, acts, outcomes: outcomesByReceiver(told).join("; ") };
}

function* receivedFiles(day: JudgedDay, concerns: Concerns, kind: KeyKind): Generator<OurEntry> {
  const { rows } = day.data;
  for (const delivery of deliveriesOf(day, concerns)) {
    const file = fileOf(day, delivery);
    const made = readyFiles(day, delivery.report).map((report) => rows.reports.ids.text(report));
    // A website's list has the file as it was made ready, a server's log the one that was sent.
    const ids = kind === "report" ? [file.reportId, ...made] : kind === "file" ? [file.fileName] : [];
    yield { ...file, keys: [...new Set(ids.flatMap((id) => keysOf(kind, id)))], item: null };
  }
}

/** The items in the files of the day, each with the first file that has it. */
function* receivedItems(day: JudgedDay, concerns: Concerns): Generator<OurEntry> {
  const { data, judge } = day;
  const { rows, facts } = data;
  const { reports, submissions: roots } = rows;
  const holders = new Map<number, Delivery>();
  for (const delivery of deliveriesOf(day, concerns)) {
    // Since 2023-09-11 a download has no item edges of its own: the file that was fetched shows its items.
    for (const holder of [delivery.report, ...(delivery.kind === "download" ? readyFiles(day, delivery.report) : [])]) {
      if (!holders.has(holder)) holders.set(holder, delivery);
    }
  }
  if (holders.size === 0) return;
  const walk = new ItemWalk(facts.graph);
  const order = Int32Array.from({ length: roots.length }, (_, row) => roots.report[row]).sort((left, right) =>
    reports.compare(left, right),
  );
  for (const root of order) {
    for (let item = 1; item <= judge.itemCount(root); item++) {
      const index = item - facts.zeroBased[root];
      let first: Delivery | undefined;
      let position = 0;
      walk.down(root, index, (report, at) => {
        const delivery = holders.get(report);
        if (!delivery || (first && first.at <= delivery.at)) return;
        first = delivery;
        position = at + facts.zeroBased[report];
      });
      if (!first) continue;
      const keys = keysOf("tracking", facts.trackingId(root, index));
      yield { ...fileOf(day, first), keys, item: position };
    }
  }
}

function deliveriesOf({ data: { facts, rows }, from, to }: JudgedDay, concerns: Concerns): Delivery[] {
  const origins = new OriginFinder(rows.reports, rows.submissions, new ReportWalk(facts.graph, "up"));
  return [...deliveriesBetween(facts, origins, from, to)].filter(({ receiver }) => concerns(receiver));
}

/** The files made ready that a sent or fetched one is the copy of. */
function readyFiles({ data: { facts } }: JudgedDay, report: number): number[] {
  const { graph, kinds } = facts;
  const ready: number[] = [];
  for (let link = graph.firstParent[report]; link < graph.firstParent[report + 1]; link++) {
    if (kinds[graph.parents[link]] === KIND.deliverable) ready.push(graph.parents[link]);
  }
  return ready;
}

function fileOf({ data: { rows } }: JudgedDay, { report, at, kind, receiver, transport }: Delivery) {
  const { outcome, reason, acts } = kind === "sent" ? deliveredVerdict(transport, 1) : downloadedVerdict();
  return {
    ...{ at, submissionId: null, reportId: rows.reports.ids.text(report), party: receiver.name },
    ...{ fileName: rows.files.name(report), outcome, reason, acts, outcomes: "" },
  };
}

function keysOf(kind: KeyKind, id: string): string[] {
  const key = ourKey(id, kind);
  return key === "" ? [] : [key];
}
