import { buildGraph, type Graph } from "../lineage/graph.ts";
import { zeroBasedReports } from "../lineage/index-base.ts";
import { kindsOf } from "../run/read/lineage.ts";
import { LineageRows } from "../run/read/lineage-rows.ts";
import { type BinaryFields, readInt4 } from "../source/binary-rows.ts";
import type { Catalogue } from "../source/catalogue.ts";
import { copyBinary, copyBinaryByKeys } from "../source/copy-binary.ts";
import { chunksOf, KEYS_AT_ONCE } from "../source/row-stream.ts";
import type { Snapshot } from "../source/snapshot.ts";

/** An item of a report, by the report's number and the position as it is stored. */
export interface Place {
  report: number;
  index: number;
}

/** What was read of a lineage, ready to be judged and drawn. */
export interface ReadLineage {
  graph: Graph;
  kinds: Uint8Array;
  zeroBased: Uint8Array;
}

/** Edges of one report that are read at once; a submission holds 10,000 items at most. */
const MOST_OF_ONE = 100_000;

/** When ReportStream's indexes moved from 0-based to 1-based: whether a report counts from 0 is read off all its edges. */
const ONE_BASED_SINCE = Date.UTC(2022, 1, 17) * 1000;

/** Generations that the queries for items read at once, and edges of one after which they read no further one. */
const GENERATIONS = 8;
const MOST_EDGES = 50_000;

/** The first slice of items; later ones are as large as what is left of the limit allows. */
const FIRST_SLICE = 64;

/**
 * Reads the lineage of single items, a generation at a time, by key and in chunks. Each item is read
 * once, so that diamonds fold and cycles end, and nothing of other items in the same file is read.
 */
export class LineageReader {
  readonly rows: LineageRows;
  readonly #snapshot: Snapshot;
  readonly #catalogue: Catalogue;
  readonly #parents = new Map<PlaceKey, Place[]>();
  readonly #down = new Set<PlaceKey>();
  /** Reports with items whose children were not read because of the limit. */
  readonly unexpanded = new Set<number>();
  readonly #rowsRead = new Set<number>();
  readonly #linksRead = new Set<number>();
  /** Items read so far, of all reports. */
  #places = 0;

  constructor(snapshot: Snapshot, catalogue: Catalogue) {
    this.#snapshot = snapshot;
    this.#catalogue = catalogue;
    this.rows = new LineageRows(snapshot, catalogue);
  }

  /** The number of a report, a new one if need be. */
  number(reportId: string): number {
    return this.rows.reports.ids.addText(reportId);
  }

  idOf(report: number): string {
    return this.rows.reports.ids.text(report);
  }

