import type { Micros } from "../../../src/time/instant.ts";
import { toText } from "./instants.ts";
import type { Report } from "./record.ts";
import type { Json, ReceiverFacts } from "./world.ts";

/** transport_params: how ReportStream prints the transport's setting. */
export function transportText(transport: Json | null): string | null {
  if (transport === null) return null;
  const of = (key: string) => String(transport[key] ?? null);
  switch (transport.type) {
    case "SFTP":
      return `SFTPTransportType(host=${of("host")}, port=${of("port")}, filePath=${of("filePath")}, credentialName=${of("credentialName")})`;
    case "REST":
      return `apiUrl=${of("reportUrl")}`;
    case "SOAP":
      return `endpoint=${of("endpoint")}, soapAction=${of("soapAction")}`;
    case "AS2":
      return `AS2TransportType(receiverUrl=${of("receiverUrl")}, receiverId=${of("receiverId")}, senderId=${of("senderId")})`;
    case "GAEN":
      return `url=${of("apiUrl")}, uuidFormat=${of("uuidFormat")}, uuidIV=${of("uuidIV")}`;
    case "BLOBSTORE":
      return `BlobStoreTransportType(storageName=${of("storageName")}, containerName=${of("containerName")})`;
    case "EMAIL":
      return `EmailTransportType(addresses=${of("addresses")}, from=${of("from")})`;
    default:
      return "NullTransportType(dummy=null)";
  }
}

/** `<schema>-<report id>-<time>.<extension>`, or what the transport or topic has instead. */
export function sentFileName(batch: Report, facts: ReceiverFacts, at: Micros): string | null {
  const extension = { CSV: "csv", FHIR: "fhir" }[facts.format] ?? "hl7";
  const time = toText(at).replace(/\D/g, "").slice(0, 14);
  const schema = facts.schema.replace(/^.*\//, "").replace(/\.yml$/, "");
  const name = `${schema}-${batch.id}-${time}.${extension}`.toLowerCase();
  if (batch.topic === "elr-elims" && batch.payloadName !== null) return batch.payloadName;
  switch (facts.transport?.type) {
    case "AS2":
    case "GAEN":
      return null;
    case "BLOBSTORE":
      return `https://store.blob.example/${String(facts.transport.containerName)}/${name}`;
    default:
      return name;
  }
}

/** What ReportStream notes when a file went out; http_status as well where the receiver gave one. */
export function successText(
  batch: Report,
  sentId: string,
  facts: ReceiverFacts,
  name: string | null,
): { text: string; httpStatus?: number } {
  const to = transportText(facts.transport);
  switch (facts.transport?.type) {
    case "SFTP":
      return { text: `Success: sftp upload of ${name} to ${to}` };
    case "REST":
      return { text: `Success: REST transport of ${name} to ${to}:\n{"status":"ok"}`, httpStatus: 200 };
    case "SOAP":
      return { text: `Success: SOAP transport of ${sentId} to ${to}:\n<ok/>` };
    case "AS2":
      return { text: `${batch.receiver}: Successful upload of ${batch.id}` };
    case "GAEN":
      return { text: `${batch.receiver}: Successful exposure notifications of ${batch.id}(${sentId})` };
    case "BLOBSTORE":
      return { text: `Successfully copied ${batch.id} to ${name}` };
    default:
      return { text: "Sending to Null Transport. File can be downloaded by Receiver until it expires." };
  }
}

/** What it notes of a failed attempt, before what becomes of it. */
export function failureText(batch: Report, facts: ReceiverFacts): { text: string; httpStatus?: number } {
  const to = transportText(facts.transport);
  const about = `inputReportId ${batch.id}`;
  const service = `(orgService = ${batch.receiver})`;
  switch (facts.transport?.type) {
    case "REST":
      return { text: `FAILED POST of ${about} to ${to} ${service}, Exception: 401 Unauthorized`, httpStatus: 401 };
    case "SOAP":
      return { text: `FAILED SOAP of ${about} to ${to} ${service}, Exception: 503` };
    case "AS2":
      return { text: `FAILED AS2 upload of ${about} to ${to} ${service};Retry all items;timeout` };
    case "GAEN":
      return { text: `FAILED GAEN notification of ${about} to ${to}, Exception: 500` };
    case "BLOBSTORE":
      return { text: `FAILED Blob copy of ${about} to ${to} ${service}, Exception: timeout` };
    default:
      return { text: `FAILED Sftp upload of ${about} to ${to} ${service}, Exception: Connection refused` };
  }
}
