import type { LineageReader, Place } from "./reader.ts";
import type { InfoReader } from "./report-info.ts";
import type { Sight } from "./story/sight.ts";
import { keyOf, type Target } from "./targets.ts";

/** What was read of a target: positions as stored, in order, and how many were left because of the limit. */
export interface ReadTarget {
  read: number[];
  unread: number;
}

/** How many places (item of a report) are read at most for the submissions of a call, and as many for its files. */
export interface ReadLimit {
  /** However few items were asked for. */
  places: number;
  /** On top for each item that was asked for: a submission of many items has a lineage of many places. */
  eachItem: number;
  /** However many items were asked for. */
  total: number;
}

/** The lineages read for the targets of a call. */
export interface ReadPlan {
  of(target: Target): ReadTarget;
  /** Items of the asker's own submissions in a file that belongs to another; none for the file's own receiver. */
  ownItems(target: Target): Target[];
  /** Submissions that are told of, or of which items are in a file that is. */
  roots(): string[];
  /** Links of the reports that share a file or an origin with what was read. */
  readSiblings(): Promise<{ parent: number; child: number }[]>;
}

const LINEAGE_ONE_BASED = Date.UTC(2022, 1, 17) * 1000;
const NOTHING: ReadTarget = { read: [], unread: 0 };

/** Reads what stories need: submissions' items down to the files, files' items up to the submissions. */
export async function readPlan(
  targets: readonly Target[],
  reader: LineageReader,
  infos: InfoReader,
  sight: Sight,
  most: ReadLimit,
): Promise<ReadPlan> {
  const done = new Map<string, ReadTarget>();
  const files = [
    ...new Map(targets.filter(({ kind }) => kind === "file").map((target) => [keyOf(target), target])).values(),
  ];
  const own = await readFiles(files, reader, infos, done, most);
  const owned = new Map(
    files.map((file) => [keyOf(file), sight === undefined ? [] : ownItemsOf(file, own, reader, infos, sight)]),
  );
  const origins = [...own.values()]
    .flat()
    .flatMap((place) => reader.topOf(place).map(({ report }) => reader.idOf(report)));
  const items = [...targets.filter(({ kind }) => kind === "items"), ...[...owned.values()].flat()];
  await readItems([...new Map(items.map((target) => [keyOf(target), target])).values()], reader, infos, done, most);
  return {
    of: (target) => done.get(keyOf(target)) ?? NOTHING,
    ownItems: (target) => owned.get(keyOf(target)) ?? [],
    roots: () => [
      ...new Set([...origins, ...items.flatMap((target) => (target.kind === "items" ? [target.root] : []))]),
    ],
    async readSiblings() {
      const met = [...Array(reader.rows.reports.size).keys()];
      const down = await reader.links(met, "parents");
      const made = [...new Set(down.map(({ child }) => child))];
      return [...down, ...(await reader.links(made, "children"))];
    },
  };
}

/** Reads files' copies, and their items up to the submissions; the items by file. */
async function readFiles(
  files: readonly Target[],
  reader: LineageReader,
  infos: InfoReader,
  done: Map<string, ReadTarget>,
  most: ReadLimit,
): Promise<Map<string, Place[]>> {
  const ids = files.flatMap((target) => (target.kind === "file" ? [target.ready] : []));
  const numbers = ids.map((id) => reader.number(id));
  const itemsOf = await reader.itemsOf(numbers, "children");
  const sent = await reader.links(numbers, "parents");
  reader.link(sent);
  reader.link(await reader.links([...new Set(sent.map(({ child }) => child))], "parents"));
  const all: { file: Target; place: Place }[] = files.flatMap((file, at) =>
    (itemsOf.get(numbers[at]) ?? []).map((index) => ({ file, place: { report: numbers[at], index } })),
  );
  const read = await reader.read(
    "up",
    all.map(({ place }) => place),
    placesFor(all.length, most),
  );
  const places = new Map<string, Place[]>(files.map((file) => [keyOf(file), []]));
  for (const [at, { file, place }] of all.entries()) {
    const known = done.get(keyOf(file)) ?? { read: [], unread: 0 };
    if (at < read) {
      known.read.push(place.index);
      places.get(keyOf(file))?.push(place);
    } else known.unread++;
    done.set(keyOf(file), known);
  }
  const tops = new Set([...places.values()].flat().flatMap((place) => reader.topOf(place).map(({ report }) => report)));
  await infos.read([...tops].map((report) => reader.idOf(report)));
  return places;
}

/** A sender's own items in a receiver's file. */
function ownItemsOf(
  file: Target,
  places: ReadonlyMap<string, readonly Place[]>,
  reader: LineageReader,
  infos: InfoReader,
  sight: string,
): Target[] {
  if (file.kind !== "file" || infos.get(file.asked)?.receiver.organization === sight) return [];
  const indexes = new Map<string, Set<number>>();
  for (const place of places.get(keyOf(file)) ?? []) {
    for (const top of reader.topOf(place)) {
      const root = reader.idOf(top.report);
      if (infos.get(root)?.sender.organization !== sight) continue;
      indexes.set(root, (indexes.get(root) ?? new Set()).add(top.index));
    }
  }
  return [...indexes].map(([root, items]) => ({
    kind: "items",
    root,
    indexes: [...items].sort((left, right) => left - right),
    step: file.asked,
    is: file.is,
  }));
}

/** Reads items of submissions down to the last, the submissions with the fewest first. */
async function readItems(
  targets: readonly Target[],
  reader: LineageReader,
  infos: InfoReader,
  done: Map<string, ReadTarget>,
  most: ReadLimit,
): Promise<void> {
  const roots = [...new Set(targets.flatMap((target) => (target.kind === "items" ? [target.root] : [])))];
  await infos.read(roots);
  // All edges of the submission itself: they tell how many items there are, and from where they are counted.
  const known = await reader.itemsOf(
    roots.map((root) => reader.number(root)),
    "parents",
  );
  const wanted = targets.flatMap((target) => {
    if (target.kind !== "items") return [];
    const report = reader.number(target.root);
    const indexes = target.indexes ?? allIndexes(known.get(report) ?? [], infos, target.root);
    return [{ target, places: indexes.map((index): Place => ({ report, index })) }];
  });
  wanted.sort((left, right) => left.places.length - right.places.length);
  const start = wanted.flatMap(({ places }) => places);
  const end = await reader.read("down", start, placesFor(start.length, most));
  let at = 0;
  for (const { target, places } of wanted) {
    const count = Math.max(0, Math.min(places.length, end - at));
    done.set(keyOf(target), {
      read: places.slice(0, count).map(({ index }) => index),
      unread: places.length - count,
    });
    at += places.length;
  }
}

function placesFor(items: number, { places, eachItem, total }: ReadLimit): number {
  return Math.min(total, places + items * eachItem);
}

/** Every position of a submission: as many as were counted when it was received, or as its edges show. */
function allIndexes(stored: readonly number[], infos: InfoReader, root: string): number[] {
  const info = infos.get(root);
  const fromZero =
    stored[0] === 0 || ((info?.createdAt ?? 0) < LINEAGE_ONE_BASED && (stored.at(-1) ?? -1) < (info?.items ?? 0));
  const first = fromZero ? 0 : 1;
  const last = Math.max((info?.items ?? 0) - 1 + first, stored.at(-1) ?? first - 1);
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}