  /**
   * Reads what items became, to the leaves, or what they were made of, to the submissions. Items are
   * read to the end one slice after the other, so that what was read can be told even where the
   * limit ends the reading.
   *
   * @param most places (item of a report) that may be read
   * @returns how many of `items`, from the first on, were read to the end
   */
  async read(side: "down" | "up", items: readonly Place[], most: number): Promise<number> {
    const end = this.#places + most;
    for (let done = 0, size = FIRST_SLICE; done < items.length; ) {
      const slice = items.slice(done, done + size);
      const before = this.#places;
      if (!(await this.#generations(slice, side, end))) return done;
      done += slice.length;
      const each = Math.max(1, (this.#places - before) / slice.length);
      size = Math.max(1, Math.min(size * 8, Math.floor((end - this.#places) / (each * 1.2))));
    }
    return items.length;
  }

  /** Reads the edges that leave or enter whole reports, and returns the items there, in order. */
  async itemsOf(reports: readonly number[], side: "parents" | "children"): Promise<Map<number, number[]>> {
    const found = new Map<number, Set<number>>(reports.map((report) => [report, new Set()]));
    const ids = reports.map((report) => this.idOf(report));
    const query = this.#catalogue.find("trace-report-edges");
    for (const chunk of chunksOf(ids, KEYS_AT_ONCE)) {
      await copyBinary(this.#snapshot, query, { [side]: [...chunk], most: MOST_OF_ONE }, (fields) => {
        const { parent, child } = this.#add(fields);
        const here = side === "parents" ? parent : child;
        found.get(here.report)?.add(here.index);
      });
    }
    return new Map([...found].map(([report, indexes]) => [report, [...indexes].sort((a, b) => a - b)]));
  }

  /** Report-to-report links as they are recorded, downloads and files without items included. */
  async links(reports: readonly number[], side: "parents" | "children"): Promise<{ parent: number; child: number }[]> {
    const { ids } = this.rows.reports;
    const links: { parent: number; child: number }[] = [];
    const query = this.#catalogue.find("trace-links");
    for (const chunk of chunksOf(reports, KEYS_AT_ONCE)) {
      const keys = chunk.map((report) => this.idOf(report));
      await copyBinary(this.#snapshot, query, { [side]: keys, most: MOST_OF_ONE }, ({ buffer, offsets }) => {
        links.push({ parent: ids.add(buffer, offsets[0]), child: ids.add(buffer, offsets[1]) });
      });
    }
    return links;
  }

  /** Links to children without items and to downloads, which no item's line leads to. */
  async #looseEnds(reports: readonly number[]): Promise<{ parent: number; child: number }[]> {
    const { ids } = this.rows.reports;
    const links: { parent: number; child: number }[] = [];
    const keys = reports.map((report) => this.idOf(report));
    await copyBinaryByKeys(
      this.#snapshot,
      this.#catalogue.find("trace-loose-ends"),
      "parents",
      keys,
      ({ buffer, offsets }) => {
        links.push({ parent: ids.add(buffer, offsets[0]), child: ids.add(buffer, offsets[1]) });
      },
    );
    return links;
  }

  /** Adds links to the graph. */
  link(links: readonly { parent: number; child: number }[]): void {
    for (const { parent, child } of links) {
      this.rows.links.parent.push(parent);
      this.rows.links.child.push(child);
    }
  }

  /** The items that one was directly made of, as far as they were read. */
  parentsOf(place: Place): readonly Place[] {
    return this.#parents.get(keyOf(place)) ?? [];
  }

  /** The items at the top above one that was read up, itself where nothing is above it. */
  topOf(place: Place): Place[] {
    const tops = new Map<PlaceKey, Place>();
    const passed = new Set([keyOf(place)]);
    const open = [place];
    for (let at = open.pop(); at; at = open.pop()) {
      const parents = this.#parents.get(keyOf(at)) ?? [];
      if (parents.length === 0) tops.set(keyOf(at), at);
      for (const parent of parents) {
        const key = keyOf(parent);
        if (passed.has(key)) continue;
        passed.add(key);
        open.push(parent);
      }
    }
    return [...tops.values()];
  }

  /** Reads the rows of reports that are known by their id only. */
  async readRows(reports: Iterable<number> = numbersTo(this.rows.reports.size)): Promise<void> {
    const fresh = [...reports].filter((report) => !this.#rowsRead.has(report));
    for (const report of fresh) this.#rowsRead.add(report);
    if (fresh.length === 0) return;
    await this.rows.readReports({ ids: fresh.map((report) => this.idOf(report)) });
  }

  /**
   * Reads the rows of all reports met so far, what was fetched or emptied beside the items' own
   * lines, and builds the graph. Call it once, at the end.
   */
  async finish(): Promise<ReadLineage> {
    const { rows } = this;
    for (let size = -1; size !== rows.reports.size; ) {
      size = rows.reports.size;
      await this.readRows();
      const fresh = [...numbersTo(size)].filter((report) => !this.#linksRead.has(report));
      for (const report of fresh) this.#linksRead.add(report);
      this.link(await this.#looseEnds(fresh));
    }
    rows.reports.reserve();
    const { reports } = rows;
    const old = [...numbersTo(reports.size)].filter(
      (report) => reports.isLoaded(report) && reports.createdAt[report] < ONE_BASED_SINCE,
    );
    if (old.length > 0) await this.itemsOf(old, "parents");
    await this.readRows();
    const graph = buildGraph(rows.edges, rows.links, reports.size, rows.tracking);
    const kinds = kindsOf(rows);
    return { graph, kinds, zeroBased: zeroBasedReports(graph, reports) };
  }

  async #generations(items: readonly Place[], side: "down" | "up", most: number): Promise<boolean> {
    let open = items.filter((place) => this.#isNew(place, side));
    while (open.length > 0) {
      if (this.#places > most) {
        for (const { report } of open) this.unexpanded.add(report);
        return false;
      }
      const next: Place[] = [];
      for (const chunk of chunksOf(open, KEYS_AT_ONCE)) {
        for (const place of await this.#several(chunk, side, most)) next.push(place);
      }
      open = next;
    }
    return true;
  }

  /** Reads some generations from items on in one statement. @returns the items it met whose own edges it did not read */
  async #several(items: readonly Place[], side: "down" | "up", most: number): Promise<Place[]> {
    // What is read beyond the limit is no more than was left of it, however many generations it takes.
    const limit = Math.min(MOST_EDGES, Math.ceil(Math.max(0, most - this.#places) / (GENERATIONS / 2)));
    const parameters = {
      reports: items.map(({ report }) => this.idOf(report)),
      indexes: items.map(({ index }) => index),
      most: limit,
    };
    const met = Array.from({ length: GENERATIONS }, (): Place[] => []);
    const query = this.#catalogue.find(side === "down" ? "trace-item-children" : "trace-item-parents");
    await copyBinary(this.#snapshot, query, parameters, (fields) => {
      const { parent, child } = this.#add(fields);
      if (side === "up") this.#noteParent(child, parent);
      met[readInt4(fields.buffer, fields.offsets[5]) - 1].push(side === "down" ? child : parent);
    });
    // The statement went on while a generation had no more edges than the limit: their number tells where it stopped.
    const next: Place[] = [];
    let isRead = true;
    for (const [generation, places] of met.entries()) {
      isRead &&= places.length <= limit && generation + 1 < GENERATIONS;
      for (const place of places) if (this.#isNew(place, side) && !isRead) next.push(place);
    }
    return next;
  }

  #isNew(place: Place, side: "down" | "up"): boolean {
    const key = keyOf(place);
    const isNew = side === "down" ? !this.#down.has(key) : !this.#parents.has(key);
    if (!isNew) return false;
    this.#places++;
    if (side === "down") this.#down.add(key);
    else this.#parents.set(key, []);
    return true;
  }

  #noteParent(child: Place, parent: Place): void {
    const parents = this.#parents.get(keyOf(child)) ?? [];
    if (!parents.some(({ report, index }) => report === parent.report && index === parent.index)) parents.push(parent);
    this.#parents.set(keyOf(child), parents);
  }

  #add({ buffer, offsets, lengths }: BinaryFields): { parent: Place; child: Place } {
    const { edges, tracking, reports } = this.rows;
    const parent = { report: reports.ids.add(buffer, offsets[0]), index: readInt4(buffer, offsets[1]) };
    const child = { report: reports.ids.add(buffer, offsets[2]), index: readInt4(buffer, offsets[3]) };
    edges.add(parent.report, parent.index, child.report, child.index, tracking.add(buffer, offsets[4], lengths[4]));
    return { parent, child };
  }
}

/** A number where it is exact: texts for hundreds of thousands of places cost more than their look-up. */
type PlaceKey = number | string;

function keyOf({ report, index }: Place): PlaceKey {
  return index >= 0 && report < 2 ** 21 ? report * 2 ** 31 + index : `${report}/${index}`;
}

function* numbersTo(end: number): Generator<number> {
  for (let number = 0; number < end; number++) yield number;
}
