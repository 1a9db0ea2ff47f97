import type { Micros } from "../../../src/time/instant.ts";
import { invalidItem, invalidReport } from "./details.ts";
import { type Filtered, filterLogs } from "./filters.ts";
import { type At, ERA, firstIndex, MINUTE, SECOND, toMicros } from "./instants.ts";
import { stepParams } from "./messages.ts";
import {
  type FileSpec,
  finishTask,
  type Item,
  type ItemEdge,
  type LogSpec,
  type Report,
  recordAction,
  recordFiles,
  recordLineage,
  recordLogs,
} from "./record.ts";
import { factsOf, type World } from "./world.ts";

/** When the step ran: by default soon after its input was written. */
export interface StepOptions {
  at?: At;
}

const EMPTY_HASH = "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855";

export function timeOf(options: StepOptions, input: Report, later: Micros = 2 * SECOND): Micros {
  return options.at === undefined ? input.at + later : toMicros(options.at);
}

/** Edges from items of `parent` to those of `child`, by position from 0. */
export function edgesBetween(
  at: Micros,
  parent: Report,
  child: Report,
  pairs: { from: number; to: number; item: Item }[],
): ItemEdge[] {
  const first = firstIndex(at);
  return pairs.map(({ from, to, item }) => ({
    ...item,
    parent: parent.id,
    parentIndex: from + first,
    child: child.id,
    childIndex: to + first,
  }));
}

export interface ConvertOptions extends StepOptions {
  /** Items, from 1, that could not be read, or are not valid. */
  failed?: number[];
  /** The file ended in an empty line, which is one more item that fails. */
  emptyLine?: boolean;
  /** Warnings; their report is the submission unless they name another. */
  logs?: LogSpec[];
}

/** Splits a submission into items. Failed ones are among the result, with an item count of 0. */
export async function convert(world: World, root: Report, options: ConvertOptions = {}): Promise<Report[]> {
  const at = timeOf(options, root, 3 * SECOND);
  const actionId = await recordAction(world, {
    name: "convert",
    at,
    columns: { action_params: stepParams("convert", root) },
  });
  return convertInto(world, root, actionId, at, root.itemCount, options);
}

export async function convertInto(
  world: World,
  root: Report,
  actionId: number,
  at: Micros,
  items: number,
  { failed = [], emptyLine = false, logs = [] }: ConvertOptions,
): Promise<Report[]> {
  const numbers = Array.from({ length: items + (emptyLine ? 1 : 0) }, (_, position) => position + 1);
  const bad = (number: number) => failed.includes(number) || number > items;
  const hashed = numbers.map((): Item => ({ trackingId: null, hash: world.uuid() }));
  const children = await recordFiles(
    world,
    actionId,
    at,
    numbers.map((number, position) => childOf(root, bad(number) ? "none" : "destination-filter", hashed[position]!)),
  );
  const edges = children.flatMap((child, position) =>
    edgesBetween(at, root, child, [{ from: position, to: 0, item: hashed[position]! }]),
  );
  await recordLineage(world, actionId, at, edges);
  const errors = numbers.filter(bad).map(
    (number): LogSpec => ({
      type: "error",
      scope: "item",
      reportId: root.id,
      index: number - 1 + firstIndex(at),
      trackingId: number > items ? "" : `MSG-${number}`,
      detail: invalidItem(number, number > items ? "Empty line" : "PID-5 missing"),
    }),
  );
  await recordLogs(world, actionId, at, [...errors, ...logs.map((log) => ({ reportId: root.id, ...log }))]);
  await finishTask(world, root.id, "processed_at", at);
  return children;
}

/** Nothing of the submission can be read: one child without items, and an error about the whole file. */
export async function unreadable(world: World, root: Report, options: StepOptions = {}): Promise<Report> {
  const at = timeOf(options, root, 3 * SECOND);
  const actionId = await recordAction(world, {
    name: "convert",
    at,
    columns: { action_params: stepParams("convert", root) },
  });
  const [child] = await recordFiles(world, actionId, at, [
    {
      topic: root.topic,
      format: "FHIR",
      nextAction: "none",
      itemCount: 0,
      before: 0,
      folder: null,
      payloadName: root.payloadName,
    },
  ]);
  await recordLineage(world, actionId, at, [], [[root.id, child!.id]]);
  await recordLogs(world, actionId, at, [
    { type: "error", scope: "report", reportId: root.id, detail: invalidReport("The file is empty or not readable") },
  ]);
  await finishTask(world, root.id, "processed_at", at);
  return child!;
}

/** A file with one item of `input`, or with none when it goes no further (`none`). */
function childOf(input: Report, nextAction: string, item: Item, more: Partial<FileSpec> = {}): FileSpec {
  const ends = nextAction === "none";
  return {
    topic: input.topic,
    format: "FHIR",
    nextAction,
    itemCount: ends ? 0 : 1,
    before: 1,
    items: ends ? [] : [item],
    payloadName: input.payloadName,
    folder: ends ? null : "acme-labs.default",
    ...more,
  };
}

