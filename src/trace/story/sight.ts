import type { Party } from "../../lineage/parties.ts";

/** Whose eyes a trace is shown to: the operators' (undefined), or an organization's. */
export type Sight = string | undefined;

/** A sender sees what became of its own submissions. */
export function seesSubmission(sight: Sight, sender: Party): boolean {
  return sight === undefined || sender.organization === sight;
}

/** A receiver sees its own files, and what became of items on the way to it. */
export function seesReceiver(sight: Sight, receiver: Party): boolean {
  return sight === undefined || (sight !== "" && receiver.organization === sight);
}
