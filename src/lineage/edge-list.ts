import { grown } from "./uuid-table.ts";

/**
 * Item edges as they arrive, in any order and with any repetition: five columns of whole numbers,
 * 20 bytes an edge. Reports are numbers of a UuidTable.
 */
export class EdgeList {
  parent = new Int32Array(1024);
  parentIndex = new Int32Array(1024);
  child = new Int32Array(1024);
  childIndex = new Int32Array(1024);
  /** Where the sender's tracking id stands in a TextPool; 0 for none. */
  tracking = new Uint32Array(1024);
  length = 0;

  add(parent: number, parentIndex: number, child: number, childIndex: number, tracking: number): void {
    const at = this.length++;
    if (at === this.parent.length) this.#grow();
    this.parent[at] = parent;
    this.parentIndex[at] = parentIndex;
    this.child[at] = child;
    this.childIndex[at] = childIndex;
    this.tracking[at] = tracking;
  }

  #grow(): void {
    const length = this.length + 1;
    this.parent = grown(this.parent, length);
    this.parentIndex = grown(this.parentIndex, length);
    this.child = grown(this.child, length);
    this.childIndex = grown(this.childIndex, length);
    this.tracking = grown(this.tracking, length);
  }
}
