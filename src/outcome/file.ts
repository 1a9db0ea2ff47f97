import { errorFamily } from "../action-log/mask.ts";
import type { Micros } from "../time/instant.ts";
import { type Attempt, newestSendAttempt } from "./attempt.ts";
import type { Judgement } from "./clock.ts";
import type { ReceiverVersion } from "./receiver.ts";
import type { Task } from "./task.ts";
import type { Verdict } from "./words.ts";

/** A file made ready to be sent that no row shows as sent or fetched. */
export interface UnsentFile {
  createdAt: Micros;
  /** The report row's own next_action_at; NaN for none. */
  plannedAt: Micros;
  task: Task | undefined;
  /** What happened to it, oldest first. */
  attempts: readonly Attempt[];
  /** The receiver's setting in force when the file was written. */
  receiver: ReceiverVersion | undefined;
}

/** How often ReportStream tries again. Source: azure/SendFunction.kt, retryDurationInMin has five entries. */
const RETRIES = 5;

/**
 * What becomes of a file that is not sent yet. Only `task` moves; `sent_at` is set by failed
 * attempts too, and proves nothing. Source: azure/SendFunction.kt, azure/RequeueFunction.kt.
 */
export function unsentFileVerdict(file: UnsentFile, judgement: Judgement): Verdict {
  const { task, receiver } = file;
  const last = newestSendAttempt(file.attempts);
  if (task?.step === "send_error") return failed(file, last, judgement);
  if (waitsForDownload(file)) return forDownload(file, judgement);
  if (!task) return byAttempts(file, last, judgement);
  if (task.step === "send") return planned(file, task, last, judgement);
  return {
    outcome: "stuck",
    reason: `ReportStream counts the file as done, but no record shows that it was sent${named(receiver)}`,
    acts: "reportstream",
  };
}

/** Without a transport nothing is ever sent; a deleted receiver whose task is done had none either. */
function waitsForDownload({ receiver, task, attempts }: UnsentFile): boolean {
  if (receiver) return receiver.transport === "";
  return task?.step === "none" && attempts.length === 0;
}

function forDownload(file: UnsentFile, { asOf, limits, say, timeZone }: Judgement): Verdict {
  const expires = file.createdAt + limits.fileLife;
  const until = say(expires, file.receiver?.timeZone ?? timeZone);
  return asOf < expires
    ? { outcome: "waiting", reason: `ready for download until ${until}`, acts: "receiver" }
    : { outcome: "stuck", reason: `nobody downloaded it before it expired, ${until}`, acts: "receiver" };
}

function failed(file: UnsentFile, last: Attempt | undefined, judgement: Judgement): Verdict {
  const cause = last && last.kind !== "resend" && last.text !== "" ? ` (${errorFamily(last.text)})` : "";
  const when = last ? ` ${judgement.say(last.at, zoneOf(file, judgement))}` : "";
  const expired =
    judgement.asOf >= file.createdAt + judgement.limits.fileLife
      ? "; the file has expired and cannot be sent again"
      : "";
  return {
    outcome: "failed",
    reason: `the last attempt to send failed${when}${cause}${expired}`,
    acts: "reportstream",
  };
}

/** The task is at `send`: due, to be retried, to be sent again, or left behind. */
function planned(file: UnsentFile, task: Task, last: Attempt | undefined, judgement: Judgement): Verdict {
  if (last?.kind === "send_error") return exception(file, last, judgement);
  if (task.retryCount >= 1) return retry(file, task, judgement);
  if (task.retryCount === 0) return resend(file, task.batchedAt, last, judgement);
  const due = firstKnown(task.dueAt, task.batchedAt, task.createdAt, file.createdAt);
  return dueAt(due, file, judgement);
}

/** The send function threw: the message is consumed and the task rolled back, so nothing will happen by itself. */
function exception(file: UnsentFile, last: Attempt, judgement: Judgement): Verdict {
  const when = judgement.say(last.at, zoneOf(file, judgement));
  return {
    outcome: "stuck",
    reason: `sending ended with an exception ${when} and nothing will try again by itself`,
    acts: "reportstream",
  };
}

function retry(file: UnsentFile, task: Task, judgement: Judgement): Verdict {
  const { asOf, limits, say } = judgement;
  const due = firstKnown(task.dueAt, task.sentAt, file.createdAt);
  const which = `retry ${task.retryCount} of ${RETRIES}`;
  const when = say(due, zoneOf(file, judgement));
  return due >= asOf - limits.send
    ? { outcome: "retrying", reason: `${which}, next ${when}`, acts: "nobody" }
    : { outcome: "stuck", reason: `${which} was due ${when} and did not happen`, acts: "reportstream" };
}

function resend(file: UnsentFile, requestedAt: Micros, last: Attempt | undefined, judgement: Judgement): Verdict {
  const { asOf, limits, say } = judgement;
  const since = firstKnown(requestedAt, last?.kind === "resend" ? last.at : Number.NaN, file.createdAt);
  const when = say(since, zoneOf(file, judgement));
  return since >= asOf - limits.send
    ? { outcome: "retrying", reason: `an operator asked to send it again ${when}`, acts: "nobody" }
    : {
        outcome: "stuck",
        reason: `an operator asked to send it again ${when}, but it was not sent`,
        acts: "reportstream",
      };
}

function dueAt(due: Micros, file: UnsentFile, judgement: Judgement): Verdict {
  const when = judgement.say(due, zoneOf(file, judgement));
  return due >= judgement.asOf - judgement.limits.send
    ? { outcome: "waiting", reason: `due to be sent ${when}`, acts: "nobody" }
    : { outcome: "stuck", reason: `was due to be sent ${when} and was not`, acts: "reportstream" };
}

/** No task row: the attempts decide, and without any the file's own plan and age. */
function byAttempts(file: UnsentFile, last: Attempt | undefined, judgement: Judgement): Verdict {
  switch (last?.kind) {
    case "send_error":
      return failed(file, last, judgement);
    case "resend":
      return resend(file, last.at, last, judgement);
    case "send_warning": {
      const when = judgement.say(last.at, zoneOf(file, judgement));
      return last.at >= judgement.asOf - judgement.limits.send
        ? { outcome: "retrying", reason: `an attempt failed ${when}; ReportStream tries again`, acts: "nobody" }
        : { outcome: "stuck", reason: `an attempt failed ${when} and no other followed`, acts: "reportstream" };
    }
    default:
      return dueAt(firstKnown(file.plannedAt, file.createdAt), file, judgement);
  }
}

function zoneOf(file: UnsentFile, judgement: Judgement): string {
  return file.receiver?.timeZone ?? judgement.timeZone;
}

function named(receiver: ReceiverVersion | undefined): string {
  return receiver?.transport ? ` (${receiver.transport})` : "";
}

/** The first instant that is known. */
function firstKnown(...instants: Micros[]): Micros {
  return instants.find((instant) => !Number.isNaN(instant)) ?? Number.NaN;
}
