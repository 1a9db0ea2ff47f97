import { type Micros, SECOND } from "../../time/instant.ts";
import type { Cast, Receiver, Sender } from "./cast.ts";
import type { EventQueue } from "./event-queue.ts";
import type { Account, Entry, Ledger } from "./ledger.ts";
import type { Settled } from "./options.ts";
import type { Lane } from "./plan.ts";
import type { Random } from "./random.ts";
import type { Records } from "./records.ts";
import type { RowBuffer } from "./row-buffer.ts";
import type { Task, Tasks } from "./tasks.ts";
import type { Place } from "./truth.ts";

/** What the steps of the simulated pipeline share. */
export type World = {
  readonly settled: Settled;
  readonly random: Random;
  readonly rows: RowBuffer;
  readonly records: Records;
  readonly tasks: Tasks;
  readonly queue: EventQueue;
  readonly cast: Cast;
  readonly ledger: Ledger;
  readonly pools: Map<string, Pool>;
  /** Batch times at which a receiver that wants empty files had something to get: `org.svc|due`. */
  readonly served: Set<string>;
  /** When a receiver that wants empty files was last sent one, or anything. */
  readonly lastSent: Map<string, Micros>;
  readonly nextMetadata: () => number;
};

/** A submission on its way. */
export type Submission = {
  readonly root: string;
  readonly actionId: number;
  readonly at: Micros;
  readonly sender: Sender;
  readonly externalName: string | null;
  readonly variant: string | null;
  readonly account: Account | null;
};

/** One copy of one item on its way to one receiver, inside the report that holds it now. */
export type Traveller = {
  readonly submission: Submission;
  readonly item: number;
  readonly entry: Entry | null;
  readonly tracking: string | null;
  readonly hash: string;
};

/** A report that waits for its receiver's next batch, and what is in it, in order. */
export type Waiting = {
  readonly report: string;
  readonly task: Task;
  readonly place: Place;
  readonly travellers: readonly Traveller[];
  readonly format: "HL7" | "FHIR" | "INTERNAL";
};

/** What one batch time of a receiver collects. */
export type Pool = { readonly receiver: Receiver; readonly lane: Lane | null; readonly waiting: Waiting[] };

/** How long a step takes: log-normal around a median of seconds. */
export function latency(world: World, seconds: number): Micros {
  return Math.round(world.random.logNormal(seconds, 0.4) * SECOND);
}
