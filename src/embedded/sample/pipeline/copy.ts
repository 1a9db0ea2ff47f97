import type { Era } from "../era.ts";
import type { Entry } from "../ledger.ts";
import type { RoutePlan } from "../plan.ts";
import type { Task } from "../tasks.ts";
import type { Place } from "../truth.ts";
import type { Submission } from "../world.ts";

/** One copy of an item that is on its way to one receiver, alone in its report. */
export type Copy = {
  readonly submission: Submission;
  readonly item: number;
  readonly report: string;
  readonly route: RoutePlan;
  readonly era: Era;
  readonly entry: Entry | null;
  readonly hash: string;
  readonly task: Task;
  readonly place: Place;
};
