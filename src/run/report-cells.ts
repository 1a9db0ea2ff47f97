import type { FileTable } from "../lineage/file-table.ts";
import type { ReportTable } from "../lineage/report-table.ts";
import type { CsvBytes } from "../output/csv-bytes.ts";

/** Prints what rows say of a report straight from the tables' bytes, where a string for each would be felt. */
export class ReportCells {
  readonly #reports: ReportTable;
  readonly #files: FileTable;
  readonly #id = Buffer.alloc(16);

  constructor(reports: ReportTable, files: FileTable) {
    this.#reports = reports;
    this.#files = files;
  }

  /** The report's id. */
  addId(bytes: CsvBytes, report: number): void {
    this.#reports.ids.copy(report, this.#id);
    bytes.addUuid(this.#id);
  }

  /** The name of the report's file; nothing where it has none. */
  addName(bytes: CsvBytes, report: number): void {
    const { names } = this.#files;
    const at = this.#files.nameAt(report);
    bytes.addText(names.bytes, names.offset(at), names.length(at));
  }
}
