import { partyOf } from "../lineage/parties.ts";
import type { SubjectRows } from "../proof/subject.ts";
import type { Catalogue } from "../source/catalogue.ts";
import { query, rows } from "../source/row-stream.ts";
import type { Snapshot } from "../source/snapshot.ts";
import type { Row } from "../source/value-types.ts";
import type { Micros } from "../time/instant.ts";
import { type KeyKind, ourKey } from "./values.ts";

/** What a place tells of an id, the most telling first: handed over is what a receiver's list is about. */
export const STATES = ["sent", "fetched", "submitted", "refused", "ready", "step"] as const;
export type State = (typeof STATES)[number];

/** Where an id is known that the window's rows do not have. */
export interface Known {
  at: Micros;
  state: State;
}

/** Rows that are looked at for one id and table. */
const MOST_ROWS = 50;

/** Whose rows may be told, beside the check of each row's own party. */
export interface Side {
  subject: SubjectRows;
  /** The organizations that the name can mean: the queries return rows of no other. */
  organizations: readonly string[];
}

/**
 * Looks ids up by key, whenever they were written. An id of somebody else's is as unknown as one that does not exist.
 *
 * @param keys in the form of `readValue`, a few thousand at most
 * @throws what `query` throws
 */
export async function lookUp(
  snapshot: Snapshot,
  catalogue: Catalogue,
  kind: Exclude<KeyKind, "file">,
  keys: readonly string[],
  { subject, organizations }: Side,
): Promise<Map<string, Known>> {
  const known = new Map<string, Known>();
  if (keys.length === 0) return known;
  const side = subject.subject.kind;
  const scope = { organizations };
  const { rows: found } = await (kind === "submission"
    ? query(snapshot, catalogue.find("reconcile-submissions"), { ids: keys.map(Number), ...scope })
    : kind === "report"
      ? query(snapshot, catalogue.find("reconcile-reports"), { ids: keys, side, ...scope })
      : query(snapshot, catalogue.find("reconcile-messages"), {
          ids: spellings(keys),
          side,
          most: MOST_ROWS,
          ...scope,
        }));
  for (const row of found) {
    const [key, place] = readRow(row, kind, subject) ?? [];
    if (key !== undefined && place !== undefined) known.set(key, better(known.get(key), place));
  }
  return known;
}

/**
 * Names have no index, so all of the side's names since an instant are read, once, and `note` keeps what it wants of them.
 *
 * @throws what `rows` throws
 */
export async function readNames(
  snapshot: Snapshot,
  catalogue: Catalogue,
  from: Micros,
  { subject, organizations }: Side,
  note: (key: string, known: Known) => void,
): Promise<void> {
  const parameters = { from, side: subject.subject.kind, organizations };
  for await (const batch of rows(snapshot, catalogue.find("reconcile-names"), parameters)) {
    for (const row of batch) {
      const [key, known] = readRow(row, "file", subject) ?? [];
      if (key !== undefined && known !== undefined) note(key, known);
    }
  }
}

/** The more telling of two places; of two that tell the same, the earlier. */
export function better(left: Known | undefined, right: Known): Known {
  if (!left) return right;
  const rank = STATES.indexOf(left.state) - STATES.indexOf(right.state);
  return rank < 0 || (rank === 0 && left.at <= right.at) ? left : right;
}

function readRow([id, at, party, state]: Row, kind: KeyKind, subject: SubjectRows): [string, Known] | undefined {
  if (!subject.has(partyOf(String(party ?? "")))) return undefined;
  return [ourKey(String(id), kind), { at: at as number, state: state as State }];
}

/** An id is stored as its sender spelled it: a UUID in small letters here may be in capitals there. */
function spellings(keys: readonly string[]): string[] {
  return [...new Set(keys.flatMap((key) => (/^[0-9a-f-]{36}$/.test(key) ? [key, key.toUpperCase()] : [key])))];
}
