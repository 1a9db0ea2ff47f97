import type { Catalogue } from "../../source/catalogue.ts";
import { rowsByKeys } from "../../source/row-stream.ts";
import type { Snapshot } from "../../source/snapshot.ts";
import type { Micros } from "../../time/instant.ts";
import type { Results } from "../types.ts";

/** A row of a legacy submission, without anything about the patient. */
export interface ResultRow {
  /** As stored. */
  index: number;
  facility: string;
  clia: string;
  state: string;
  result: string;
  processingMode: string;
}

/**
 * Counts below this are not shown: a facility's few results can tell who was tested. The least that
 * CMS lets its contractors publish.
 */
export const LEAST_SHOWN = 11;

/** When covid_result_metadata.report_index, and the lineage's indexes before it, moved to 1-based. */
const METADATA_ONE_BASED = Date.UTC(2022, 3, 5) * 1000;
const LINEAGE_ONE_BASED = Date.UTC(2022, 1, 17) * 1000;

/** Reads the rows of legacy submissions, by report id. The universal pipeline writes none. */
export async function readResults(
  snapshot: Snapshot,
  catalogue: Catalogue,
  reportIds: readonly string[],
): Promise<Map<string, ResultRow[]>> {
  const found = new Map<string, ResultRow[]>();
  for await (const batch of rowsByKeys(snapshot, catalogue.find("trace-facilities"), "ids", reportIds)) {
    for (const [reportId, index, facility, clia, state, result, processingMode] of batch) {
      const rows = found.get(String(reportId)) ?? [];
      const text = (value: unknown): string => (value === null ? "" : String(value));
      rows.push({
        index: Number(index),
        facility: text(facility),
        clia: text(clia),
        state: text(state),
        result: text(result),
        processingMode: text(processingMode),
      });
      found.set(String(reportId), rows);
    }
  }
  return found;
}

/** Rows of one submission, of which some items are looked at, from 1; undefined for all. */
export interface ResultItems {
  rows: readonly ResultRow[];
  createdAt: Micros;
  items: ReadonlySet<number> | undefined;
}

/**
 * Facilities and results of items of one or more submissions, joined by the pair (report, position).
 * Counts that are small enough to tell about a person are left out, for the facility and for the
 * result alike. Null when none of them has any row.
 */
export function countResults(submissions: readonly ResultItems[]): Results | null {
  const own = submissions.flatMap(({ rows, createdAt, items }) => {
    const fromZero = createdAt < METADATA_ONE_BASED && rows.some(({ index }) => index === 0);
    return rows.filter(({ index }) => !items || items.has(fromZero ? index + 1 : index));
  });
  if (own.length === 0) return null;
  const counted = own.filter(({ processingMode }) => !/^[TD]$/i.test(processingMode));
  const facilities = new Map<string, { facility: string; clia: string; state: string; items: number }>();
  const results = new Map<string, { result: string; items: number }>();
  for (const { facility, clia, state, result } of counted) {
    const key = JSON.stringify([facility, clia, state]);
    const known = facilities.get(key) ?? { facility, clia, state, items: 0 };
    known.items++;
    facilities.set(key, known);
    // Sites spell one result in several ways.
    const word = results.get(result.toLowerCase()) ?? { result, items: 0 };
    word.items++;
    results.set(result.toLowerCase(), word);
  }
  return {
    facilities: shown([...facilities.values()], ({ facility }) => facility),
    results: shown([...results.values()], ({ result }) => result),
    least: LEAST_SHOWN,
    notProduction: own.length - counted.length,
    uncertain: submissions.some(({ createdAt }) => createdAt >= LINEAGE_ONE_BASED && createdAt < METADATA_ONE_BASED),
  };
}

/** Largest first; what is small has no number, and its place tells none either. */
function shown<T extends { items: number }>(
  rows: T[],
  name: (row: T) => string,
): (Omit<T, "items"> & { items: number | null })[] {
  const rank = ({ items }: T): number => (items < LEAST_SHOWN ? 0 : items);
  const sorted = rows.sort((left, right) => rank(right) - rank(left) || (name(left) < name(right) ? -1 : 1));
  const small = sorted.filter(({ items }) => items < LEAST_SHOWN).length;
  return sorted.map((row) => ({
    ...row,
    items: row.items < LEAST_SHOWN || small === 1 ? hide(row, sorted) : row.items,
  }));
}

/** One hidden number beside a known total could be worked out: then the least of the others is hidden too. */
function hide<T extends { items: number }>(row: T, rows: readonly T[]): number | null {
  if (row.items < LEAST_SHOWN) return null;
  const large = rows.filter(({ items }) => items >= LEAST_SHOWN);
  return row === large.at(-1) ? null : row.items;
}
