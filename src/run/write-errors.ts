import { stringify } from "csv-stringify/sync";
import { UnmappedCodes } from "../action-log/filters.ts";
import { ErrorGroups } from "../action-log/group.ts";
import type { Party } from "../lineage/parties.ts";
import type { CsvValue } from "../output/csv.ts";
import { csvStringifyOptions } from "../output/csv-stringify-options.ts";
import type { CsvSink } from "../output/files.ts";
import { ERROR_COLUMNS } from "./columns.ts";
import { errorRow, groupedRow, groupRow, type NamedGroup, namedGroup, storedRow } from "./error-rows.ts";
import type { LoggedError } from "./log-pass.ts";
import type { RunOutputs } from "./outputs.ts";

/** Rows handed to csv-stringify at once: a call costs some 20 µs, so that one a row would double the time. */
const BATCH = 500;

/** Messages can have a megabyte each: so many characters are enough of a batch. */
const BATCH_CHARACTERS = 4_000_000;

/** Stands between rows until they are told apart again: no cell holds a NUL, since the cells' formatters replace it. */
const BETWEEN = "\0";

/** The groups of a run; see GroupedErrors. */
export interface NamedGroups {
  groups: NamedGroup[];
  rows: number;
  overflowRows: number;
}

type Sender = Pick<Party, "name" | "organization">;

/** Writes the rows of errors.csv and their copies as they go by, and folds them. */
export class ErrorWriter {
  /** Codes without a condition, by code and the sender's key. */
  readonly unmapped = new UnmappedCodes();
  readonly #outputs: RunOutputs;
  readonly #unmasked: boolean;
  readonly #groups = new ErrorGroups();
  readonly #filters = new Map<string, Set<string>>();
  readonly #options = {
    ...csvStringifyOptions(ERROR_COLUMNS),
    header: false,
    record_delimiter: BETWEEN,
    // csv-stringify quotes what holds its record delimiter, and here that is no line break.
    quoted_match: /[\r\n]/,
  };
  #rows: CsvValue[][] = [];
  #sinks: CsvSink[][] = [];
  #characters = 0;

  /** @param unmasked whether the operators' errors.csv has messages as they were stored; the organizations' never have */
  constructor(outputs: RunOutputs, unmasked: boolean) {
    this.#outputs = outputs;
    this.#unmasked = unmasked;
  }

  /** Types of the filters that took something of a sender, sorted. */
  filtersOf(sender: Sender): string[] {
    return [...(this.#filters.get(senderKey(sender)) ?? [])].sort();
  }

  /**
   * Writes a row into errors.csv, into the sender's own, and a filter's result into the receiver's
   * filter-results.csv. What is internal to ReportStream stays with the operators.
   */
  write(error: LoggedError): Promise<void> | undefined {
    const { sender, receiver, type, scope } = error;
    if (!this.#outputs.wantsAny(sender.organization, receiver.organization)) return undefined;
    this.#fold(error);
    const sinks: CsvSink[] = [];
    if (this.#unmasked) this.#add(storedRow(error), [this.#outputs.whole.errors]);
    else sinks.push(this.#outputs.whole.errors);
    const ofSender = scope === "internal" ? undefined : this.#outputs.of(sender.organization)?.errors;
    if (ofSender) sinks.push(ofSender);
    const ofReceiver = type === "filter" ? this.#outputs.of(receiver.organization)?.filterResults : undefined;
    if (ofReceiver) sinks.push(ofReceiver);
    this.#add(errorRow(error), sinks);
    this.#characters += error.detail.message.length;
    return this.#rows.length < BATCH && this.#characters < BATCH_CHARACTERS ? undefined : this.flush();
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
    this.#characters = 0;
    return full;
  }

  /**
   * Writes error-groups.csv, and into each sender's the groups of its own rows; returns all of them,
   * most rows first. Groups are always of masked messages.
   */
  async writeGroups(): Promise<NamedGroups> {
    const { groups, rows, overflowRows } = this.#groups.result();
    const named = groups.map(namedGroup);
    for (const group of named) {
      const row = groupRow(group);
      await this.#outputs.whole.errorGroups.write(row);
      if (group.scope !== "internal") await this.#outputs.of(group.senderOrganization)?.errorGroups.write(row);
    }
    return { groups: named, rows, overflowRows };
  }

  #add(row: CsvValue[], sinks: CsvSink[]): void {
    if (sinks.length === 0) return;
    this.#rows.push(row);
    this.#sinks.push(sinks);
  }

  #fold(error: LoggedError): void {
    const { sender, detail, type } = error;
    this.#groups.add(groupedRow(error));
    this.unmapped.add(detail, sender.key, error.at);
    if (type !== "filter" || detail.filterType === "") return;
    const key = senderKey(sender);
    const filters = this.#filters.get(key);
    if (filters) filters.add(detail.filterType);
    else this.#filters.set(key, new Set([detail.filterType]));
  }
}

/** Two organizations can have senders that are written alike: `a.b` + `c`, and `a` + `b.c`. */
function senderKey({ name, organization }: Sender): string {
  return `${organization}\n${name}`;
}
