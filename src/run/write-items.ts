import { NO_PARTY, type Party } from "../lineage/parties.ts";
import type { Judge } from "../outcome/judge.ts";
import type { StatusRules } from "../outcome/status.ts";
import { OUTCOMES } from "../outcome/words.ts";
import { type CsvValue, createCsvFormatter } from "../output/csv.ts";
import { CsvBytes } from "../output/csv-bytes.ts";
import type { CsvSink } from "../output/files.ts";
import type { Counts } from "../summary/counts.ts";
import type { SubmissionFact, SummaryFold } from "../summary/fold.ts";
import type { OutcomeFold } from "../summary/operators/outcome-fold.ts";
import { NO_FACILITY } from "../summary/organization/facilities.ts";
import type { OrganizationFold } from "../summary/organization/fold.ts";
import type { Micros } from "../time/instant.ts";
import { SUBMISSION_COLUMNS } from "./columns.ts";
import { ItemRows } from "./item-rows.ts";
import type { RunOutputs } from "./outputs.ts";
import type { FacilityRows } from "./read/facilities.ts";
import type { RejectedRequest } from "./read/rejected.ts";
import type { WindowData } from "./read/window.ts";

interface Submitted {
  actionId: number;
  at: Micros;
  root: number;
  /** Undefined for a submission that has a report. */
  rejected: RejectedRequest | undefined;
}

/** The rules for items and for submissions. */
export interface Judging {
  judge: Judge;
  status: StatusRules;
}

/** Where organizations' reports collect what they need of each row. */
export interface OwnRows {
  fold: OrganizationFold;
  facilities: FacilityRows;
}

/**
 * Writes submissions.csv and items.csv, and the organizations' copies, a submission at a time in the
 * order of (submitted_at, submission_id, report_id); items in turn, receivers by name.
 */
export async function writeSubmissions(
  data: WindowData,
  judging: Judging,
  outputs: RunOutputs,
  { fold, outcomes }: { fold: SummaryFold; outcomes: OutcomeFold },
  own: OwnRows,
  window: { from: Micros; to: Micros },
): Promise<void> {
  const submissions = new SubmissionWriter(outputs);
  const writer = new ItemWriter(data, judging, outputs, submissions, { fold, outcomes }, own);
  for (const submitted of inOrder(data, window)) {
    if (submitted.rejected) await writeRejected(data, outputs, submissions, fold, submitted.rejected);
    else for (const full of writer.write(submitted)) await full;
  }
}

function inOrder({ rows, rejected }: WindowData, window: { from: Micros; to: Micros }): Submitted[] {
  const { reports, submissions } = rows;
  const all: Submitted[] = rejected.map((request) => {
    return { actionId: request.actionId, at: request.at, root: -1, rejected: request };
  });
  for (let row = 0; row < submissions.length; row++) {
    const root = submissions.report[row];
    const at = reports.createdAt[root];
    if (at >= window.from && at < window.to) {
      all.push({ actionId: reports.actionId[root], at, root, rejected: undefined });
    }
  }
  return all.sort(
    (left, right) =>
      left.at - right.at ||
      left.actionId - right.actionId ||
      (left.root >= 0 && right.root >= 0 ? reports.ids.compare(left.root, right.root) : 0),
  );
}

/** A submission whose items are being written. */
interface InHand {
  root: number;
  reportId: string;
  fact: SubmissionFact;
  /** Whether the fold knows of it: in a run for some organizations others' submissions count only once a row concerns them. */
  isStarted: boolean;
}

/** Where rows of a receiver go. */
interface ReceiverRows {
  receiver: Party;
  isWanted: boolean;
  file: CsvSink | undefined;
}

class ItemWriter {
  readonly #data: WindowData;
  readonly #judging: Judging;
  readonly #outputs: RunOutputs;
  readonly #submissions: SubmissionWriter;
  readonly #fold: SummaryFold;
  readonly #outcomes: OutcomeFold;
  readonly #own: OwnRows;
  readonly #rows: ItemRows;
  /** By the receiver's number, since organizations' names are slow to look up. */
  readonly #receivers: (ReceiverRows | undefined)[] = [];

  constructor(
    data: WindowData,
    judging: Judging,
    outputs: RunOutputs,
    submissions: SubmissionWriter,
    { fold, outcomes }: { fold: SummaryFold; outcomes: OutcomeFold },
    own: OwnRows,
  ) {
    this.#data = data;
    this.#judging = judging;
    this.#outputs = outputs;
    this.#submissions = submissions;
    this.#fold = fold;
    this.#outcomes = outcomes;
    this.#own = own;
    this.#rows = new ItemRows(data.rows.reports, data.rows.files, data.rows.tracking);
  }

