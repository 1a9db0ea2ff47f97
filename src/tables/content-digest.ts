import { createHash, hash } from "node:crypto";

/**
 * A digest of what a table says, whatever the order of its rows or columns. The stored checksum
 * cannot serve for comparing: it depends on the order of the columns, which jsonb forgets, and
 * versions from before ReportStream's migration V30 carry "0" instead of one.
 *
 * Each row is hashed with its cells in the order of the names, and the hashes are added up modulo
 * 2^256; empty cells count as missing, because ReportStream reads a missing member as "".
 */
export class ContentDigest {
  readonly #names: readonly string[];
  readonly #order: readonly { index: number; prefix: string }[];
  readonly #sum = new Uint32Array(8);
  #rows = 0;

  constructor(columns: readonly string[]) {
    this.#names = [...columns].sort();
    this.#order = columns
      .map((name, index) => ({ name, index, prefix: `${JSON.stringify(name)}:` }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  get rows(): number {
    return this.#rows;
  }

  /** @param json the cells as JSON texts, where they are at hand */
  add(row: readonly string[], json?: readonly string[]): void {
    let text = "";
    for (const { index, prefix } of this.#order) {
      const value = row[index];
      if (value !== undefined && value !== "") text += `${prefix}${json?.[index] ?? JSON.stringify(value)},`;
    }
    const digest = hash("sha256", text, "buffer");
    let carry = 0;
    for (let word = 0; word < 8; word++) {
      const total = (this.#sum[word] ?? 0) + digest.readUInt32LE(word * 4) + carry;
      this.#sum[word] = total >>> 0;
      carry = total > 0xffffffff ? 1 : 0;
    }
    this.#rows++;
  }

  /** Lower-case hex, 64 digits. */
  digest(): string {
    const sum = [...this.#sum].map((word) => word.toString(16).padStart(8, "0")).join("");
    return createHash("sha256")
      .update(`${JSON.stringify(this.#names)}\n${this.#rows}\n${sum}`, "utf8")
      .digest("hex");
  }
}

/**
 * The hash of a diff: it names the two contents between which it was taken, so it is the same
 * whatever key the rows were matched by, and for a file before and after it was loaded.
 */
export function diffHash(before: string, after: string): string {
  return createHash("sha256").update(`${before}\n${after}`, "utf8").digest("hex");
}

/** How many digits of a diff hash are printed for people; `--expect-diff` takes these or more. */
export const DIFF_HASH_DIGITS = 16;
