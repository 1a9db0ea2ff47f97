import { stringify } from "csv-stringify/sync";
import { type ErrorGroup, ErrorGroups } from "../action-log/group.ts";
import type { CsvValue } from "../output/csv.ts";
import { csvStringifyOptions } from "../output/csv-stringify-options.ts";
import type { CsvSink } from "../output/files.ts";
import { ERROR_COLUMNS } from "./columns.ts";
import type { LoggedError } from "./log-pass.ts";
import type { RunOutputs } from "./outputs.ts";

/** Rows handed to csv-stringify at once: a call costs some 20 µs, so that one a row would double the time. */
const BATCH = 500;

/** Stands between rows until they are told apart again: no cell holds a NUL, since the cells' formatters replace it. */
const BETWEEN = "\0";

/** The error groups of the run, of its organizations, and what is written of each row. */
export class ErrorWriter {
  readonly #outputs: RunOutputs;
  readonly #groups = new ErrorGroups();
  readonly #options = { ...csvStringifyOptions(ERROR_COLUMNS), header: false, record_delimiter: BETWEEN };
  #rows: CsvValue[][] = [];
  #sinks: CsvSink[][] = [];

  constructor(outputs: RunOutputs) {
    this.#outputs = outputs;
  }

  /**
   * Writes a row into errors.csv, into the sender's own, and a filter's result into the receiver's
   * filter-results.csv. What is internal to ReportStream stays with the operators.
   */
  write(error: LoggedError): Promise<void> | undefined {
    const { sender, receiver, type, scope } = error;
    if (!this.#outputs.wantsAny(sender.organization, receiver.organization)) return undefined;
    this.#group(error);
    const sinks = [this.#outputs.whole.errors];
    const ofSender = scope === "internal" ? undefined : this.#outputs.of(sender.organization)?.errors;
    if (ofSender) sinks.push(ofSender);
    const ofReceiver = type === "filter" ? this.#outputs.of(receiver.organization)?.filterResults : undefined;
    if (ofReceiver) sinks.push(ofReceiver);
    this.#rows.push(rowOf(error));
    this.#sinks.push(sinks);
    return this.#rows.length < BATCH ? undefined : this.flush();
  }

  /** Writes what is gathered. Call it once more at the end. */
  flush(): Promise<void> | undefined {
    const text = stringify(this.#rows, this.#options);
    const lines = text.split(BETWEEN);
    let full: Promise<void> | undefined;
    for (let row = 0; row < this.#rows.length; row++) {
      const line = `${lines[row]}\n`;
      for (const sink of this.#sinks[row]) full = sink.writeLine(line) ?? full;
    }
    this.#rows = [];
    this.#sinks = [];
    return full;
  }

  /** Writes error-groups.csv and returns the groups, most rows first. */
  async writeGroups(): Promise<{ groups: readonly ErrorGroup[]; overflowRows: number }> {
    const { groups, overflowRows } = this.#groups.result();
    for (const group of groups) {
      await this.#outputs.whole.errorGroups.write([
        ...[group.type, group.scope, group.errorCode, group.field, group.message, group.sender, group.receiver],
        ...[group.count, group.submissions, group.items, group.firstSeen, group.lastSeen],
      ]);
    }
    return { groups, overflowRows };
  }

  #group(error: LoggedError): void {
    this.#groups.add({
      type: error.type,
      scope: error.scope,
      errorCode: error.detail.errorCode,
      field: error.field,
      message: error.message,
      sender: error.sender.name,
      receiver: error.receiver.name,
      at: error.at,
      submissionId: Number.isNaN(error.submissionId) ? null : error.submissionId,
      reportId: error.reportId,
      item: error.item === 0 ? null : error.item,
    });
  }
}

function rowOf(error: LoggedError): CsvValue[] {
  return [
    error.at,
    error.type,
    error.scope,
    error.detail.errorCode,
    error.field,
    error.message,
    Number.isNaN(error.submissionId) ? null : error.submissionId,
    error.reportId,
    error.item === 0 ? null : error.item,
    error.trackingId,
    error.sender.name,
    error.receiver.name,
    error.action,
  ];
}
