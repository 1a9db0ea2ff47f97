import { type At, toText } from "./instants.ts";
import { insert, type Json, type Row, splitName, type World } from "./world.ts";

/** The setting's row; by default the only version there is, active, made long ago. */
export interface SettingOptions {
  active?: boolean;
  deleted?: boolean;
  version?: number;
  at?: At;
  createdBy?: string;
}

/** An organization. A second one of the same name is a second active row, as the table allows. */
export async function organization(
  world: World,
  name: string,
  values: Json = {},
  options: SettingOptions = {},
): Promise<number> {
  const full = {
    name,
    description: `${name} description`,
    jurisdiction: "STATE",
    stateCode: "XX",
    filters: [],
    ...values,
  };
  const id = await setting(world, { type: "ORGANIZATION", name, values: full }, options);
  world.organizations.set(name, id);
  return id;
}

/** A receiver, with its organization if that is not there yet. A value of undefined leaves the key out. */
export async function receiver(
  world: World,
  fullName: string,
  values: Json = {},
  options: SettingOptions = {},
): Promise<number> {
  const [organizationName, name] = splitName(fullName);
  const transport = {
    type: "SFTP",
    host: `sftp.${organizationName}.example`,
    port: "22",
    filePath: "/in",
    credentialName: null,
  };
  const translation = {
    type: "HL7",
    schemaName: `classpath:/metadata/hl7_mapping/receivers/${organizationName}.yml`,
    useBatchHeaders: true,
    nameFormat: "STANDARD",
    receivingOrganization: organizationName,
  };
  const timing = {
    operation: "MERGE",
    numberPerDay: 12,
    initialTime: "00:00",
    timeZone: "EASTERN",
    maxReportCount: 100,
    whenEmpty: { action: "NONE", onlyOncePerDay: false },
    timeBetweenBatches: 60,
  };
  const full: Json = {
    name,
    organizationName,
    topic: "full-elr",
    customerStatus: "active",
    translation,
    jurisdictionalFilter: [],
    qualityFilter: [],
    routingFilter: [],
    processingModeFilter: [],
    reverseTheQualityFilter: false,
    conditionFilter: [],
    mappedConditionFilter: [],
    routingFilters: [],
    deidentify: false,
    deidentifiedValue: "",
    timing,
    description: "",
    transport,
    externalName: null,
    enrichmentSchemaNames: [],
    timeZone: null,
    dateTimeFormat: "OFFSET",
    ...values,
  };
  const organizationId = world.organizations.get(organizationName) ?? (await organization(world, organizationName));
  const chosen = full.translation as { type?: string; format?: string; schemaName?: string; useBatchHeaders?: boolean };
  world.receivers.set(fullName, {
    topic: String(full.topic),
    format: chosen.format ?? (chosen.type === "FHIR" ? "FHIR" : chosen.useBatchHeaders === false ? "HL7" : "HL7_BATCH"),
    schema: chosen.schemaName ?? "None",
    transport: (full.transport as Json | null | undefined) ?? null,
  });
  return setting(world, { type: "RECEIVER", name, organization_id: organizationId, values: full }, options);
}

/** A sender, with its organization if that is not there yet. */
export async function sender(
  world: World,
  fullName: string,
  values: Json = {},
  options: SettingOptions = {},
): Promise<number> {
  const [organizationName, name] = splitName(fullName);
  const full = {
    name,
    organizationName,
    topic: "full-elr",
    format: "HL7",
    customerStatus: "active",
    schemaName: "",
    processingType: "async",
    allowDuplicates: true,
    senderType: "facility",
    primarySubmissionMethod: "automated",
    hl7AcknowledgementEnabled: false,
    ...values,
  };
  const organizationId = world.organizations.get(organizationName) ?? (await organization(world, organizationName));
  return setting(world, { type: "SENDER", name, organization_id: organizationId, values: full }, options);
}

async function setting(world: World, row: Row, options: SettingOptions): Promise<number> {
  const [id] = await insert(
    world,
    "setting",
    [
      {
        ...row,
        is_active: options.active ?? true,
        is_deleted: options.deleted ?? false,
        version: options.version ?? 0,
        created_by: options.createdBy ?? "operator@reportstream.example",
        created_at: toText(options.at ?? "2021-01-01T00:00:00Z"),
      },
    ],
    "setting_id",
  );
  return Number(id);
}
