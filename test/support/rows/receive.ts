import { type At, toMicros } from "./instants.ts";
import { requestParams } from "./messages.ts";
import { type LogSpec, type Report, recordAction, recordFiles, recordLogs } from "./record.ts";
import { type ConvertOptions, convertInto } from "./steps.ts";
import type { Row, World } from "./world.ts";

export interface ReceiveOptions {
  at: At;
  /** `org.client` */
  sender?: string;
  items?: number;
  topic?: string;
  format?: string;
  externalName?: string | null;
  /** Warnings about the file as it came; their report is the submission unless they name another. */
  logs?: LogSpec[];
  /** Other columns of the action, such as http_status or action_params. */
  action?: Row;
}

export const SENDER = "acme-labs.default";

/** An accepted submission of the universal pipeline. */
export async function receive(world: World, options: ReceiveOptions): Promise<Report> {
  const { sender = SENDER, items = 1, topic = "full-elr", externalName = null, logs = [] } = options;
  const at = toMicros(options.at);
  const format = options.format ?? (items > 1 ? "HL7_BATCH" : "HL7");
  const actionId = await recordAction(world, {
    name: "receive",
    at,
    sender,
    columns: {
      action_params: requestParams("waters", { client: sender }),
      action_result: "CREATED",
      http_status: 201,
      content_length: 1000 * items,
      sender_ip: "192.0.2.1",
      external_name: externalName,
      ...options.action,
    },
  });
  const [root] = await recordFiles(world, actionId, at, [
    {
      topic,
      format,
      nextAction: "convert",
      itemCount: items,
      sender,
      payloadName: externalName,
      folder: sender,
      externalName,
    },
  ]);
  await recordLogs(
    world,
    actionId,
    at,
    logs.map((log) => ({ reportId: root!.id, ...log })),
  );
  return root!;
}

/** A file that came by SFTP: answered 200, and without a request. */
export function sftpDrop(world: World, options: ReceiveOptions): Promise<Report> {
  const action = { action_params: null, action_result: "OK", http_status: 200, content_length: null, sender_ip: null };
  return receive(world, { externalName: "drop.hl7", ...options, action: { ...action, ...options.action } });
}

export interface RejectedOptions {
  at: At;
  /** null: refused before the sender was known */
  sender?: string | null;
  externalName?: string | null;
  logs?: LogSpec[];
  action?: Row;
}

/** A submission that was refused with 400: an action and its logs, and no report. */
export async function rejected(world: World, options: RejectedOptions): Promise<number> {
  const { sender = SENDER, externalName = null, logs = [] } = options;
  const at = toMicros(options.at);
  const actionId = await recordAction(world, {
    name: "receive",
    at,
    sender,
    columns: {
      action_params: requestParams("waters", { client: sender ?? "unknown" }),
      action_result: "BAD_REQUEST",
      http_status: 400,
      content_length: 500,
      sender_ip: "192.0.2.1",
      external_name: externalName,
      ...options.action,
    },
  });
  await recordLogs(world, actionId, at, logs);
  return actionId;
}

/** A request that only tested the connection or the payload. */
export function testOption(
  world: World,
  { at, sender = SENDER, option = "ValidatePayload" }: { at: At; sender?: string; option?: string },
): Promise<number> {
  return recordAction(world, {
    name: "receive",
    at: toMicros(at),
    sender,
    columns: {
      action_params: requestParams("waters", { client: sender, option }),
      action_result: "OK",
      http_status: 200,
      content_length: 500,
      sender_ip: "192.0.2.1",
    },
  });
}

/**
 * A submission through the submissions service: one convert action with the sender writes the
 * root, whose item_count is always 1, and what it was converted to.
 */
export async function submissionsService(
  world: World,
  options: Omit<ReceiveOptions, "externalName" | "logs"> & Omit<ConvertOptions, "at">,
): Promise<{ root: Report; converted: Report[] }> {
  const { sender = SENDER, items = 1, topic = "full-elr", format = "HL7" } = options;
  const at = toMicros(options.at);
  const params = {
    type: "receive",
    reportId: "",
    topic,
    headers: ["java.util.LinkedHashMap", { client_id: sender }],
    messageQueueName: "elr-fhir-convert-submission",
  };
  const actionId = await recordAction(world, {
    name: "convert",
    at,
    sender,
    columns: { action_params: JSON.stringify(params), ...options.action },
  });
  const [root] = await recordFiles(world, actionId, at, [
    {
      topic,
      format,
      nextAction: "convert",
      itemCount: 1,
      sender,
      folder: sender,
      task: false,
      columns: { blob_digest: `\\x${Buffer.from("0a1b2c3d").toString("hex")}` },
    },
  ]);
  return { root: root!, converted: await convertInto(world, root!, actionId, at, items, options) };
}
