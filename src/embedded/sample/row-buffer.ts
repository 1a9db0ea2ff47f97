import { TABLES, type TableName } from "./copy-text.ts";

/** Rows of one table in COPY's text format (UTF-8, columns as in TABLES). */
export type RowChunk = { readonly table: TableName; readonly rows: number; readonly bytes: Buffer };

type Page = { bytes: Buffer; used: number; rows: number };

const PAGE = 512 * 1024;

/**
 * Collects rows table by table and hands them on in chunks, so that a set of any size needs the
 * memory of a few chunks only. Each line becomes bytes at once: millions of small strings that
 * live until a chunk is full cost the collector more than all the rest costs.
 */
export class RowBuffer {
  private readonly pages = new Map<TableName, Page>();
  private filled: RowChunk[] = [];

  /** One line of COPY's text format, its newline included. */
  add(table: TableName, line: string): void {
    let page = this.pages.get(table);
    // A UTF-16 unit becomes three bytes at most.
    const most = line.length * 3;
    if (!page || page.used + most > page.bytes.length) {
      if (page) this.fill(table, page);
      page = { bytes: Buffer.allocUnsafe(Math.max(PAGE, most)), used: 0, rows: 0 };
      this.pages.set(table, page);
    }
    page.used += page.bytes.write(line, page.used, "utf8");
    page.rows++;
  }

  get full(): boolean {
    return this.filled.length > 0;
  }

  /** The chunks that are full. */
  *drain(): Generator<RowChunk> {
    const { filled } = this;
    this.filled = [];
    yield* filled;
  }

  /** All that has been added and not handed on, in the order of the foreign keys. */
  *drainAll(): Generator<RowChunk> {
    for (const [table, page] of this.pages) this.fill(table, page);
    this.pages.clear();
    const { filled } = this;
    this.filled = [];
    for (const table of Object.keys(TABLES)) yield* filled.filter((chunk) => chunk.table === table);
  }

  private fill(table: TableName, page: Page): void {
    if (page.rows > 0) this.filled.push({ table, rows: page.rows, bytes: page.bytes.subarray(0, page.used) });
  }
}
