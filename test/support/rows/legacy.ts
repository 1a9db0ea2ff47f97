import type { Micros } from "../../../src/time/instant.ts";
import { filterResult } from "./details.ts";
import { type At, ERA, MINUTE, SECOND, toMicros, toText } from "./instants.ts";
import { processParams, requestParams } from "./messages.ts";
import { SENDER } from "./receive.ts";
import {
  type FileSpec,
  finishTask,
  type Item,
  type LogSpec,
  type Report,
  recordAction,
  recordFiles,
  recordLineage,
  recordLogs,
} from "./record.ts";
import { edgesBetween, type StepOptions, timeOf } from "./steps.ts";
import { factsOf, insert, type Row, sha256, type World } from "./world.ts";

/** A row of the submission, from 1, that a receiver's filter took. */
export interface FilteredRow {
  row: number;
  filterName?: string;
  filterArgs?: string[];
  type?: string;
}

/** What one receiver of the older pipeline makes of a submission. */
export interface LegacyRoute {
  receiver: string;
  /** The rows that are of its jurisdiction, from 1; all of them unless given. */
  rows?: number[];
  filtered?: FilteredRow[];
  /** The filter logs appear twice, as they do where the receiver's schema is the sender's. */
  doubledLogs?: boolean;
  next?: "batch" | "send" | "none";
  /** Planned batch; the next full hour unless given, null for none. */
  nextActionAt?: At | null;
}

export interface LegacyOptions {
  at: At;
  sender?: string;
  topic?: string;
  /** How many rows, or the tracking id of each ("" for a row without one). */
  items?: number | string[];
  format?: string;
  externalName?: string | null;
  schema?: string;
  receivers?: LegacyRoute[];
  logs?: LogSpec[];
  action?: Row;
}

/** A submission that was taken apart for its receivers at once. The files are in the order of `receivers`. */
export async function legacySync(world: World, options: LegacyOptions): Promise<{ root: Report; children: Report[] }> {
  const { root, actionId, at } = await receiveRows(world, options);
  const children = await routeRows(world, root, actionId, at, options.receivers ?? []);
  await logReceipt(world, root, options);
  return { root, children };
}

/** A submission that was put aside, in the internal format, for the step `process`. */
export async function legacyAsync(
  world: World,
  options: Omit<LegacyOptions, "receivers">,
): Promise<{ root: Report; internal: Report }> {
  const { root, actionId, at } = await receiveRows(world, options);
  const { topic, itemCount, items, payloadName } = root;
  const [internal] = await recordFiles(world, actionId, at, [
    {
      ...{ topic, format: "INTERNAL", nextAction: "process", itemCount, before: null, items, payloadName },
      ...{ folder: root.sender, schema: options.schema ?? SCHEMA },
    },
  ]);
  const pairs = items.map((item, position) => ({ from: position, to: position, item }));
  await recordLineage(world, actionId, at, edgesBetween(at, root, internal!, pairs));
  await logReceipt(world, root, options);
  return { root, internal: internal! };
}

/** The step `process` on what was put aside. */
export async function processRows(
  world: World,
  internal: Report,
  { receivers, ...options }: StepOptions & { receivers: LegacyRoute[] },
): Promise<Report[]> {
  const at = timeOf(options, internal, 20 * SECOND);
  const columns = { action_params: processParams(internal.id, at) };
  const actionId = await recordAction(world, { name: "process", at, columns });
  const children = await routeRows(world, internal, actionId, at, receivers);
  await finishTask(world, internal.id, "processed_at", at);
  return children;
}

/** A failed attempt to process; four may follow each other. */
export function processWarning(world: World, internal: Report, options: StepOptions & { attempt?: number } = {}) {
  const at = timeOf(options, internal, MINUTE);
  const times = `${options.attempt ?? 1} times`;
  const result = `Failed to process message ${internal.id} ${times}, setting status to process_warning.`;
  const columns = { action_params: processParams(internal.id, at), action_result: result };
  return recordAction(world, { name: "process_warning", at, columns });
}

/** The fifth failed attempt; the task stays as it is. */
export function processError(world: World, internal: Report, options: StepOptions = {}): Promise<number> {
  const at = timeOf(options, internal, 5 * MINUTE);
  const result = `Failed to process ${internal.id} 5 times, setting status to process_error. Mo intervention required.`;
  const columns = { action_params: processParams(internal.id, at), action_result: result };
  return recordAction(world, { name: "process_error", at, columns });
}

/** Rows of covid_result_metadata for the rows of a submission, counted as they were at that time. */
export async function covidMetadata(
  world: World,
  root: Report,
  rows: Row[] = root.items.map(() => ({})),
): Promise<void> {
  const first = root.at < ERA.metadataOneBased ? 0 : 1;
  await insert(
    world,
    "covid_result_metadata",
    rows.map((row, position) => ({
      report_id: root.id,
      report_index: position + first,
      message_id: root.items[position]?.trackingId || null,
      test_result: position % 3 === 0 ? "Detected" : "Not detected",
      ordering_facility_name: "Testlast Clinic",
      ordering_facility_state: "XX",
      testing_lab_name: "Testlast Laboratory",
      testing_lab_clia: "00D0000000",
      patient_state: "XX",
      patient_postal_code: "00000",
      processing_mode_code: "P",
      sender_id: root.sender,
      created_at: toText(root.at).replace("Z", ""),
      ...row,
    })),
  );
}

