import { createHash } from "node:crypto";

/**
 * The checksum of a lookup table exactly as ReportStream computes it, so that both tools recognise
 * an identical table (ReportStream: azure/DatabaseLookupTableAccess.kt, createTable and toSHA256):
 * SHA-256 over the UTF-8 bytes of Java's List.toString of the rows, each row printed by Jackson's
 * default pretty printer in the order of its own columns.
 *
 * Rows are hashed as they come, so a table of any size needs no memory.
 */
export class TableChecksum {
  readonly #hash = createHash("sha256");
  readonly #columns: readonly string[];
  readonly #members: readonly string[];
  #pending = "[";
  #rows = 0;

  /** @param columns the names in the order in which the rows' cells come */
  constructor(columns: readonly string[]) {
    this.#columns = columns;
    this.#members = columns.map((name, index) => `${index === 0 ? "{\n  " : ",\n  "}${jacksonString(name)} : `);
  }

  /**
   * Adds the next row; a null cell prints as `null`, as ReportStream's own reader would keep it.
   *
   * @param json the cells as JSON texts, where they are at hand
   */
  add(row: readonly (string | null)[], json?: readonly string[]): void {
    let text = this.#rows === 0 ? "" : ", ";
    for (let index = 0; index < this.#columns.length; index++) {
      const value = row[index] ?? null;
      text += this.#members[index] + (value === null ? "null" : jacksonString(value, json?.[index]));
    }
    this.#pending += this.#columns.length === 0 ? `${text}{ }` : `${text}\n}`;
    this.#rows++;
    // Fewer, larger updates: one call a row would cost more than the hashing itself.
    if (this.#pending.length > 65_536) {
      this.#hash.update(this.#pending, "utf8");
      this.#pending = "";
    }
  }

  /** The lower-case hex digest; nothing can be added afterwards. */
  digest(): string {
    return this.#hash.update(`${this.#pending}]`, "utf8").digest("hex");
  }
}

const CONTROL = /\p{Cc}/u;

/** Jackson escapes as JSON.stringify does, except that it writes the hex digits of control characters in capitals. */
function jacksonString(value: string, json = JSON.stringify(value)): string {
  if (!json.includes("\\u") || !CONTROL.test(value)) return json;
  return `"${value.replace(/["\\]|\p{Cc}/gu, jacksonEscape)}"`;
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\f": "\\f",
  "\r": "\\r",
};

function jacksonEscape(character: string): string {
  const short = SHORT_ESCAPES[character];
  if (short !== undefined) return short;
  const unit = character.charCodeAt(0);
  // DEL and the C1 controls are plain characters to JSON.
  return unit > 0x1f ? character : `\\u${unit.toString(16).toUpperCase().padStart(4, "0")}`;
}
