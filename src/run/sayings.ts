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

/** Beyond so many all are forgotten: some 250 bytes each, and a day's log has some twenty thousand. */
const MOST = 40_000;

/** Finds the one object of what is said alike. */
export class Sayings {
  readonly #most: number;
  /** By sender first, of whom there are few: one large table each, and none for each wording. */
  #bySender = new Map<Party, Map<Masked, Linked>>();
  #size = 0;

  constructor(most = MOST) {
    this.#most = most;
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
    if (this.#size >= this.#most) {
      this.#bySender = new Map();
      this.#size = 0;
      linked.next = undefined;
    }
    this.#size++;
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
