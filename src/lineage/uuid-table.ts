/**
 * Gives each UUID a small whole number, in the order of first sight, starting at 0.
 *
 * A JavaScript Map over UUID strings costs some 120 bytes a key and a string per look-up; this
 * table keeps the 16 bytes as four words and probes an open-addressed index: 24 to 32 bytes a key
 * and no garbage, which is what lets a day of millions of reports stay in memory.
 */
export class UuidTable {
  #words = new Int32Array(4 * 1024);
  #slots = new Int32Array(4096);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The number of the UUID whose 16 bytes start at `offset`, a new one if it was not seen before. */
  add(bytes: Buffer, offset: number): number {
    const a = bytes.readInt32BE(offset);
    const b = bytes.readInt32BE(offset + 4);
    const c = bytes.readInt32BE(offset + 8);
    const d = bytes.readInt32BE(offset + 12);
    const slot = this.#slot(a, b, c, d);
    const known = this.#slots[slot];
    if (known !== 0) return known - 1;
    return this.#insert(slot, a, b, c, d);
  }

  /** The number of a UUID in its text form, or -1 if it was never added. */
  find(uuid: string): number {
    const bytes = uuidBytes(uuid);
    if (!bytes) return -1;
    return (
      this.#slots[this.#slot(bytes.readInt32BE(0), bytes.readInt32BE(4), bytes.readInt32BE(8), bytes.readInt32BE(12))] -
      1
    );
  }

  /** The number of a UUID in its text form, a new one if needed; -1 for text that is no UUID. */
  addText(uuid: string): number {
    const bytes = uuidBytes(uuid);
    return bytes ? this.add(bytes, 0) : -1;
  }

  /** The lower-case text form of a number given out before. */
  text(id: number): string {
    const at = 4 * id;
    const hex =
      hexWord(this.#words[at]) +
      hexWord(this.#words[at + 1]) +
      hexWord(this.#words[at + 2]) +
      hexWord(this.#words[at + 3]);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  /** Orders two numbers by their UUIDs as Postgres does (bytewise): negative, zero or positive. */
  compare(left: number, right: number): number {
    for (let word = 0; word < 4; word++) {
      const difference = (this.#words[4 * left + word] >>> 0) - (this.#words[4 * right + word] >>> 0);
      if (difference !== 0) return difference;
    }
    return 0;
  }

  #insert(slot: number, a: number, b: number, c: number, d: number): number {
    const id = this.#size++;
    if (4 * this.#size > this.#words.length) this.#words = grown(this.#words, 4 * this.#size);
    const at = 4 * id;
    this.#words[at] = a;
    this.#words[at + 1] = b;
    this.#words[at + 2] = c;
    this.#words[at + 3] = d;
    this.#slots[slot] = id + 1;
    if (this.#size * 3 > this.#slots.length * 2) this.#rehash();
    return id;
  }

  /** The slot that holds the words, or the free one where they belong. */
  #slot(a: number, b: number, c: number, d: number): number {
    const mask = this.#slots.length - 1;
    let slot = hash(a, b, c, d) & mask;
    for (;;) {
      const entry = this.#slots[slot];
      if (entry === 0) return slot;
      const at = 4 * (entry - 1);
      const words = this.#words;
      if (words[at] === a && words[at + 1] === b && words[at + 2] === c && words[at + 3] === d) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    const words = this.#words;
    for (let id = 0; id < this.#size; id++) {
      let slot = hash(words[4 * id], words[4 * id + 1], words[4 * id + 2], words[4 * id + 3]) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = id + 1;
    }
    this.#slots = slots;
  }
}

/** Random UUIDs need no mixing, but hand-made ones (tests, other tools) differ in a few bits only. */
function hash(a: number, b: number, c: number, d: number): number {
  let h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca77) ^ Math.imul(c, 0xc2b2ae3d) ^ Math.imul(d, 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return h ^ (h >>> 13);
}

function hexWord(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}

function uuidBytes(uuid: string): Buffer | undefined {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(uuid)) return undefined;
  return Buffer.from(uuid.replaceAll("-", ""), "hex");
}

/** A copy of a typed array with room for at least `length` elements, half as much again to spare. */
export function grown<T extends Int32Array | Int16Array | Float64Array | Uint8Array | Uint32Array>(
  array: T,
  length: number,
): T {
  const capacity = Math.max(length, Math.ceil(array.length * 1.5));
  const larger = new (array.constructor as new (length: number) => T)(capacity);
  larger.set(array as never);
  return larger;
}
