import type { Timing, ZoneName } from "./clock.ts";

/** Who plays in the sample. All names are invented; several are chosen to be mistaken for one another. */
export type Organization = {
  readonly name: string;
  readonly description: string;
  readonly jurisdiction: "STATE" | "COUNTY" | "FEDERAL";
  readonly special: "twin" | "recreated" | null;
};

export type BodyFormat = "INTERNAL" | "CSV" | "CSV_SINGLE" | "HL7" | "HL7_BATCH" | "FHIR";
export type Transport = "SFTP" | "REST" | "SOAP" | "AS2" | "GAEN" | "BLOBSTORE" | "EMAIL" | "NULL" | "null" | "absent";
export type Topic = "full-elr" | "covid-19" | "etor-ti" | "elr-elims" | "mars-otc-elr" | "monkeypox";

export type Receiver = {
  readonly org: string;
  readonly name: string;
  readonly fullName: string;
  readonly topic: Topic;
  readonly status: "active" | "testing" | "inactive";
  readonly transport: Transport;
  /** Null for a receiver without timing. */
  readonly timing: Timing | null;
  readonly format: BodyFormat;
  readonly batching: boolean;
  readonly schema: string;
  /** Its file names have no id, only a second: two files can have one name. */
  readonly numberedName: boolean;
  /** Share of the everyday traffic of its topic; 0 for a receiver that only the variants use. */
  readonly weight: number;
  /** Deleted in the course of the sample's days: the variants still send something there before. */
  readonly deleted: boolean;
};

export type Sender = {
  readonly org: string;
  readonly name: string;
  readonly fullName: string;
  readonly topic: Topic;
  readonly format: "HL7" | "FHIR" | "CSV";
  readonly sync: boolean;
  readonly allowDuplicates: boolean;
  readonly status: "active" | "inactive";
  readonly weight: number;
};

export type Cast = {
  readonly organizations: readonly Organization[];
  readonly receivers: readonly Receiver[];
  readonly senders: readonly Sender[];
};

export function isLegacy(topic: Topic): boolean {
  return topic === "covid-19" || topic === "monkeypox";
}

/** Nothing is ever sent to such a receiver; its people fetch the files. */
export function hasTransport(receiver: Receiver): boolean {
  return receiver.transport !== "null" && receiver.transport !== "absent";
}

const ORGANIZATIONS: readonly [string, Organization["jurisdiction"], string, Organization["special"]?][] = [
  ["aa-phd", "STATE", "Aa State Public Health"],
  ["bb-phd", "STATE", 'Bb Department of Health, "Epidemiology"'],
  ["cc-phd", "STATE", "Cc Health & Human Services"],
  ["dd-phd", "STATE", "Dd Islands Health"],
  ["ee-phd", "STATE", "Ee Island Public Health"],
  ["ff-phd", "STATE", "Ff State Laboratory <script>alert(1)</script>"],
  ["gg-phd", "STATE", "Gg Mountain Health"],
  ["hh-phd", "STATE", "Hh Health Portal"],
  ["kk-phd", "STATE", "Kk Department of Health", "recreated"],
  ["mm-phd", "STATE", "Mm Health"],
  ["ca-dph", "STATE", "Ca Department of Public Health"],
  ["ca-dph-x", "STATE", "Ca Department of Public Health (extra)"],
  ["CA-DPH", "STATE", "Another Ca, in capitals"],
  ["../evil", "STATE", "A name that tries to leave its folder"],
  ["gaen-demo", "STATE", "Exposure notifications"],
  ["nn-hospitals", "STATE", "Nn Hospitals"],
  ["oo-clinics", "STATE", "Oo Clinics"],
  ["pp-labs", "STATE", "Pp Laboratories, Inc."],
  ["qq-county", "COUNTY", "Qq County"],
  ["rr-county", "COUNTY", "Rr County"],
  ["toledo-lab", "COUNTY", 'A laboratory with "to" in its name'],
  ["acme-labs", "FEDERAL", "Acme Laboratories"],
  ["fed-elims", "FEDERAL", "Federal laboratory system"],
  ["fed-otc", "FEDERAL", "Over-the-counter tests"],
  ["twin-phd", "STATE", "Twin Health", "twin"],
];

type ReceiverOptions = Partial<Pick<Receiver, "status" | "batching" | "weight" | "deleted" | "numberedName">> &
  Partial<Pick<Timing, "maxReportCount" | "whenEmpty" | "onlyOncePerDay" | "initialTime">>;

type ReceiverLine = readonly [
  fullName: string,
  topic: Topic,
  transport: Transport,
  timing: readonly [numberPerDay: number, timeZone: ZoneName] | null,
  format: BodyFormat,
  options?: ReceiverOptions,
];

