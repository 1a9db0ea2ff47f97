import { NO_PARTY, type Party } from "../lineage/parties.ts";
import type { ItemOutcome, Judge } from "../outcome/judge.ts";
import type { StatusRules } from "../outcome/status.ts";
import { OUTCOMES } from "../outcome/words.ts";
import { type CsvValue, createCsvFormatter } from "../output/csv.ts";
import { EncodedLine } from "../output/encoded-line.ts";
import type { Counts } from "../summary/counts.ts";
import type { SummaryFold } from "../summary/fold.ts";
import type { OutcomeFold } from "../summary/operators/outcome-fold.ts";
import { NO_FACILITY } from "../summary/organization/facilities.ts";
import type { OrganizationFold } from "../summary/organization/fold.ts";
import type { Micros } from "../time/instant.ts";
import { ITEM_COLUMNS } from "./columns.ts";
import type { RunOutputs } from "./outputs.ts";
import type { FacilityRows } from "./read/facilities.ts";
import type { RejectedRequest } from "./read/rejected.ts";
import type { WindowData } from "./read/window.ts";

/** The position in ITEM_COLUMNS of the cell that differs from copy to copy. */
const DELIVERED_ITEM = 12;

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
  { judge, status }: Judging,
  outputs: RunOutputs,
  { fold, outcomes }: { fold: SummaryFold; outcomes: OutcomeFold },
  own: OwnRows,
  window: { from: Micros; to: Micros },
): Promise<void> {
  const writer = new ItemWriter(data, judge, outputs, { fold, outcomes }, own);
  for (const submitted of inOrder(data, window)) {
    const full = submitted.rejected
      ? writeRejected(data, outputs, fold, submitted.rejected)
      : writer.write(submitted, status);
    if (full) await full;
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

class ItemWriter {
  readonly #data: WindowData;
  readonly #judge: Judge;
  readonly #outputs: RunOutputs;
  readonly #fold: SummaryFold;
  readonly #outcomes: OutcomeFold;
  readonly #own: OwnRows;
  readonly #row: CsvValue[] = [];
  readonly #cells = createCsvFormatter(ITEM_COLUMNS);
  readonly #line = new EncodedLine();

  constructor(
    data: WindowData,
    judge: Judge,
    outputs: RunOutputs,
    { fold, outcomes }: { fold: SummaryFold; outcomes: OutcomeFold },
    own: OwnRows,
  ) {
    this.#data = data;
    this.#judge = judge;
    this.#outputs = outputs;
    this.#fold = fold;
    this.#outcomes = outcomes;
    this.#own = own;
  }

  write({ actionId, at, root }: Submitted, status: StatusRules): Promise<void> | undefined {
    const { reports, submissions, files } = this.#data.rows;
    const outputs = this.#outputs;
    const row = submissions.rowOf(root);
    const sender = submissions.senders.get(submissions.sender[row]);
    const topic = files.topic(root);
    const httpStatus = submissions.httpStatus[row] < 0 ? null : submissions.httpStatus[row];
    const own = outputs.wants(sender.organization);
    const items = this.#judge.itemCount(root);
    let started = false;
    const start = (): void => {
      if (!started) this.#fold.submission({ sender, topic, submittedAt: at, rejected: false });
      started = true;
    };
    if (own) start();
    const base = this.#row;
    base[0] = actionId;
    base[1] = reports.ids.text(root);
    base[4] = sender.name;
    base[5] = topic;
    base[6] = at;
    const facilities = this.#own.facilities.get(root);
    let full: Promise<void> | undefined;
    for (let item = 1; item <= items; item++) {
      base[2] = item;
      base[3] = this.#data.facts.trackingId(root, item - this.#data.facts.zeroBased[root]);
      for (const outcome of this.#judge.outcomes(root, item)) {
        const receiver = reports.receivers.get(outcome.receiver);
        if (!own && !outputs.wants(receiver.organization)) continue;
        start();
        if (receiver !== NO_PARTY) this.#own.fold.row(receiver, outcome, facilities?.[item - 1] ?? NO_FACILITY);
        full = this.#writeItem(item, outcome, receiver, sender) ?? full;
      }
    }
    if (!own) {
      if (started) this.#fold.endSubmission();
      return full;
    }
    const { errors, warnings } = this.#data.log.countsOf(root);
    const line = submissionRow(
      [actionId, base[1], at, sender.name, topic, files.name(root), files.format(root), items, httpStatus],
      status.status(root, httpStatus),
      this.#fold.endSubmission(),
      errors,
      warnings,
    );
    return writeSubmission(outputs, sender, line) ?? full;
  }

  #writeItem(item: number, outcome: ItemOutcome, receiver: Party, sender: Party): Promise<void> | undefined {
    const { reports, files } = this.#data.rows;
    const { deliveredReport, deliveredAt, deliveredItem, timesDelivered } = outcome;
    const isDelivered = deliveredReport >= 0;
    const row = this.#row;
    row[7] = receiver.name;
    row[8] = outcome.outcome;
    row[9] = outcome.reason;
    row[10] = outcome.acts;
    row[11] = isDelivered ? reports.ids.text(deliveredReport) : null;
    row[DELIVERED_ITEM] = isDelivered ? deliveredItem : null;
    row[13] = isDelivered ? files.name(deliveredReport) : null;
    row[14] = isDelivered ? deliveredAt : null;
    row[15] = timesDelivered;
    this.#fold.item({ item, receiver, outcome: outcome.outcome, deliveredAt });
    this.#outcomes.row(row[1] as string, item, row[6] as Micros, receiver, outcome);
    this.#line.encode(
      this.#cells.formatCells(row, 0, DELIVERED_ITEM),
      this.#cells.formatCells(row, DELIVERED_ITEM, DELIVERED_ITEM + 1),
      `${this.#cells.formatCells(row, DELIVERED_ITEM + 1, ITEM_COLUMNS.length)}\n`,
    );
    const whole = [this.#line.whole];
    let full = this.#outputs.whole.items.writePieces(whole);
    full = this.#outputs.of(receiver.organization)?.receivedItems.writePieces(whole) ?? full;
    const submitted = this.#outputs.of(sender.organization)?.submittedItems;
    if (!submitted) return full;
    // Where the item stands in a file that others share is not the sender's to know.
    return submitted.writePieces(isDelivered ? [this.#line.head, EMPTY_CELL, this.#line.tail] : whole) ?? full;
  }
}

const EMPTY_CELL = Buffer.from(",");

function writeRejected(
  { log }: WindowData,
  outputs: RunOutputs,
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
  return writeSubmission(outputs, sender, row);
}

function submissionRow(head: CsvValue[], status: string, counts: Counts, errors: number, warnings: number): CsvValue[] {
  return [...head, status, ...OUTCOMES.map((outcome) => counts[outcome]), errors, warnings];
}

function writeSubmission(outputs: RunOutputs, sender: Party, row: CsvValue[]): Promise<void> | undefined {
  const full = outputs.whole.submissions.write(row);
  return sender === NO_PARTY ? full : (outputs.of(sender.organization)?.submissions.write(row) ?? full);
}
