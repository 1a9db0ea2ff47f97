import { firstEdgeOf } from "../lineage/graph.ts";
import { STEPS } from "../lineage/steps.ts";
import { ItemWalk } from "../lineage/walk.ts";
import type { Micros } from "../time/instant.ts";
import type { Judgement } from "./clock.ts";
import { Evidence, type ReceiverEvidence } from "./evidence.ts";
import type { Facts } from "./facts.ts";
import { unsentFileVerdict } from "./file.ts";
import { deliveredVerdict, downloadedVerdict, filteredVerdict, rejectedVerdict, unsentVerdict } from "./final.ts";
import { KIND } from "./kind.ts";
import { LegacyFilters } from "./legacy.ts";
import { receiverAt } from "./receiver.ts";
import { type Verdict, worst } from "./words.ts";
import { openWorkVerdict } from "./work.ts";

/** What became of one item for one receiver. */
export interface ItemOutcome extends Verdict {
  /** A number of `reports.receivers`; 0 for no receiver. */
  receiver: number;
  /** The first file sent (or else fetched) that holds the item; -1 for none. */
  deliveredReport: number;
  /** The item's position there, from 1; 0 for none. */
  deliveredItem: number;
  /** NaN for none. */
  deliveredAt: Micros;
  /** How many files that hold the item were sent. */
  timesDelivered: number;
}

interface Fetch {
  report: number;
  at: Micros;
}

/**
 * Judges items: gathers what the lineage shows of an item, receiver by receiver, and applies the
 * first rule that fits: delivered, downloaded, the newest file's state, open work, filtered. Only
 * an item that no receiver ever got is judged without one.
 *
 * The order is that of the states a person would ask for: what was handed over stays handed over
 * whatever happened afterwards, and what is still open is never hidden by a filter.
 */
export class Judge {
  readonly #facts: Facts;
  readonly #judgement: Judgement;
  readonly #walk: ItemWalk;
  readonly #evidence: Evidence;
  readonly #legacy: LegacyFilters;
  readonly #fileVerdicts = new Map<number, Verdict>();
  readonly #workVerdicts = new Map<number, Verdict>();
  readonly #deliveredVerdicts = new Map<string, Verdict>();
  /** Of files that were sent once, by transport: nearly all are. */
  readonly #deliveredOnce = new Map<string, Verdict>();
  /** The files that an e-mail is recorded of: few, so that all others need no look at their attempts. */
  readonly #mailed: ReadonlySet<number>;
  readonly #fetches = new Map<number, Fetch | null>();

  constructor(facts: Facts, judgement: Judgement) {
    this.#facts = facts;
    this.#judgement = judgement;
    this.#walk = new ItemWalk(facts.graph);
    this.#evidence = new Evidence(facts);
    this.#legacy = new LegacyFilters(facts);
    this.#mailed = mailedFiles(facts);
  }

  /** How many items a submission has: the larger of its item_count and the highest index that the lineage shows. */
  itemCount(root: number): number {
    const { graph, reports, zeroBased } = this.#facts;
    const end = graph.firstEdge[root + 1];
    const highest = end > graph.firstEdge[root] ? graph.parentIndex[end - 1] : 0;
    return Math.max(reports.itemCount[root], highest + zeroBased[root]);
  }

