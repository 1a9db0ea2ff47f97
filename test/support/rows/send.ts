import type { Micros } from "../../../src/time/instant.ts";
import { type At, ERA, MINUTE, SECOND, toMicros, toText } from "./instants.ts";
import { sendParams } from "./messages.ts";
import { finishTask, type Report, recordAction, recordFiles, recordLineage, updateTask } from "./record.ts";
import { edgesBetween, type StepOptions } from "./steps.ts";
import { failureText, sentFileName, successText, transportText } from "./transports.ts";
import { factsOf, type Json, type ReceiverFacts, type World } from "./world.ts";

export interface SendOptions extends StepOptions {
  /** Instead of the receiver's. */
  transport?: Json;
  /** action_result and transport_result, instead of the transport's own words. */
  result?: string;
  externalName?: string | null;
  /** The receiver's answer. */
  httpStatus?: number;
  /** The name of the action: a file that went out before something else failed is under `send_error`. */
  under?: "send" | "send_error";
}

/** Minutes between attempts. */
const DELAYS = [10, 60, 240, 720, 1440];
const PROMPT = 10 * SECOND;

/** Hands the file to the receiver's server; once more if it was sent before. */
export async function send(world: World, batch: Report, options: SendOptions = {}): Promise<Report> {
  const facts = factsFor(world, batch, options);
  const at = timeOfAttempt(world, batch, options);
  const name = options.externalName === undefined ? sentFileName(batch, facts, at) : options.externalName;
  // The result names the sent file's id, which is not known before it is recorded; any id serves.
  const success = successText(batch, batch.id, facts, name);
  const result = options.result ?? success.text;
  const actionId = await recordAction(world, {
    name: options.under ?? "send",
    at,
    receiver: batch.receiver,
    columns: {
      action_params: paramsOf(world, batch, at),
      action_result: result,
      http_status: options.httpStatus ?? success.httpStatus ?? null,
      external_name: name,
    },
  });
  const [sent] = await recordFiles(world, actionId, at, [
    {
      topic: batch.topic,
      format: facts.format,
      nextAction: null,
      itemCount: batch.itemCount,
      before: null,
      items: batch.items,
      receiver: batch.receiver,
      payloadName: batch.payloadName,
      folder: at < ERA.sentBody ? null : batch.receiver,
      schema: facts.schema,
      externalName: name,
      columns: { transport_params: transportText(facts.transport), transport_result: result },
    },
  ]);
  const pairs = batch.items.map((item, position) => ({ from: position, to: position, item }));
  await recordLineage(world, actionId, at, edgesBetween(at, batch, sent!, pairs), [[batch.id, sent!.id]]);
  if (options.under !== "send_error") {
    await finishTask(world, batch.id, "sent_at", at);
    await updateTask(world, batch.id, { retry_token: null });
  }
  world.attempts.delete(batch.id);
  return sent!;
}

/** A failed attempt after which another is planned. Returns when. */
export async function sendWarning(world: World, batch: Report, options: SendOptions = {}): Promise<Micros> {
  const at = timeOfAttempt(world, batch, options);
  const count = (world.attempts.get(batch.id)?.count ?? 0) + 1;
  const { next, sentence } = retryPlan(batch, at, count);
  await recordFailure(world, batch, "send_warning", at, options, sentence);
  world.attempts.set(batch.id, { count, next });
  await updateTask(world, batch.id, {
    next_action: "send",
    next_action_at: toText(next),
    retry_token: JSON.stringify({ retryCount: count, items: ["*"] }),
    sent_at: toText(at),
  });
  return next;
}

export interface SendErrorOptions extends SendOptions {
  /**
   * exhausted: the last of the planned attempts; immediate: an answer after which no other try is
   * made, whose text has both sentences; unrecoverable: the sending itself broke, and the task
   * stays as it was.
   */
  kind: "exhausted" | "immediate" | "unrecoverable";
}

