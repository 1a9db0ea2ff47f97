import type { MaskContext } from "../../../src/action-log/mask.ts";

/** Messages with what must survive; without `stays` the whole message must. */
export type ReadableCase = {
  readonly message: string;
  readonly stays?: readonly string[];
  readonly context?: MaskContext;
};

const GUIDE = "Please refer to the ReportStream Programmer's Guide for required fields.";
const PHONE_HINT = "Reformat to a 10-digit phone number (e.g. (555) - 555-5555).";

export const FIELDS: readonly string[] = [
  "patient_phone_number (PID-13)",
  "patient_dob",
  "patient_last_name (PID-5.1)",
  "specimen_type (SPM-4)",
  "test_date",
  "MSH-4",
  "equipment_model (OBX-17)",
  "observation.{code|valueCodeableConcept}.coding.code",
  "'Date_result_released' ('date_result_released')",
  "Patient Id (PID-3)",
  "patZip",
];

function templateCases(): ReadableCase[] {
  return FIELDS.flatMap((field) =>
    [{ field }, undefined].flatMap((context): ReadableCase[] => [
      { message: `Blank value for element ${field}. ${GUIDE}`, context },
      {
        message: `Invalid date: 'v9' for element ${field}. Reformat to yyyyMMdd.`,
        stays: ["Invalid date: ", ` for element ${field}. Reformat to yyyyMMdd.`],
        context,
      },
      {
        message: `Invalid date: 'v9' for element ${field}.`,
        stays: ["Invalid date: ", ` for element ${field}.`],
        context,
      },
      {
        message: `The code 'v9' for field ${field} is invalid. Reformat to HL7 specification.`,
        stays: ["The code ", ` for field ${field} is invalid. Reformat to HL7 specification.`],
        context,
      },
      {
        message: `Invalid code: 'v9' is not a display value in altValues set for ${field}.`,
        stays: ["Invalid code: ", ` is not a display value in altValues set for ${field}.`],
        context,
      },
      {
        message: `Invalid phone number 'v9' for ${field}. ${PHONE_HINT}`,
        stays: ["Invalid phone number ", ` for ${field}. ${PHONE_HINT}`],
        context,
      },
      {
        message: `Invalid postal code 'v9' for ${field}. Reformat to 01234.`,
        stays: [` for ${field}. Reformat to 01234.`],
        context,
      },
      {
        message: `Unsupported HD format for input: 'v9' in ${field}`,
        stays: ["Unsupported HD format for input: ", ` in ${field}`],
        context,
      },
      { message: `Unsupported EI format for input: 'v9' in ${field}`, stays: [` in ${field}`], context },
      {
        message: `No match found for ${field}; please refer to the CDC LIVD table LOINC Mapping spreadsheet for acceptable values.`,
        context,
      },
    ]),
  );
}

