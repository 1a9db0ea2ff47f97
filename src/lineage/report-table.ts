import { Parties } from "./parties.ts";
import { grown, UuidTable } from "./uuid-table.ts";

/** What a report row says beside its numbers, as bits of `ReportTable.flags`. */
export const FLAG = {
  /** The row itself was read; without it only the id is known, from an edge. */
  loaded: 1,
  /** `sending_org` is set. */
  submitted: 2,
  /** `transport_result` is set: sent, or downloaded. */
  transported: 4,
  /** `downloaded_by` is set. */
  downloaded: 8,
} as const;

const MOST_IN_TWO_BYTES = 0xffff;

/** One report as it is added to the table. Instants in microseconds. */
export interface ReportRow {
  actionId: number;
  createdAt: number;
  /** A number of STEPS. */
  nextAction: number;
  /** NaN for null. */
  nextActionAt: number;
  /** A number of `ReportTable.receivers`; 0 for none. */
  receiver: number;
  itemCount: number;
  /** item_count_before_qual_filter; -1 for null. */
  itemCountBefore: number;
  flags: number;
  /** The step that wrote the report, a number of STEPS; 0 where more was planned. */
  writtenBy: number;
}

/**
 * The reports of a run by number: one column a property, some 60 bytes a report with its id. Reports that are
 * known only from an edge have their number and nothing else.
 */
export class ReportTable {
  readonly ids = new UuidTable();
  readonly receivers: Parties;
  actionId = new Float64Array(1024);
  createdAt = new Float64Array(1024);
  nextAction = new Uint8Array(1024);
  nextActionAt = new Float64Array(1024);
  /** Two bytes a report until there are more receivers than those can number. */
  receiver: Uint16Array | Int32Array = new Uint16Array(1024);
  itemCount = new Int32Array(1024);
  /** One more than the count, so that what most reports do not have is never written: such memory takes no room. */
  #itemCountBefore = new Int32Array(1024);
  flags = new Uint8Array(1024);
  writtenBy = new Uint8Array(1024);

  /** @param receivers the parties that receivers are numbered by; others' too, where numbers are to be compared with theirs */
  constructor(receivers = new Parties()) {
    this.receivers = receivers;
  }

  get size(): number {
    return this.ids.size;
  }

  isLoaded(report: number): boolean {
    return report < this.flags.length && (this.flags[report] & FLAG.loaded) !== 0;
  }

  /** Items before the receiver's filters; -1 for null. */
  itemCountBefore(report: number): number {
    return this.#itemCountBefore[report] - 1;
  }

  /** Makes room for every number that `ids` has given out. Call it before reading columns by number. */
  reserve(): void {
    if (this.flags.length < this.size) this.#grow(Math.max(this.size, this.flags.length * 2));
  }

  /**
   * Makes room for about so many reports at once: columns that grow on the way are copied, and the
   * copies count until they are collected. What stays unused takes no memory.
   */
  expect(count: number): void {
    this.ids.expect(count);
    if (this.flags.length < count) this.#grow(count);
  }

  #grow(length: number): void {
    this.actionId = grown(this.actionId, length, length);
    this.createdAt = grown(this.createdAt, length, length);
    this.nextAction = grown(this.nextAction, length, length);
    this.nextActionAt = grown(this.nextActionAt, length, length);
    this.receiver = grown(this.receiver, length, length);
    this.itemCount = grown(this.itemCount, length, length);
    this.#itemCountBefore = grown(this.#itemCountBefore, length, length);
    this.flags = grown(this.flags, length, length);
    this.writtenBy = grown(this.writtenBy, length, length);
  }

  /** Writes a row's columns. A row that is read twice (by time, then by key) is written twice alike. */
  set(report: number, row: ReportRow): void {
    this.reserve();
    this.actionId[report] = row.actionId;
    this.createdAt[report] = row.createdAt;
    this.nextAction[report] = row.nextAction;
    this.nextActionAt[report] = row.nextActionAt;
    if (row.receiver > MOST_IN_TWO_BYTES && this.receiver instanceof Uint16Array)
      this.receiver = Int32Array.from(this.receiver);
    this.receiver[report] = row.receiver;
    this.itemCount[report] = row.itemCount;
    const before = row.itemCountBefore + 1;
    if (before !== this.#itemCountBefore[report]) this.#itemCountBefore[report] = before;
    this.flags[report] = row.flags | FLAG.loaded;
    this.writtenBy[report] = row.writtenBy;
  }

  /**
   * Orders reports by (created_at, action_id, report_id). Every row of an action has one
   * created_at, so time alone leaves ties, and what depends on order would change from run to run.
   */
  compare(left: number, right: number): number {
    return (
      this.createdAt[left] - this.createdAt[right] ||
      this.actionId[left] - this.actionId[right] ||
      this.ids.compare(left, right)
    );
  }
}
