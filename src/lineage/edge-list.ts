/** Edges of a piece, a power of two. Pieces neither are copied when the list grows nor leave anything behind. */
const PIECE = 1 << 16;

/**
 * Item edges as they arrive, in any order and with any repetition: 16 bytes an edge, and 4 more
 * where tracking ids are written. Reports are numbers of a UuidTable.
 */
export class EdgeList {
  length = 0;
  /** (parent, parentIndex, child, childIndex), four numbers an edge, by piece. */
  readonly #pieces: Int32Array[] = [];
  /** Where the senders' tracking ids stand in a TextPool, by piece; only the legacy pipeline writes any. */
  readonly #tracking: (Uint32Array | undefined)[] = [];

  /** @param tracking a position in a TextPool; 0 for none */
  add(parent: number, parentIndex: number, child: number, childIndex: number, tracking: number): void {
    const edge = this.length++;
    const piece = edge >>> 16;
    if (piece === this.#pieces.length) this.#pieces.push(new Int32Array(4 * PIECE));
    const at = (edge & (PIECE - 1)) * 4;
    const columns = this.#pieces[piece];
    columns[at] = parent;
    columns[at + 1] = parentIndex;
    columns[at + 2] = child;
    columns[at + 3] = childIndex;
    if (tracking === 0) return;
    const positions = this.#tracking[piece] ?? new Uint32Array(PIECE);
    this.#tracking[piece] = positions;
    positions[edge & (PIECE - 1)] = tracking;
  }

  /** Calls `take` for each edge in the order of adding. With `drain` the list is empty afterwards, piece by piece. */
  each(
    take: (parent: number, parentIndex: number, child: number, childIndex: number, tracking: number) => void,
    { drain = false } = {},
  ): void {
    for (let piece = 0; piece < this.#pieces.length; piece++) {
      const columns = this.#pieces[piece];
      const positions = this.#tracking[piece];
      const count = Math.min(PIECE, this.length - piece * PIECE);
      for (let edge = 0; edge < count; edge++) {
        const at = edge * 4;
        take(columns[at], columns[at + 1], columns[at + 2], columns[at + 3], positions ? positions[edge] : 0);
      }
      if (drain) this.#pieces[piece] = NOTHING;
    }
    if (!drain) return;
    this.#pieces.length = 0;
    this.#tracking.length = 0;
    this.length = 0;
  }
}

const NOTHING = new Int32Array(0);
