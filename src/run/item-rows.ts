import type { FileTable } from "../lineage/file-table.ts";
import type { Party } from "../lineage/parties.ts";
import type { ReportTable } from "../lineage/report-table.ts";
import type { TextPool } from "../lineage/text-pool.ts";
import type { ItemOutcome } from "../outcome/judge.ts";
import type { Acts, Outcome } from "../outcome/words.ts";
import { type CsvValue, createCsvFormatter } from "../output/csv.ts";
import { CsvBytes, InstantClock } from "../output/csv-bytes.ts";
import type { Micros } from "../time/instant.ts";
import { ITEM_COLUMNS } from "./columns.ts";
import { ReportCells } from "./report-cells.ts";

/** Positions in ITEM_COLUMNS. */
const TRACKING_ID = 3;
const SENDER = 4;
const TOPIC = 5;
const SUBMITTED_AT = 6;
const RECEIVER = 7;
const DELIVERED_REPORT = 11;

/** The cells from the receiver up to who acts. */
interface VerdictCells {
  outcome: Outcome;
  reason: string;
  acts: Acts;
  cells: CsvBytes;
}

/** The cells of the file that an item was delivered in, but for the item's place there. */
interface FileCells {
  /** A report's number; -1 for none, NOT_YET for cells that were never printed. */
  report: number;
  at: Micros;
  times: number;
  /** Its id, with a comma before and behind. */
  readonly before: CsvBytes;
  /** From its name to the row's last cell, with a comma before. */
  readonly after: CsvBytes;
}

/** What rows of one receiver share: the items of a batch are in one file, and end alike for one reason. */
interface SharedCells {
  verdict: VerdictCells;
  /** Verdicts by their reasons: what was delivered and what was filtered take turns. */
  readonly verdicts: Map<string, VerdictCells>;
  file: FileCells;
  /** The file that was delivered last, while rows without one come between. */
  readonly delivered: FileCells;
}

/** So many verdicts are kept for a receiver: most are some few, or one file's own. */
const MOST_VERDICTS = 16;

/** What a submission's rows begin with. */
export interface ItemHead {
  actionId: number;
  root: number;
  sender: string;
  topic: string;
  submittedAt: Micros;
  /** Whether the sender has a file of its own. */
  forSender: boolean;
}

/**
 * Puts rows of items.csv together in bytes, as the operators and the receiver get them, and as the sender
 * does. Of a row's sixteen cells two or three are its own; the others are printed, guarded and encoded once
 * for a submission, a verdict or a file, and copied from then on.
 */
export class ItemRows {
  readonly whole = new CsvBytes(64 * 1024);
  readonly forSender = new CsvBytes(64 * 1024);
  readonly #cells: ReportCells;
  readonly #tracking: TextPool;
  readonly #formatter = createCsvFormatter(ITEM_COLUMNS);
  readonly #values: CsvValue[] = ITEM_COLUMNS.map(() => null);
  readonly #shared: (SharedCells | undefined)[] = [];
  /** The submission's cells before the item's number, and from the sender up to the instant. */
  readonly #first = new CsvBytes(128);
  readonly #second = new CsvBytes(128);
  readonly #none = emptyFile();
  readonly #submittedAt = new InstantClock();
  readonly #deliveredAt = new InstantClock();
  #hasSender = false;

  /** @param tracking the tracking ids that stand in the lineage */
  constructor(reports: ReportTable, files: FileTable, tracking: TextPool) {
    this.#tracking = tracking;
    this.#cells = new ReportCells(reports, files);
  }

  /** Starts the rows of a submission. */
  start({ actionId, root, sender, topic, submittedAt, forSender }: ItemHead): void {
    this.#hasSender = forSender;
    this.#first.clear();
    this.#first.addInteger(actionId);
    this.#first.addComma();
    this.#cells.addId(this.#first, root);
    this.#first.addComma();
    this.#values[SENDER] = sender;
    this.#values[TOPIC] = topic;
    this.#second.clear();
    this.#addPrinted(this.#second, SENDER, SUBMITTED_AT);
    this.#second.addComma();
    this.#second.addInstant(submittedAt, this.#submittedAt);
  }

  /** Forgets the rows, once they are written elsewhere. */
  clear(): void {
    this.whole.clear();
    this.forSender.clear();
  }

