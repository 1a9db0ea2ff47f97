import { Names } from "./names.ts";

/** A sender (`org.client`) or receiver (`org.service`). */
export interface Party {
  /** The full name with one dot, as ReportStream prints it; the organization alone where the rest is null. */
  readonly name: string;
  /**
   * Kept apart from the name: an organization's name may hold dots itself, and what it may see
   * is decided by this, never by cutting a name up.
   */
  readonly organization: string;
  /** Distinct for each (organization, rest): `a.b` + `c` is not `a` + `b.c`. */
  readonly key: string;
}

/** Stands between the organization and the rest in a key; queries join the two columns with it (`chr(1)`). */
const SEPARATOR = "\u0001";

export const NO_PARTY: Party = { name: "", organization: "", key: "" };

/** The key of a party from its two columns; "" for none. */
export function partyKey(organization: string | null, rest: string | null): string {
  if (!organization) return "";
  return rest === null ? organization : `${organization}${SEPARATOR}${rest}`;
}

/** The party of a key. */
export function partyOf(key: string): Party {
  if (key === "") return NO_PARTY;
  const at = key.indexOf(SEPARATOR);
  if (at < 0) return { name: key, organization: key, key };
  const organization = key.slice(0, at);
  return { name: `${organization}.${key.slice(at + 1)}`, organization, key };
}

/** Gives each party one object and a small whole number; 0 is "none". */
export class Parties {
  readonly #keys = new Names();
  readonly #parties: Party[] = [NO_PARTY];

  id(key: string | null): number {
    return this.#known(this.#keys.id(key));
  }

  /** For the key's UTF-8 bytes inside a buffer; `length` -1 stands for null. */
  idOfBytes(buffer: Buffer, offset: number, length: number): number {
    return this.#known(this.#keys.idOfBytes(buffer, offset, length));
  }

  get(id: number): Party {
    return this.#parties[id];
  }

  #known(id: number): number {
    if (id === this.#parties.length) this.#parties.push(partyOf(this.#keys.text(id)));
    return id;
  }
}
