import { type Catalogue, loadCatalogue } from "../../source/catalogue.ts";
import { query, rows } from "../../source/row-stream.ts";
import type { Snapshot } from "../../source/snapshot.ts";
import type { Row as ResultRow } from "../../source/value-types.ts";
import type { Micros } from "../../time/instant.ts";
import { storedOrder } from "../column-order.ts";
import { type Finding, quoted, type Row, type TableSource } from "../row.ts";

/** One version of a lookup table as the database holds it. */
export interface StoredVersion {
  id: string;
  table: string;
  version: number;
  active: boolean;
  rows: number;
  createdBy: string;
  createdAt: Micros;
  /** As ReportStream computed it; undefined where it is unknown ("0", versions from before its migration V30). */
  checksum: string | undefined;
}

/** Which rows to read: by number, both ends included, and by the value of one cell. */
export interface RowFilter {
  first?: number | undefined;
  last?: number | undefined;
  cell?: { column: string; value: string } | undefined;
}

/** Larger batches outlive V8's young generation, and cost 60 MB of garbage for nothing. */
const ROWS_AT_ONCE = 200;

/** Reads lookup tables through one snapshot; nothing here can write. */
export class StoredTables {
  readonly #snapshot: Snapshot;
  readonly #catalogue: Catalogue;

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
    this.#catalogue = loadCatalogue();
  }

  /** Every version of a table, or of all tables, by name and number. */
  async versions(table?: string): Promise<StoredVersion[]> {
    const asked = this.#catalogue.find("tables-versions");
    const { rows: found } = await query(this.#snapshot, asked, { table });
    return found.map(readVersion);
  }

  /** Every table's name; unlike `versions` it counts no rows. */
  async names(): Promise<string[]> {
    const { rows: found } = await query(this.#snapshot, this.#catalogue.find("tables-names"), {});
    return found.map(([name]) => String(name));
  }

  /**
   * The versions that the transaction touched which made the active version active: the one before, where
   * there is exactly one. See queries/tables-before-active.sql for how and when it is known.
   */
  async switchedOffWithActive(table: string): Promise<number[]> {
    const asked = this.#catalogue.find("tables-before-active");
    const { rows: found } = await query(this.#snapshot, asked, { table });
    return found.map((row) => Number(row[1]));
  }

  /** A version as a table. Its columns are those of its first row, as ReportStream takes them. */
  async source(version: StoredVersion, filter: RowFilter = {}): Promise<TableSource> {
    const columns = await this.#columns(version);
    const remarks: Finding[] = [];
    return {
      label: `version ${version.version}`,
      placeWord: "row",
      columns,
      remarks,
      rows: () => this.#rows(version, columns, filter, remarks),
    };
  }

  async #columns(version: StoredVersion): Promise<string[]> {
    for await (const batch of this.#read(version, {}, 1)) {
      for (const [, data] of batch) return storedOrder(Object.keys(JSON.parse(String(data)) as object));
    }
    return [];
  }

  #read(version: StoredVersion, filter: RowFilter, batchSize = ROWS_AT_ONCE): AsyncGenerator<ResultRow[]> {
    const parameters = {
      version_id: version.id,
      first_row: filter.first,
      last_row: filter.last,
      column: filter.cell?.column,
      value: filter.cell?.value,
    };
    return rows(this.#snapshot, this.#catalogue.find("tables-rows"), parameters, { batchSize });
  }

  async *#rows(version: StoredVersion, columns: readonly string[], filter: RowFilter, remarks: Finding[]) {
    const strays = new Set<string>();
    for await (const batch of this.#read(version, filter)) {
      const cells: Row[] = [];
      const places: number[] = [];
      for (const [number, data] of batch) {
        const object = JSON.parse(String(data)) as Record<string, unknown>;
        let met = 0;
        cells.push(
          columns.map((name) => {
            if (!Object.hasOwn(object, name)) return "";
            met++;
            return cellText(object[name]);
          }),
        );
        places.push(Number(number));
        if (Object.keys(object).length > met) noteStrays(object, columns, strays, remarks);
      }
      yield { rows: cells, places };
    }
  }
}

/** ReportStream reads the columns of the first row only, so cells under other names do not exist for it. */
function noteStrays(object: object, columns: readonly string[], strays: Set<string>, remarks: Finding[]): void {
  for (const name of Object.keys(object)) {
    if (columns.includes(name) || strays.has(name)) continue;
    strays.add(name);
    const message = `some rows have a column ${quoted(name)} that row 1 does not have; ReportStream does not read it`;
    remarks.push({ rule: "columns", level: "warning", message });
  }
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function readVersion(row: ResultRow): StoredVersion {
  const [id, table, version, active, count, createdBy, createdAt, checksum] = row;
  return {
    id: String(id),
    table: String(table),
    version: Number(version),
    active: active === true,
    rows: Number(count),
    createdBy: String(createdBy),
    createdAt: Number(createdAt),
    checksum: typeof checksum === "string" && /^[0-9a-f]{64}$/.test(checksum) ? checksum : undefined,
  };
}
