import { STEPS } from "../lineage/steps.ts";
import type { Facts } from "./facts.ts";
import { KIND } from "./kind.ts";
import type { Verdict } from "./words.ts";

/** A file of the legacy pipeline that a receiver's filters took rows from. */
interface FilteredFile {
  report: number;
  receiver: number;
  /** True when all of the submission's rows were meant for the receiver: those not in the file were filtered. */
  meantForAll: boolean;
  /** Filter types by the tracking element of each row taken. */
  elements: ReadonlyMap<string, string>;
  /** All filter types logged. */
  filters: string;
  /** True when the log names every row taken. */
  complete: boolean;
}

/** How the filter log spells "this row has no tracking element". Source: Report.kt, filter(). */
const NO_ELEMENT = "MissingID";

/**
 * What the filters of the legacy pipeline took. No item edge shows it: a filtered row simply has no
 * edge into the receiver's file, like a row that the receiver's jurisdiction never wanted. The file
 * says how many rows were meant for the receiver before its filters
 * (`item_count_before_qual_filter`), and the log names rows by tracking element, if the schema has
 * one. Source: Translator.kt, azure/ActionHistory.kt.
 */
export class LegacyFilters {
  readonly #facts: Facts;
  readonly #byRoot = new Map<number, FilteredFile[]>();
  /** The submission asked for last, and its files: items come one after the other. */
  #lastRoot = -1;
  #lastFiles: FilteredFile[] = [];

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  /** The receivers whose filters took the item, as far as the rows tell, with the filters' types. */
  takenFrom(root: number, index: number): { receiver: number; filters: string }[] {
    const files = this.#files(root);
    if (files.length === 0) return NOBODY;
    const element = this.#facts.trackingId(root, index);
    const taken: { receiver: number; filters: string }[] = [];
    for (const file of files) {
      const filters = element === "" ? undefined : file.elements.get(element);
      if (filters === undefined && !file.meantForAll) continue;
      if (!taken.some(({ receiver }) => receiver === file.receiver)) {
        taken.push({ receiver: file.receiver, filters: filters ?? file.filters });
      }
    }
    return taken;
  }

  /** An item that reached no receiver: nobody wanted it, or nothing tells. */
  unroutedVerdict(root: number, index: number): Verdict {
    const failed = this.#failedTranslations(root);
    if (failed !== "") {
      return {
        outcome: "unrouted",
        reason: `no receiver got it; translation to ${failed} failed`,
        acts: "reportstream",
      };
    }
    const { reports, trackingId } = this.#facts;
    const known = trackingId(root, index) !== "";
    // A schema without a tracking element: what its filters empty leaves neither a log nor a file.
    const noTrace = !known && STEPS[reports.nextAction[root]] === "none";
    if (noTrace || this.#files(root).some((file) => !(file.complete && known))) {
      return {
        outcome: "unrouted",
        reason: "no receiver got it; nothing tells whether it was filtered or no receiver wanted it",
        acts: "nobody",
      };
    }
    return UNROUTED;
  }

  #files(root: number): FilteredFile[] {
    if (root === this.#lastRoot) return this.#lastFiles;
    let files = this.#byRoot.get(root);
    if (!files) {
      files = this.#collect(root);
      this.#byRoot.set(root, files);
    }
    this.#lastRoot = root;
    this.#lastFiles = files;
    return files;
  }

  #collect(root: number): FilteredFile[] {
    const { reports } = this.#facts;
    if (STEPS[reports.nextAction[root]] !== "none") return NONE;
    const files: FilteredFile[] = [];
    for (const child of this.#children(root)) {
      if (reports.receiver[child] === 0) {
        for (const grandchild of this.#children(child)) this.#add(files, root, grandchild);
      } else {
        this.#add(files, root, child);
      }
    }
    // Of two files for a receiver the older one is asked first, whichever the database handed out first.
    return files.length === 0 ? NONE : files.sort((left, right) => reports.compare(left.report, right.report));
  }

  #add(files: FilteredFile[], root: number, report: number): void {
    const { reports, kinds, log } = this.#facts;
    const before = reports.itemCountBefore(report);
    const taken = before - reports.itemCount[report];
    if (reports.receiver[report] === 0 || taken <= 0 || kinds[report] === KIND.downloaded) return;
    const elements = log.filteredElements(report);
    const named = elements.has(NO_ELEMENT) ? elements.size - 1 : elements.size;
    files.push({
      report,
      receiver: reports.receiver[report],
      meantForAll: before >= reports.itemCount[root],
      elements,
      filters: log.filtersOf(report),
      complete: named >= taken,
    });
  }

  #failedTranslations(root: number): string {
    const { log, reports } = this.#facts;
    if (STEPS[reports.nextAction[root]] !== "none") return "";
    const names = [root, ...this.#children(root)].map((report) => log.failedTranslations(report)).filter(Boolean);
    return [...new Set(names)].sort().join(", ");
  }

  #children(report: number): number[] {
    const { graph } = this.#facts;
    return [...graph.children.subarray(graph.firstChild[report], graph.firstChild[report + 1])];
  }
}

const NONE: FilteredFile[] = [];
const NOBODY: { receiver: number; filters: string }[] = [];
const UNROUTED: Verdict = { outcome: "unrouted", reason: "no receiver wanted it", acts: "nobody" };
