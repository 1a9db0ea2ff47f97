import { capText } from "./markers.ts";

/**
 * What `action_log.detail` says, whatever class wrote it and in whatever year. Texts are as
 * stored: nothing here is masked (see mask.ts).
 */
export type Detail = {
  /** JVM class name as stored; empty when there is none. */
  readonly className: string;
  /** The last part of the class name, inner classes included. */
  readonly simpleName: string;
  /** Absent before 2022-12, then `UNKNOWN` as ReportStream itself says. */
  readonly errorCode: string;
  /** `fieldMapping`, such as `patient_phone_number (PID-13)`; empty when the class has none. */
  readonly field: string;
  /** What to show: `message`, or the class and its remaining keys, never empty. */
  readonly message: string;
  readonly filterType: string;
  /** A legacy filter's name, or the failing FHIRPath expressions, one a line. */
  readonly filterName: string;
  readonly filterArgs: readonly string[];
  readonly filteredTrackingElement: string;
  /** `org.service`, where the detail carries it. */
  readonly receiver: string;
  /** Whether the class is one that ReportStream is known to write. */
  readonly known: boolean;
};

/**
 * The classes of ReportStream's action log over the years (ActionLogDetail.kt, ActionLogs.kt,
 * FHIRConverter.kt, FHIRReceiverFilter.kt, ReportStreamFilterResult.kt).
 */
const KNOWN_CLASSES: ReadonlySet<string> = new Set([
  "MissingFieldMessage",
  "UnmappableConditionMessage",
  "InvalidDateMessage",
  "InvalidCodeMessage",
  "InvalidPhoneMessage",
  "InvalidPostalMessage",
  "UnsupportedHDMessage",
  "UnsupportedEIMessage",
  "InvalidEquipmentMessage",
  "FieldPrecisionMessage",
  "FieldProcessingMessage",
  "InvalidHL7Message",
  "InvalidParamMessage",
  "InvalidReportMessage",
  "InvalidTranslationMessage",
  "DuplicateSubmissionMessage",
  "DuplicateItemMessage",
  "FhirActionLogDetail",
  "PrunedObservationsLogMessage",
  "UnsupportedProcessingTypeMessage",
  "EvaluateFilterConditionErrorMessage",
  "InvalidItemActionLogDetail",
  "ReceiverItemFilteredActionLogDetail",
  "ReportStreamFilterResult",
]);

type Fields = { readonly [key: string]: unknown };

const NO_ARGS: readonly string[] = Object.freeze([]);
const SHOWN_VALUE = 2_000;
const SHOWN_MESSAGE = 20_000;
/** Keys that have a column of their own, so that the fallback text does not repeat them. */
const OWN_KEYS: ReadonlySet<string> = new Set(["class", "scope", "errorCode", "message", "fieldMapping"]);

/**
 * Reads the JSON text of a `detail`. Never throws: a null, an array, a scalar, an unknown class or
 * text that is no JSON at all becomes a Detail with a message that shows what is there. Values in
 * such a message are in double quotes, so that masking takes them.
 */
export function readDetail(json: string | null): Detail {
  if (json === null) return shapeless("No detail was stored");
  let value: unknown;
  try {
    value = JSON.parse(json);
    // A detail that was serialised twice is a string which holds the object.
    if (typeof value === "string" && value.startsWith("{")) value = JSON.parse(value);
  } catch {
    if (typeof value !== "string") return shapeless(`Unreadable detail: ${quoted(json)}`);
  }
  if (value === null) return shapeless("No detail was stored");
  if (typeof value !== "object") return shapeless(`Detail without a class: ${quoted(String(value))}`);
  if (Array.isArray(value)) return shapeless(`Detail is a list of ${value.length}: ${shown(value)}`);
  return fromFields(value as Fields);
}

function fromFields(fields: Fields): Detail {
  const className = text(fields.class);
  const simpleName = simpleNameOf(className);
  const stored = fields.message;
  return {
    className,
    simpleName,
    errorCode: text(fields.errorCode) || "UNKNOWN",
    field: text(fields.fieldMapping),
    message: typeof stored === "string" && stored !== "" ? stored : fallbackMessage(simpleName, fields),
    filterType: text(fields.filterType),
    filterName: text(fields.filterName) || text(fields.filter),
    filterArgs: args(fields.filterArgs),
    filteredTrackingElement: text(fields.filteredTrackingElement),
    receiver: receiverOf(fields),
    known: KNOWN_CLASSES.has(simpleName),
  };
}

/** `FHIRReceiverFilter` keeps organization and service apart, `ReportStreamFilterResult` as one name. */
function receiverOf(fields: Fields): string {
  const name = text(fields.receiverName);
  const organization = text(fields.receiverOrg);
  if (organization === "" || name === "") return name.includes(".") ? name : "";
  return `${organization}.${name}`;
}

function simpleNameOf(className: string): string {
  return className.slice(Math.max(className.lastIndexOf("."), className.lastIndexOf("$")) + 1);
}

function args(value: unknown): readonly string[] {
  if (!Array.isArray(value) || value.length === 0) return NO_ARGS;
  return value.map((arg) => (typeof arg === "string" ? arg : shown(arg)));
}

/**
 * Rows of 2022-01 … 2022-03 have no `message` (the text was a function, not a property) but the
 * constructor's values, such as `formattedValue` and `format`, and a `type` of the old enum.
 */
function fallbackMessage(simpleName: string, fields: Fields): string {
  const parts: string[] = [];
  let length = 0;
  for (const key of Object.keys(fields)) {
    if (OWN_KEYS.has(key) && !(key === "message" && fields[key] !== "" && fields[key] !== null)) continue;
    const value = fields[key];
    const plain = key === "type" && typeof value === "string" && CONSTANT.test(value);
    const part = `${NAME.test(key) ? key : quoted(key)} ${plain ? value : shown(value)}`;
    length += part.length;
    if (length > SHOWN_MESSAGE) {
      parts.push("…");
      break;
    }
    parts.push(part);
  }
  const name = simpleName === "" ? "Detail without a class" : simpleName;
  return parts.length === 0 ? name : `${name}: ${parts.join(", ")}`;
}

/** The old enum of message types, such as `INVALID_DATE`. */
const CONSTANT = /^[A-Z][A-Z0-9_]{1,30}$/;
const NAME = /^[A-Za-z_]\w{0,60}$/;

/** Everything that could be a value in quotes: the masking takes what is quoted. */
function shown(value: unknown): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") return quoted(String(value));
  if (typeof value === "string") return quoted(value);
  try {
    return quoted(JSON.stringify(value));
  } catch {
    // JSON.stringify recurses: a value nested ten thousand deep can be parsed but not printed.
    return '"nested too deep to print"';
  }
}

function quoted(value: string): string {
  return `"${capText(value, SHOWN_VALUE).replaceAll('"', "'")}"`;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function shapeless(message: string): Detail {
  return {
    className: "",
    simpleName: "",
    errorCode: "UNKNOWN",
    field: "",
    message,
    filterType: "",
    filterName: "",
    filterArgs: NO_ARGS,
    filteredTrackingElement: "",
    receiver: "",
    known: false,
  };
}
