import type { Micros } from "../../../src/time/instant.ts";
import { ERA, SECOND, toText } from "./instants.ts";
import { bodyUrl } from "./messages.ts";
import { insert, type Json, type Row, sha256, splitName, type World } from "./world.ts";

/** An item of a file, as the next step copies it. Its index is its position. */
export interface Item {
  trackingId: string | null;
  hash: string;
}

/** A file that was recorded, as recipes hand it on. */
export interface Report {
  id: string;
  actionId: number;
  at: Micros;
  topic: string;
  format: string;
  nextAction: string | null;
  /** As the column says: 0 for what was filtered, not routed or not readable. */
  itemCount: number;
  items: Item[];
  /** `org.name`, or null. */
  sender: string | null;
  receiver: string | null;
  /** What the sender called the submission. */
  payloadName: string | null;
}

/** A file to record. Columns that are not named follow from these. */
export interface FileSpec {
  topic: string;
  format: string;
  nextAction: string | null;
  nextActionAt?: Micros | null;
  itemCount: number;
  before?: number | null;
  items?: Item[];
  sender?: string | null;
  receiver?: string | null;
  payloadName?: string | null;
  /** The sender or receiver in the body's name; null: the file has no body. */
  folder: string | null;
  schema?: string;
  externalName?: string | null;
  /** A Submissions service root has no task. */
  task?: boolean;
  /** Other columns of report_file. */
  columns?: Row;
}

export interface ItemEdge extends Item {
  parent: string;
  parentIndex: number;
  child: string;
  childIndex: number;
}

export interface LogSpec {
  type: "info" | "warning" | "error" | "filter";
  scope: "parameter" | "report" | "item" | "translation" | "internal";
  detail: Json | null;
  reportId?: string | null;
  index?: number | null;
  trackingId?: string | null;
}

export interface Step {
  name: string;
  at: Micros;
  /** Of `org.name`. */
  sender?: string | null;
  receiver?: string | null;
  /** Other columns of action. */
  columns?: Row;
}

export async function recordAction(world: World, { name, at, sender, receiver, columns }: Step): Promise<number> {
  const [sendingOrg, client] = sender ? splitName(sender) : [undefined, undefined];
  const [receivingOrg, service] = receiver && at >= ERA.actionReceiver ? splitName(receiver) : [undefined, undefined];
  const row: Row = {
    action_name: name,
    created_at: toText(at),
    sending_org: sendingOrg,
    sending_org_client: client,
    receiving_org: receivingOrg,
    receiving_org_svc: service,
    ...columns,
  };
  const [id] = await insert(world, "action", [row], "action_id");
  return Number(id);
}

/** Records the files and, for each that has work to come, its task. */
export async function recordFiles(world: World, actionId: number, at: Micros, specs: FileSpec[]): Promise<Report[]> {
  const reports = specs.map((spec) => reportOf(spec, world.uuid(), actionId, at));
  const rows = specs.map((spec, position) => fileRow(spec, reports[position]!));
  await insert(world, "report_file", rows);
  const tasks = reports.flatMap((report, position) => {
    const spec = specs[position]!;
    const works = report.nextAction !== null && report.nextAction !== "none" && spec.task !== false;
    return works ? [taskRow(rows[position]!, report)] : [];
  });
  await insert(world, "task", tasks);
  return reports;
}

function reportOf(spec: FileSpec, id: string, actionId: number, at: Micros): Report {
  const { topic, format, nextAction, itemCount, items = [], sender = null, receiver = null, payloadName = null } = spec;
  return { id, actionId, at, topic, format, nextAction, itemCount, items, sender, receiver, payloadName };
}

function fileRow(spec: FileSpec, report: Report): Row {
  const [sendingOrg, client] = report.sender ? splitName(report.sender) : [null, null];
  const [receivingOrg, service] = report.receiver ? splitName(report.receiver) : [null, null];
  const { id, format, nextAction } = report;
  return {
    report_id: id,
    action_id: report.actionId,
    next_action: nextAction,
    next_action_at: typeof spec.nextActionAt === "number" ? toText(spec.nextActionAt) : null,
    sending_org: sendingOrg,
    sending_org_client: client,
    receiving_org: receivingOrg,
    receiving_org_svc: service,
    schema_name: spec.schema ?? "None",
    schema_topic: report.topic,
    body_url: spec.folder === null ? null : bodyUrl({ id, format, nextAction, folder: spec.folder }),
    external_name: spec.externalName ?? null,
    body_format: format,
    blob_digest: spec.folder === null ? null : `\\x${sha256(id)}`,
    item_count: report.itemCount,
    created_at: toText(report.at),
    item_count_before_qual_filter: spec.before === undefined ? report.itemCount : spec.before,
    ...spec.columns,
  };
}

function taskRow(file: Row, report: Report): Row {
  const early = 5 + (Number.parseInt(sha256(report.id).slice(0, 6), 16) % 796);
  return {
    report_id: report.id,
    next_action: report.nextAction,
    next_action_at: file.next_action_at,
    schema_name: file.schema_name,
    receiver_name: report.receiver ?? "",
    item_count: report.itemCount,
    body_format: report.format,
    body_url: file.body_url,
    created_at: toText(report.at - early * 1000),
  };
}

/** Records item edges and the report edges that follow from them, and `more` report edges without items. */
export async function recordLineage(
  world: World,
  actionId: number,
  at: Micros,
  edges: ItemEdge[],
  more: [parent: string, child: string][] = [],
): Promise<void> {
  const pairs = new Map(
    [...edges.map((edge): [string, string] => [edge.parent, edge.child]), ...more].map((pair) => [pair.join(), pair]),
  );
  const created_at = toText(at);
  await insert(
    world,
    "report_lineage",
    [...pairs.values()].map(([parent, child]) => ({
      action_id: actionId,
      parent_report_id: parent,
      child_report_id: child,
      created_at,
    })),
  );
  await insert(
    world,
    "item_lineage",
    edges.map((edge) => ({
      parent_report_id: edge.parent,
      parent_index: edge.parentIndex,
      child_report_id: edge.child,
      child_index: edge.childIndex,
      tracking_id: edge.trackingId,
      item_hash: at < ERA.itemHash ? "" : edge.hash,
      created_at,
    })),
  );
}

/** Entries are made while the step works: up to three seconds before it is recorded. */
export async function recordLogs(world: World, actionId: number, at: Micros, logs: LogSpec[]): Promise<void> {
  await insert(
    world,
    "action_log",
    logs.map((log) => ({
      action_id: actionId,
      report_id: log.reportId ?? null,
      index: log.index ?? null,
      tracking_id: log.trackingId ?? null,
      type: log.type,
      scope: log.scope,
      detail: log.detail,
      created_at: toText(at - ((++world.logs * 377_000) % (3 * SECOND))),
    })),
  );
}

/** Moves a task on. Columns that are not named stay. */
export async function updateTask(world: World, reportId: string, columns: Row): Promise<void> {
  const names = Object.keys(columns);
  const list = names.map((name, position) => `${name} = $${position + 2}`).join(", ");
  await world.client.query(`update task set ${list} where report_id = $1`, [
    reportId,
    ...names.map((name) => columns[name]),
  ]);
}

/** The step is done: nothing more to do with its input, and the column that says so is set. */
export async function finishTask(world: World, reportId: string, column: string, at: Micros): Promise<void> {
  await updateTask(world, reportId, { next_action: "none", next_action_at: null, [column]: toText(at) });
}