  /** Writes a submission; yields what to wait for before it goes on, since one may have more items than memory should hold. */
  *write({ actionId, at, root }: Submitted): Generator<Promise<void>, void, undefined> {
    const { reports, submissions, files } = this.#data.rows;
    const row = submissions.rowOf(root);
    const sender = submissions.senders.get(submissions.sender[row]);
    const topic = files.topic(root);
    const reportId = reports.ids.text(root);
    const own = this.#outputs.of(sender.organization)?.submittedItems;
    const isWanted = this.#outputs.wants(sender.organization);
    const inHand = { root, reportId, fact: { sender, topic, submittedAt: at, rejected: false }, isStarted: false };
    if (isWanted) this.#start(inHand);
    this.#rows.start({ actionId, root, sender: sender.name, topic, submittedAt: at, forSender: own !== undefined });
    const items = this.#judging.judge.itemCount(root);
    for (let item = 1; item <= items; ) {
      item = this.#addItems(inHand, isWanted, item, items);
      const full = this.#handOver(own);
      if (full) yield full;
    }
    const counts = inHand.isStarted ? this.#fold.endSubmission() : undefined;
    if (!counts || !isWanted) return;
    const httpStatus = submissions.httpStatus[row] < 0 ? null : submissions.httpStatus[row];
    const { errors, warnings } = this.#data.log.countsOf(root);
    const line = submissionRow(
      [actionId, reportId, at, sender.name, topic, files.name(root), files.format(root), items, httpStatus],
      this.#judging.status.status(root, httpStatus),
      counts,
      errors,
      warnings,
    );
    const full = this.#submissions.write(sender, line);
    if (full) yield full;
  }

  #start(inHand: InHand): void {
    if (inHand.isStarted) return;
    inHand.isStarted = true;
    this.#fold.submission(inHand.fact);
  }

  /** Adds the rows of items from `first` on, until there are enough to hand over; returns the next item. */
  #addItems(inHand: InHand, all: boolean, first: number, last: number): number {
    const { facts } = this.#data;
    const { judge } = this.#judging;
    const { root, reportId, fact } = inHand;
    const rows = this.#rows;
    const facilities = this.#own.facilities.get(root);
    const base = facts.zeroBased[root];
    // Rows that follow each other mostly go to one receiver, and then in one piece.
    let file: CsvSink | undefined;
    let begin = 0;
    let count = 0;
    let item = first;
    for (; item <= last && rows.whole.length < ENOUGH; item++) {
      let tracking: number | string | undefined;
      for (const outcome of judge.outcomes(root, item)) {
        const { receiver, isWanted, file: next } = this.#receiverRows(outcome.receiver);
        if (!all && !isWanted) continue;
        this.#start(inHand);
        if (receiver !== NO_PARTY) this.#own.fold.row(receiver, outcome, facilities?.[item - 1] ?? NO_FACILITY);
        this.#fold.item({ item, receiver, outcome: outcome.outcome, deliveredAt: outcome.deliveredAt });
        this.#outcomes.row(reportId, item, fact.submittedAt, receiver, outcome);
        tracking ??= facts.trackingAt(root, item - base) || facts.trackingId(root, item - base);
        const at = rows.add(item, tracking, outcome, receiver);
        if (next !== file) {
          file?.writeRows(rows.whole.bytes, begin, at, count);
          file = next;
          begin = at;
          count = 0;
        }
        count++;
      }
    }
    file?.writeRows(rows.whole.bytes, begin, rows.whole.length, count);
    return item;
  }

  /** Hands rows over to the operators' file and the sender's; the receivers have theirs already. */
  #handOver(own: CsvSink | undefined): Promise<void> | undefined {
    const { whole, forSender } = this.#rows;
    if (whole.rows === 0) return undefined;
    let full = this.#outputs.whole.items.writeRows(whole.bytes, 0, whole.length, whole.rows);
    full = own?.writeRows(forSender.bytes, 0, forSender.length, forSender.rows) ?? full;
    this.#rows.clear();
    return full;
  }

  #receiverRows(number: number): ReceiverRows {
    let rows = this.#receivers[number];
    if (!rows) {
      const receiver = this.#data.rows.reports.receivers.get(number);
      const { organization } = receiver;
      rows = {
        receiver,
        isWanted: this.#outputs.wants(organization),
        file: this.#outputs.of(organization)?.receivedItems,
      };
      this.#receivers[number] = rows;
    }
    return rows;
  }
}

/** Bytes of rows that are handed over at once. */
const ENOUGH = 32 * 1024;

function writeRejected(
  { log }: WindowData,
  outputs: RunOutputs,
  submissions: SubmissionWriter,
  fold: SummaryFold,
  request: RejectedRequest,
): Promise<void> | undefined {
  const { actionId, at, sender, fileName, httpStatus } = request;
  if (!outputs.wants(sender.organization)) return undefined;
  fold.submission({ sender, topic: "", submittedAt: at, rejected: true });
  const { errors, warnings } = log.countsOfRejected(actionId);
  const row = submissionRow(
    [actionId, null, at, sender.name, null, fileName, null, 0, httpStatus],
    "Error",
    fold.endSubmission(),
    errors,
    warnings,
  );
  return submissions.write(sender, row);
}

function submissionRow(head: CsvValue[], status: string, counts: Counts, errors: number, warnings: number): CsvValue[] {
  return [...head, status, ...OUTCOMES.map((outcome) => counts[outcome]), errors, warnings];
}

/** Writes rows of submissions.csv and the senders' copies; each is printed and encoded once. */
class SubmissionWriter {
  readonly #outputs: RunOutputs;
  readonly #formatter = createCsvFormatter(SUBMISSION_COLUMNS);
  readonly #row = new CsvBytes(1024);

  constructor(outputs: RunOutputs) {
    this.#outputs = outputs;
  }

  write(sender: Party, values: CsvValue[]): Promise<void> | undefined {
    const row = this.#row;
    row.clear();
    row.addPrinted(this.#formatter.formatRow(values));
    const own = sender === NO_PARTY ? undefined : this.#outputs.of(sender.organization);
    const full = this.#outputs.whole.submissions.writeRows(row.bytes, 0, row.length, 1);
    return own?.submissions.writeRows(row.bytes, 0, row.length, 1) ?? full;
  }
}
