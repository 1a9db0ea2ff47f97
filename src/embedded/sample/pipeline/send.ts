import { MINUTE, type Micros, SECOND } from "../../../time/instant.ts";
import { isLegacy } from "../cast.ts";
import { type Era, eraAt } from "../era.ts";
import { noteSent } from "../ledger.ts";
import { blobUrl, sendMessage } from "../messages.ts";
import type { Series } from "../plan.ts";
import type { Stamp } from "../records.ts";
import { exceptionText, refusedText, sentName, sentText, transportParams, warningText } from "../transport-texts.ts";
import type { World } from "../world.ts";
import { moveFile, type ReadyFile } from "./file.ts";
import { planLater } from "./later.ts";
import { sources, whoIsIn } from "./sources.ts";

/** ReportStream: SendFunction. What the numbers were meant in, minutes, is what they were until 2025-06-17. */
const RETRY_AFTER = [10, 60, 240, 720, 1440] as const;

type Attempt = {
  readonly series: Series;
  readonly number: number;
  /** When it was due, as the message says; null for the first. */
  readonly planned: Micros | null;
  readonly resend: boolean;
};

/** Begins to send a file: attempts follow until one ends the series. */
export function startSeries(world: World, file: ReadyFile, series: Series, at: Micros): void {
  world.queue.at(at, (now) => attempt(world, file, { series, number: 1, planned: null, resend: false }, now));
}

/** The same after an operator's resend. */
export function resendFile(world: World, file: ReadyFile, series: Series, at: Micros): void {
  world.queue.at(at, (now) => attempt(world, file, { series, number: 1, planned: null, resend: true }, now));
}

function attempt(world: World, file: ReadyFile, current: Attempt, at: Micros): void {
  const { series, number } = current;
  if (number <= series.failures) {
    const wait = RETRY_AFTER[number - 1];
    if (wait === undefined) fail(world, file, current, "exhausted", at);
    else retryLater(world, file, current, wait, at);
    return;
  }
  if (series.end === "sent") succeed(world, file, current, at);
  else fail(world, file, current, series.end, at);
}

function retryLater(world: World, file: ReadyFile, current: Attempt, wait: number, at: Micros): void {
  const { random, records, queue } = world;
  const { receiver, task } = file;
  const era = eraOf(file, at);
  const inMinutes = current.series.retryInMinutes ?? era.retryInMinutes;
  const dither = inMinutes ? random.int(-300, 300) * SECOND : 0;
  const due = at + wait * (inMinutes ? MINUTE : SECOND) + dither;
  records.action(at, {
    name: "send_warning",
    params: messageOf(file, current, era),
    result: warningText(file, wait, random.int(0, 299), due),
    http: receiver.transport === "REST" ? 503 : null,
    receiver,
  });
  file.failedAttempts.push(at);
  if (file.failure) {
    file.failure.attempts++;
    file.failure.lastFailedAt = at;
  }
  task.nextActionAt = due;
  task.retryCount = current.number;
  task.sentAt = at;
  moveFile(file, { kind: "retry", due });
  const next = { ...current, number: current.number + 1, planned: due };
  queue.at(due + random.int(0, 4 * SECOND), (then) => attempt(world, file, next, then));
}

function fail(
  world: World,
  file: ReadyFile,
  current: Attempt,
  how: "exhausted" | "refused" | "exception" | "exception after upload",
  at: Micros,
): void {
  const { records } = world;
  const { receiver, task } = file;
  const era = eraOf(file, at);
  const thrown = how === "exception" || how === "exception after upload";
  const message = messageOf(file, current, era);
  const stamp = records.action(at, {
    name: "send_error",
    params: message,
    result: thrown ? exceptionText(message) : refusedText(file, how === "refused", at),
    http: receiver.transport === "REST" && how === "refused" ? 401 : null,
    receiver: how === "exception" ? null : receiver,
  });
  file.failedAttempts.push(at);
  if (!thrown) {
    task.nextAction = "send_error";
    task.nextActionAt = null;
    task.retryCount = null;
    task.sentAt = at;
  }
  noteFailure(world, file, thrown ? "exception" : how, at);
  if (how === "exception after upload") writeSent(world, stamp, file, current, at);
  else moveFile(file, thrown ? { kind: "lost" } : { kind: "gone", outcome: "failed" });
  endSeries(world, file, current, at);
}