  /**
   * Adds a row, and returns where it begins in `whole`.
   *
   * @param tracking where the item's id stands among the lineage's, or the id itself; "" for none
   */
  add(item: number, tracking: number | string, outcome: ItemOutcome, receiver: Party): number {
    const { whole } = this;
    const { verdict, file } = this.#sharedBy(outcome, receiver);
    const begin = whole.length;
    whole.add(this.#first);
    whole.addInteger(item);
    if (typeof tracking === "number") {
      whole.addComma();
      whole.addText(this.#tracking.bytes, this.#tracking.offset(tracking), this.#tracking.length(tracking));
    } else if (tracking === "") whole.addComma();
    else {
      this.#values[TRACKING_ID] = tracking;
      this.#addPrinted(whole, TRACKING_ID, SENDER);
    }
    whole.add(this.#second);
    whole.add(verdict.cells);
    whole.add(file.before);
    if (this.#hasSender) this.#addForSender(begin, file);
    if (outcome.deliveredReport >= 0) whole.addInteger(outcome.deliveredItem);
    whole.add(file.after);
    whole.endRow();
    return begin;
  }

  /** Where the item stands in a file that others share is not the sender's to know. */
  #addForSender(begin: number, file: FileCells): void {
    this.forSender.addFrom(this.whole, begin);
    this.forSender.add(file.after);
    this.forSender.endRow();
  }

  #sharedBy(outcome: ItemOutcome, receiver: Party): SharedCells {
    let shared = this.#shared[outcome.receiver];
    if (!shared) {
      const verdict = this.#verdictCells(outcome, receiver);
      shared = { verdict, verdicts: new Map(), file: this.#none, delivered: emptyFile() };
      this.#shared[outcome.receiver] = shared;
    }
    if (!isOf(shared.verdict, outcome)) this.#changeVerdict(shared, outcome, receiver);
    shared.file = outcome.deliveredReport < 0 ? this.#none : shared.delivered;
    const { report, at, times } = shared.file;
    const isSame =
      report === outcome.deliveredReport &&
      times === outcome.timesDelivered &&
      (at === outcome.deliveredAt || report < 0);
    if (!isSame) this.#changeFile(shared.file, outcome);
    return shared;
  }

  #changeVerdict(shared: SharedCells, outcome: ItemOutcome, receiver: Party): void {
    const { verdicts } = shared;
    const known = verdicts.get(outcome.reason);
    if (known && isOf(known, outcome)) {
      shared.verdict = known;
      return;
    }
    if (verdicts.size >= MOST_VERDICTS) verdicts.clear();
    shared.verdict = this.#verdictCells(outcome, receiver);
    verdicts.set(outcome.reason, shared.verdict);
  }

  #verdictCells({ outcome, reason, acts }: ItemOutcome, receiver: Party): VerdictCells {
    const values = this.#values;
    values[RECEIVER] = receiver.name;
    values[RECEIVER + 1] = outcome;
    values[RECEIVER + 2] = reason;
    values[RECEIVER + 3] = acts;
    const cells = new CsvBytes(128);
    this.#addPrinted(cells, RECEIVER, DELIVERED_REPORT);
    return { outcome, reason, acts, cells };
  }

  #changeFile(file: FileCells, { deliveredReport, deliveredAt, timesDelivered }: ItemOutcome): void {
    const { before, after } = file;
    file.report = deliveredReport;
    file.at = deliveredAt;
    file.times = timesDelivered;
    before.clear();
    after.clear();
    before.addComma();
    if (deliveredReport >= 0) this.#cells.addId(before, deliveredReport);
    before.addComma();
    after.addComma();
    if (deliveredReport >= 0) this.#cells.addName(after, deliveredReport);
    after.addComma();
    if (deliveredReport >= 0) after.addInstant(deliveredAt, this.#deliveredAt);
    after.addComma();
    after.addInteger(timesDelivered);
  }

  #addPrinted(bytes: CsvBytes, from: number, to: number): void {
    bytes.addPrinted(this.#formatter.formatCells(this.#values, from, to));
  }
}

function emptyFile(): FileCells {
  return { report: NOT_YET, at: Number.NaN, times: 0, before: new CsvBytes(64), after: new CsvBytes(128) };
}

const NOT_YET = -2;

function isOf({ outcome, reason, acts }: VerdictCells, other: ItemOutcome): boolean {
  return reason === other.reason && outcome === other.outcome && acts === other.acts;
}
