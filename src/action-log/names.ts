/** Names that may stay in a message, asked for one by one as the masking comes upon what could be one. A list of them will do. */
export type Names = { includes(name: string): boolean };

/** Beyond so many nobody looks closer: a message of a megabyte can quote a hundred thousand texts. */
const MOST = 64;

/**
 * Lets no name stay, and remembers which were asked for. A masking that is told which names may stay learns
 * nothing of them but the answers, so with any names that are not among those asked for it gives the same.
 */
export class AskedNames implements Names {
  #asked: Set<string> | undefined;
  #tooMany = false;

  includes(name: string): boolean {
    this.#asked ??= new Set();
    if (this.#asked.size < MOST) this.#asked.add(name);
    else if (!this.#asked.has(name)) this.#tooMany = true;
    return false;
  }

  /** Whether the masking could give something else if this name might stay; never for no name. */
  matters(name: string): boolean {
    return name !== "" && (this.#tooMany || this.#asked?.has(name) === true);
  }
}
