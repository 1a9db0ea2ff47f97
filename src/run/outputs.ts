import type { Column } from "../output/csv.ts";
import type { CsvSink } from "../output/files.ts";
import type { RunFolder } from "../output/folder.ts";
import { organizationFolder } from "../output/names.ts";
import {
  ATTENTION_COLUMNS,
  DELIVERY_COLUMNS,
  ERROR_COLUMNS,
  ERROR_GROUP_COLUMNS,
  FAILURE_COLUMNS,
  ITEM_COLUMNS,
  SUBMISSION_COLUMNS,
  SUMMARY_COLUMNS,
} from "./columns.ts";

/** The operators' files. */
export interface WholeFiles {
  summary: CsvSink;
  submissions: CsvSink;
  items: CsvSink;
  deliveries: CsvSink;
  failures: CsvSink;
  errors: CsvSink;
  errorGroups: CsvSink;
  attention: CsvSink;
}

/** One organization's files: what it receives, and what it sends. */
export interface OrganizationFiles {
  summary: CsvSink;
  deliveries: CsvSink;
  receivedItems: CsvSink;
  failures: CsvSink;
  filterResults: CsvSink;
  submissions: CsvSink;
  submittedItems: CsvSink;
  errors: CsvSink;
  errorGroups: CsvSink;
}

/**
 * The CSV files of a run. This is the one place that decides whose folder a row goes to: a row is
 * handed to an organization's files by the organization's exact name, as its column holds it.
 */
export class RunOutputs {
  readonly whole: WholeFiles;
  readonly #folder: RunFolder;
  readonly #organizations = new Map<string, OrganizationFiles>();
  readonly #only: ReadonlySet<string> | undefined;

  /** @param only the organizations that the run is limited to; empty for all */
  constructor(folder: RunFolder, only: readonly string[]) {
    this.#folder = folder;
    this.#only = only.length === 0 ? undefined : new Set(only);
    this.whole = {
      summary: folder.csv("summary.csv", SUMMARY_COLUMNS),
      submissions: folder.csv("submissions.csv", SUBMISSION_COLUMNS),
      items: folder.csv("items.csv", ITEM_COLUMNS),
      deliveries: folder.csv("deliveries.csv", DELIVERY_COLUMNS),
      failures: folder.csv("failures.csv", FAILURE_COLUMNS),
      errors: folder.csv("errors.csv", ERROR_COLUMNS),
      errorGroups: folder.csv("error-groups.csv", ERROR_GROUP_COLUMNS),
      attention: folder.csv("attention.csv", ATTENTION_COLUMNS),
    };
    for (const name of only) this.of(name);
  }

  /** Whether rows of the organization are written at all. */
  wants(organization: string): boolean {
    return this.#only === undefined || this.#only.has(organization);
  }

  /** Whether a row that concerns these organizations is written into the operators' files. */
  wantsAny(...organizations: string[]): boolean {
    return this.#only === undefined || organizations.some((name) => this.#only?.has(name));
  }

  /** The files of an organization; undefined for none, or one that the run is not for. */
  of(organization: string): OrganizationFiles | undefined {
    if (organization === "" || !this.wants(organization)) return undefined;
    let files = this.#organizations.get(organization);
    if (!files) {
      files = this.#open(organization);
      this.#organizations.set(organization, files);
    }
    return files;
  }

  /**
   * No row of these files follows, whosever they are: they are made durable while others are still written, and not all of them at the
   * end of the run.
   */
  end(...files: (keyof WholeFiles | keyof OrganizationFiles)[]): void {
    for (const sinks of [this.whole, ...this.#organizations.values()]) {
      for (const [name, sink] of Object.entries(sinks)) if ((files as string[]).includes(name)) sink.end();
    }
  }

  /** Names of the organizations that have a folder, in the order of their first row. */
  get organizations(): string[] {
    return [...this.#organizations.keys()];
  }

  #open(organization: string): OrganizationFiles {
    const path = folderOf(organization);
    const csv = (name: string, columns: readonly Column[]): CsvSink => this.#folder.csv(`${path}/${name}.csv`, columns);
    return {
      summary: csv("summary", SUMMARY_COLUMNS),
      deliveries: csv("deliveries", DELIVERY_COLUMNS),
      receivedItems: csv("received-items", ITEM_COLUMNS),
      failures: csv("failures", FAILURE_COLUMNS),
      filterResults: csv("filter-results", ERROR_COLUMNS),
      submissions: csv("submissions", SUBMISSION_COLUMNS),
      submittedItems: csv("submitted-items", ITEM_COLUMNS),
      errors: csv("errors", ERROR_COLUMNS),
      errorGroups: csv("error-groups", ERROR_GROUP_COLUMNS),
    };
  }
}

/** An organization's folder, relative to the run's. */
export function folderOf(organization: string): string {
  return `organizations/${organizationFolder(organization)}`;
}
