import type { Micros } from "../../time/instant.ts";
import type { BodyFormat, Receiver, Sender, Topic } from "./cast.ts";
import { sqlInstant } from "./clock.ts";

/**
 * The texts that ReportStream leaves in action_params, body_url and the like. Hosts end in
 * `.example`, so that nothing here can be a place that exists.
 */
const STORE = "https://rsstore.blob.example/reports";
const EXTENSIONS: Record<BodyFormat, string> = {
  INTERNAL: "internal.csv",
  CSV: "csv",
  CSV_SINGLE: "csv",
  HL7: "hl7",
  HL7_BATCH: "hl7",
  FHIR: "fhir",
};

/** Where a report's body lies. The folder names the step to come; the file name is the third `%2F` part. */
export function blobUrl(folder: string, subfolder: string, report: string, format: BodyFormat): string {
  return `${STORE}/${folder}%2F${subfolder}%2F${report}.${EXTENSIONS[format]}`;
}

/** The request that a sender made: the query string is kept whole, secrets and all. */
export function submitRequest(sender: Sender | string, externalName: string | null, query = ""): string {
  const client = typeof sender === "string" ? sender : sender.fullName;
  const parameters: Record<string, string> = { client };
  if (externalName !== null) parameters.payloadname = externalName;
  return JSON.stringify({
    method: "POST",
    url: `https://api.reports.example/api/reports?client=${client}${query}`,
    headers: { "content-type": "application/hl7-v2", "user-agent": "sample/1" },
    queryParameters: parameters,
  });
}

export function stepMessage(
  step: "convert" | "destination-filter" | "receiver-enrichment" | "receiver-filter" | "translate",
  report: string,
  url: string,
  subfolder: string,
  topic: Topic,
  receiver: Receiver | null,
): string {
  const target = receiver ? `,"receiverFullName":"${receiver.fullName}"` : "";
  const schema = step === "convert" ? `,"schemaName":""` : "";
  return (
    `{"type":"${step}","reportId":"${report}","blobURL":"${url}","digest":"${report.slice(0, 8)}",` +
    `"blobSubFolderName":"${subfolder}","topic":"${topic}"${schema}${target},` +
    `"messageQueueName":"elr-fhir-${step}"}`
  );
}

/** The convert message of the submissions service, which names its client among the headers. */
export function serviceMessage(report: string, url: string, sender: Sender): string {
  return JSON.stringify({
    type: "receive",
    reportId: report,
    blobURL: url,
    digest: report.slice(0, 8),
    blobSubFolderName: sender.fullName,
    headers: ["java.util.LinkedHashMap", { client_id: sender.fullName, content_type: "application/hl7-v2" }],
    messageQueueName: "elr-fhir-convert-submission",
  });
}

export function batchMessage(receiver: Receiver, empty: boolean, json: boolean): string {
  if (!json) return `receiver&BATCH&${receiver.fullName}&${empty}`;
  return JSON.stringify({
    type: "batch",
    eventAction: "BATCH",
    receiverName: receiver.fullName,
    emptyBatch: empty,
    at: "",
    messageQueueName: "",
  });
}

/** `at` is the planned time of a retry, null for a first attempt. */
export function sendMessage(report: string, empty: boolean, at: Micros | null, json: boolean): string {
  if (!json) return `report&SEND&${report}&${empty}`;
  const planned = at === null ? "" : isoZ(at);
  return (
    `{"type":"report","eventAction":"SEND","emptyBatch":${empty},"reportId":"${report}","at":"${planned}",` +
    `"messageQueueName":"send"}`
  );
}

export function processMessage(report: string, json: boolean): string {
  if (!json) return `report&PROCESS&${report}&false`;
  return JSON.stringify({
    type: "process",
    eventAction: "PROCESS",
    reportId: report,
    options: "None",
    defaults: {},
    routeTo: [],
    at: "",
    messageQueueName: "",
  });
}

export function resendRequest(report: string, receiver: Receiver, test: boolean): string {
  const parameters: Record<string, string> = { reportId: report, receiver: receiver.fullName };
  if (test) parameters.test = "true";
  const query = new URLSearchParams(parameters).toString();
  return JSON.stringify({
    method: "POST",
    url: `https://api.reports.example/api/adm/resend?${query}&code=SAMPLE-SECRET`,
    headers: { accept: "*/*" },
    queryParameters: parameters,
  });
}

export function downloadRequest(report: string): string {
  return JSON.stringify({
    method: "GET",
    url: `https://api.reports.example/api/history/report/${report}`,
    headers: { accept: "*/*" },
    queryParameters: {},
  });
}

/** `2026-11-20T14:02:11.123456Z`. */
export function isoZ(at: Micros): string {
  return sqlInstant(at).replace(" ", "T").replace("+00", "Z");
}