function succeed(world: World, file: ReadyFile, current: Attempt, at: Micros): void {
  const { records, random, queue } = world;
  const { receiver, task } = file;
  const era = eraOf(file, at);
  const params = messageOf(file, current, era);
  task.nextAction = "none";
  task.nextActionAt = null;
  task.retryCount = null;
  task.sentAt = at;
  if (receiver.transport === "EMAIL") {
    // EmailTransport ignores the action history: neither a result nor a report of the file that went out.
    records.action(at, { name: "send", params, receiver });
    noteDelivery(world, file, current, file.report, null, at);
  } else {
    const result = sentText(file, file.report, at);
    const name = sentName(file, at);
    const http = receiver.transport === "REST" ? 200 : null;
    const stamp = records.action(at, { name: "send", params, result, http, receiver, externalName: name });
    writeSent(world, stamp, file, current, at);
  }
  if (receiver.timing?.whenEmpty === "SEND") world.lastSent.set(receiver.fullName, at);
  if (file.plan.ghost) {
    queue.at(at + random.int(SECOND, 20 * SECOND), (then) => {
      const ghost = records.action(then, { name: "send", params });
      world.ledger.event({ variant: "ghost send", at: then, actionId: ghost.actionId, reportId: file.report });
    });
  }
  endSeries(world, file, current, at);
}

/** The report of the file that went out, with its edges: its items are delivered from here on. */
function writeSent(world: World, stamp: Stamp, file: ReadyFile, current: Attempt, at: Micros): void {
  const { records, random } = world;
  const { receiver } = file;
  const era = eraOf(file, at);
  const report = random.uuid();
  const name = sentName(file, at);
  records.report(stamp, {
    id: report,
    nextAction: null,
    receiver,
    transportParams: transportParams(receiver),
    transportResult: sentText(file, report, at),
    schema: receiver.schema,
    topic: receiver.topic,
    bodyUrl: era.sentBody ? blobUrl("none", receiver.fullName, report, receiver.format) : null,
    externalName: name,
    format: receiver.format,
    items: file.travellers.length,
    before: null,
    digest: era.sentBody ? random.digest() : null,
  });
  records.reportEdge(stamp, file.report, report);
  const base = isLegacy(receiver.topic) ? era.firstIndex : 1;
  file.travellers.forEach(({ tracking, hash }, position) => {
    const index = position + base;
    records.itemEdge(stamp, {
      parent: file.report,
      parentIndex: index,
      child: report,
      childIndex: index,
      tracking,
      hash,
    });
  });
  noteDelivery(world, file, current, report, name, at);
}

function noteDelivery(
  world: World,
  file: ReadyFile,
  current: Attempt,
  report: string,
  fileName: string | null,
  at: Micros,
): void {
  file.sentOnce = true;
  if (!world.ledger.collects) return;
  file.travellers.forEach(({ entry }, position) => {
    if (entry) noteSent(entry, report, position + 1, at);
  });
  if (file.failure) file.failure.recoveredAt ??= at;
  world.ledger.delivery({
    reportId: report,
    kind: "sent",
    at,
    receiver: file.receiver.fullName,
    items: file.travellers.length,
    sourceReportId: file.report,
    transport: file.receiver.transport,
    fileName,
    attempts: current.number,
    resend: current.resend,
    ...sources(file),
    variant: file.plan.variant ?? null,
  });
}

function noteFailure(world: World, file: ReadyFile, kind: "exhausted" | "refused" | "exception", at: Micros): void {
  if (!world.ledger.collects) return;
  if (!file.failure) {
    const { submissionIds, senders } = whoIsIn(file);
    file.failure = {
      reportId: file.report,
      receiver: file.receiver.fullName,
      items: file.travellers.length,
      kind,
      firstFailedAt: file.failedAttempts[0] ?? at,
      lastFailedAt: at,
      finalFailures: [],
      attempts: 0,
      resentAt: null,
      resentBy: null,
      recoveredAt: null,
      senders,
      submissionIds,
      createdAt: file.createdAt,
      variant: file.plan.variant ?? null,
    };
    world.ledger.failure(file.failure);
  }
  file.failure.finalFailures.push(at);
  file.failure.lastFailedAt = at;
  file.failure.attempts = file.failedAttempts.length;
}

/** After the first series people may act; a task that nobody will touch again is finished. */
function endSeries(world: World, file: ReadyFile, current: Attempt, at: Micros): void {
  if (!current.resend) planLater(world, file, at, resendFile);
  if (!file.plan.later?.some((later) => later.do === "resend")) world.tasks.close(file.task);
}

function messageOf(file: ReadyFile, current: Attempt, era: Era): string {
  const message = sendMessage(file.report, file.travellers.length === 0, current.planned, era.jsonMessages);
  return file.plan.gluedMessages ? `${message}, ${message}` : message;
}

function eraOf(file: ReadyFile, at: Micros): Era {
  return { ...eraAt(at), ...file.plan.era };
}
