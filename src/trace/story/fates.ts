import { errorFamily, maskTransportError } from "../../action-log/mask.ts";
import { OriginFinder } from "../../lineage/origins.ts";
import { ItemWalk, ReportWalk } from "../../lineage/walk.ts";
import { type Delivery, deliveriesBetween, readyFile } from "../../outcome/deliveries.ts";
import type { Facts } from "../../outcome/facts.ts";
import { KIND } from "../../outcome/kind.ts";
import type { Limits } from "../../outcome/limits.ts";
import { receiverAt } from "../../outcome/receiver.ts";
import type { LineageRows } from "../../run/read/lineage-rows.ts";
import { formatInstant } from "../../time/instant.ts";
import { ranges } from "../ranges.ts";
import type { FileFate } from "../types.ts";
import type { Sight } from "./sight.ts";

/** Where an item of a submission got to: positions, from 1, by the file made ready and the receiver. */
export type ItemFiles = Map<number, Map<number, number>>;

/** Tells what happened to files, from what was read. */
export class Fates {
  readonly #facts: Facts;
  readonly #limits: Limits;
  readonly #timeZone: string;
  readonly #walk: ItemWalk;
  readonly #deliveries = new Map<number, Delivery[]>();

  constructor(facts: Facts, rows: LineageRows, limits: Limits, timeZone: string) {
    this.#facts = facts;
    this.#limits = limits;
    this.#timeZone = timeZone;
    this.#walk = new ItemWalk(facts.graph);
    const origins = new OriginFinder(rows.reports, rows.submissions, new ReportWalk(facts.graph, "up"));
    for (const delivery of deliveriesBetween(facts, origins, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)) {
      this.#deliveries.set(delivery.report, [...(this.#deliveries.get(delivery.report) ?? []), delivery]);
    }
  }

  /** The files that an item of a submission is in, by receiver: file and position there. */
  filesOf(root: number, index: number): ItemFiles {
    const { kinds, reports, zeroBased } = this.#facts;
    const found: ItemFiles = new Map();
    this.#walk.down(root, index, (report, at) => {
      const kind = kinds[report];
      if (kind !== KIND.deliverable && kind !== KIND.sent && kind !== KIND.downloaded) return;
      const file = kind === KIND.deliverable ? report : this.#readyOf(report);
      const files = found.get(reports.receiver[report]) ?? new Map<number, number>();
      if (!files.has(file)) files.set(file, at + zeroBased[report]);
      found.set(reports.receiver[report], files);
    });
    return found;
  }

  /** @param positions of the items looked at; undefined where they are not to be shown */
  fate(file: number, positions: Iterable<number> | undefined, sight: Sight): FileFate {
    const { reports, kinds, files, attempts, receivers } = this.#facts;
    const copies = this.#copiesOf(file);
    const sent = copies.filter((report) => kinds[report] === KIND.sent);
    const sends = [...sent, file]
      .flatMap((report) => this.#deliveries.get(report) ?? [])
      .filter(({ kind }) => kind === "sent")
      .sort((left, right) => left.at - right.at);
    const tries = attempts.get(file) ?? [];
    const createdAt = reports.createdAt[file];
    const party = reports.receivers.get(reports.receiver[file]);
    const named = [...sends.map(({ report }) => report), file].map((report) => files.name(report)).find(Boolean);
    return {
      reportId: reports.ids.text(file),
      fileName: named ?? "",
      writtenAt: reports.isLoaded(file) ? formatInstant(createdAt) : null,
      positions: positions === undefined ? null : ranges(positions),
      of: positions === undefined || !reports.isLoaded(file) ? null : reports.itemCount[file],
      sends: sends.map(({ report, at, transport, attempts: count, resend }) => ({
        reportId: reports.ids.text(report),
        fileName: files.name(report),
        at: formatInstant(at),
        transport,
        tries: count,
        resend,
      })),
      downloads: copies
        .filter((report) => kinds[report] === KIND.downloaded)
        .sort((left, right) => reports.compare(left, right))
        .map((report) => ({ reportId: reports.ids.text(report), at: formatInstant(reports.createdAt[report]) })),
      failures: tries
        .filter(({ kind }) => kind === "send_warning" || kind === "send_error")
        .map(({ at, kind, text }) => ({
          at: formatInstant(at),
          final: kind === "send_error",
          family: errorFamily(text),
          error: sight === undefined ? maskTransportError(text) : null,
        })),
      resends: tries
        .filter(({ kind }) => kind === "resend")
        .map(({ at, by }) => ({ at: formatInstant(at), by: sight === undefined && by !== "" ? by : null })),
      expiresAt: kinds[file] === KIND.deliverable ? formatInstant(createdAt + this.#limits.fileLife) : null,
      timeZone: receiverAt(receivers, party.key, createdAt)?.timeZone ?? this.#timeZone,
    };
  }

  /** Whether a file was handed over or fetched. */
  isOut(file: number): boolean {
    return this.#copiesOf(file).length > 0 || (this.#deliveries.get(file)?.length ?? 0) > 0;
  }

  /** A copy may have been fetched of a copy; rows written by hand may even go round in a circle. */
  #readyOf(copy: number, hops = 0): number {
    const { graph, kinds } = this.#facts;
    const ready = readyFile(this.#facts, copy);
    if (ready >= 0) return ready;
    for (let link = graph.firstParent[copy]; link < graph.firstParent[copy + 1]; link++) {
      const parent = graph.parents[link];
      if (kinds[parent] === KIND.sent && hops < 4) return this.#readyOf(parent, hops + 1);
    }
    return copy;
  }

  /** The copies sent or fetched of a file, and of its copies, itself if it is one. */
  #copiesOf(file: number): number[] {
    const { graph, kinds } = this.#facts;
    const isCopy = (report: number): boolean => kinds[report] === KIND.sent || kinds[report] === KIND.downloaded;
    const found = new Set<number>(isCopy(file) ? [file] : []);
    const open = [file];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      for (let link = graph.firstChild[at]; link < graph.firstChild[at + 1]; link++) {
        const child = graph.children[link];
        if (!isCopy(child) || found.has(child)) continue;
        found.add(child);
        open.push(child);
      }
    }
    return [...found];
  }
}
