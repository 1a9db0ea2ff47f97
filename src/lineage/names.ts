import { ByteWords } from "./byte-words.ts";

/**
 * Gives each distinct short text (receiver names, topics, steps) a small whole number, so that a
 * million rows that repeat two hundred receivers keep two hundred strings. 0 is "none".
 */
export class Names {
  readonly #texts: string[] = [""];
  readonly #ids = new Map<string, number>([["", 0]]);
  readonly #byBytes = new ByteWords();

  /** The number of a text; 0 for null or the empty text. */
  id(text: string | null): number {
    if (text === null || text === "") return 0;
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    const id = this.#texts.length;
    this.#texts.push(text);
    this.#ids.set(text, id);
    return id;
  }

  /** The same for UTF-8 bytes inside a buffer; `length` -1 stands for null. */
  idOfBytes(buffer: Buffer, offset: number, length: number): number {
    if (length <= 0) return 0;
    const known = this.#byBytes.find(buffer, offset, length);
    if (known >= 0) return known;
    const id = this.id(buffer.toString("utf8", offset, offset + length));
    this.#byBytes.add(buffer, offset, length, id);
    return id;
  }

  /** The text of a number; "" for 0. */
  text(id: number): string {
    return this.#texts[id];
  }
}