/** Whole messages in which nothing is a value. */
const HARMLESS: readonly string[] = [
  "Observation missing code",
  "Missing mapping for code(s): 80382-5",
  "Missing mapping for code(s): 80382-5,94558-4, 840539006",
  "Missing mapping for code(s): 99999-9,FLUABV,LOCAL_77,12.3.4",
  "Missing required HL7 message type field.",
  "Field could not be processed",
  "Cannot parse the message.",
  "Report has no rows",
  "Item is a duplicate.",
  "All items in this submission are duplicates.",
  "Error in translation to xx-phd.elr",
  "Bundle remark",
  "Full ELR senders must be configured for async processing.",
  "Expression did not parse",
  "Expected a 'client' query parameter",
  "Item 3 in the report was not valid. Reason: PID-5 missing",
  "Item 0 in the report was not processed. Reason: OBX-3.1 is required",
  "Item 1 in the report was not parseable. Reason: Unexpected end of segment OBX[3] at line 17",
  "Item was not routed to ny-phd.elr because it did not pass the PROCESSING_MODE_FILTER. Item failed on: %processingId.exists()",
  "Item was not routed to ny-phd.elr because it did not pass the JURISDICTIONAL_FILTER. Item failed on: (%performerState.exists() and %performerState = 'CA') or (%patientState.exists() and %patientState = 'CA')",
  "Item was not routed to ny-phd.elr because it did not pass the CONDITION_FILTER. Item failed on: %resource.code.coding.code = '840539006',%resource.code.coding.code='6142004'",
  "Item was not routed to ny-phd.elr because it did not pass the My own filter. Item failed on: Bundle.entry.resource.ofType(Observation).where(code.coding.system = 'http://loinc.org' and code.coding.code = '94558-4').exists()",
  "Your file's row size of 20000 exceeds the maximum of 10000 rows per file. Reduce the amount of rows in this file.",
  "Number of columns in your report exceeds the maximum of 2000 allowed. Adjust the excess columnar data in your report.",
  "There's an issue parsing your file. Contact the ReportStream team at reportstream@cdc.gov.",
  "Your file is missing patientAge header. Add a header.",
  "Expecting 26 columns, but found 28 in row 8.",
  "Report file failed: Number of errors exceeded threshold.",
  "Blank message(s) found within file. Blank messages cannot be processed.",
  "Provided raw data is empty.",
  "The topic was not found in the configuration of acme-labs.default",
  "Sender has customer status INACTIVE: acme-labs.default",
  "Content type 'application/hl7-v2' expected, got 'text/csv'",
  "The date must be 'yyyyMMdd' or 'yyyyMMddHHmmss'",
  "Message type ORU^R01 is not supported",
  "Only ORU_R01 and ADT_A01 of HL7 2.5.1 are supported, FHIR R4 4.0.1 too",
  "Remote answered HTTP 503 after 3 attempts",
  "ca.uhn.hl7v2.HL7Exception: Required field PID-3 is missing at PATIENT_RESULT/PATIENT/PID-3(0)",
  "java.lang.NullPointerException at gov.cdc.prime.router.fhirengine.engine.FHIRConverter.convert(FHIRConverter.kt:123)",
  "java.lang.IllegalStateException: Foo.<init>(Foo.java:12) expected List<String>",
  "Element 'patient_last_name' is longer than 25 characters",
  "'PID-5.1' and 'MSH-10' are required",
  "Unknown system http://loinc.org or http://terminology.hl7.org/CodeSystem/v2-0203",
  "OID 2.16.840.1.113883.6.1 is not known",
  "LOINC 94558-4 in OBX-3 has no condition",
  "Encoding UTF-8, ISO-8859-1 or windows-1252 expected",
  "INVALID_MSG_PARSE_DATE and INVALID_HL7_MSG_FORMAT_INVALID were raised",
  "Patient resource is missing, patient id not found",
  "The patient's record has no OBR",
  "Extra characters \u0007 were found",
  "الرسالة غير صالحة",
  "報告は空です 😷",
  "Values 100-200 of 300, 12.5 percent, 4 of 5",
  "It's the sender's turn; don't resend",
  "Lookup table observation-mapping version 12 has no entry",
  "5 fields are out of place",
  "A message on line 3 in the way",
  "No detail was stored",
  "The value is not allowed, a value is required, no value was provided",
  "The value must match the pattern of the schema",
  "Failure in convert(FHIRConverter.kt:123) of the (new) engine",
];

const PARTS: readonly ReadableCase[] = [
  {
    message: "All items in this submission are duplicates. Payload name: may3.csv",
    stays: ["All items in this submission are duplicates. Payload name: ", ".csv"],
  },
  {
    message: "Item 3 in the report was not valid. Reason: value 'x9' in OBX-5 of ORU^R01",
    stays: ["Item 3 in the report was not valid. Reason: value ", " in OBX-5 of ORU^R01"],
  },
  {
    message:
      "For ny-phd.elr, filter hasValidDataFor[patient_dob] filtered out item ACC-88. \nFilter Type: QUALITY_FILTER Filter Args: [patient_dob] \nFiltered Observation Details: null ",
    stays: [
      "For ny-phd.elr, filter hasValidDataFor[patient_dob] filtered out item ",
      ". \nFilter Type: QUALITY_FILTER Filter Args: [patient_dob] \nFiltered Observation Details: null ",
    ],
  },
  {
    message:
      "For ny-phd.elr, filter matches[patient_state, CA, 'NV'] filtered out item 1. \nFilter Type: JURISDICTIONAL_FILTER Filter Args: [patient_state, CA, NV] \nFiltered Observation Details:  ",
    stays: ["filter matches[patient_state, CA, 'NV'] filtered out item", "Filter Args: [patient_state, CA, NV]"],
  },
  { message: "Missing mapping for code(s): 80382-5,Testlast F,94558-4", stays: ["80382-5", "94558-4"] },
  {
    message: "Observations were pruned from receivers for reportID 0b12\nxx-phd.elr: obs-1",
    stays: ["pruned from receivers", "xx-phd.elr: "],
  },
  { message: "PID|1||x\nNext line says what to do", stays: ["\nNext line says what to do"] },
  { message: "'client:acme.default': unknown client", stays: [": unknown client"] },
  { message: "Sender 'acme.default' sent 'x9'", stays: ["'acme.default'"], context: { keep: ["acme.default"] } },
  { message: "Failed at FHIRConverter.kt:123 on 'x9'", stays: ["FHIRConverter.kt:123"] },
  {
    message: "Data exceeds length 25 for patient_last_name",
    stays: ["exceeds length 25 for patient_last_name"],
    context: { field: "patient_last_name" },
  },
  {
    message: 'InvalidDateMessage: type INVALID_DATE, formattedValue "31/31", format "yyyyMMdd"',
    stays: ["InvalidDateMessage: type INVALID_DATE, formattedValue ", 'format "yyyyMMdd"'],
  },
];

export const MUST_STAY_READABLE: readonly ReadableCase[] = [
  ...templateCases(),
  ...HARMLESS.map((message) => ({ message })),
  ...PARTS,
];
