import type { Micros } from "../../../src/time/instant.ts";
import { ERA, toText } from "./instants.ts";
import type { Json } from "./world.ts";

const HOST = "https://reportstream.example/api";
const ACCOUNT = "https://reportstream.blob.example/reports";

/** Parts of a file that its name in the blob store is made of. */
export interface Body {
  id: string;
  format: string;
  nextAction: string | null;
  /** Sender or receiver, `org.name`. */
  folder: string;
}

export function bodyUrl({ id, format, nextAction, folder }: Body): string {
  const extension = { INTERNAL: "internal.csv", CSV: "csv", CSV_SINGLE: "csv", FHIR: "fhir" }[format] ?? "hl7";
  const step = nextAction === "send" ? "ready" : (nextAction ?? "none");
  return `${ACCOUNT}/${step}%2F${folder}%2F${id}.${extension}`;
}

/** action_params of a step that a person's or sender's request started. */
export function requestParams(path: string, query: Record<string, string> = {}): string {
  const search = new URLSearchParams(query).toString();
  const url = `${HOST}/${path}${search ? `?${search}` : ""}`;
  return JSON.stringify({ method: "POST", url, headers: { accept: "*/*" }, queryParameters: query });
}

/** action_params of the steps from convert to translate. */
export function stepParams(step: string, report: { id: string; topic: string }, receiver?: string): string {
  const message: Json = {
    type: step,
    reportId: report.id,
    blobURL: `${ACCOUNT}/${step}%2F${report.id}`,
    digest: report.id.replaceAll("-", "").slice(0, 30),
    blobSubFolderName: receiver ?? "sender",
    topic: report.topic,
    messageQueueName: `elr-fhir-${step}`,
  };
  if (step === "convert") message.schemaName = "";
  if (receiver !== undefined) message.receiverFullName = receiver;
  return JSON.stringify(message);
}

export function batchParams(receiver: string, at: Micros, empty: boolean): string {
  if (at < ERA.jsonMessages) return `receiver&BATCH&${receiver}&${empty}`;
  return JSON.stringify({
    type: "batch",
    eventAction: "BATCH",
    receiverName: receiver,
    emptyBatch: empty,
    at: "",
    messageQueueName: "",
  });
}

/** @param scheduled the time that a retry was planned for; undefined for a first attempt */
export function sendParams(reportId: string, at: Micros, empty: boolean, scheduled?: Micros): string {
  const planned = scheduled === undefined ? "" : toText(scheduled);
  if (at < ERA.jsonMessages) return `report&SEND&${reportId}&${empty}${planned && `&${planned}`}`;
  return JSON.stringify({
    type: "report",
    eventAction: "SEND",
    emptyBatch: empty,
    reportId,
    at: planned,
    messageQueueName: "send",
  });
}

export function processParams(reportId: string, at: Micros): string {
  if (at < ERA.jsonMessages) return `report&PROCESS&${reportId}&None`;
  return JSON.stringify({
    type: "process",
    eventAction: "PROCESS",
    reportId,
    options: "None",
    defaults: {},
    routeTo: [],
    at: "",
    messageQueueName: "",
  });
}