  /**
   * The outcomes of item number `item` (from 1) of a submission, ordered by the receiver's name;
   * one without a receiver if it has none. Never empty.
   */
  outcomes(root: number, item: number): ItemOutcome[] {
    const index = item - this.#facts.zeroBased[root];
    const evidence = this.#evidence;
    evidence.start();
    this.#walk.down(root, index, evidence.visit);
    const outcomes: ItemOutcome[] = [];
    for (let at = 0; at < evidence.size; at++) outcomes.push(this.#forReceiver(evidence.at(at)));
    for (const { receiver, filters } of this.#legacy.takenFrom(root, index)) {
      if (!evidence.has(receiver)) outcomes.push(notDelivered(receiver, filteredVerdict(filters)));
    }
    if (outcomes.length === 0) return [notDelivered(0, this.#withoutReceiver(root, index))];
    return outcomes.length === 1 ? outcomes : this.#byName(outcomes);
  }

  /** Two receivers may print alike (`a.b` + `c`, `a` + `b.c`): then by their keys. */
  #byName(outcomes: ItemOutcome[]): ItemOutcome[] {
    const { receivers } = this.#facts.reports;
    return outcomes.sort((left, right) => {
      const [one, other] = [receivers.get(left.receiver), receivers.get(right.receiver)];
      if (one.name !== other.name) return one.name < other.name ? -1 : 1;
      return one.key < other.key ? -1 : 1;
    });
  }

  #forReceiver(evidence: ReceiverEvidence): ItemOutcome {
    const { receiver, sent, files, downloaded } = evidence;
    return (
      this.#delivered(receiver, sent, files) ??
      this.#downloaded(receiver, files, downloaded) ??
      notDelivered(receiver, this.#undelivered(evidence))
    );
  }

  /** `sent` and `files` are (report, index) pairs. An e-mailed file has no report of its own: the batch file stands in. */
  #delivered(receiver: number, sent: readonly number[], files: readonly number[]): ItemOutcome | undefined {
    const { reports } = this.#facts;
    let first = -1;
    let firstIndex = 0;
    let firstAt = Number.NaN;
    let times = 0;
    const consider = (report: number, index: number, at: Micros): void => {
      times++;
      if (first >= 0 && (firstAt < at || (firstAt === at && reports.compare(first, report) <= 0))) return;
      first = report;
      firstIndex = index;
      firstAt = at;
    };
    for (let at = 0; at < sent.length; at += 2) consider(sent[at], sent[at + 1], reports.createdAt[sent[at]]);
    for (let at = 0; at < files.length; at += 2) {
      for (const mailed of this.#mailings(files[at])) consider(files[at], files[at + 1], mailed);
    }
    if (first < 0) return undefined;
    const deliveredItem = firstIndex + this.#facts.zeroBased[first];
    return itemOutcome(receiver, this.#deliveredVerdict(first, times), first, deliveredItem, firstAt, times);
  }

  #deliveredVerdict(report: number, times: number): Verdict {
    const transport = this.#facts.kinds[report] === KIND.sent ? this.#facts.files.transport(report) : "EMAIL";
    const verdicts = times === 1 ? this.#deliveredOnce : this.#deliveredVerdicts;
    const key = times === 1 ? transport : `${transport}/${times}`;
    let verdict = verdicts.get(key);
    if (!verdict) {
      verdict = deliveredVerdict(transport, times);
      verdicts.set(key, verdict);
    }
    return verdict;
  }

  /** When a file was e-mailed. The `send` action with a receiver and no result is all that shows it. */
  #mailings(file: number): Micros[] {
    if (!this.#mailed.has(file)) return NEVER;
    const attempts = this.#facts.attempts.get(file);
    const task = this.#facts.tasks.get(file);
    if (!attempts || (task && task.step !== "none")) return NEVER;
    return attempts.filter(({ kind }) => kind === "email").map(({ at }) => at);
  }

  #downloaded(receiver: number, files: readonly number[], copies: readonly number[]): ItemOutcome | undefined {
    const { reports, zeroBased } = this.#facts;
    let first: Fetch | undefined;
    let position = 0;
    for (let at = 0; at < files.length; at += 2) {
      const fetch = this.#firstFetch(files[at]);
      if (!fetch || (first && reports.compare(first.report, fetch.report) <= 0)) continue;
      first = fetch;
      position = files[at + 1] + zeroBased[files[at]];
    }
    for (let at = 0; at < copies.length; at += 2) {
      if (first && reports.compare(first.report, copies[at]) <= 0) continue;
      first = { report: copies[at], at: reports.createdAt[copies[at]] };
      position = copies[at + 1] + zeroBased[copies[at]];
    }
    if (!first) return undefined;
    return itemOutcome(receiver, downloadedVerdict(), first.report, position, first.at, 0);
  }

  /** The first download of a file, by the report links: since 2023-09-11 downloads have no item edges of their own. */
  #firstFetch(file: number): Fetch | undefined {
    const known = this.#fetches.get(file);
    if (known !== undefined) return known ?? undefined;
    const { graph, kinds, reports } = this.#facts;
    let first = -1;
    for (let link = graph.firstChild[file]; link < graph.firstChild[file + 1]; link++) {
      const child = graph.children[link];
      if (kinds[child] !== KIND.downloaded) continue;
      if (first < 0 || reports.compare(child, first) < 0) first = child;
    }
    const fetch = first < 0 ? null : { report: first, at: reports.createdAt[first] };
    this.#fetches.set(file, fetch);
    return fetch ?? undefined;
  }

  #undelivered({ files, open, filtered }: ReceiverEvidence): Verdict {
    if (files.length > 0) return this.#fileVerdict(this.#newest(files));
    if (open.length > 0) return this.#worstOpen(this.#inOrder(open));
    if (filtered.length === 0) return CIRCLE;
    const report = this.#inOrder(filtered)[0];
    if (this.#facts.kinds[report] === KIND.unsent) return unsentVerdict();
    return filteredVerdict(this.#facts.log.filtersOf(report));
  }

  /** Of several copies the first is the oldest, not the one that the database happened to hand out first. */
  #inOrder(reports: number[]): number[] {
    return reports.length < 2 ? reports : reports.sort((left, right) => this.#facts.reports.compare(left, right));
  }

  #newest(files: readonly number[]): number {
    let newest = files[0];
    for (let at = 2; at < files.length; at += 2) {
      if (this.#facts.reports.compare(files[at], newest) > 0) newest = files[at];
    }
    return newest;
  }

  #worstOpen(open: readonly number[]): Verdict {
    let verdict = this.#workVerdict(open[0]);
    for (let at = 1; at < open.length; at++) {
      const other = this.#workVerdict(open[at]);
      if (other.outcome !== verdict.outcome && worst(other.outcome, verdict.outcome) === other.outcome) verdict = other;
    }
    return verdict;
  }

