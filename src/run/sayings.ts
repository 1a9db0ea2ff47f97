import type { Fold, Saying } from "../action-log/group.ts";
import type { Masked } from "../action-log/wording.ts";
import type { Party } from "../lineage/parties.ts";
import type { CsvSink } from "../output/files.ts";

/** What a row says, with what it stands in. */
export type ToldSaying = Saying & {
  readonly masked: Masked;
  /** Kept here by who writes the rows: found with the saying, and gone with it. */
  place: Place | undefined;
};

/** Where rows that say the same go. */
export interface Place {
  readonly group: Fold;
  /** Codes without a condition that the rows name. */
  readonly codes: readonly string[];
  /** Their common cells in a line, encoded. */
  readonly cells: Uint8Array;
  /** The files that get the masked row. */
  readonly sinks: readonly CsvSink[];
}

/**
 * Beyond so many, or so many characters of what they say, all are forgotten: some 250 bytes each, and a day's log has some twenty thousand;
 * but a message can have a megabyte, which is held twice, as text and as bytes.
 */
const LIMITS = { sayings: 40_000, characters: 8_000_000 };

/** Finds the one object of what is said alike. */
export class Sayings {
  readonly #limits: typeof LIMITS;
  /** By sender first, of whom there are few: one large table each, and none for each wording. */
  #bySender = new Map<Party, Map<Masked, Linked>>();
  #size = 0;
  #characters = 0;

  constructor(limits: Partial<typeof LIMITS> = {}) {
    this.#limits = { ...LIMITS, ...limits };
  }

  of(masked: Masked, type: string, scope: string, sender: Party, receiver: Party): ToldSaying {
    if (!masked.repeats) return saying(masked, type, scope, sender, receiver);
    const first = this.#bySender.get(sender)?.get(masked);
    // A wording and a sender nearly always have one receiver, type and scope: a list, where a Map each would be felt.
    for (let known = first; known; known = known.next) {
      const { saying: said } = known;
      if (known.receiver === receiver && said.type === type && said.scope === scope) return said;
    }
    const made = saying(masked, type, scope, sender, receiver);
    this.#keep(masked, sender, { saying: made, receiver, next: first });
    return made;
  }

  #keep(masked: Masked, sender: Party, linked: Linked): void {
    const { errorCode, field, message } = masked;
    const characters = errorCode.length + field.length + message.length;
    if (this.#size >= this.#limits.sayings || this.#characters + characters > this.#limits.characters) {
      this.#bySender = new Map();
      this.#size = 0;
      this.#characters = 0;
      linked.next = undefined;
    }
    this.#size++;
    this.#characters += characters;
    const byMasked = this.#bySender.get(sender);
    if (byMasked) byMasked.set(masked, linked);
    else this.#bySender.set(sender, new Map([[masked, linked]]));
  }
}

interface Linked {
  readonly saying: ToldSaying;
  readonly receiver: Party;
  next: Linked | undefined;
}

function saying(masked: Masked, type: string, scope: string, sender: Party, receiver: Party): ToldSaying {
  const { errorCode, field, message } = masked;
  // By their keys, which are distinct where names are not.
  const place = undefined;
  return { type, scope, errorCode, field, message, sender: sender.key, receiver: receiver.key, masked, place };
}