/** The last failed attempt. Returns its action. */
export async function sendError(world: World, batch: Report, options: SendErrorOptions): Promise<number> {
  const at = timeOfAttempt(world, batch, options);
  const about = `${batch.id} to ${batch.receiver}`;
  const final = `All retries failed.  Manual Intervention Required.  Send Error report for: ${about}`;
  if (options.kind === "unrecoverable") {
    const event = paramsOf(world, batch, at);
    const text = `Send function unrecoverable exception: null pointer Event: ${event}`;
    return recordFailure(world, batch, "send_error", at, { ...options, result: options.result ?? text }, undefined);
  }
  const { sentence } = retryPlan(batch, at, 1);
  const words = options.kind === "immediate" ? `${sentence}, ${final}` : final;
  const actionId = await recordFailure(world, batch, "send_error", at, options, words);
  await updateTask(world, batch.id, {
    next_action: "send_error",
    next_action_at: null,
    retry_token: null,
    sent_at: toText(at),
  });
  world.attempts.delete(batch.id);
  return actionId;
}

/** The whole series: five failed attempts at their planned times, then the final one. Returns when that was. */
export async function exhaust(world: World, batch: Report, options: StepOptions = {}): Promise<Micros> {
  let at = timeOfAttempt(world, batch, options);
  for (const _delay of DELAYS) at = await sendWarning(world, batch, { at });
  await sendError(world, batch, { kind: "exhausted", at });
  return at;
}

/** The queue's message came again when the task had moved on: an action with nothing but its message. */
export async function ghostSend(world: World, batch: Report, options: StepOptions = {}): Promise<number> {
  const at = timeOfAttempt(world, batch, options);
  return recordAction(world, { name: "send", at, columns: { action_params: paramsOf(world, batch, at) } });
}

/** A file that went out by mail: no file is recorded, and no result. */
export async function emailSend(world: World, batch: Report, options: StepOptions = {}): Promise<number> {
  const at = timeOfAttempt(world, batch, options);
  const columns = { action_params: paramsOf(world, batch, at) };
  const actionId = await recordAction(world, { name: "send", at, receiver: batch.receiver, columns });
  await finishTask(world, batch.id, "sent_at", at);
  return actionId;
}

function factsFor(world: World, batch: Report, options: SendOptions): ReceiverFacts {
  const facts = factsOf(world, batch.receiver!);
  return options.transport ? { ...facts, transport: options.transport } : facts;
}

/** A retry comes when it was planned, a first attempt soon. */
function timeOfAttempt(world: World, batch: Report, options: { at?: At }): Micros {
  if (options.at !== undefined) return toMicros(options.at);
  return world.attempts.get(batch.id)?.next ?? batch.at + PROMPT;
}

function paramsOf(world: World, batch: Report, at: Micros): string {
  return sendParams(batch.id, at, batch.itemCount === 0, world.attempts.get(batch.id)?.next);
}

function retryPlan(batch: Report, at: Micros, count: number): { next: Micros; sentence: string } {
  const delay = DELAYS[count - 1] ?? DELAYS[DELAYS.length - 1]!;
  const next = at + delay * (at < ERA.secondsForMinutes ? MINUTE : SECOND);
  const when = `in ${delay} minutes and 0 seconds at ${toText(next)}`;
  return { next, sentence: `Send Failed.  Will retry sending report: ${batch.id} to ${batch.receiver} ${when}.` };
}

async function recordFailure(
  world: World,
  batch: Report,
  name: string,
  at: Micros,
  options: SendOptions,
  sentence: string | undefined,
): Promise<number> {
  const failure = failureText(batch, factsFor(world, batch, options));
  const text = sentence === undefined ? failure.text : `${failure.text}, ${sentence}`;
  return recordAction(world, {
    name,
    at,
    receiver: batch.receiver,
    columns: {
      action_params: paramsOf(world, batch, at),
      action_result: options.result ?? text,
      http_status: options.httpStatus ?? failure.httpStatus ?? null,
    },
  });
}
