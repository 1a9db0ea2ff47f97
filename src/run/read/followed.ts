import type { Graph } from "../../lineage/graph.ts";
import { grown } from "../../lineage/uuid-table.ts";

/** Reports of which everything that was made of them is wanted. Grows while children are found that the graph does not show yet. */
export class Followed {
  #graph: Graph | undefined;
  readonly #stack: number[] = [];
  #marks: Uint8Array;
  #fresh: number[] = [];

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#marks = new Uint8Array(graph.reportCount);
  }

  has(report: number): boolean {
    return report < this.#marks.length && this.#marks[report] === 1;
  }

  /** Follows a report and all that the graph shows to be made of it. */
  add(report: number): void {
    this.#mark(report);
    this.#walk();
  }

  /** Follows what a larger graph shows to be made of the reports followed so far. */
  addAllOf(graph: Graph): void {
    this.#graph = graph;
    for (const report of this.all()) this.#stack.push(report);
    this.#walk();
    this.release();
  }

  #walk(): void {
    for (let from = this.#stack.pop(); from !== undefined; from = this.#stack.pop()) {
      if (!this.#graph || from >= this.#graph.reportCount) continue;
      const { firstChild, children } = this.#graph;
      for (let link = firstChild[from]; link < firstChild[from + 1]; link++) this.#mark(children[link]);
    }
  }

  /** The reports that were added since this was asked last. */
  takeFresh(): number[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }

  /** Lets go of the graph, which is to be replaced by a larger one. */
  release(): void {
    this.#graph = undefined;
  }

  /** All of them, in the order of their numbers. */
  *all(): Generator<number, void, undefined> {
    for (let report = 0; report < this.#marks.length; report++) if (this.#marks[report] === 1) yield report;
  }

  #mark(report: number): void {
    if (this.has(report)) return;
    if (report >= this.#marks.length) this.#marks = grown(this.#marks, report + 1);
    this.#marks[report] = 1;
    this.#fresh.push(report);
    this.#stack.push(report);
  }
}
