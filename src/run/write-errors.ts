import { UnmappedCodes } from "../action-log/filters.ts";
import { ErrorGroups } from "../action-log/group.ts";
import type { Party } from "../lineage/parties.ts";
import { createCsvFormatter } from "../output/csv.ts";
import { ERROR_COLUMNS } from "./columns.ts";
import { errorRow, groupedRow, groupRow, type NamedGroup, namedGroup, storedRow } from "./error-rows.ts";
import type { LoggedError } from "./log-pass.ts";
import type { RunOutputs } from "./outputs.ts";

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
  readonly #formatter = createCsvFormatter(ERROR_COLUMNS);

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
    const line = this.#formatter.formatRow(errorRow(error));
    const { whole } = this.#outputs;
    let full = whole.errors.writeLine(this.#unmasked ? this.#formatter.formatRow(storedRow(error)) : line);
    if (scope !== "internal") full = this.#outputs.of(sender.organization)?.errors.writeLine(line) ?? full;
    if (type === "filter") full = this.#outputs.of(receiver.organization)?.filterResults.writeLine(line) ?? full;
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
