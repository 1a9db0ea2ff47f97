import type { Detail } from "../action-log/detail.ts";
import { FilterResults } from "../action-log/filters.ts";
import type { Wording } from "../action-log/wording.ts";
import { rootItemOf } from "../lineage/ancestry.ts";
import type { Graph } from "../lineage/graph.ts";
import { NO_PARTY, type Party } from "../lineage/parties.ts";
import type { Micros } from "../time/instant.ts";
import { CollectedLogFacts } from "./log-facts.ts";
import type { LineageRows } from "./read/lineage-rows.ts";
import type { MessageIds } from "./read/message-ids.ts";
import type { RejectedRequest } from "./read/rejected.ts";
import { Sayings, type ToldSaying } from "./sayings.ts";

/** A row of the query log-entries. */
export interface LogEntry {
  actionId: number;
  /** The number of the report that it is about, its id where it was not read; null for rejected requests. */
  report: number | string | null;
  /** As stored; null for entries about no single item. */
  index: number | null;
  trackingId: string | null;
  type: string;
  scope: string;
  detail: Detail;
  /** What the detail says alike with others. */
  wording: Wording;
  at: Micros;
  action: string;
}

/** An entry tied to what it is about: a row of errors.csv. */
export interface LoggedError {
  at: Micros;
  type: string;
  scope: string;
  /** As stored, unmasked. */
  detail: Detail;
  /** Masked, as is `field`. */
  message: string;
  field: string;
  /** The same object for entries that say the same between the same parties. */
  saying: ToldSaying;
  /** The submission's action; NaN when it is not known. */
  submissionId: number;
  /** The submission's report; null for a rejected request, or when it is not known. */
  reportId: string | null;
  /** From 1; 0 for none. */
  item: number;
  trackingId: string;
  sender: Party;
  receiver: Party;
  action: string;
}

/** What the pass counts of each submission, by report number or by action. */
export interface LogCounts {
  errors: number;
  warnings: number;
}

/**
 * Goes through the action log once: ties each entry to its submission, item, sender and receiver
 * through the lineage, collects what the outcomes need, counts, and hands back what belongs into
 * errors.csv.
 */
export class LogPass {
  readonly facts = new CollectedLogFacts();
  readonly #rows: LineageRows;
  readonly #graph: Graph;
  readonly #zeroBased: Uint8Array;
  readonly #messageIds: MessageIds;
  readonly #rejected: ReadonlyMap<number, RejectedRequest>;
  readonly #receiverByName: ReadonlyMap<string, Party>;
  readonly #window: { from: Micros; to: Micros };
  #filterResults = new FilterResults();
  #sayings = new Sayings();
  #doubles = 0;
  readonly #counts = new Map<number, LogCounts>();
  readonly #countsOfRejected = new Map<number, LogCounts>();
  #reportOfAction: Map<number, number> | undefined;
  #rootsByAction: Map<number, number> | undefined;
  #itemByTracking = new Map<number, Map<string, number>>();

  constructor(context: {
    rows: LineageRows;
    graph: Graph;
    zeroBased: Uint8Array;
    /** Of legacy rows that have no item edge, since every receiver's filters took them. */
    messageIds: MessageIds;
    rejected: ReadonlyMap<number, RejectedRequest>;
    /** Receivers that a detail may name; names that two share are left out. */
    receiverByName: ReadonlyMap<string, Party>;
    /** Half-open: doubles of filter results are counted in it. */
    window: { from: Micros; to: Micros };
  }) {
    this.#rows = context.rows;
    this.#graph = context.graph;
    this.#zeroBased = context.zeroBased;
    this.#messageIds = context.messageIds;
    this.#rejected = context.rejected;
    this.#receiverByName = context.receiverByName;
    this.#window = context.window;
  }

  /** Entries of the window that say a filter's result once more; they are no rows of errors.csv. */
  get doubles(): number {
    return this.#doubles;
  }

  countsOf(root: number): LogCounts {
    return this.#counts.get(root) ?? NO_COUNTS;
  }

