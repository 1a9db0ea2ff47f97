import type { Receiver } from "./cast.ts";
import type { LogRow, Records, Stamp } from "./records.ts";
import type { Submission } from "./world.ts";

/** Details of action_log as ReportStream serialises them (ActionMessages.kt, ActionLog.kt). */
const PACKAGE = "gov.cdc.prime.router.";

type Detail = Record<string, unknown>;

function detail(name: string, scope: LogRow["scope"], errorCode: string, message: string, more: Detail = {}): Detail {
  return { class: `${PACKAGE}${name}`, scope, errorCode, ...more, message };
}

/** Writes a log about a submission, and counts it in the submission's truth. */
export function logAbout(records: Records, stamp: Stamp, submission: Pick<Submission, "account">, row: LogRow): void {
  records.log(stamp, row);
  const truth = submission.account?.submission;
  if (!truth || row.scope === "internal") return;
  if (row.type === "error") truth.errors++;
  if (row.type === "warning") truth.warnings++;
}

export function invalidItem(item: number, verb: "parseable" | "valid" | "convertible", reason: string): Detail {
  const code = { parseable: "PARSE", valid: "VALIDATION", convertible: "CONVERSION" }[verb];
  return detail(
    "fhirengine.engine.FHIRConverter$InvalidItemActionLogDetail",
    "item",
    `INVALID_MSG_${code}`,
    `Item ${item} in the report was not ${verb}. Reason: ${reason}`,
    { index: item - 1, errorDetail: reason },
  );
}

export function unmappedCondition(codes: string): Detail {
  return detail(
    "UnmappableConditionMessage",
    "item",
    "INVALID_MSG_CONDITION_MAPPING",
    codes === "" ? "Observation missing code" : `Missing mapping for code(s): ${codes}`,
    { fieldMapping: "observation.{code|valueCodeableConcept}.coding.code" },
  );
}

export function itemNotRouted(receiver: Receiver, filterType: string, filter: string): Detail {
  return detail(
    "fhirengine.engine.FHIRReceiverFilter$ReceiverItemFilteredActionLogDetail",
    "item",
    "UNKNOWN",
    `Item was not routed to ${receiver.fullName} because it did not pass the ${filterType}. Item failed on: ${filter}`,
    { filter, filterType, receiverOrg: receiver.org, receiverName: receiver.name, index: 1 },
  );
}

export function filterResult(
  receiver: Receiver,
  scope: "report" | "translation",
  filter: { readonly name: string; readonly args: readonly string[]; readonly type: string },
  element: string,
  originalCount: number,
): Detail {
  const message =
    `For ${receiver.fullName}, filter ${filter.name}[${filter.args.join(", ")}] filtered out item ${element}. \n` +
    `Filter Type: ${filter.type} Filter Args: [${filter.args.join(", ")}] \nFiltered Observation Details: null `;
  return detail("ReportStreamFilterResult", scope, "UNKNOWN", message, {
    receiverName: receiver.fullName,
    originalCount,
    filterName: filter.name,
    filterArgs: filter.args,
    filteredTrackingElement: element,
    filterType: filter.type,
    filteredObservationDetails: null,
  });
}

export function invalidParameter(message: string): Detail {
  return detail("InvalidParamMessage", "parameter", "UNKNOWN", message);
}

export function invalidReport(message: string): Detail {
  return detail("InvalidReportMessage", "report", "UNKNOWN", message);
}

export function invalidTranslation(receiver: Receiver): Detail {
  return detail("InvalidTranslationMessage", "translation", "UNKNOWN", `Error in translation to ${receiver.fullName}`);
}

export function duplicateItem(): Detail {
  return detail("DuplicateItemMessage", "item", "UNKNOWN", "Item is a duplicate.");
}

export function duplicateSubmission(payloadName: string): Detail {
  return detail(
    "DuplicateSubmissionMessage",
    "report",
    "UNKNOWN",
    `All items in this submission are duplicates. Payload name: ${payloadName}`,
    { payloadName },
  );
}

/**
 * One detail of every class that a parser of fields writes, values quoted in the message as
 * ReportStream does. The values are invented and some are hostile.
 */
