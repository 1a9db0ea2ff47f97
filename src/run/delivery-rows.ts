import type { FileTable } from "../lineage/file-table.ts";
import type { ReportTable } from "../lineage/report-table.ts";
import type { Delivery } from "../outcome/deliveries.ts";
import { type CsvValue, createCsvFormatter } from "../output/csv.ts";
import { CsvBytes, InstantClock } from "../output/csv-bytes.ts";
import { DELIVERY_COLUMNS } from "./columns.ts";
import { namesOf } from "./names-of.ts";
import { ReportCells } from "./report-cells.ts";

/** Positions in DELIVERY_COLUMNS. */
const KIND = 2;
const FILE_NAME = 6;
const ITEMS = 7;

/** Puts rows of deliveries.csv together in bytes: ids, instants and file names as they stand in memory, the rest as the columns say. */
export class DeliveryRows {
  readonly #reports: ReportTable;
  readonly #files: FileTable;
  readonly #cells: ReportCells;
  readonly #formatter = createCsvFormatter(DELIVERY_COLUMNS);
  readonly #values: CsvValue[] = DELIVERY_COLUMNS.map(() => null);
  readonly #deliveredAt = new InstantClock();
  readonly #submittedAt = new InstantClock();
  readonly #row = new CsvBytes(1024);

  constructor(reports: ReportTable, files: FileTable) {
    this.#reports = reports;
    this.#files = files;
    this.#cells = new ReportCells(reports, files);
  }

  /** One row, its line break included; good until the next. */
  row({ report, at, kind, receiver, transport, attempts, resend, ...from }: Delivery): CsvBytes {
    const row = this.#row;
    const values = this.#values;
    values[KIND] = kind;
    values[3] = receiver.name;
    values[4] = this.#files.topic(report);
    values[5] = this.#files.format(report);
    values[ITEMS] = this.#reports.itemCount[report];
    values[8] = transport;
    values[9] = attempts;
    values[10] = resend;
    values[11] = from.submissions;
    values[12] = namesOf(from.senders);
    row.clear();
    this.#cells.addId(row, report);
    row.addComma();
    row.addInstant(at, this.#deliveredAt);
    row.addPrinted(this.#formatter.formatCells(values, KIND, FILE_NAME));
    row.addComma();
    this.#cells.addName(row, report);
    row.addPrinted(this.#formatter.formatCells(values, ITEMS, 13));
    row.addComma();
    if (!Number.isNaN(from.oldestSubmittedAt)) row.addInstant(from.oldestSubmittedAt, this.#submittedAt);
    row.endRow();
    return row;
  }
}
