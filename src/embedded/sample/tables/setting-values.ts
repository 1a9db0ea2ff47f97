import type { Organization, Receiver, Sender, Topic } from "../cast.ts";
import { isLegacy } from "../cast.ts";

/** The JSON of settings as ReportStream keeps it. Hosts and names are invented; one key holds what it should not. */
type Json = Record<string, unknown>;

/** What `values` repeats of the row's columns, and what may be stale. */
export type Stamped = { readonly version: number; readonly createdBy: string; readonly createdAt: string };

export function organizationValues(organization: Organization, description: string, stamped: Stamped): Json {
  const { name, jurisdiction } = organization;
  const state = jurisdiction === "FEDERAL" ? {} : { stateCode: "ZZ" };
  const county = jurisdiction === "COUNTY" ? { countyName: "Testcounty" } : {};
  const filters = [{ topic: "covid-19" satisfies Topic, qualityFilter: ["hasValidDataFor(patient_last_name)"] }];
  return { name, description, jurisdiction, ...state, ...county, filters, ...keys(name), ...stamped };
}

/** Public keys; at one organization an operator has pasted a private one. */
function keys(name: string): Json {
  if (name !== "acme-labs" && name !== "toledo-lab") return {};
  const key = { kty: "RSA", kid: `${name}.lab1`, n: "c2FtcGxl", e: "AQAB" };
  return {
    keys: [{ scope: `${name}.*.report`, keys: [name === "toledo-lab" ? { ...key, d: "SAMPLE-PRIVATE" } : key] }],
  };
}

export function senderValues(sender: Sender, stamped: Stamped): Json {
  return {
    name: sender.name,
    organizationName: sender.org,
    topic: sender.topic,
    format: sender.format,
    customerStatus: sender.status,
    schemaName: isLegacy(sender.topic) ? `${sender.topic}/sample` : "",
    processingType: sender.sync ? "sync" : "async",
    allowDuplicates: sender.allowDuplicates,
    senderType: "facility",
    primarySubmissionMethod: "automated",
    hl7AcknowledgementEnabled: false,
    ...stamped,
  };
}

export function receiverValues(receiver: Receiver, stamped: Stamped): Json {
  const legacy = isLegacy(receiver.topic);
  const transport = transportOf(receiver);
  return {
    name: receiver.name,
    organizationName: receiver.org,
    topic: receiver.topic,
    customerStatus: receiver.status,
    translation: translationOf(receiver),
    jurisdictionalFilter: legacy
      ? ["matches(patient_state, ZZ)"]
      : ["(%performerState.exists() and %performerState = 'ZZ')"],
    qualityFilter: [],
    routingFilter: [],
    processingModeFilter: legacy ? [] : ["%processingId = 'P'"],
    reverseTheQualityFilter: false,
    conditionFilter: [],
    mappedConditionFilter: [],
    routingFilters: [],
    deidentify: false,
    deidentifiedValue: "",
    // Neither of the two without timing has the same nothing.
    ...(receiver.timing ? { timing: timingOf(receiver) } : legacy ? {} : { timing: null }),
    description: "",
    ...(transport === undefined ? {} : { transport }),
    externalName: null,
    enrichmentSchemaNames: [],
    timeZone: null,
    dateTimeFormat: "OFFSET",
    ...stamped,
  };
}

function timingOf(receiver: Receiver): Json | null {
  const { timing } = receiver;
  if (!timing) return null;
  return {
    operation: receiver.batching ? "MERGE" : "NONE",
    numberPerDay: timing.numberPerDay,
    initialTime: timing.initialTime,
    timeZone: timing.timeZone,
    maxReportCount: timing.maxReportCount,
    whenEmpty: { action: timing.whenEmpty, onlyOncePerDay: timing.onlyOncePerDay },
    timeBetweenBatches: 60,
  };
}

function translationOf(receiver: Receiver): Json {
  const { format, batching, schema, org } = receiver;
  if (format === "FHIR") return { type: "FHIR", schemaName: schema, useBatching: batching };
  if (receiver.transport === "GAEN") return { type: "GAEN" };
  if (format === "CSV") return { type: "CUSTOM", schemaName: schema, format: "CSV", nameFormat: "STANDARD" };
  return {
    type: "HL7",
    schemaName: schema,
    useBatchHeaders: batching,
    nameFormat: "STANDARD",
    receivingOrganization: org,
  };
}

/** Undefined where the setting has no `transport` at all, null where it says null: neither is the type NULL. */
function transportOf(receiver: Receiver): Json | null | undefined {
  const host = `${receiver.org.replace(/[^a-z-]/gi, "").toLowerCase()}.example`;
  switch (receiver.transport) {
    case "absent":
      return undefined;
    case "null":
      return null;
    case "NULL":
      return { type: "NULL", dummy: null };
    case "SFTP":
      return { type: "SFTP", host: `sftp.${host}`, port: "22", filePath: "/in", credentialName: null };
    case "REST":
      return {
        type: "REST",
        reportUrl: `https://api.${host}/elr`,
        authTokenUrl: `https://api.${host}/token`,
        headers: { "x-functions-key": "SAMPLE-SECRET" },
        parameters: {},
      };
    case "SOAP":
      return { type: "SOAP", endpoint: `https://soap.${host}/in`, soapAction: "urn:upload", credentialName: "SAMPLE" };
    case "AS2":
      return { type: "AS2", receiverUrl: `https://as2.${host}/`, receiverId: receiver.org, senderId: "SAMPLE" };
    case "GAEN":
      return { type: "GAEN", apiUrl: `https://gaen.${host}/issue`, uuidFormat: "UUID", uuidIV: "SAMPLE-IV" };
    case "BLOBSTORE":
      return { type: "BLOBSTORE", storageName: "SAMPLESTORE", containerName: "out" };
    case "EMAIL":
      return { type: "EMAIL", addresses: [`lab@${host}`], from: "reports@reports.example" };
  }
}