export const FIELD_DETAILS: readonly Detail[] = [
  detail(
    "MissingFieldMessage",
    "item",
    "INVALID_MSG_MISSING_FIELD",
    "Blank value for element specimen_type (SPM-4). Please refer to the ReportStream Programmer's Guide for " +
      "required fields.",
    { fieldMapping: "specimen_type (SPM-4)" },
  ),
  detail(
    "InvalidDateMessage",
    "item",
    "INVALID_MSG_PARSE_DATE",
    "Invalid date: '31/31/25' for element test_date. Reformat to yyyyMMdd.",
    {
      fieldMapping: "test_date",
    },
  ),
  detail(
    "InvalidCodeMessage",
    "item",
    "INVALID_MSG_PARSE_CODE",
    "The code '=cmd|' /C calc'!A0' for field race is invalid. Reformat to HL7 specification.",
    {
      fieldMapping: "race",
    },
  ),
  detail(
    "InvalidPhoneMessage",
    "item",
    "INVALID_MSG_PARSE_TELEPHONE",
    "Invalid phone number '12x' for patient_phone_number (PID-13). Reformat to a 10-digit phone number " +
      "(e.g. (555) - 555-5555).",
    { fieldMapping: "patient_phone_number (PID-13)" },
  ),
  detail(
    "InvalidPostalMessage",
    "item",
    "INVALID_MSG_PARSE_POSTAL_CODE",
    "Invalid postal code '<b>00000</b>' for zip.",
    {
      fieldMapping: "zip",
    },
  ),
  detail("UnsupportedHDMessage", "item", "INVALID_MSG_PARSE_HD", "Unsupported HD format for input: 'a^b' in MSH-4", {
    fieldMapping: "MSH-4",
  }),
  detail(
    "UnsupportedEIMessage",
    "item",
    "INVALID_MSG_PARSE_EI",
    "Unsupported EI format for input: 'q\u202Er' in SPM-2",
    {
      fieldMapping: "SPM-2",
    },
  ),
  detail(
    "InvalidEquipmentMessage",
    "item",
    "INVALID_MSG_EQUIPMENT_MAPPING",
    "No match found for equipment_model (OBX-17); please refer to the CDC LIVD table LOINC Mapping spreadsheet for " +
      "acceptable values.",
    { fieldMapping: "equipment_model (OBX-17)" },
  ),
  detail("FieldPrecisionMessage", "item", "INVALID_HL7_MSG_TYPE_MISSING", "Missing required HL7 message type field.", {
    fieldMapping: "MSH-9",
  }),
  detail("FieldProcessingMessage", "item", "INVALID_HL7_MSG_VALIDATION", "Field could not be processed", {
    fieldMapping: "OBX-3",
  }),
  detail("InvalidHL7Message", "item", "INVALID_HL7_MSG_FORMAT_INVALID", "Cannot parse the message.", {
    fieldMapping: "",
  }),
];

/** Classes that only old rows have, one whose class nobody knows, and one without a message. */
export const OLD_DETAILS: readonly { readonly scope: LogRow["scope"]; readonly detail: Detail }[] = [
  { scope: "report", detail: detail("FhirActionLogDetail", "report", "UNKNOWN", "Bundle remark") },
  {
    scope: "report",
    detail: detail(
      "PrunedObservationsLogMessage",
      "report",
      "UNKNOWN",
      "Observations were pruned from receivers for reportID 0b1c\naa-phd.elr: obs-1, obs-2",
    ),
  },
  {
    scope: "report",
    detail: detail(
      "UnsupportedProcessingTypeMessage",
      "report",
      "UNKNOWN",
      "Full ELR senders must be configured for async processing.",
    ),
  },
  {
    scope: "internal",
    detail: detail("EvaluateFilterConditionErrorMessage", "internal", "UNKNOWN", "Expression did not parse"),
  },
  { scope: "report", detail: detail("ClassOfTomorrow", "report", "UNKNOWN", 'Nobody knows this class, "quoted"') },
  { scope: "report", detail: { class: `${PACKAGE}InvalidReportMessage`, type: "REPORT", error: "no message key" } },
];