const SCHEMA = "primedatainput/pdi-covid-19";

async function receiveRows(
  world: World,
  options: LegacyOptions,
): Promise<{ root: Report; actionId: number; at: Micros }> {
  const { sender = SENDER, topic = "covid-19", format = "CSV", externalName = null } = options;
  const trackingIds = trackingIdsOf(options.items ?? 1);
  const at = toMicros(options.at);
  const actionId = await recordAction(world, {
    name: "receive",
    at,
    sender,
    columns: {
      action_params: requestParams("reports", { client: sender }),
      action_result: "CREATED",
      http_status: 201,
      content_length: 1000 * trackingIds.length,
      sender_ip: "192.0.2.1",
      external_name: externalName,
      ...options.action,
    },
  });
  const items = trackingIds.map((trackingId): Item => ({ trackingId, hash: sha256(`${world.uuid()}${trackingId}`) }));
  const [root] = await recordFiles(world, actionId, at, [
    {
      topic,
      format,
      nextAction: "none",
      itemCount: items.length,
      before: null,
      items,
      sender,
      payloadName: externalName,
      folder: sender,
      schema: options.schema ?? SCHEMA,
      externalName,
    },
  ]);
  return { root: root!, actionId, at };
}

function trackingIdsOf(items: number | string[]): string[] {
  return typeof items === "number" ? Array.from({ length: items }, (_, position) => `ACC-${position + 1}`) : items;
}

/** Logs come last, as the entries of one action do. */
async function logReceipt(world: World, root: Report, { logs = [] }: { logs?: LogSpec[] }): Promise<void> {
  await recordLogs(
    world,
    root.actionId,
    root.at,
    logs.map((log) => ({ reportId: root.id, ...log })),
  );
}

async function routeRows(
  world: World,
  parent: Report,
  actionId: number,
  at: Micros,
  routes: LegacyRoute[],
): Promise<Report[]> {
  const everyRow = parent.items.map((_, position) => position + 1);
  const plans = routes.map((route) => {
    const matched = route.rows ?? everyRow;
    const taken = new Set((route.filtered ?? []).map((filtered) => filtered.row));
    return { route, matched, left: matched.filter((row) => !taken.has(row)) };
  });
  const specs = plans.map(({ route, matched, left }) => routedFile(world, parent, route, matched, left, at));
  const children = await recordFiles(world, actionId, at, specs);
  const edges = plans.flatMap(({ left }, position) => {
    const pairs = left.map((row, to) => ({ from: row - 1, to, item: parent.items[row - 1]! }));
    return edgesBetween(at, parent, children[position]!, pairs);
  });
  await recordLineage(
    world,
    actionId,
    at,
    edges,
    children.map((child) => [parent.id, child.id]),
  );
  const logs = plans.flatMap(({ route }, position) => filteredLogs(parent, children[position]!, route));
  await recordLogs(world, actionId, at, logs);
  return children;
}

function routedFile(
  world: World,
  parent: Report,
  route: LegacyRoute,
  matched: number[],
  left: number[],
  at: Micros,
): FileSpec {
  const { receiver, next = "batch", nextActionAt } = route;
  const hour = 60 * MINUTE;
  const planned = nextActionAt === undefined ? Math.ceil((at + 10 * SECOND) / hour) * hour : nextActionAt;
  const empty = left.length === 0;
  return {
    topic: parent.topic,
    format: next === "batch" ? "INTERNAL" : factsOf(world, receiver).format,
    nextAction: empty ? null : next,
    nextActionAt: empty || next !== "batch" || planned === null ? null : toMicros(planned),
    itemCount: left.length,
    before: matched.length,
    items: left.map((row) => parent.items[row - 1]!),
    receiver,
    payloadName: parent.payloadName,
    folder: empty ? null : receiver,
    schema: factsOf(world, receiver).schema,
  };
}

function filteredLogs(parent: Report, child: Report, { filtered = [], doubledLogs = false }: LegacyRoute): LogSpec[] {
  const logs = filtered.map(({ row, filterName = "hasValidDataFor", filterArgs = ["patient_dob"], type }): LogSpec => {
    const trackingElement = parent.items[row - 1]?.trackingId || "MissingID";
    const result = filterResult("translation", {
      receiver: child.receiver!,
      originalCount: parent.items.length,
      filterName,
      filterArgs,
      filterType: type ?? "QUALITY_FILTER",
      trackingElement,
    });
    return { type: "filter", scope: "translation", reportId: child.id, trackingId: trackingElement, detail: result };
  });
  return doubledLogs ? [...logs, ...logs] : logs;
}
