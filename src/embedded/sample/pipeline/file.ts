import type { Micros } from "../../../time/instant.ts";
import type { BodyFormat, Receiver } from "../cast.ts";
import { movePlace } from "../ledger.ts";
import type { FilePlan } from "../plan.ts";
import type { Edge } from "../records.ts";
import type { Task } from "../tasks.ts";
import type { Place, TruthFailure } from "../truth.ts";
import type { Traveller } from "../world.ts";

/** A file that is ready for its receiver: a batch's output, or what goes out without a batch. */
export type ReadyFile = {
  readonly report: string;
  readonly receiver: Receiver;
  readonly format: BodyFormat;
  readonly createdAt: Micros;
  readonly task: Task;
  readonly travellers: readonly Traveller[];
  /** The edges into the file, which a download writes again. */
  readonly edges: readonly Edge[];
  /** How many times each of them is in the table. */
  edgeCopies: number;
  readonly plan: FilePlan;
  /** Where its items are, all together. */
  place: Place;
  /** What a sender called it, where the file is sent as it came. */
  readonly externalName: string | null;
  readonly failedAttempts: Micros[];
  failure: TruthFailure | null;
  sentOnce: boolean;
};

/** All the items of a file move together. */
export function moveFile(file: ReadyFile, place: Place): void {
  for (const { entry } of file.travellers) movePlace(entry, file.place, place);
  file.place = place;
}
