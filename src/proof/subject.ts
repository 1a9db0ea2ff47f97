import { UsageError } from "../errors.ts";
import type { Party } from "../lineage/parties.ts";
import { nearestWord } from "../nearest-word.ts";
import { readSettings } from "../organizations/command.ts";
import type { Catalogue } from "../source/catalogue.ts";
import type { Snapshot } from "../source/snapshot.ts";

/** Whose rows are meant: those of a sender or receiver by its full name, or of all of an organization's. */
export interface Subject {
  kind: "sender" | "receiver";
  name: string;
}

/** Tells whose a row is, and remembers which organizations the name meant. */
export class SubjectRows {
  readonly subject: Subject;
  readonly organizations = new Set<string>();

  constructor(subject: Subject) {
    this.subject = subject;
  }

  readonly has = (party: Party): boolean => {
    const named = party.name === this.subject.name || party.organization === this.subject.name;
    if (named) this.organizations.add(party.organization);
    return named;
  };
}

/**
 * The organizations that the name can mean in the settings, old versions included. A slip in a name must not become a proof
 * that nothing happened.
 *
 * @throws UsageError where there never was such a sender or receiver
 */
export async function organizationsNamed(
  snapshot: Snapshot,
  catalogue: Catalogue,
  { kind, name }: Subject,
): Promise<string[]> {
  const versions = (await readSettings(snapshot, catalogue)).filter(({ type }) => type === kind);
  const named = versions.filter((one) => name === one.organization || name === `${one.organization}.${one.name}`);
  if (named.length > 0) return [...new Set(named.map(({ organization }) => organization))].sort();
  const names = new Set(versions.flatMap((one) => [one.organization, `${one.organization}.${one.name}`]));
  const near = nearestWord(name, names);
  throw new UsageError(`there never was a ${kind} "${name}"`, {
    hint: near === undefined ? "`lineage-report organizations` lists them" : `did you mean "${near}"?`,
  });
}

/**
 * An organization's name may hold dots, so that one text can mean two; rows of one must not be mixed with those of another.
 *
 * @throws UsageError
 */
export function refuseTwo(organizations: ReadonlySet<string>, { kind, name }: Subject): void {
  if (organizations.size < 2) return;
  throw new UsageError(`"${name}" means a ${kind} of ${[...organizations].sort().join(" and of ")}`, {
    hint: "rows of one cannot be told from those of the other by this name; ask for the whole organization",
  });
}
