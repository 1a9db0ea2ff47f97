import type { Party } from "../lineage/parties.ts";

/** Distinct names in a cell, in the order of the parties, which come sorted. */
export function namesOf(parties: readonly Party[]): string {
  if (parties.length === 1) return parties[0].name;
  return [...new Set(parties.map(({ name }) => name))].join("; ");
}