  countsOfRejected(actionId: number): LogCounts {
    return this.#countsOfRejected.get(actionId) ?? NO_COUNTS;
  }

  /** Call it after the last entry: what was only kept to tie and to mask is free, and the counts and facts stay. */
  end(): void {
    this.#filterResults = new FilterResults();
    this.#sayings = new Sayings();
    this.#itemByTracking = new Map();
    this.#reportOfAction = undefined;
    this.#rootsByAction = undefined;
  }

  /** Takes an entry; returns it tied when it belongs into errors.csv, undefined when it does not. */
  take(entry: LogEntry): LoggedError | undefined {
    const rejected = entry.report === null ? this.#rejected.get(entry.actionId) : undefined;
    if (entry.type === "info" && !rejected) {
      this.#noteTranslation(entry);
      return undefined;
    }
    const { detail } = entry;
    if (entry.type === "filter" && !this.#filterResults.isFirst(entry.report ?? `action ${entry.actionId}`, detail)) {
      if (entry.at >= this.#window.from && entry.at < this.#window.to) this.#doubles++;
      return undefined;
    }
    if (rejected) {
      this.#count(this.#countsOfRejected, rejected.actionId, entry);
      const item = entry.index !== null && entry.index > 0 ? entry.index : 0;
      return this.#logged(entry, rejected.actionId, null, item, rejected.sender, NO_PARTY);
    }
    return this.#aboutReport(entry);
  }

  #aboutReport(entry: LogEntry): LoggedError {
    const { detail } = entry;
    const report = this.#reportOf(entry);
    const tied = report < 0 ? undefined : this.#originOf(report, entry, detail);
    const root = tied?.root ?? -1;
    if (report >= 0 && entry.type === "filter") this.facts.filter(report, detail);
    if (root >= 0) {
      if (entry.type === "error") {
        this.facts.error(root, entry.scope === "item" ? entry.index : null, detail.errorCode);
      }
      this.#count(this.#counts, root, entry);
    }
    const { reports, submissions } = this.#rows;
    const row = root < 0 ? -1 : submissions.rowOf(root);
    const ofReport = report < 0 ? NO_PARTY : reports.receivers.get(reports.receiver[report]);
    return this.#logged(
      entry,
      root < 0 ? Number.NaN : reports.actionId[root],
      root < 0 ? null : reports.ids.text(root),
      tied?.item ?? 0,
      row < 0 ? NO_PARTY : submissions.senders.get(submissions.sender[row]),
      ofReport === NO_PARTY ? this.#named(detail.receiver) : ofReport,
    );
  }

  #logged(
    { at, type, scope, detail, wording, trackingId, action }: LogEntry,
    submissionId: number,
    reportId: string | null,
    item: number,
    sender: Party,
    receiver: Party,
  ): LoggedError {
    const masked = wording.masked(trackingId, sender.name, receiver.name);
    const { message, field } = masked;
    const saying = this.#sayings.of(masked, type, scope, sender, receiver);
    return {
      at,
      type,
      scope,
      detail,
      message,
      field,
      saying,
      submissionId,
      reportId,
      item,
      trackingId: trackingId ?? "",
      sender,
      receiver,
      action,
    };
  }

  /** The report that an entry is about; entries that lost theirs are tied by what their action wrote. */
  #reportOf(entry: LogEntry): number {
    const { reports } = this.#rows;
    if (entry.report !== null) return typeof entry.report === "number" ? entry.report : -1;
    // A request that was refused outside of the window. A map of all actions is made for what is rare only.
    if (entry.action === "receive") return this.#rootOfAction().get(entry.actionId) ?? -1;
    if (!this.#reportOfAction) {
      this.#reportOfAction = new Map();
      for (let report = 0; report < reports.size; report++) {
        if (!reports.isLoaded(report)) continue;
        const other = this.#reportOfAction.get(reports.actionId[report]);
        // Of an action's reports the first by its id, however they came to be numbered.
        if (other === undefined || reports.compare(report, other) < 0) {
          this.#reportOfAction.set(reports.actionId[report], report);
        }
      }
    }
    return this.#reportOfAction.get(entry.actionId) ?? -1;
  }

  #rootOfAction(): Map<number, number> {
    if (!this.#rootsByAction) {
      const { reports, submissions } = this.#rows;
      this.#rootsByAction = new Map();
      for (let row = 0; row < submissions.length; row++) {
        this.#rootsByAction.set(reports.actionId[submissions.report[row]], submissions.report[row]);
      }
    }
    return this.#rootsByAction;
  }

  /**
   * The submission, and the item there where the entry is about one: by the index stored, by the
   * one item of a report inside the pipeline, or by a legacy row's tracking element.
   */
  #originOf(report: number, entry: LogEntry, detail: Detail): { root: number; item: number } | undefined {
    const { reports, submissions } = this.#rows;
    if (submissions.rowOf(report) >= 0) {
      return { root: report, item: this.#itemNumber(report, entry.index) };
    }
    const first = 1 - this.#zeroBased[report];
    const index = entry.index ?? (entry.type === "filter" && reports.itemCountBefore(report) <= 1 ? first : null);
    const origin = index === null ? undefined : rootItemOf(this.#graph, report, index);
    if (origin) return { root: origin.root, item: origin.index + this.#zeroBased[origin.root] };
    const root = this.#rootOf(report);
    if (root === undefined) return undefined;
    const element = detail.filteredTrackingElement;
    return { root, item: element === "" ? 0 : (this.#trackedItems(root).get(element) ?? 0) };
  }

  #itemNumber(root: number, index: number | null): number {
    if (index === null) return 0;
    return Math.max(0, index + this.#zeroBased[root]);
  }

  /** Goes up the report links to a submission: legacy reports that filters emptied have no item edges. */
  #rootOf(report: number): number | undefined {
    const graph = this.#graph;
    let at = report;
    for (let steps = 0; steps < graph.reportCount; steps++) {
      if (this.#rows.submissions.rowOf(at) >= 0) return at;
      if (graph.firstParent[at] === graph.firstParent[at + 1]) return undefined;
      at = graph.parents[graph.firstParent[at]];
    }
    return undefined;
  }

  #trackedItems(root: number): Map<string, number> {
    let items = this.#itemByTracking.get(root);
    if (items) return items;
    items = new Map();
    const graph = this.#graph;
    for (let edge = graph.firstEdge[root]; edge < graph.firstEdge[root + 1]; edge++) {
      const text = this.#rows.tracking.text(graph.tracking[edge]);
      if (text !== "" && !items.has(text)) items.set(text, graph.parentIndex[edge] + this.#zeroBased[root]);
    }
    for (const [position, id] of this.#messageIds.get(root) ?? []) if (!items.has(id)) items.set(id, position + 1);
    this.#itemByTracking.set(root, items);
    return items;
  }

  /** Source: Translator.kt: tracking id `TO:org.service:schema`. */
  #noteTranslation(entry: LogEntry): void {
    const { report } = entry;
    if (entry.scope !== "translation" || typeof report !== "number") return;
    const receiver = /^TO:([^:]+):/.exec(entry.trackingId ?? "")?.[1];
    if (receiver) this.facts.failedTranslation(report, receiver);
  }

  #named(receiver: string): Party {
    return receiver === "" ? NO_PARTY : (this.#receiverByName.get(receiver) ?? NO_PARTY);
  }

  /** ReportStream shows errors and warnings, and never what is internal. Source: history/SubmissionHistory.kt. */
  #count(counts: Map<number, LogCounts>, key: number, { type, scope }: LogEntry): void {
    if (scope === "internal" || (type !== "error" && type !== "warning")) return;
    let count = counts.get(key);
    if (!count) {
      count = { errors: 0, warnings: 0 };
      counts.set(key, count);
    }
    if (type === "error") count.errors++;
    else count.warnings++;
  }
}

const NO_COUNTS: LogCounts = { errors: 0, warnings: 0 };
