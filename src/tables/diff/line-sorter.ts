import { LineCursor } from "./line-cursor.ts";
import { readLines, type SpillFolder } from "./spill-folder.ts";

/** Lines kept in memory before they are sorted and spilled, in UTF-16 units: 4 to 8 MB. */
const UNITS_IN_MEMORY = 4_000_000;
const BATCH_LINES = 1_000;

/** Sorts any number of lines in bounded memory; the order is that of `<` on strings. */
export class LineSorter {
  readonly #spill: SpillFolder;
  readonly #unitsInMemory: number;
  #lines: string[] = [];
  #units = 0;
  readonly #runs: string[] = [];
  #sorted = false;

  constructor(spill: SpillFolder, unitsInMemory = UNITS_IN_MEMORY) {
    this.#spill = spill;
    this.#unitsInMemory = unitsInMemory;
  }

  /** Notes a line. True: `spill` must be awaited before the next one. */
  add(line: string): boolean {
    this.#lines.push(line);
    this.#units += line.length + 16;
    return this.#units > this.#unitsInMemory;
  }

  async spill(): Promise<void> {
    // Without a comparator sort() compares UTF-16 units, as `<` does.
    this.#runs.push(await this.#spill.write(this.#lines.sort()));
    this.#lines = [];
    this.#units = 0;
  }

  /** All lines in order, batch by batch; as often as wanted, once nothing more is added. */
  async *sorted(): AsyncGenerator<string[]> {
    if (!this.#sorted) {
      this.#lines.sort();
      this.#sorted = true;
    }
    if (this.#runs.length === 0) {
      yield this.#lines;
      return;
    }
    yield* mergeRuns([...this.#runs.map(readLines), batchOf(this.#lines)]);
  }
}

async function* batchOf(lines: string[]): AsyncGenerator<string[]> {
  yield lines;
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
