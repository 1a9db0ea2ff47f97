import { STEPS, stepNumber } from "../../lineage/steps.ts";
import type { Limits } from "../../outcome/limits.ts";
import { batchLookBack } from "../../outcome/receiver.ts";
import { DAY, formatInstant, type Micros } from "../../time/instant.ts";
import type { QueueStep } from "./types.ts";

/** Tasks of one step that were due in the same minute. */
export interface QueuedWork {
  step: string;
  /** Full name, of a batch or a file to send; else "". */
  receiver: string;
  /** NaN where nothing says when. */
  dueAt: Micros;
  tasks: number;
  items: number;
}

/** What of a receiver's setting decides how long its work may wait. */
export interface QueueReceiver {
  /** 0 for no timing. */
  batchesPerDay: number;
  /** "" for none: its files wait until they are fetched. */
  transport: string;
}

/** In the order in which work goes through them. */
const IN_ORDER: readonly string[] = STEPS.slice(stepNumber("receive"), stepNumber("send") + 1);

/** Azure keeps a queue message for so long; batches have none, since a timer looks for them. */
const MESSAGE_LIFE = 7 * DAY;

/**
 * The queue by step, and what of it is stuck by the rules that the items are judged by (outcome/work.ts,
 * outcome/file.ts): a task alone does not show what its report's attempts do, so that it is a suspicion.
 *
 * @param receivers settings in force by full name; a receiver that is not there gets no batch
 */
export function queueSteps(
  queue: readonly QueuedWork[],
  receivers: ReadonlyMap<string, QueueReceiver>,
  { asOf, limits }: { asOf: Micros; limits: Limits },
): QueueStep[] {
  const steps = new Map<string, Folded>();
  for (const work of queue) {
    let step = steps.get(work.step);
    if (!step) {
      step = { tasks: 0, items: 0, oldestAt: Number.NaN, stuckTasks: 0, stuckItems: 0, oldestStuckAt: Number.NaN };
      steps.set(work.step, step);
    }
    step.tasks += work.tasks;
    step.items += work.items;
    step.oldestAt = earlier(step.oldestAt, work.dueAt);
    if (!isStuck(work, receivers.get(work.receiver), asOf, limits)) continue;
    step.stuckTasks += work.tasks;
    step.stuckItems += work.items;
    step.oldestStuckAt = earlier(step.oldestStuckAt, work.dueAt);
  }
  return [...steps]
    .sort(([left], [right]) => IN_ORDER.indexOf(left) - IN_ORDER.indexOf(right))
    .map(([step, { tasks, items, oldestAt, stuckTasks, stuckItems, oldestStuckAt }]) => ({
      ...{ step, tasks, items, oldestAt: instant(oldestAt) },
      ...{ stuckTasks, stuckItems, oldestStuckAt: instant(oldestStuckAt) },
      messageLostAt: step === "batch" ? null : instant(oldestStuckAt + MESSAGE_LIFE),
    }));
}

interface Folded {
  tasks: number;
  items: number;
  oldestAt: Micros;
  stuckTasks: number;
  stuckItems: number;
  oldestStuckAt: Micros;
}

function isStuck(
  { step, dueAt }: QueuedWork,
  receiver: QueueReceiver | undefined,
  asOf: Micros,
  limits: Limits,
): boolean {
  switch (step) {
    case "batch":
      if (!receiver || receiver.batchesPerDay === 0 || Number.isNaN(dueAt)) return true;
      return dueAt + batchLookBack(receiver.batchesPerDay) < asOf;
    case "send":
      return receiver?.transport !== "" && dueAt < asOf - limits.send;
    default:
      return asOf - dueAt > limits.pipeline;
  }
}

function earlier(left: Micros, right: Micros): Micros {
  if (Number.isNaN(left)) return right;
  return Number.isNaN(right) ? left : Math.min(left, right);
}

function instant(at: Micros): string | null {
  return Number.isNaN(at) ? null : formatInstant(at);
}
