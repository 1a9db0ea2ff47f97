import type { Detail } from "./detail.ts";
import { fingerprint } from "./fingerprint.ts";
import { type MessageMasks, maskField } from "./mask.ts";
import type { AskedNames } from "./names.ts";

/** What is shown of a detail, masked; one object for all rows that say the same, so that what follows from it is worked out once. */
export class Masked {
  readonly errorCode: string;
  readonly field: string;
  readonly message: string;
  /** Whether other rows get this very object; false for what was made for one row. */
  readonly repeats: boolean;
  #fingerprint: string | undefined;

  constructor(errorCode: string, field: string, message: string, repeats: boolean) {
    this.errorCode = errorCode;
    this.field = field;
    this.message = message;
    this.repeats = repeats;
  }

  get fingerprint(): string {
    this.#fingerprint ??= fingerprint(this.message);
    return this.#fingerprint;
  }
}

/** What some entries of the log say alike: one detail, or filters' results that differ in the item alone. */
export interface Wording {
  /**
   * The wording as a row shows it, masked as `maskMessage` does.
   *
   * @param sender the row's own sender, which may stay in quotes, as may its receiver; empty for none
   */
  masked(trackingId: string | null, sender: string, receiver: string): Masked;
}

/** The wording of one detail. It is masked once: only a row whose own names or tracking id stand in it is masked for itself. */
export class DetailWording implements Wording {
  readonly #detail: Pick<Detail, "errorCode" | "field" | "message">;
  readonly #masks: MessageMasks;
  readonly #repeats: boolean;
  #same: Masked | undefined;
  #asked: AskedNames | undefined;

  /** @param repeats whether other rows get this very object */
  constructor(detail: Pick<Detail, "errorCode" | "field" | "message">, masks: MessageMasks, repeats: boolean) {
    this.#detail = detail;
    this.#masks = masks;
    this.#repeats = repeats;
  }

  masked(trackingId: string | null, sender: string, receiver: string): Masked {
    const { errorCode, field, message } = this.#detail;
    if (this.#same === undefined || this.#asked === undefined) {
      const { masked, asked } = this.#masks.common(message, field);
      this.#asked = asked;
      this.#same = new Masked(errorCode, maskField(field), masked, this.#repeats);
    }
    const own =
      (trackingId !== null && trackingId !== "" && message.includes(trackingId)) ||
      this.#asked.matters(sender) ||
      this.#asked.matters(receiver);
    if (!own) return this.#same;
    const masked = this.#masks.mask(message, field, trackingId, sender, receiver);
    return new Masked(errorCode, this.#same.field, masked, false);
  }
}

/** A wording that is masked to the same whichever row says it. */
export class ConstantWording implements Wording {
  readonly #masked: Masked;

  constructor(masked: Masked) {
    this.#masked = masked;
  }

  masked(): Masked {
    return this.#masked;
  }
}
