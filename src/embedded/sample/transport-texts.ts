import type { Micros } from "../../time/instant.ts";
import type { BodyFormat, Receiver } from "./cast.ts";
import { fileStamp } from "./clock.ts";
import { isoZ } from "./messages.ts";

/** The part of a ready file that the texts of a transport quote. */
type Quoted = {
  readonly report: string;
  readonly receiver: Receiver;
  readonly format: BodyFormat;
  readonly externalName: string | null;
};

/** ReportStream: TransportType.kt's toString, secrets included as the live database has them (these are invented). */
export function transportParams(receiver: Receiver): string {
  const host = `${receiver.org.replace(/[^a-z-]/gi, "").toLowerCase()}.example`;
  switch (receiver.transport) {
    case "SFTP":
      return (
        `SFTPTransportType(host=sftp.${host}, port=22, filePath=/in, credentialName=null, connectionTimeout=null, ` +
        "readTimeout=null, useNonDeprecatedKeyAlgorithmsOnly=null)"
      );
    case "REST":
      return `RESTTransportType(reportUrl=https://api.${host}/elr, authTokenUrl=https://api.${host}/token, headers={x-functions-key=SAMPLE-SECRET})`;
    case "SOAP":
      return `SoapTransportType(endpoint=https://soap.${host}/in, soapAction=urn:upload, credentialName=SAMPLE)`;
    case "AS2":
      return `AS2TransportType(receiverUrl=https://as2.${host}/, receiverId=${receiver.org}, senderId=SAMPLE)`;
    case "GAEN":
      return `GAENTransportType(apiUrl=https://gaen.${host}/issue, uuidFormat=UUID, uuidIV=SAMPLE-IV)`;
    case "BLOBSTORE":
      return "BlobStoreTransportType(storageName=SAMPLESTORE, containerName=out)";
    case "EMAIL":
      return `EmailTransportType(addresses=[lab@${host}], from=reports@reports.example)`;
    default:
      return "NullTransportType(dummy=null)";
  }
}

const SUFFIX: Record<BodyFormat, string> = {
  INTERNAL: "csv",
  CSV: "csv",
  CSV_SINGLE: "csv",
  HL7: "hl7",
  HL7_BATCH: "hl7",
  FHIR: "fhir",
};

/** The name under which a file goes out; some templates have no id and repeat, AS2 and GAEN have none. */
export function sentName(file: Quoted, at: Micros): string | null {
  const { receiver, report } = file;
  const suffix = SUFFIX[receiver.format];
  if (receiver.transport === "AS2" || receiver.transport === "GAEN") return null;
  if (receiver.topic === "elr-elims") return file.externalName ?? `${report}.${suffix}`;
  if (receiver.transport === "BLOBSTORE") {
    return `https://samplestore.blob.example/out/${receiver.org}/${report}.${suffix}`;
  }
  if (receiver.numberedName) return `cdcprime_${receiver.org}_p_${fileStamp(at)}.${suffix}`;
  const base = receiver.schema.split("/").at(-1);
  return `${base}-${report}-${fileStamp(at)}.${suffix}`.toLowerCase();
}

/** What a transport answers when all went well. `sent` is the id of the file that went out. */
export function sentText(file: Quoted, sent: string, at: Micros): string {
  const { receiver, report } = file;
  const params = transportParams(receiver);
  switch (receiver.transport) {
    case "SFTP":
      return `Success: sftp upload of ${sentName(file, at)} to ${params}`;
    case "REST":
      return `Success: REST transport of ${sentName(file, at)} to apiUrl=https://api.sample.example/elr:\n{"status":"accepted, \\"ok\\""}`;
    case "SOAP":
      return `Success: SOAP transport of ${sent} to endpoint=https://soap.sample.example/in, soapAction=urn:upload:\n<ack>AA</ack>`;
    case "AS2":
      return `${receiver.fullName}: Successful upload of ${report}`;
    case "GAEN":
      return `${receiver.fullName}: Successful exposure notifications of ${report}(${sent})`;
    case "BLOBSTORE":
      return `Successfully copied https://rsstore.blob.example/reports/ready to ${sentName(file, at)}`;
    default:
      return "Sending to Null Transport. File can be downloaded by Receiver until it expires.";
  }
}

function failureText(file: Quoted): string {
  const { receiver, report } = file;
  const params = transportParams(receiver);
  const { fullName } = receiver;
  switch (receiver.transport) {
    case "REST":
      return `FAILED POST of inputReportId ${report} to ${params} (orgService = ${fullName}), Exception: 503 Service Unavailable`;
    case "SOAP":
      return `FAILED SOAP of inputReportId ${report} to ${params} (orgService = ${fullName}), Exception: connection reset`;
    case "AS2":
      return `FAILED AS2 upload of inputReportId ${report} to ${params} (orgService = ${fullName});Retry all items;timeout`;
    case "GAEN":
      return `FAILED exposure notification of inputReportId ${report} to gaen, response 500`;
    case "BLOBSTORE":
      return `FAILED Blob copy of inputReportId ${report} to ${params} (orgService = ${fullName})`;
    default:
      return (
        `FAILED Sftp upload of inputReportId ${report} to ${params} (orgService = ${fullName}), ` +
        "Exception: java.net.ConnectException: Connection refused ('to' \"10.0.0.1\")"
      );
  }
}

export function warningText(file: Quoted, wait: number, seconds: number, due: Micros): string {
  return `${failureText(file)}, ${willRetry(file, wait, seconds, due)}`;
}

function willRetry(file: Quoted, wait: number, seconds: number, due: Micros): string {
  return (
    `Send Failed.  Will retry sending report: ${file.report} to ${file.receiver.fullName} in ${wait} minutes and ` +
    `${seconds} seconds at ${isoZ(due)}.`
  );
}

/** A refusal at once carries both sentences; the name of the action decides, not the words. */
export function refusedText(file: Quoted, atOnce: boolean, at: Micros): string {
  const both = atOnce ? `${willRetry(file, 10, 17, at + 10_000_000)}, ` : "";
  return (
    `${failureText(file)}, ${both}All retries failed.  Manual Intervention Required.  Send Error report for: ` +
    `${file.report} to ${file.receiver.fullName}`
  );
}

export function exceptionText(message: string): string {
  return `Send function unrecoverable exception: Lease was lost, "unexpected" Event: ${message}`;
}