  /** What became of a file that was neither sent nor fetched. */
  #fileVerdict(file: number): Verdict {
    let verdict = this.#fileVerdicts.get(file);
    if (!verdict) {
      const { reports, tasks, attempts, receivers } = this.#facts;
      const createdAt = reports.createdAt[file];
      verdict = unsentFileVerdict(
        {
          createdAt,
          plannedAt: reports.nextActionAt[file],
          task: tasks.get(file),
          attempts: attempts.get(file) ?? [],
          receiver: receiverAt(receivers, reports.receivers.get(reports.receiver[file]).key, createdAt),
        },
        this.#judgement,
      );
      this.#fileVerdicts.set(file, verdict);
    }
    return verdict;
  }

  #workVerdict(report: number): Verdict {
    let verdict = this.#workVerdicts.get(report);
    if (!verdict) {
      const { reports, tasks, attempts, receivers } = this.#facts;
      const receiver = reports.receivers.get(reports.receiver[report]).key;
      verdict = openWorkVerdict(
        {
          step: STEPS[reports.nextAction[report]],
          createdAt: reports.createdAt[report],
          plannedAt: reports.nextActionAt[report],
          task: tasks.get(report),
          attempts: attempts.get(report) ?? [],
          receiver: receiverAt(receivers, receiver, this.#judgement.asOf),
          hasReceiver: receiver !== "",
        },
        this.#judgement,
      );
      this.#workVerdicts.set(report, verdict);
    }
    return verdict;
  }

  /** An item that no receiver got: rejected, unrouted, or not that far yet. */
  #withoutReceiver(root: number, index: number): Verdict {
    const { graph, kinds } = this.#facts;
    const leaves = this.#evidence.unaddressed;
    if (leaves.length === 0) {
      return firstEdgeOf(graph, root, index) < 0 ? this.#notInLineage(root, index) : CIRCLE;
    }
    let verdict: Verdict | undefined;
    for (const leaf of this.#inOrder(leaves)) {
      const next = this.#leafVerdict(root, index, leaf, kinds[leaf]);
      if (!verdict || (next.outcome !== verdict.outcome && worst(next.outcome, verdict.outcome) === next.outcome)) {
        verdict = next;
      }
    }
    return verdict as Verdict;
  }

  #leafVerdict(root: number, index: number, leaf: number, kind: number): Verdict {
    if (kind === KIND.rejected) return rejectedVerdict(this.#facts.log.errorOf(root, index));
    if (kind === KIND.step) {
      return this.#isPassed(leaf) ? this.#legacy.unroutedVerdict(root, index) : this.#workVerdict(leaf);
    }
    return this.#legacy.unroutedVerdict(root, index);
  }

  /** True for a step that is over for the report, though not for this item: nobody wanted a legacy row. */
  #isPassed(report: number): boolean {
    const { graph, reports, tasks } = this.#facts;
    if (STEPS[reports.nextAction[report]] !== "process") return false;
    return graph.firstChild[report + 1] > graph.firstChild[report] || tasks.get(report)?.step === "none";
  }

  /** No edge leaves the submission's item. */
  #notInLineage(root: number, index: number): Verdict {
    const { graph, kinds, reports, tasks, log } = this.#facts;
    if (STEPS[reports.nextAction[root]] !== "convert") {
      return kinds[root] === KIND.step ? this.#workVerdict(root) : this.#legacy.unroutedVerdict(root, index);
    }
    const hasChildren = graph.firstChild[root + 1] > graph.firstChild[root];
    if (!hasChildren && tasks.get(root)?.step !== "none") return this.#workVerdict(root);
    const onlyUnreadable = graph.firstEdge[root] === graph.firstEdge[root + 1];
    const reason = onlyUnreadable
      ? "the file could not be read"
      : "counted when it was received, but not found when the file was taken apart";
    const logged = log.errorOf(root, index);
    return { ...rejectedVerdict(logged), ...(logged ? {} : { reason }) };
  }
}

const NEVER: Micros[] = [];

function mailedFiles({ attempts }: Facts): Set<number> {
  const mailed = new Set<number>();
  for (const [file, all] of attempts) if (all.some(({ kind }) => kind === "email")) mailed.add(file);
  return mailed;
}

function notDelivered(receiver: number, verdict: Verdict): ItemOutcome {
  return itemOutcome(receiver, verdict, -1, 0, Number.NaN, 0);
}

/** In one place, so that all are of one shape, and field by field: a spread costs several times as much, an item in an item. */
function itemOutcome(
  receiver: number,
  { outcome, reason, acts }: Verdict,
  deliveredReport: number,
  deliveredItem: number,
  deliveredAt: Micros,
  timesDelivered: number,
): ItemOutcome {
  return { receiver, outcome, reason, acts, deliveredReport, deliveredItem, deliveredAt, timesDelivered };
}

const CIRCLE: Verdict = { outcome: "stuck", reason: "its lineage goes round in a circle", acts: "reportstream" };