const RECEIVERS: readonly ReceiverLine[] = [
  ["aa-phd.elr", "full-elr", "SFTP", [12, "EASTERN"], "HL7_BATCH", { weight: 10 }],
  ["aa-phd.elr-fhir", "full-elr", "REST", [24, "EASTERN"], "FHIR", { weight: 4 }],
  ["aa-phd.default", "full-elr", "SFTP", [12, "EASTERN"], "HL7_BATCH", { weight: 2, maxReportCount: 3 }],
  ["bb-phd.elr", "full-elr", "SFTP", [1440, "CENTRAL"], "HL7_BATCH", { weight: 10 }],
  ["bb-phd.daily", "full-elr", "SFTP", [1, "CENTRAL"], "HL7_BATCH", { weight: 4, initialTime: "23:30" }],
  ["cc-phd.elr", "full-elr", "SFTP", [12, "ARIZONA"], "HL7", { weight: 5, batching: false, numberedName: true }],
  ["dd-phd.elr", "full-elr", "SOAP", [12, "HAWAII"], "HL7_BATCH", { weight: 4 }],
  ["ee-phd.elr", "full-elr", "AS2", [24, "CHAMORRO"], "HL7_BATCH", { weight: 3 }],
  ["ff-phd.elr", "full-elr", "BLOBSTORE", [12, "PACIFIC"], "HL7", { weight: 4, batching: false }],
  ["gg-phd.elr", "full-elr", "SFTP", [4, "MOUNTAIN"], "HL7_BATCH", { weight: 3, status: "testing" }],
  ["hh-phd.portal", "full-elr", "null", [12, "EASTERN"], "HL7_BATCH", { weight: 4 }],
  ["hh-phd.night", "full-elr", "SFTP", [1, "EASTERN"], "HL7_BATCH", { weight: 2, initialTime: "02:30" }],
  ["ca-dph.elr", "full-elr", "SFTP", [1440, "PACIFIC"], "HL7_BATCH", { weight: 7 }],
  ["ca-dph-x.elr", "full-elr", "SFTP", [1440, "PACIFIC"], "HL7", { weight: 3, batching: false }],
  ["CA-DPH.elr", "full-elr", "SFTP", [24, "PACIFIC"], "HL7_BATCH", { weight: 3 }],
  ["../evil.elr", "full-elr", "SFTP", [24, "EASTERN"], "HL7_BATCH", { weight: 3 }],
  ["kk-phd.elr", "full-elr", "SFTP", [12, "ALASKA"], "HL7", { weight: 3, batching: false }],
  ["twin-phd.elr", "full-elr", "SFTP", [24, "PUERTO_RICO"], "HL7_BATCH", { weight: 3, status: "testing" }],
  ["qq-county.elr", "full-elr", "EMAIL", [24, "CENTRAL"], "HL7_BATCH", { weight: 2, status: "testing" }],
  ["rr-county.elr", "full-elr", "NULL", [12, "PACIFIC"], "HL7_BATCH", { weight: 2 }],
  ["mm-phd.elr", "full-elr", "SFTP", null, "HL7", { batching: false, status: "testing" }],
  ["gaen-demo.exposures", "full-elr", "GAEN", [24, "UTC"], "HL7", { weight: 1, batching: false }],
  ["nn-hospitals.quiet", "full-elr", "SFTP", [4, "EASTERN"], "HL7_BATCH", { whenEmpty: "SEND" }],
  ["aa-phd.covid", "covid-19", "SFTP", [12, "EASTERN"], "CSV", { weight: 8 }],
  ["bb-phd.covid", "covid-19", "SFTP", [12, "CENTRAL"], "HL7_BATCH", { weight: 6 }],
  ["cc-phd.covid", "covid-19", "SFTP", [12, "ARIZONA"], "CSV", { weight: 1, status: "inactive" }],
  ["dd-phd.covid", "covid-19", "SFTP", [4, "HAWAII"], "HL7", { weight: 2, batching: false }],
  ["ee-phd.covid", "covid-19", "AS2", [24, "CHAMORRO"], "HL7_BATCH", { weight: 3, status: "testing" }],
  ["ff-phd.covid", "covid-19", "SFTP", null, "CSV", { weight: 2 }],
  ["ca-dph.covid", "covid-19", "SFTP", [12, "PACIFIC"], "HL7_BATCH", { weight: 4 }],
  ["gg-phd.covid", "covid-19", "absent", [12, "MOUNTAIN"], "CSV", { weight: 3 }],
  ["twin-phd.covid", "covid-19", "REST", [1, "EASTERN"], "HL7_BATCH", { weight: 1, status: "inactive" }],
  ["../evil.covid", "covid-19", "SFTP", [24, "EASTERN"], "CSV", { weight: 2 }],
  ["nn-hospitals.results", "etor-ti", "REST", [1440, "EASTERN"], "FHIR", { weight: 3, batching: false }],
  [
    "oo-clinics.results",
    "etor-ti",
    "REST",
    [1440, "CENTRAL"],
    "FHIR",
    { weight: 2, batching: false, status: "testing" },
  ],
  ["fed-otc.orders", "etor-ti", "SFTP", [24, "EASTERN"], "HL7", { batching: false, status: "inactive" }],
  ["fed-elims.elims", "elr-elims", "SFTP", [1440, "EASTERN"], "HL7", { weight: 3, batching: false }],
  [
    "fed-elims.elims-test",
    "elr-elims",
    "BLOBSTORE",
    [24, "EASTERN"],
    "HL7",
    { weight: 1, batching: false, status: "testing" },
  ],
  ["fed-otc.otc", "mars-otc-elr", "SFTP", [4, "EASTERN"], "HL7_BATCH", { weight: 3, whenEmpty: "SEND" }],
  ["dd-phd.otc", "mars-otc-elr", "SFTP", [12, "HAWAII"], "HL7_BATCH", { weight: 1, status: "testing" }],
  [
    "ff-phd.mpx",
    "monkeypox",
    "SFTP",
    [12, "PACIFIC"],
    "HL7_BATCH",
    { weight: 1, whenEmpty: "SEND", onlyOncePerDay: true },
  ],
  ["hh-phd.retired", "full-elr", "SFTP", [24, "EASTERN"], "HL7_BATCH", { deleted: true }],
  ["bb-phd.old-covid", "covid-19", "SFTP", [12, "CENTRAL"], "CSV", { deleted: true }],
  ["oo-clinics.fax", "full-elr", "SFTP", [24, "CENTRAL"], "HL7", { batching: false, deleted: true }],
];

