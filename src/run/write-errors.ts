import { setImmediate as othersTurn } from "node:timers/promises";
import { UnmappedCodes, unmappedCodes } from "../action-log/filters.ts";
import { ErrorGroups } from "../action-log/group.ts";
import type { Masked } from "../action-log/wording.ts";
import type { Party } from "../lineage/parties.ts";
import { createCsvFormatter } from "../output/csv.ts";
import { LineAround } from "../output/line-around.ts";
import type { ErrorGroupSummary } from "../summary/types.ts";
import { formatInstant } from "../time/instant.ts";
import { ERROR_COLUMNS } from "./columns.ts";
import {
  errorRow,
  groupedRow,
  groupRow,
  type NamedGroup,
  namedGroup,
  SAID_CELLS,
  saidCells,
  storedRow,
} from "./error-rows.ts";
import type { LoggedError } from "./log-pass.ts";
import { collectGarbage } from "./memory.ts";
import type { RunOutputs } from "./outputs.ts";
import type { Place, ToldSaying } from "./sayings.ts";

/** A group as the summary has it, and the organizations that it is about. */
export type SummedGroup = Pick<NamedGroup, "senderOrganization" | "receiverOrganization"> & {
  summary: Omit<ErrorGroupSummary, "status">;
};

/** The groups of a run; see GroupedErrors. */
export interface SummedGroups {
  groups: SummedGroup[];
  rows: number;
  overflowRows: number;
}

/** So many groups are made and written between two turns of others: less than a millisecond, as long as a short round trip to the server. */
const AT_ONCE = 50;

type Sender = Pick<Party, "name" | "organization">;

/** Writes the rows of errors.csv and their copies as they go by, and folds them. */
export class ErrorWriter {
  /** Codes without a condition, by code and the sender's key. */
  readonly unmapped = new UnmappedCodes();
  readonly #outputs: RunOutputs;
  readonly #unmasked: boolean;
  #groups = new ErrorGroups();
  #result: Promise<SummedGroups> | undefined;
  readonly #filters = new Map<string, Set<string>>();
  readonly #formatter = createCsvFormatter(ERROR_COLUMNS);
  readonly #line = new LineAround();
  readonly #cells = new WeakMap<Masked, Uint8Array>();

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
    const { saying } = error;
    if (!this.#outputs.wantsAny(error.sender.organization, error.receiver.organization)) return undefined;
    saying.place ??= this.#placeOf(error);
    const { group, codes, cells, sinks } = saying.place;
    this.#groups.addTo(group, groupedRow(error));
    for (const code of codes) this.unmapped.count(code, saying.sender, error.at);
    const line = this.#encode(error, cells);
    let full: Promise<void> | undefined;
    for (const sink of sinks) full = sink.writeRows(line, 0, line.length, 1) ?? full;
    if (this.#unmasked) {
      full = this.#outputs.whole.errors.writeLine(this.#formatter.formatRow(storedRow(error))) ?? full;
    }
    return full;
  }

  /**
   * The groups of all rows, most rows first; always of masked messages. The first call, once no row follows, writes error-groups.csv, and
   * into each sender's the groups of its own rows, and ends the files about errors. That needs the processor for a third of a second, and
   * gives others their turn every millisecond, so that it can be done while the server is at work.
   */
  groups(): Promise<SummedGroups> {
    this.#result ??= this.#writeGroups();
    return this.#result;
  }

  async #writeGroups(): Promise<SummedGroups> {
    await othersTurn();
    // What reading the log left would otherwise lie beside all this.
    collectGarbage();
    const all = this.#groups;
    // What rows are told apart by takes more room than the groups do.
    this.#groups = new ErrorGroups();
    const groups: SummedGroup[] = [];
    let overflowRows = 0;
    for (const unnamed of all.ordered()) {
      if (groups.length % AT_ONCE === 0) await othersTurn();
      const group = namedGroup(unnamed);
      const { scope, senderOrganization, receiverOrganization } = group;
      const row = groupRow(group);
      let full = this.#outputs.whole.errorGroups.write(row);
      if (scope !== "internal") full = this.#outputs.of(senderOrganization)?.errorGroups.write(row) ?? full;
      if (full) await full;
      groups.push({ summary: groupSummary(group), senderOrganization, receiverOrganization });
      if (group.overflow) overflowRows += group.count;
    }
    this.#outputs.end("errors", "errorGroups", "filterResults");
    return { groups, rows: all.rows, overflowRows };
  }

  #placeOf({ sender, receiver, detail, type, scope, saying }: LoggedError): Place {
    const outputs = this.#outputs;
    if (type === "filter" && detail.filterType !== "") this.#noteFilter(sender, detail.filterType);
    const { errors } = outputs.whole;
    const own = scope === "internal" ? undefined : outputs.of(sender.organization)?.errors;
    const taken = type === "filter" ? outputs.of(receiver.organization)?.filterResults : undefined;
    const sinks = [this.#unmasked ? undefined : errors, own, taken].filter((sink) => sink !== undefined);
    const codes = unmappedCodes(detail);
    return {
      group: this.#groups.foldOf(saying),
      codes: codes.length === 0 ? NO_CODES : codes,
      cells: this.#cellsOf(saying),
      sinks,
    };
  }

  #noteFilter(sender: Sender, filterType: string): void {
    const key = senderKey(sender);
    const filters = this.#filters.get(key);
    if (filters) filters.add(filterType);
    else this.#filters.set(key, new Set([filterType]));
  }

  #cellsOf({ masked }: ToldSaying): Uint8Array {
    const known = this.#cells.get(masked);
    if (known) return known;
    const cells = Buffer.from(this.#formatter.formatCells(saidCells(masked), SAID_CELLS.from, SAID_CELLS.to));
    if (masked.repeats) this.#cells.set(masked, cells);
    return cells;
  }

  /** The row as bytes, good until the next. */
  #encode(error: LoggedError, cells: Uint8Array): Uint8Array {
    const row = errorRow(error);
    const { from, to } = SAID_CELLS;
    const behind = `${this.#formatter.formatCells(row, to, row.length)}\n`;
    return this.#line.encode(this.#formatter.formatCells(row, 0, from), cells, behind);
  }
}

const NO_CODES: readonly string[] = [];

function groupSummary(group: NamedGroup): Omit<ErrorGroupSummary, "status"> {
  const { type, scope, errorCode, field, message, sender, receiver, count, submissions, items } = group;
  const firstSeen = formatInstant(group.firstSeen);
  const lastSeen = formatInstant(group.lastSeen);
  return { type, scope, errorCode, field, message, sender, receiver, count, submissions, items, firstSeen, lastSeen };
}

/** Two organizations can have senders that are written alike: `a.b` + `c`, and `a` + `b.c`. */
function senderKey({ name, organization }: Sender): string {
  return `${organization}\n${name}`;
}
