import { type Column, type CsvFormatter, type CsvValue, createCsvFormatter } from "./csv.ts";
import type { ManifestFile } from "./manifest.ts";
import type { QueuedFile, WriteQueue } from "./write-queue.ts";

/** Rows of one CSV file. Calls are synchronous; await what they return when they return something. */
export interface CsvSink {
  /** The path in the folder. */
  readonly path: string;
  /** Rows so far, the header not counted. */
  readonly rows: number;
  /** One row, values in the order of the columns. */
  write(values: readonly CsvValue[]): Promise<void> | undefined;
  /** One row that is formatted already (`formatter.formatRow`, the line break included), so that a row for many files is formatted once. */
  writeLine(line: string): Promise<void> | undefined;
  /** Whole rows that are encoded already, so many of them: the bytes `from` up to `to`, which are copied. */
  writeRows(bytes: Uint8Array, from: number, to: number, rows: number): Promise<void> | undefined;
  /**
   * No row follows: the file is written and made durable while others are still being filled. Files that nobody ends are ended when the
   * folder is published.
   */
  end(): void;
}

/**
 * A buffer is handed to the queue when it is full; small files never grow so far, and a file that filled one gets the next twice as large.
 * Larger ones would leave less for the other files: the queue writes what waits for a file in one call, whatever its pieces.
 */
const FULL = 64 * 1024;
const LARGEST = 128 * 1024;
const FIRST = 1024;
const EMPTY = Buffer.alloc(0);

/**
 * The CSV files of a folder: lines are encoded at once into a buffer a file, and all buffers
 * together stay below a limit. Beyond it the largest are handed over first, which frees most with
 * the fewest writes.
 */
export class CsvFiles {
  readonly #queue: WriteQueue;
  readonly #limit: number;
  readonly #sinks: BufferedSink[] = [];
  readonly #formatters = new Map<readonly Column[], CsvFormatter>();
  /** Buffers that are written and free again, by their size: what is allocated anew counts until it is collected. */
  readonly #free = new Map<number, Buffer[]>();
  #held = 0;

  /** `limit` is in bytes, for all files together. */
  constructor(queue: WriteQueue, limit: number) {
    this.#queue = queue;
    this.#limit = limit;
  }

  open(path: string, absolute: string, columns: readonly Column[]): CsvSink {
    const sink = new BufferedSink(this, this.#queue.declare(absolute), path, this.#formatter(columns));
    this.#sinks.push(sink);
    return sink;
  }

  /** Counts what a sink's buffer grew or shrank by, and makes room when there is too much. */
  hold(bytes: number): void {
    this.#held += bytes;
    if (this.#held <= this.#limit) return;
    const largest = this.#sinks.filter((sink) => sink.used > 0).sort((a, b) => b.used - a.used);
    for (const sink of largest) {
      if (this.#held <= this.#limit / 2) return;
      sink.flush();
    }
  }

  /** A buffer of so many bytes, which a sink fills and hands over. */
  take(size: number): Buffer {
    return this.#free.get(size)?.pop() ?? Buffer.allocUnsafeSlow(size);
  }

  /** Puts a buffer aside for the next sink that needs one of its size; small ones are not worth it. */
  giveBack(buffer: Buffer): void {
    if (buffer.byteLength < FULL || buffer.byteLength > LARGEST) return;
    const free = this.#free.get(buffer.byteLength);
    if (free) free.push(buffer);
    else this.#free.set(buffer.byteLength, [buffer]);
  }

  handOver(file: QueuedFile, buffer: Buffer, used: number): void {
    this.#queue.append(file, buffer.subarray(0, used), () => this.giveBack(buffer));
  }

  check(): void {
    this.#queue.check();
  }

  pressure(): Promise<void> | undefined {
    return this.#queue.pressure();
  }

  /** Ends every file; they are whole once the queue is idle. */
  end(): void {
    for (const sink of this.#sinks) sink.end();
  }

  endOf(file: QueuedFile): void {
    this.#queue.end(file);
  }

  /** What was written, once the queue is idle. */
  written(): ManifestFile[] {
    return this.#sinks.map(({ path, rows, file }) => ({
      path,
      rows,
      bytes: file.bytes,
      sha256: file.hash.digest("hex"),
    }));
  }

  #formatter(columns: readonly Column[]): CsvFormatter {
    let formatter = this.#formatters.get(columns);
    if (!formatter) {
      formatter = createCsvFormatter(columns);
      this.#formatters.set(columns, formatter);
    }
    return formatter;
  }
}

class BufferedSink implements CsvSink {
  readonly path: string;
  readonly file: QueuedFile;
  readonly #files: CsvFiles;
  readonly #formatter: CsvFormatter;
  #buffer: Buffer = EMPTY;
  #used = 0;
  #rows = 0;
  #grown = 0;
  /** Size of the next buffer. */
  #next = FIRST;

  constructor(files: CsvFiles, file: QueuedFile, path: string, formatter: CsvFormatter) {
    this.#files = files;
    this.file = file;
    this.path = path;
    this.#formatter = formatter;
    this.#put(formatter.header);
  }

  get rows(): number {
    return this.#rows;
  }

  get used(): number {
    return this.#used;
  }

  write(values: readonly CsvValue[]): Promise<void> | undefined {
    return this.writeLine(this.#formatter.formatRow(values));
  }

  writeLine(line: string): Promise<void> | undefined {
    this.#files.check();
    this.#rows++;
    this.#put(line);
    return this.#settle();
  }

  writeRows(bytes: Uint8Array, from: number, to: number, rows: number): Promise<void> | undefined {
    this.#files.check();
    this.#rows += rows;
    this.#makeRoom(to - from);
    this.#buffer.set(new Uint8Array(bytes.buffer, bytes.byteOffset + from, to - from), this.#used);
    this.#used += to - from;
    return this.#settle();
  }

  end(): void {
    // A row that came after an earlier end is refused here, instead of being lost.
    this.flush();
    if (!this.file.ended) this.#files.endOf(this.file);
  }

  /** Hands over what is buffered. */
  flush(): void {
    if (this.#used === 0) return;
    const full = this.#buffer;
    const used = this.#used;
    // One that was taken half full for want of room would be so again.
    const filled = used >= full.byteLength * 0.75;
    this.#next = Math.min(LARGEST, filled ? full.byteLength * 2 : Math.max(FIRST, full.byteLength / 2));
    this.#buffer = EMPTY;
    this.#used = 0;
    this.#files.handOver(this.file, full, used);
    this.#files.hold(-full.byteLength);
  }

  #put(text: string): void {
    // A UTF-16 unit takes three bytes at most.
    this.#makeRoom(text.length * 3);
    this.#used += this.#buffer.write(text, this.#used, "utf8");
  }

  #makeRoom(needed: number): void {
    if (this.#used + needed <= this.#buffer.byteLength) return;
    if (this.#used >= FULL / 2) this.flush();
    this.#grow(this.#used + needed, this.#next);
  }

  /** Reports what the buffer grew by only once the row stands in it, since making room may hand over this very buffer. */
  #settle(): Promise<void> | undefined {
    const grown = this.#grown;
    if (grown > 0) {
      this.#grown = 0;
      this.#files.hold(grown);
    }
    return this.#files.pressure();
  }

  #grow(needed: number, least: number): void {
    const old = this.#buffer;
    let size = Math.max(least, old.byteLength);
    while (size < needed) size *= 2;
    const grown = this.#files.take(size);
    old.copy(grown, 0, 0, this.#used);
    this.#files.giveBack(old);
    this.#buffer = grown;
    this.#grown += size - old.byteLength;
  }
}