const SENDERS: readonly (readonly [string, Topic, Sender["format"], number, Partial<Sender>?])[] = [
  ["acme-labs.default", "full-elr", "HL7", 20],
  ["toledo-lab.default", "full-elr", "HL7", 8],
  ["aa-phd.default", "full-elr", "HL7", 6],
  ["ca-dph.lab", "full-elr", "FHIR", 8],
  ["ca-dph-x.lab", "full-elr", "HL7", 4],
  ["CA-DPH.lab", "full-elr", "HL7", 4],
  ["../evil.default", "full-elr", "HL7", 4],
  ["oo-clinics.fhir", "full-elr", "FHIR", 10],
  ["nn-hospitals.orders", "etor-ti", "FHIR", 6],
  ["fed-elims.lab", "elr-elims", "HL7", 4],
  ["fed-otc.kits", "mars-otc-elr", "HL7", 4],
  ["pp-labs.covid", "covid-19", "CSV", 9, { sync: true }],
  ["toledo-lab.covid", "covid-19", "CSV", 4, { allowDuplicates: false }],
  ["pp-labs.mpx", "monkeypox", "CSV", 2, { sync: true }],
  ["kk-phd.retired-lab", "full-elr", "HL7", 0, { status: "inactive" }],
];

export function createCast(): Cast {
  return {
    organizations: ORGANIZATIONS.map(([name, jurisdiction, description, special = null]) => ({
      name,
      description,
      jurisdiction,
      special,
    })),
    receivers: RECEIVERS.map(receiver),
    senders: SENDERS.map(([fullName, topic, format, weight, options]) => ({
      ...splitName(fullName),
      topic,
      format,
      weight,
      sync: false,
      allowDuplicates: true,
      status: "active" as const,
      ...options,
    })),
  };
}

function receiver([fullName, topic, transport, timing, format, options = {}]: ReceiverLine): Receiver {
  const { maxReportCount = 100, whenEmpty = "NONE", onlyOncePerDay = false, initialTime = "04:00" } = options;
  return {
    ...splitName(fullName),
    topic,
    transport,
    format,
    timing: timing && {
      numberPerDay: timing[0],
      timeZone: timing[1],
      initialTime,
      maxReportCount,
      whenEmpty,
      onlyOncePerDay,
    },
    status: options.status ?? "active",
    batching: options.batching ?? true,
    schema: isLegacy(topic) ? `${fullName.replace(/[^a-z]/gi, "-")}-${topic}` : `metadata/hl7_mapping/${topic}/v1`,
    numberedName: options.numberedName ?? false,
    weight: options.weight ?? 0,
    deleted: options.deleted ?? false,
  };
}

function splitName(fullName: string): { org: string; name: string; fullName: string } {
  const dot = fullName.lastIndexOf(".");
  return { org: fullName.slice(0, dot), name: fullName.slice(dot + 1), fullName };
}
