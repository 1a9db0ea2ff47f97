import type { FileTable } from "../lineage/file-table.ts";
import type { Party } from "../lineage/parties.ts";
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
const TRANSPORT = 8;
const SENDERS = 12;

/** The cells from the kind up to the format: most files of a receiver have the same. */
interface ReceiverCells {
  topic: string;
  format: string;
  readonly cells: CsvBytes;
}

/**
 * Puts rows of deliveries.csv together in bytes: ids, instants and file names as they stand in memory, what rows of one receiver or sender
 * share as it was printed first, and the rest as the columns say.
 */
export class DeliveryRows {
  readonly #reports: ReportTable;
  readonly #files: FileTable;
  readonly #cells: ReportCells;
  readonly #formatter = createCsvFormatter(DELIVERY_COLUMNS);
  readonly #values: CsvValue[] = DELIVERY_COLUMNS.map(() => null);
  readonly #deliveredAt = new InstantClock();
  readonly #submittedAt = new InstantClock();
  readonly #receivers = { sent: new Map<Party, ReceiverCells>(), download: new Map<Party, ReceiverCells>() };
  readonly #transports = new Map<string, CsvBytes>();
  readonly #senders = new Map<Party, CsvBytes>();
  readonly #row = new CsvBytes(1024);

  constructor(reports: ReportTable, files: FileTable) {
    this.#reports = reports;
    this.#files = files;
    this.#cells = new ReportCells(reports, files);
  }

  /** One row, its line break included; good until the next. */
  row(delivery: Delivery): CsvBytes {
    const { report, at, kind, receiver, transport, attempts, resend, submissions, senders, oldestSubmittedAt } =
      delivery;
    const row = this.#row;
    row.clear();
    this.#cells.addId(row, report);
    row.addComma();
    row.addInstant(at, this.#deliveredAt);
    row.add(this.#receiverCells(kind, receiver, report));
    row.addComma();
    this.#cells.addName(row, report);
    row.addComma();
    row.addInteger(this.#reports.itemCount[report]);
    row.add(this.#kept(this.#transports, transport, TRANSPORT, transport));
    row.addComma();
    row.addInteger(attempts);
    row.addPrinted(resend ? ",true," : ",false,");
    row.addInteger(submissions);
    if (senders.length === 1) row.add(this.#kept(this.#senders, senders[0], SENDERS, senders[0].name));
    else row.addPrinted(this.#printed(SENDERS, namesOf(senders)));
    row.addComma();
    if (!Number.isNaN(oldestSubmittedAt)) row.addInstant(oldestSubmittedAt, this.#submittedAt);
    row.endRow();
    return row;
  }

  #receiverCells(kind: Delivery["kind"], receiver: Party, report: number): CsvBytes {
    const topic = this.#files.topic(report);
    const format = this.#files.format(report);
    const known = this.#receivers[kind].get(receiver);
    if (known && known.topic === topic && known.format === format) return known.cells;
    const values = this.#values;
    values[KIND] = kind;
    values[KIND + 1] = receiver.name;
    values[KIND + 2] = topic;
    values[KIND + 3] = format;
    const cells = encoded(this.#formatter.formatCells(values, KIND, FILE_NAME));
    this.#receivers[kind].set(receiver, { topic, format, cells });
    return cells;
  }

  /** A cell as it was printed when its key was first met. */
  #kept<Key>(cells: Map<Key, CsvBytes>, key: Key, column: number, value: string): CsvBytes {
    let known = cells.get(key);
    if (!known) {
      known = encoded(this.#printed(column, value));
      cells.set(key, known);
    }
    return known;
  }

  #printed(column: number, value: string): string {
    this.#values[column] = value;
    return this.#formatter.formatCells(this.#values, column, column + 1);
  }
}

function encoded(printed: string): CsvBytes {
  const cells = new CsvBytes(64);
  cells.addPrinted(printed);
  return cells;
}