/**
 * Decides which receivers want the item.
 * @returns a file for each, or, if there are none, the one that says so
 */
export async function destinationFilter(
  world: World,
  input: Report,
  { receivers, ...options }: StepOptions & { receivers: string[] },
): Promise<Report[]> {
  const at = timeOf(options, input);
  const next = at < ERA.enrichment ? "receiver-filter" : "receiver-enrichment";
  const item: Item = { trackingId: null, hash: EMPTY_HASH };
  const specs =
    receivers.length > 0
      ? receivers.map((receiver) => childOf(input, next, item, { receiver }))
      : [childOf(input, "none", item)];
  return one(world, input, { name: "destination-filter", at, finished: "destination_filtered_at", item, specs });
}

export async function enrich(world: World, input: Report, options: StepOptions = {}): Promise<Report> {
  const at = timeOf(options, input);
  const item = input.items[0]!;
  const specs = [childOf(input, "receiver-filter", item, { receiver: input.receiver })];
  const step = { name: "receiver-enrichment", at, finished: "receiver_enriched_at", item, specs };
  return (await one(world, input, step))[0]!;
}

/** Lets the item through, or takes it: then the file has no items and the logs say why. */
export async function receiverFilter(
  world: World,
  input: Report,
  { filtered, ...options }: StepOptions & { filtered?: Filtered } = {},
): Promise<Report> {
  const at = timeOf(options, input);
  const item: Item = { trackingId: null, hash: world.uuid() };
  const specs = [childOf(input, filtered ? "none" : "translate", item, { receiver: input.receiver })];
  const step = { name: "receiver-filter", at, finished: "receiver_filtered_at", item, specs };
  const [child] = await one(world, input, step);
  if (filtered) await recordLogs(world, child!.actionId, at, filterLogs(input, child!, filtered));
  return child!;
}

/** The step that was destination-filter and receiver-filter in one until May 2024. */
export async function route(
  world: World,
  input: Report,
  { receivers, filtered = {}, ...options }: StepOptions & { receivers: string[]; filtered?: Record<string, Filtered> },
): Promise<Report[]> {
  const at = timeOf(options, input);
  const item: Item = { trackingId: null, hash: EMPTY_HASH };
  const specs =
    receivers.length > 0
      ? receivers.map((receiver) => childOf(input, filtered[receiver] ? "none" : "translate", item, { receiver }))
      : [childOf(input, "none", item)];
  const children = await one(world, input, { name: "route", at, finished: "routed_at", item, specs });
  const logs = children.flatMap((child) => {
    const why = child.receiver === null ? undefined : filtered[child.receiver];
    return why ? filterLogs(input, child, why) : [];
  });
  await recordLogs(world, children[0]!.actionId, at, logs);
  return children;
}

/**
 * Writes the item in the receiver's format and plans its batch, by default for the next full hour.
 * @param options.nextActionAt null: the receiver has no timing, and nothing will ever fetch the file
 */
export async function translate(
  world: World,
  input: Report,
  { nextActionAt, ...options }: StepOptions & { nextActionAt?: At | null } = {},
): Promise<Report> {
  const at = timeOf(options, input);
  const receiver = input.receiver!;
  const sendsOriginal = input.topic === "elr-elims";
  const planned = nextActionAt === null ? null : nextActionAt === undefined ? nextFullHour(at) : toMicros(nextActionAt);
  const item: Item = { trackingId: null, hash: "0" };
  const spec = childOf(input, sendsOriginal ? "send" : "batch", item, {
    receiver,
    folder: receiver,
    format: factsOf(world, receiver).format === "FHIR" ? "FHIR" : "HL7",
    nextActionAt: sendsOriginal ? null : planned,
  });
  const step = { name: "translate", at, finished: "translated_at", item, specs: [spec] };
  return (await one(world, input, step))[0]!;
}

function nextFullHour(at: Micros): Micros {
  const hour = 60 * MINUTE;
  return Math.ceil((at + 10 * SECOND) / hour) * hour;
}

/** One action on one item: its files, an edge to each, and the input's task done. */
async function one(
  world: World,
  input: Report,
  step: { name: string; at: Micros; finished: string; item: Item; specs: FileSpec[] },
): Promise<Report[]> {
  const { name, at, item } = step;
  const receiver = name === "route" ? null : input.receiver;
  const columns = { action_params: stepParams(name, input, receiver ?? undefined) };
  const actionId = await recordAction(world, { name, at, receiver, columns });
  const children = await recordFiles(world, actionId, at, step.specs);
  const edges = children.flatMap((child) => edgesBetween(at, input, child, [{ from: 0, to: 0, item }]));
  await recordLineage(world, actionId, at, edges);
  await finishTask(world, input.id, step.finished, at);
  return children;
}
