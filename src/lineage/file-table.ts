import { Names } from "./names.ts";
import { TextPool } from "./text-pool.ts";
import { grown } from "./uuid-table.ts";

/** What is printed of a file. `name` is a position in `FileTable.names`, the others numbers of `FileTable.words`. */
export interface FileRow {
  name: number;
  transport: number;
  format: number;
  topic: number;
}

/**
 * What is printed of finished files (sent, downloaded) and of submissions, by report number. Some
 * 20 bytes a file and the name's own length.
 */
export class FileTable {
  readonly names = new TextPool();
  readonly words = new Names();
  #rowOf = new Int32Array(1024);
  #name = new Uint32Array(1024);
  #transport = new Int32Array(1024);
  #format = new Int32Array(1024);
  #topic = new Int32Array(1024);
  #size = 0;

  /** Adds or replaces a report's file. */
  set(report: number, { name, transport, format, topic }: FileRow): void {
    if (report >= this.#rowOf.length) this.#rowOf = grown(this.#rowOf, report + 1);
    const row = this.#rowOf[report] === 0 ? this.#size++ : this.#rowOf[report] - 1;
    if (row >= this.#name.length) {
      this.#name = grown(this.#name, row + 1);
      this.#transport = grown(this.#transport, row + 1);
      this.#format = grown(this.#format, row + 1);
      this.#topic = grown(this.#topic, row + 1);
    }
    this.#rowOf[report] = row + 1;
    this.#name[row] = name;
    this.#transport[row] = transport;
    this.#format[row] = format;
    this.#topic[row] = topic;
  }

  name(report: number): string {
    return this.names.text(this.nameAt(report));
  }

  /** Where the name stands in `names`; 0 for none. */
  nameAt(report: number): number {
    const row = this.#row(report);
    return row < 0 ? 0 : this.#name[row];
  }

  transport(report: number): string {
    const row = this.#row(report);
    return row < 0 ? "" : this.words.text(this.#transport[row]);
  }

  format(report: number): string {
    const row = this.#row(report);
    return row < 0 ? "" : this.words.text(this.#format[row]);
  }

  topic(report: number): string {
    const row = this.#row(report);
    return row < 0 ? "" : this.words.text(this.#topic[row]);
  }

  #row(report: number): number {
    return report < this.#rowOf.length ? this.#rowOf[report] - 1 : -1;
  }
}
