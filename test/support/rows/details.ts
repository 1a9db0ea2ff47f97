import type { Json } from "./world.ts";

const PACKAGE = "gov.cdc.prime.router.";

/** detail of action_log: what ReportStream's class `name` serializes to. */
export function detail(name: string, scope: string, message: string, more: Json = {}): Json {
  return { class: PACKAGE + name, scope, errorCode: "UNKNOWN", message, ...more };
}

/** @param index the item's index from 1; the class keeps it from 0 */
export function invalidItem(
  index: number,
  errorDetail: string,
  kind: "parseable" | "valid" | "convertible" = "valid",
): Json {
  const errorCode = { parseable: "PARSE", valid: "VALIDATION", convertible: "CONVERSION" }[kind];
  const message = `Item ${index} in the report was not ${kind}. Reason: ${errorDetail}`;
  const more = { errorCode: `INVALID_MSG_${errorCode}`, index: index - 1, errorDetail };
  return detail("fhirengine.engine.FHIRConverter$InvalidItemActionLogDetail", "item", message, more);
}

export function unmappableCondition(...codes: string[]): Json {
  return detail("UnmappableConditionMessage", "item", `Missing mapping for code(s): ${codes.join(",")}`, {
    errorCode: "INVALID_MSG_CONDITION_MAPPING",
    fieldMapping: "observation.{code|valueCodeableConcept}.coding.code",
  });
}

export function missingField(field: string): Json {
  const help = "Please refer to the ReportStream Programmer's Guide for required fields.";
  return detail("MissingFieldMessage", "item", `Blank value for element ${field}. ${help}`, {
    errorCode: "INVALID_MSG_MISSING_FIELD",
    fieldMapping: field,
  });
}

export function invalidDate(value: string, field: string): Json {
  return detail("InvalidDateMessage", "item", `Invalid date: '${value}' for element ${field}. Reformat to yyyyMMdd.`, {
    errorCode: "INVALID_MSG_PARSE_DATE",
    fieldMapping: field,
  });
}

export function invalidPhone(value: string, field: string): Json {
  const help = "Reformat to a 10-digit phone number (e.g. (555) - 555-5555).";
  return detail("InvalidPhoneMessage", "item", `Invalid phone number '${value}' for ${field}. ${help}`, {
    errorCode: "INVALID_MSG_PARSE_TELEPHONE",
    fieldMapping: field,
  });
}

export function invalidHl7(message = "Cannot parse the message."): Json {
  return detail("InvalidHL7Message", "item", message, {
    errorCode: "INVALID_HL7_MSG_FORMAT_INVALID",
    fieldMapping: "",
  });
}

export function invalidParam(message: string): Json {
  return detail("InvalidParamMessage", "parameter", message);
}

export function invalidReport(message: string): Json {
  return detail("InvalidReportMessage", "report", message);
}

export function invalidTranslation(receiver: string): Json {
  return detail("InvalidTranslationMessage", "translation", `Error in translation to ${receiver}`);
}

/** The warning about one expression that took an item of the universal pipeline away. */
export function itemFiltered(receiver: { org: string; service: string }, filterType: string, filter: string): Json {
  const { org, service } = receiver;
  const message = `Item was not routed to ${org}.${service} because it did not pass the ${filterType}. Item failed on: ${filter}`;
  const more = { filter, filterType, receiverOrg: org, receiverName: service, index: 1 };
  return detail("fhirengine.engine.FHIRReceiverFilter$ReceiverItemFilteredActionLogDetail", "item", message, more);
}

export interface FilterResult {
  receiver: string;
  filterName: string;
  filterArgs?: string[];
  filterType: string;
  trackingElement: string;
  originalCount: number;
}

/** The log of type filter, of both pipelines. */
export function filterResult(scope: "report" | "translation", result: FilterResult): Json {
  const { receiver, filterName, filterArgs = [], filterType, trackingElement, originalCount } = result;
  const args = `[${filterArgs.join(", ")}]`;
  const message =
    `For ${receiver}, filter ${filterName}${args} filtered out item ${trackingElement}. \n` +
    `Filter Type: ${filterType} Filter Args: ${args} \nFiltered Observation Details: null `;
  return detail("ReportStreamFilterResult", scope, message, {
    receiverName: receiver,
    originalCount,
    filterName,
    filterArgs,
    filteredTrackingElement: trackingElement,
    filterType,
    filteredObservationDetails: null,
  });
}
