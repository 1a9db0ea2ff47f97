import { type Detail, readDetail } from "./detail.ts";
import { MessageMasks, maskField } from "./mask.ts";
import { Recent, RecentBytes } from "./recent.ts";
import { maskedAround } from "./templates.ts";
import { ConstantWording, DetailWording, Masked, type Wording } from "./wording.ts";

/** What an entry says, and what it says alike with others. */
export interface Told {
  readonly detail: Detail;
  readonly wording: Wording;
}

/** Tracking ids without blanks and line breaks: the wording of a filter's result has some on both sides of the item. */
const PLAIN = /^[\w.:/-]{1,100}$/;

/** Filters' results: a day of 31,000 has 7,000 that differ in more than the item. */
const RESULTS = { entries: 16_000, characters: 6_000_000 };

/**
 * Reads details, and each text once: a log says the same of item after item. What filters say names the item; there the message
 * without the name is what repeats.
 */
export class Details {
  readonly #masks = new MessageMasks();
  readonly #texts = new RecentBytes<Told>();
  readonly #results = new Recent<Wording | "each its own">(RESULTS);
  readonly #unnamed = new Recent<Wording>();

  /** A detail by itself, whatever was read before. */
  once(text: string | null): Told {
    const detail = readDetail(text);
    return { detail, wording: new DetailWording(detail, this.#masks, true) };
  }

  /** A detail as its bytes in a buffer. */
  of(buffer: Buffer, offset: number, length: number): Told {
    const known = this.#texts.find(buffer, offset, length);
    if (known !== undefined) return known;
    const told = this.once(buffer.toString("utf8", offset, offset + length));
    this.#texts.keep(buffer, offset, length, told);
    return told;
  }

  /** A filter's result on the item that has the tracking id. */
  ofFilter(text: string, trackingId: string | null): Told {
    const detail = readDetail(text);
    const wording =
      trackingId !== null && detail.message.includes(trackingId)
        ? this.#resultOn(trackingId, detail)
        : this.#result(detail);
    return { detail, wording: wording ?? new DetailWording(detail, this.#masks, false) };
  }

  /** The wording of a result whose message does not name the item, as the universal pipeline writes them. */
  #result(detail: Detail): Wording {
    const { errorCode, field, message, filterType } = detail;
    // Postgres texts hold no NUL, so it separates.
    const key = `${errorCode}\0${field}\0${filterType}\0${message}`;
    return this.#unnamed.of(key, () => new DetailWording(detail, this.#masks, true));
  }

  /** The wording that a filter's results on all items share, given an item that the message names; undefined where they may not. */
  #resultOn(trackingId: string, { errorCode, field, message, filterType }: Detail): Wording | undefined {
    if (!PLAIN.test(trackingId)) return undefined;
    const at = message.indexOf(trackingId);
    if (message.includes(trackingId, at + 1)) return undefined;
    const before = message.slice(0, at);
    const behind = message.slice(at + trackingId.length);
    const wording = this.#results.of(`${errorCode}\0${field}\0${filterType}\0${before}\0${behind}`, () => {
      const masked = maskedAround(before, behind);
      if (masked === undefined) return "each its own";
      return new ConstantWording(new Masked(errorCode, maskField(field), masked, true));
    });
    return wording === "each its own" ? undefined : wording;
  }
}
