import type { Catalogue } from "../source/catalogue.ts";
import { rowsByKeys } from "../source/row-stream.ts";
import type { Snapshot } from "../source/snapshot.ts";
import type { Candidate, Found } from "./find.ts";
import type { LineageReader, Place } from "./reader.ts";
import type { InfoReader, ReportInfo } from "./report-info.ts";

/** What a story can be told of. */
export type Target =
  /** Items of a submission, as their positions are stored; null for all. `step` is a report on the way that was asked for. */
  | { kind: "items"; root: string; indexes: number[] | null; step: string | null; is: string }
  /** A file of a receiver: `ready` is the report made ready to be sent, `asked` the row that was asked for. */
  | { kind: "file"; ready: string; asked: string; is: string }
  | { kind: "request"; actionId: number; is: string };

/** When the lineage's indexes, and those of the result metadata, moved to 1-based. Source: upstream 779b448226, 5660c1648a. */
const LINEAGE_ONE_BASED = Date.UTC(2022, 1, 17) * 1000;
const METADATA_ONE_BASED = Date.UTC(2022, 3, 5) * 1000;

/** Places that are read upwards to find the submissions of what was asked for. */
const MOST_UP = 500_000;

const FINISHED_BY = new Set(["send", "send_error", "download"]);

interface Open {
  found: Found;
  candidate: Candidate;
  info: ReportInfo | undefined;
  /** Where to start upwards; empty where the report itself is the target. */
  places: Place[];
  /** The file or step that the places belong to. */
  step: string | null;
}

/** Leads what was found to submissions and files, all ids of one call together. */
export class TargetResolver {
  readonly #snapshot: Snapshot;
  readonly #catalogue: Catalogue;
  readonly #reader: LineageReader;
  readonly #infos: InfoReader;
  readonly #ready = new Map<string, string>();

  constructor(snapshot: Snapshot, catalogue: Catalogue, reader: LineageReader, infos: InfoReader) {
    this.#snapshot = snapshot;
    this.#catalogue = catalogue;
    this.#reader = reader;
    this.#infos = infos;
  }

