/**
 * Gives each UUID a small whole number, in the order of first sight, starting at 0.
 *
 * A JavaScript Map over UUID strings costs some 120 bytes a key and a string per look-up; this
 * table keeps the 16 bytes as four words and probes an open-addressed index: 21 to 27 bytes a key
 * and no garbage, which is what lets a day of millions of reports stay in memory.
 *
 * A slot holds a number and, in the bits that the number leaves free, some of the hash, so that a
 * probe that meets another UUID seldom has to fetch that one's words: memory that is far apart is
 * what look-ups cost.
 */
export class UuidTable {
  #words = new Int32Array(4 * 1024);
  #slots = new Int32Array(4096);
  /** Bits of a slot that hold the number plus one, which is less than the slots are many; the others hold the tag. */
  #idBits = 12;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Makes room for so many UUIDs at once, so that no copies are made on the way. */
  expect(count: number): void {
    if (4 * count > this.#words.length) this.#words = grown(this.#words, 4 * count, 4 * count);
    while (count * 4 > this.#slots.length * 3) this.#rehash();
  }

  /**
   * The number of the UUID whose 16 bytes start at `offset`, a new one if it was not seen before.
   *
   * @param guess a number that it may have; it and the one after it are tried first. Rows come
   *   mostly in the order in which they were written, so the last answer is a good guess.
   */
  add(bytes: Uint8Array, offset: number, guess = -1): number {
    const a = word(bytes, offset);
    const b = word(bytes, offset + 4);
    const c = word(bytes, offset + 8);
    const d = word(bytes, offset + 12);
    if (guess >= 0) {
      if (guess < this.#size && this.#holds(guess, a, b, c, d)) return guess;
      if (guess + 1 < this.#size && this.#holds(guess + 1, a, b, c, d)) return guess + 1;
    }
    const h = hash(a, b, c, d);
    const slot = this.#slot(h, a, b, c, d);
    const entry = this.#slots[slot];
    if (entry !== 0) return this.#idOf(entry);
    return this.#insert(slot, h, a, b, c, d);
  }

  /** The number of a UUID in its text form, or -1 if it was never added. */
  find(uuid: string): number {
    if (!readUuidText(uuid)) return -1;
    const [a, b, c, d] = TEXT_WORDS;
    return this.#idOf(this.#slots[this.#slot(hash(a, b, c, d), a, b, c, d)]);
  }

  /** The number of the UUID whose 16 bytes start at `offset`, or -1 if it was never added. */
  findBytes(bytes: Uint8Array, offset: number): number {
    const a = word(bytes, offset);
    const b = word(bytes, offset + 4);
    const c = word(bytes, offset + 8);
    const d = word(bytes, offset + 12);
    return this.#idOf(this.#slots[this.#slot(hash(a, b, c, d), a, b, c, d)]);
  }

  /** The number of a UUID in its text form, a new one if needed; -1 for text that is no UUID. */
  addText(uuid: string): number {
    if (!readUuidText(uuid)) return -1;
    const [a, b, c, d] = TEXT_WORDS;
    const h = hash(a, b, c, d);
    const slot = this.#slot(h, a, b, c, d);
    const entry = this.#slots[slot];
    return entry !== 0 ? this.#idOf(entry) : this.#insert(slot, h, a, b, c, d);
  }

  /** The lower-case text form of a number given out before. */
  text(id: number): string {
    return uuidText(this.#words, 4 * id);
  }

  /** Writes the 16 bytes of a number given out before to the beginning of `target`. */
  copy(id: number, target: Uint8Array): void {
    for (let at = 0; at < 4; at++) {
      const four = this.#words[4 * id + at];
      target[4 * at] = four >>> 24;
      target[4 * at + 1] = four >>> 16;
      target[4 * at + 2] = four >>> 8;
      target[4 * at + 3] = four;
    }
  }

  /** Orders two numbers by their UUIDs as Postgres does (bytewise): negative, zero or positive. */
  compare(left: number, right: number): number {
    for (let at = 0; at < 4; at++) {
      const difference = (this.#words[4 * left + at] >>> 0) - (this.#words[4 * right + at] >>> 0);
      if (difference !== 0) return difference;
    }
    return 0;
  }

  #idOf(entry: number): number {
    return (entry & ((1 << this.#idBits) - 1)) - 1;
  }

  #holds(id: number, a: number, b: number, c: number, d: number): boolean {
    const words = this.#words;
    const at = 4 * id;
    return words[at] === a && words[at + 1] === b && words[at + 2] === c && words[at + 3] === d;
  }

  #insert(slot: number, h: number, a: number, b: number, c: number, d: number): number {
    const id = this.#size++;
    const at = 4 * id;
    if (at + 4 > this.#words.length) this.#words = grown(this.#words, at + 4);
    this.#words[at] = a;
    this.#words[at + 1] = b;
    this.#words[at + 2] = c;
    this.#words[at + 3] = d;
    this.#slots[slot] = tagged(h, this.#idBits) | (id + 1);
    if (this.#size * 4 > this.#slots.length * 3) this.#rehash();
    return id;
  }

  /** The slot that holds the words, or the free one where they belong. */
  #slot(h: number, a: number, b: number, c: number, d: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    const idMask = (1 << this.#idBits) - 1;
    const tag = tagged(h, this.#idBits);
    const words = this.#words;
    for (let slot = h & mask; ; slot = (slot + 1) & mask) {
      const entry = slots[slot];
      if (entry === 0) return slot;
      if ((entry & ~idMask) !== tag) continue;
      const at = 4 * ((entry & idMask) - 1);
      if (words[at] === a && words[at + 1] === b && words[at + 2] === c && words[at + 3] === d) return slot;
    }
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    this.#slots = slots;
    this.#idBits++;
    const mask = slots.length - 1;
    const words = this.#words;
    for (let id = 0; id < this.#size; id++) {
      const h = hash(words[4 * id], words[4 * id + 1], words[4 * id + 2], words[4 * id + 3]);
      let slot = h & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = tagged(h, this.#idBits) | (id + 1);
    }
  }
}

/** Random UUIDs need no mixing, but hand-made ones (tests, other tools) differ in a few bits only. */
function hash(a: number, b: number, c: number, d: number): number {
  let h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca77) ^ Math.imul(c, 0xc2b2ae3d) ^ Math.imul(d, 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return h ^ (h >>> 13);
}

/** The hash's upper bits, mixed once more since the lower ones chose the slot. */
function tagged(h: number, idBits: number): number {
  return idBits >= 31 ? 0 : Math.imul(h, 0x45d9f3b) & ~((1 << idBits) - 1);
}

/** By hand, since Buffer's own checks cost more than the reading. */
function word(bytes: Uint8Array, offset: number): number {
  return (bytes[offset] << 24) | (bytes[offset + 1] << 16) | (bytes[offset + 2] << 8) | bytes[offset + 3];
}

const TEXT_LENGTH = 36;
const HYPHEN = 0x2d;
/** The words of the text that was read last. */
const TEXT_WORDS = new Int32Array(4);

/** Reads a UUID's text, upper or lower case, into TEXT_WORDS; false when it is none. */
function readUuidText(uuid: string): boolean {
  if (uuid.length !== TEXT_LENGTH) return false;
  let digits = 0;
  for (let at = 0; at < TEXT_LENGTH; at++) {
    const code = uuid.charCodeAt(at);
    if (at === 8 || at === 13 || at === 18 || at === 23) {
      if (code !== HYPHEN) return false;
      continue;
    }
    const digit = hexDigit(code);
    if (digit < 0) return false;
    TEXT_WORDS[digits >> 3] = (TEXT_WORDS[digits >> 3] << 4) | digit;
    digits++;
  }
  return true;
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

const HEX = Buffer.from("0123456789abcdef");
const TEXT = Buffer.from("00000000-0000-0000-0000-000000000000");

/** Four words as Postgres prints a UUID. */
function uuidText(words: Int32Array, from: number): string {
  let at = 0;
  for (let digit = 0; digit < 32; digit++) {
    if (digit === 8 || digit === 12 || digit === 16 || digit === 20) at++;
    TEXT[at++] = HEX[(words[from + (digit >> 3)] >>> (28 - 4 * (digit & 7))) & 15];
  }
  return TEXT.toString("latin1");
}

/**
 * A copy of a typed array with room for at least `length` elements and for twice what it held: what
 * is not written to takes no memory, while every copy leaves the old array behind for a while.
 */
export function grown<T extends Int32Array | Int16Array | Uint16Array | Float64Array | Uint8Array | Uint32Array>(
  array: T,
  length: number,
  capacity = Math.max(length, array.length * 2),
): T {
  const larger = new (array.constructor as new (length: number) => T)(capacity);
  larger.set(array as never);
  return larger;
}
