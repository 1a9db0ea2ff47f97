import { LineCursor } from "./line-cursor.ts";
import { LineStore } from "./line-store.ts";
import { readLines, type SpillFolder } from "./spill-folder.ts";

/** Bytes of lines kept in memory before they are sorted and spilled. */
const BYTES_IN_MEMORY = 6 * 1024 * 1024;
const BATCH_LINES = 200;

/**
 * Sorts any number of lines in bounded memory, by their UTF-8 bytes. What comes out are these bytes, each as one character
 * (Latin-1): such texts compare under `<` exactly as the bytes do, which the characters themselves would not.
 */
export class LineSorter {
  readonly #spill: SpillFolder;
  readonly #bytesInMemory: number;
  readonly #lines = new LineStore();
  readonly #runs: string[] = [];

  constructor(spill: SpillFolder, bytesInMemory = BYTES_IN_MEMORY) {
    this.#spill = spill;
    this.#bytesInMemory = bytesInMemory;
  }

  /** Notes a line. True: `spill` must be awaited before the next one. */
  add(line: string): boolean {
    this.#lines.add(line);
    return this.#lines.size > this.#bytesInMemory;
  }

  async spill(): Promise<void> {
    this.#runs.push(await this.#spill.write(this.#lines.sorted(BATCH_LINES)));
    this.#lines.clear();
  }

  /** All lines in order, batch by batch; as often as wanted, once nothing more is added. */
  async *sorted(): AsyncGenerator<string[]> {
    if (this.#runs.length === 0) yield* this.#kept();
    else yield* mergeRuns([...this.#runs.map(readLines), this.#kept()]);
  }

  async *#kept(): AsyncGenerator<string[]> {
    for (const batch of this.#lines.sorted(BATCH_LINES)) yield batch.map((line) => line.toString("latin1"));
  }
}

async function* mergeRuns(runs: readonly AsyncIterable<string[]>[]): AsyncGenerator<string[]> {
  const open = runs.map((run) => new LineCursor(run));
  try {
    await Promise.all(open.map((cursor) => cursor.fill()));
    // Kept in ascending order of their lines, the smallest last, so that taking one needs no search.
    const waiting = open
      .filter(({ line }) => line !== undefined)
      .sort((a, b) => ((a.line ?? "") < (b.line ?? "") ? 1 : -1));
    let batch: string[] = [];
    for (let cursor = waiting.pop(); cursor !== undefined; cursor = waiting.pop()) {
      batch.push(cursor.line ?? "");
      if (batch.length === BATCH_LINES) {
        yield batch;
        batch = [];
      }
      if (!cursor.next()) await cursor.fill();
      if (cursor.line !== undefined) insert(waiting, cursor, cursor.line);
    }
    if (batch.length > 0) yield batch;
  } finally {
    await Promise.all(open.map((cursor) => cursor.close()));
  }
}

function insert(waiting: LineCursor[], cursor: LineCursor, line: string): void {
  let low = 0;
  let high = waiting.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((waiting[middle]?.line ?? "") > line) low = middle + 1;
    else high = middle;
  }
  waiting.splice(low, 0, cursor);
}
