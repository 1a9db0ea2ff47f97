import { ownerState, ownName, parseOwned } from "../output/owner.ts";

/**
 * What this process calls itself in a claim: host, boot, process and its start, so that another
 * process of the same place can tell whether it still lives.
 */
export function holderName(): string {
  return ownName("claim", "tmp");
}

/** Whether the process of a claim is certainly gone; of another host nobody can tell, and its lease decides. */
export function isDead(holder: string): boolean {
  const owned = parseOwned(holder);
  return owned !== undefined && ownerState(owned) === "dead";
}
