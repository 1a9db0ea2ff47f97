/**
 * Remembers what was made of recent texts, in bounded memory: two generations of at most half the limits
 * each; what is asked for again moves to the young one, and the old one is forgotten whole. Logs repeat
 * themselves: of 57,000 warnings of a generated day 689 differ.
 */
export class Recent<Value> {
  readonly #entries: number;
  readonly #characters: number;
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();
  #used = 0;

  /** @param limits texts, and characters of all of them together */
  constructor(limits: { entries: number; characters: number } = { entries: 4_000, characters: 2_000_000 }) {
    this.#entries = limits.entries / 2;
    this.#characters = limits.characters / 2;
  }

  /** What `make` made of the text, now or before. It must depend on the text alone. */
  of(text: string, make: (text: string) => Value): Value {
    const young = this.#young.get(text);
    if (young !== undefined) return young;
    const value = this.#old.get(text) ?? make(text);
    this.#keep(text, value);
    return value;
  }

  #keep(text: string, value: Value): void {
    if (this.#young.size >= this.#entries || this.#used + text.length > this.#characters) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#used = 0;
    }
    if (text.length > this.#characters) return;
    this.#young.set(text, value);
    this.#used += text.length;
  }
}
