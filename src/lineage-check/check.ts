import { grown, UuidTable } from "../lineage/uuid-table.ts";
import { readInt4 } from "../source/binary-rows.ts";
import type { Catalogue } from "../source/catalogue.ts";
import { copyBinary } from "../source/copy-binary.ts";
import { rows } from "../source/row-stream.ts";
import type { Snapshot } from "../source/snapshot.ts";
import type { Row } from "../source/value-types.ts";
import { DAY, HOUR, type Micros } from "../time/instant.ts";
import { findCycles } from "./cycles.ts";
import { CHECKS, type CheckName, type CheckResult, type Example } from "./types.ts";

export interface CheckRequest {
  snapshot: Snapshot;
  catalogue: Catalogue;
  /** Half-open; by when the reports were written. */
  from: Micros;
  to: Micros;
  /** How many of each kind are named. */
  examples: number;
}

/** A task is written before its report, in a transaction of its own: what is younger than this may still be on its way. */
const ON_ITS_WAY = HOUR;

/** Files are kept 60 days, and each download until then writes the file's edges once more. */
const DOWNLOADED_UNTIL = 62 * DAY;

/** Since then each download writes the edges into the file again. Source: upstream 66cc2a07d1, azure/ActionHistory.kt. */
const DOWNLOADS_DOUBLE_SINCE = Date.UTC(2023, 8, 11) * 1000;

/** Looks for what a lineage should not have, in all that was written in the window. */
export async function checkLineage(request: CheckRequest): Promise<CheckResult[]> {
  const found = new Findings(request.examples);
  await checkOrphans(request, found);
  await checkItemsIn(request, found);
  await checkItemsOut(request, found);
  await checkLinks(request, found);
  return found.results();
}

class Findings {
  readonly #counts = new Map<CheckName, number>();
  readonly #examples = new Map<CheckName, Example[]>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  add(name: CheckName, reportId: string, text: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    const examples = this.#examples.get(name) ?? [];
    if (examples.length < this.#most) examples.push({ reportId, text });
    this.#examples.set(name, examples);
  }

  results(): CheckResult[] {
    return CHECKS.map(({ name, title, fault }) => ({
      name,
      title,
      fault,
      count: this.#counts.get(name) ?? 0,
      examples: this.#examples.get(name) ?? [],
    }));
  }
}

async function checkOrphans({ snapshot, catalogue, from, to }: CheckRequest, found: Findings): Promise<void> {
  const settled = { from, to: Math.max(from, Math.min(to, snapshot.at - ON_ITS_WAY)) };
  const orphans = async (query: string, name: CheckName, window: { from: Micros; to: Micros }): Promise<void> => {
    for await (const batch of rows(snapshot, catalogue.find(query), window)) {
      for (const [reportId, step] of batch) {
        found.add(name, String(reportId), step === null ? "nothing is planned for it" : `before ${step}`);
      }
    }
  };
  await orphans("check-tasks-without-report", "task without report", settled);
  await orphans("check-reports-without-task", "report without task", { from, to });
  await orphans("check-reports-without-parent", "report without parent", { from, to });
}

async function checkItemsIn({ snapshot, catalogue, from, to }: CheckRequest, found: Findings): Promise<void> {
  const query = catalogue.find("check-items-in");
  for await (const batch of rows(snapshot, query, { from, to, edges_to: to + DOWNLOADED_UNTIL })) {
    for (const row of batch) itemsIn(row, found);
  }
}

/** Sorts what is wrong with a report's incoming edges. */
function itemsIn(row: Row, found: Findings): void {
  const [id, ...numbers] = row;
  const reportId = String(id);
  const [items, most, written, edges, positions, origins] = numbers.map(Number);
  const [lowest, highest] = [row[7], row[8]] as (number | null)[];
  const downloads = Number(row[9]);
  const first = (row[10] as number) < Date.UTC(2022, 1, 18) * 1000 ? 0 : 1;
  if (written > edges) {
    const text = `${written} rows of ${edges} edges`;
    const doubled =
      (row[10] as number) + DOWNLOADED_UNTIL >= DOWNLOADS_DOUBLE_SINCE && written <= edges * 2 ** downloads;
    if (doubled && downloads > 0) found.add("edges doubled by downloads", reportId, `${text}, ${downloads} downloads`);
    else found.add("doubled edges", reportId, text);
  }
  if (edges > positions) {
    const everyone = edges === origins * positions ? ": each of the one with each of the other" : "";
    found.add(
      "items of several parents",
      reportId,
      `${origins} items became ${positions} by ${edges} edges${everyone}`,
    );
  }
  if (highest !== null && (highest > most || (lowest as number) < first)) {
    found.add("index beyond items", reportId, `edges enter positions ${lowest} to ${highest} of ${most}`);
  }
  if (items > 0 && positions !== items) {
    found.add("items without edges", reportId, `${items} items by its row, ${positions} by its edges`);
  }
}

async function checkItemsOut({ snapshot, catalogue, from, to }: CheckRequest, found: Findings): Promise<void> {
  for await (const batch of rows(snapshot, catalogue.find("check-items-out"), { from, to })) {
    for (const [reportId, most, lowest, highest, submitted] of batch) {
      const name =
        submitted === true && (highest as number) > (most as number) ? "more items than counted" : "index beyond items";
      found.add(name, String(reportId), `edges leave positions ${lowest} to ${highest} of ${most}`);
    }
  }
}

const LINKED = 1;
const EDGED = 2;
const NO_EDGES_DUE = 4;

/** Compares the two lineages, and looks for circles in both together. */
async function checkLinks({ snapshot, catalogue, from, to }: CheckRequest, found: Findings): Promise<void> {
  const ids = new UuidTable();
  const links = { parent: new Int32Array(1024), child: new Int32Array(1024), length: 0 };
  await copyBinary(snapshot, catalogue.find("check-links"), { from, to }, ({ buffer, offsets }) => {
    const at = links.length++;
    if (at === links.parent.length) {
      links.parent = grown(links.parent, at + 1);
      links.child = grown(links.child, at + 1);
    }
    links.parent[at] = ids.add(buffer, offsets[0]);
    links.child[at] = ids.add(buffer, offsets[1]);
    const flags = readInt4(buffer, offsets[2]);
    const pair = (): string => `made of ${ids.text(links.parent[at])}`;
    if (!(flags & LINKED)) found.add("items without link", ids.text(links.child[at]), `${pair()} by its items only`);
    if (!(flags & EDGED) && !(flags & NO_EDGES_DUE)) {
      found.add("link without items", ids.text(links.child[at]), `${pair()}, and none of its items is`);
    }
  });
  for (const cycle of findCycles(links, ids.size)) {
    const names = cycle.slice(0, 3).map((report) => ids.text(report));
    const more = cycle.length > 3 ? `, + ${cycle.length - 3} more` : "";
    found.add(
      "circle",
      names[0],
      cycle.length === 1 ? "made of itself" : `${names.join(", ")}${more} are made of each other`,
    );
  }
}
