import type { Step } from "../lineage/steps.ts";
import { DAY, type Micros } from "../time/instant.ts";
import type { Attempt } from "./attempt.ts";
import type { Judgement } from "./clock.ts";
import { batchLookBack, type ReceiverVersion } from "./receiver.ts";
import type { Task } from "./task.ts";
import type { Verdict } from "./words.ts";

/** A report that waits for a step of the pipeline or for a batch, with nothing made of it yet. */
export interface OpenWork {
  /** The step planned when the report was written. */
  step: Step;
  createdAt: Micros;
  /** The report row's own next_action_at; NaN for none. */
  plannedAt: Micros;
  task: Task | undefined;
  attempts: readonly Attempt[];
  /** The receiver it is for, as its setting is now; undefined where there is none (any more). */
  receiver: ReceiverVersion | undefined;
  /** False before routing, when the work is for nobody in particular. */
  hasReceiver: boolean;
}

/** How long Azure keeps a queue message; after that nothing can move the work. Source: the queues' time to live. */
const QUEUE_LIFE = 7 * DAY;

/** What becomes of a report that waits. A failed step of the universal pipeline leaves no row at all: only age shows it. */
export function openWorkVerdict(work: OpenWork, judgement: Judgement): Verdict {
  if (work.step === "batch") return batchVerdict(work, judgement);
  const failure = work.attempts.findLast(({ kind }) => kind === "process_error");
  if (failure) {
    const when = judgement.say(failure.at, judgement.timeZone);
    return { outcome: "failed", reason: `processing failed for good ${when}`, acts: "reportstream" };
  }
  if (work.task && work.task.step !== work.step) {
    return { outcome: "stuck", reason: `${work.step} ended and recorded nothing`, acts: "reportstream" };
  }
  const since = Math.max(work.createdAt, Number.isNaN(work.plannedAt) ? 0 : work.plannedAt);
  const warnings = work.attempts.filter(({ kind }) => kind === "process_warning").length;
  const tries = warnings > 0 ? `, ${warnings} failed ${warnings === 1 ? "try" : "tries"}` : "";
  if (judgement.asOf - since <= judgement.limits.pipeline) {
    return { outcome: "waiting", reason: `in the pipeline, before ${work.step}${tries}`, acts: "nobody" };
  }
  const when = judgement.say(since, work.receiver?.timeZone ?? judgement.timeZone);
  const lost = judgement.asOf - since > QUEUE_LIFE ? "; its queue message is gone" : "";
  return { outcome: "stuck", reason: `stuck before ${work.step} since ${when}${tries}${lost}`, acts: "reportstream" };
}

/**
 * ReportStream's batch step looks for tasks whose time is not older than its look-back, and for
 * none without a time: what it misses stays for ever. Source: azure/batch/BatchDeciderFunction.kt.
 */
function batchVerdict(work: OpenWork, { asOf, say, timeZone }: Judgement): Verdict {
  const { task, receiver } = work;
  if (task && task.step !== "batch") {
    return { outcome: "stuck", reason: "a batch took it, but no file of the batch is recorded", acts: "reportstream" };
  }
  const due = task ? task.dueAt : work.plannedAt;
  if (receiver?.exists && receiver.batchesPerDay === 0) {
    return { outcome: "stuck", reason: "receiver has no batch schedule: will never be sent", acts: "reportstream" };
  }
  if (Number.isNaN(due)) {
    return { outcome: "stuck", reason: "no batch time was set: will never be sent", acts: "reportstream" };
  }
  if (!receiver?.exists) {
    return { outcome: "stuck", reason: "the receiver's setting is gone: no batch will take it", acts: "reportstream" };
  }
  const when = say(due, receiver.timeZone ?? timeZone);
  if (due >= asOf) return { outcome: "waiting", reason: `waiting for the batch of ${when}`, acts: "nobody" };
  const until = due + batchLookBack(receiver.batchesPerDay);
  if (until >= asOf) {
    return { outcome: "waiting", reason: `the batch of ${when} has not run yet`, acts: "nobody" };
  }
  return {
    outcome: "stuck",
    reason: `missed its batch of ${when}; ReportStream stopped looking for it ${say(until, receiver.timeZone)}`,
    acts: "reportstream",
  };
}