  /**
   * What each found id can mean: distinct meanings, each of which may lead to several submissions.
   *
   * @param item the item asked for on the command line, from 1
   */
  async resolve(founds: readonly Found[], item: number | undefined): Promise<Map<Found, Target[][]>> {
    const open = founds.flatMap((found) =>
      found.candidates.map((candidate): Open => ({ found, candidate, info: undefined, places: [], step: null })),
    );
    await this.#readInfos(open);
    await this.#findReady(open);
    const metadata = await this.#metadataBases(open);
    for (const one of open) this.#startAt(one, one.found.asked.item ?? item, metadata);
    await this.#startAtSteps(open, item);
    const start = open.flatMap(({ places }) => places).filter(({ index }) => !Number.isNaN(index));
    await this.#reader.read("up", start, MOST_UP);
    await this.#findEmptied(open);
    const tops = new Set(open.flatMap(({ places }) => places.flatMap((place) => this.#tops(place))));
    await this.#infos.read([...tops].map(({ report }) => this.#reader.idOf(report)));
    const meanings = new Map<Found, Target[][]>(founds.map((found) => [found, []]));
    for (const one of open) {
      const known = meanings.get(one.found) as Target[][];
      const targets = this.#targetsOf(one, one.found.asked.item ?? item);
      if (targets.length > 0 && !known.some((other) => meaningKey(other) === meaningKey(targets))) known.push(targets);
    }
    for (const [found, list] of meanings) meanings.set(found, withoutWeak(list));
    return meanings;
  }

  async #readInfos(open: readonly Open[]): Promise<void> {
    const ids = open.flatMap(({ candidate }) => (candidate.kind === "request" ? [] : [candidate.reportId]));
    await this.#infos.read(ids);
    for (const one of open) {
      if (one.candidate.kind !== "request") one.info = this.#infos.get(one.candidate.reportId);
    }
  }

  /** The file made ready behind each copy that was sent or fetched: a copy of a copy may have been fetched. */
  async #findReady(open: readonly Open[]): Promise<void> {
    let copies = open.flatMap(({ candidate, info }) =>
      candidate.kind === "report" && info && isCopy(info) ? [{ asked: info.reportId, at: info.reportId }] : [],
    );
    for (let hop = 0; hop < 3 && copies.length > 0; hop++) {
      const links = await this.#reader.links(
        copies.map(({ at }) => this.#reader.number(at)),
        "children",
      );
      this.#reader.link(links);
      const parents = new Map(links.map(({ parent, child }) => [this.#reader.idOf(child), this.#reader.idOf(parent)]));
      await this.#infos.read(parents.values());
      copies = copies.flatMap(({ asked, at }) => {
        const parent = parents.get(at);
        const info = parent === undefined ? undefined : this.#infos.get(parent);
        if (!info) return [];
        if (!isCopy(info)) {
          this.#ready.set(asked, info.reportId);
          return [];
        }
        return [{ asked, at: info.reportId }];
      });
    }
  }

  /** Old submissions whose result metadata count from 0: an index 0 there is the proof. */
  async #metadataBases(open: readonly Open[]): Promise<ReadonlySet<string>> {
    const old = open.flatMap(({ candidate, info }) => {
      const isMetadata = candidate.kind === "item" && candidate.source.endsWith("_metadata");
      return isMetadata && info && info.createdAt < METADATA_ONE_BASED ? [info.reportId] : [];
    });
    const fromZero = new Set<string>();
    const query = this.#catalogue.find("message-ids");
    for await (const batch of rowsByKeys(this.#snapshot, query, "ids", [...new Set(old)])) {
      for (const [reportId, index] of batch) if (index === 0) fromZero.add(String(reportId));
    }
    return fromZero;
  }

  /** Items that a row names. */
  #startAt(one: Open, item: number | undefined, fromZero: ReadonlySet<string>): void {
    const { candidate, info } = one;
    if (!info) return;
    const report = this.#reader.number(info.reportId);
    const first = info.createdAt < LINEAGE_ONE_BASED ? 0 : 1;
    if (candidate.kind === "item") {
      const { index, source } = candidate;
      if (index === null) {
        if ((info.itemsBefore ?? info.items) <= 1) one.places = [{ report, index: first }];
      } else if (source.endsWith("_metadata")) {
        const position = info.createdAt < METADATA_ONE_BASED && fromZero.has(info.reportId) ? index : index - 1;
        one.places = [{ report, index: position + first }];
      } else {
        one.places = [{ report, index }];
      }
      return;
    }
    if (candidate.kind !== "report" || item === undefined || info.sender.key !== "") return;
    const file = this.#reader.number(this.#ready.get(info.reportId) ?? info.reportId);
    one.places = [{ report: file, index: item - 1 + first }];
    one.step = this.#reader.idOf(file);
  }

  /** Reports inside the pipeline stand for their items; those that filters emptied, for the submission. */
  async #startAtSteps(open: readonly Open[], item: number | undefined): Promise<void> {
    const steps = open.filter(({ candidate, info, found }) => {
      const isWhole = (found.asked.item ?? item) === undefined;
      return candidate.kind === "report" && isWhole && info && info.sender.key === "" && !isFile(info);
    });
    const numbers = steps.map(({ info }) => this.#reader.number((info as ReportInfo).reportId));
    const items = await this.#reader.itemsOf(numbers, "children");
    for (const [at, one] of steps.entries()) {
      one.step = (one.info as ReportInfo).reportId;
      one.places = (items.get(numbers[at]) ?? []).map((index) => ({ report: numbers[at], index }));
    }
    for (const one of steps) if (one.places.length === 0) one.places = await this.#emptied(one);
  }

  /** Log entries about files that the older pipeline's filters emptied: no edge leads up from there. */
  async #findEmptied(open: readonly Open[]): Promise<void> {
    const ends = open.filter(({ candidate, info, places }) => {
      if (candidate.kind !== "item" || candidate.index !== null || !info || info.sender.key !== "") return false;
      return places.every((place) => this.#reader.parentsOf(place).length === 0);
    });
    for (const one of ends) one.places = await this.#emptied(one);
  }

  async #emptied(one: Open): Promise<Place[]> {
    let at = this.#reader.number((one.info as ReportInfo).reportId);
    for (let hop = 0; hop < 8; hop++) {
      const [link] = await this.#reader.links([at], "children");
      if (!link) break;
      at = link.parent;
      const id = this.#reader.idOf(at);
      await this.#infos.read([id]);
      if (this.#infos.get(id)?.sender.key) return [{ report: at, index: Number.NaN }];
    }
    return [];
  }

  #tops(place: Place): Place[] {
    return Number.isNaN(place.index) ? [place] : this.#reader.topOf(place);
  }

  #targetsOf({ candidate, info, places, step }: Open, item: number | undefined): Target[] {
    const { is } = candidate;
    if (candidate.kind === "request") return [{ kind: "request", actionId: candidate.actionId, is }];
    if (!info) return [];
    if (places.length === 0) return candidate.kind === "item" ? [] : this.#whole(candidate, info, item);
    const byRoot = new Map<string, Set<number>>();
    let whole = false;
    for (const place of places) {
      for (const top of this.#tops(place)) {
        const root = this.#reader.idOf(top.report);
        if (!this.#infos.get(root)?.sender.key) continue;
        const indexes = byRoot.get(root) ?? new Set();
        if (Number.isNaN(top.index)) whole = true;
        else indexes.add(top.index);
        byRoot.set(root, indexes);
      }
    }
    if (byRoot.size === 0) return candidate.kind === "item" ? [] : this.#whole(candidate, info, undefined);
    return [...byRoot].map(([root, indexes]) => {
      const list = whole ? null : [...indexes].sort((left, right) => left - right);
      return { kind: "items", root, indexes: list, step: step === root ? null : step, is };
    });
  }

  /** The report itself. */
  #whole({ is }: Candidate, info: ReportInfo, item: number | undefined): Target[] {
    const { reportId, sender, createdAt } = info;
    if (sender.key !== "") {
      const first = createdAt < LINEAGE_ONE_BASED ? 0 : 1;
      const indexes = item === undefined ? null : [item - 1 + first];
      return [{ kind: "items", root: reportId, indexes, step: null, is }];
    }
    return [{ kind: "file", ready: this.#ready.get(reportId) ?? reportId, asked: reportId, is }];
  }
}

/** A row that copies a file: it was sent, or fetched. */
export function isCopy({ nextAction, receiver, writtenBy }: ReportInfo): boolean {
  return nextAction === "" && receiver.key !== "" && FINISHED_BY.has(writtenBy);
}

function isFile(info: ReportInfo): boolean {
  return info.nextAction === "send" || isCopy(info);
}

/** What tells two targets apart; the copies of one file are one. */
export function keyOf(target: Target): string {
  switch (target.kind) {
    case "items":
      return `items ${target.root} ${target.indexes?.join(",") ?? "all"}`;
    case "file":
      return `file ${target.ready}`;
    case "request":
      return `request ${target.actionId}`;
  }
}

function meaningKey(targets: readonly Target[]): string {
  return targets.map(keyOf).sort().join("\n");
}

/** A log entry about a whole report says less than one that names the item. */
function withoutWeak(meanings: Target[][]): Target[][] {
  const all = meanings.flat();
  return meanings.filter((targets) => {
    const [only] = targets;
    if (targets.length !== 1 || only.kind !== "items" || only.indexes !== null || only.is !== "the id of a message")
      return true;
    return !all.some((other) => other.kind === "items" && other.root === only.root && other.indexes !== null);
  });
}
