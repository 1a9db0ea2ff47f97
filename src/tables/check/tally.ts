import type { Finding, Level } from "../row.ts";

const EXAMPLES = 5;

/** Counts where a rule is broken and keeps the first few places as examples. */
export class Tally {
  count = 0;
  readonly #examples: string[] = [];

  add(example: () => string): void {
    this.count++;
    if (this.#examples.length < EXAMPLES) this.#examples.push(example());
  }

  /** "line 5, line 9 and 12 more" */
  examples(): string {
    const rest = this.count - this.#examples.length;
    return this.#examples.join(", ") + (rest > 0 ? ` and ${rest.toLocaleString("en-US")} more` : "");
  }

  /** One finding, or none where nothing was counted. */
  finding(rule: string, level: Level, message: (count: number) => string): Finding[] {
    return this.count === 0 ? [] : [{ rule, level, message: `${message(this.count)}: ${this.examples()}` }];
  }
}
