import type { MaskContext } from "../../../src/action-log/mask.ts";

/**
 * Messages with what must not survive. Every person, number and address here is invented:
 * Testlast, 555 numbers, ZIP codes of zeros, `.example` hosts.
 */
export type MaskedCase = { readonly message: string; readonly gone: readonly string[]; readonly context?: MaskContext };

/** Values as senders put them into fields, hostile ones included. */
export const HOSTILE_VALUES: readonly string[] = [
  "12x",
  "31/31/25",
  "1980-02-30",
  "19800230",
  "O'Testlast",
  "Testlast, Firstname",
  "TESTLAST^FIRSTNAME^Q",
  "a^b",
  "555-0100",
  "(555) 010-0199",
  "+1 555 010 0199",
  "000-12-3456",
  "000123456",
  "someone@mail.example",
  "12 Elm Street, Springfield",
  "00000-1234",
  "it's 'quoted' inside",
  "' for element ssn. Reformat to x",
  "first\nsecond line",
  "tab\tbetween",
  "=cmd|' /C calc'!A0",
  "<script>alert(1)</script>",
  '"double" quoted',
  "مريض سري",
  "病人甲",
  "😷Testlast",
  "zero\u200bwidth",
  "\u0007bell",
  "x".repeat(2_000),
];

const PHONE_HINT = "Reformat to a 10-digit phone number (e.g. (555) - 555-5555).";

/** ReportStream's templates around a value: old and new wordings. */
const VALUE_TEMPLATES: readonly { readonly of: (value: string) => string; readonly field: string }[] = [
  {
    of: (v) => `Invalid date: '${v}' for element patient_dob (PID-7). Reformat to yyyyMMdd.`,
    field: "patient_dob (PID-7)",
  },
  { of: (v) => `Invalid date: '${v}' for element test_date.`, field: "test_date" },
  { of: (v) => `The code '${v}' for field race is invalid. Reformat to HL7 specification.`, field: "race" },
  {
    of: (v) => `Invalid code: '${v}' is not a display value in altValues set for patient_sex.`,
    field: "patient_sex",
  },
  {
    of: (v) => `Invalid phone number '${v}' for patient_phone_number (PID-13). ${PHONE_HINT}`,
    field: "patient_phone_number (PID-13)",
  },
  { of: (v) => `Invalid postal code '${v}' for patient_zip_code. Reformat to 01234.`, field: "patient_zip_code" },
  { of: (v) => `Unsupported HD format for input: '${v}' in MSH-4`, field: "MSH-4" },
  { of: (v) => `Unsupported EI format for input: '${v}' in SPM-2`, field: "SPM-2" },
];

function templateCases(): MaskedCase[] {
  return VALUE_TEMPLATES.flatMap(({ of, field }) =>
    HOSTILE_VALUES.flatMap((value) => [
      { message: of(value), gone: [value], context: { field } },
      { message: of(value), gone: [value] },
    ]),
  );
}

/** The same values in quotes in wordings that no template knows. */
function quotedCases(): MaskedCase[] {
  const plain = HOSTILE_VALUES.filter((value) => !/['"\n]/.test(value));
  return plain.flatMap((value) => [
    { message: `Element race got '${value}' which is not understood`, gone: [value] },
    { message: `Unexpected "${value}" at OBX-5`, gone: [value] },
    { message: `Unexpected \`${value}\` at OBX-5`, gone: [value] },
    { message: `Unexpected “${value}” at OBX-5`, gone: [value] },
  ]);
}

const SECRET_NAMES: readonly string[] = [
  "patient_last_name",
  "patient_dob",
  "patient_id",
  "patient name",
  "dob",
  "date of birth",
  "ssn",
  "SSN",
  "mrn",
  "address",
  "street",
  "zip",
  "phone",
  "phone number",
  "email",
  "first_name",
  "last name",
  "mother",
  "guardian",
  "password",
  "pwd",
  "secret",
  "client_secret",
  "token",
  "access_token",
  "api_key",
  "x-functions-key",
  "authorization",
  "credentialName",
  "uuidIV",
  "signature",
  "sig",
  "username",
];

function assignmentCases(): MaskedCase[] {
  return SECRET_NAMES.flatMap((name) =>
    [": ", "=", " = "].map((sign) => ({
      message: `Could not read ${name}${sign}Zqxvalue1 from row 3`,
      gone: ["Zqxvalue1"],
    })),
  );
}

const FREE_TEXT: readonly MaskedCase[] = [
  // names
  { message: "Patient Testlast Firstname could not be matched", gone: ["Testlast", "Firstname"] },
  { message: "Record for patient Testlast, Firstname is a duplicate", gone: ["Testlast", "Firstname"] },
  { message: "Ordered by Dr. Testlast on behalf of Mrs Otherlast", gone: ["Testlast", "Otherlast"] },
  { message: "first name: Firstname, last name: Testlast", gone: ["Firstname", "Testlast"] },
  { message: "patient name is Firstname Testlast", gone: ["Firstname", "Testlast"] },
  { message: "PID-5 is Testlast^Firstname^Q which is too long", gone: ["Testlast", "Firstname"] },
  // dates
  { message: "Birth on 1980-01-02 is before 1900-01-01T00:00:00Z", gone: ["1980", "1900"] },
  { message: "Text 01/02/1980 could not be parsed", gone: ["01/02/1980"] },
  { message: "Text 1/2/80 could not be parsed at index 0", gone: ["1/2/80"] },
  { message: "Value 02.01.1980 rejected", gone: ["02.01.1980"] },
  { message: "Born 2 January 1980 or Jan 2, 1980 or 2-JAN-80", gone: ["January", "Jan 2", "JAN-80"] },
  { message: "Timestamp 19800102 is no datetime", gone: ["19800102"] },
  { message: "Timestamp 198001021530-0500 is no datetime", gone: ["198001021530"] },
  { message: "Timestamp 19800102153000.123+0000 is wrong", gone: ["19800102153000"] },
  // numbers of people
  { message: "Found 000-12-3456 in OBX-5", gone: ["000-12-3456"] },
  { message: "Call 555-010-0199 or (555) 010-0199 or 555.010.0199", gone: ["010", "0199"] },
  { message: "Call +44 20 7946 0958 ext 12", gone: ["7946", "0958"] },
  { message: "Invalid phone number 555-5555 for phoneNumber.", gone: ["555-5555"] },
  { message: "Number 5550100199 is not valid", gone: ["5550100199"] },
  { message: "Medical record number MR-99 is used twice", gone: ["MR-99"] },
  { message: "Accession ACC-88 was seen before", gone: ["ACC-88"] },
  { message: "accession number: 23-00012345 unknown", gone: ["00012345"] },
  { message: "tracking id QX-7 of message", gone: ["QX-7"] },
  { message: "Specimen A12345678 has no collection date", gone: ["A12345678"] },
  { message: "CLIA 05D0000000 is not valid", gone: ["05D0000000"] },
  { message: "Report 0c7c9a5e-1111-4222-8333-444455556666 has no items", gone: ["0c7c9a5e", "444455556666"] },
  { message: "رقم ٠١٢٣٤٥٦٧٨ غير صالح", gone: ["٠١٢٣٤٥٦٧٨"] },
  { message: "Digits 1\u200b2\u200b3\u200b4\u200b5\u200b6\u200b7\u200b8\u200b9 hidden", gone: ["1\u200b2\u200b3"] },
  // addresses
  { message: "No county for 123 Main St, Springfield, IL 00000", gone: ["123 Main", "Springfield", "00000"] },
  { message: "No county for 123 MAIN ST APT 4 in IL 00000-1234", gone: ["MAIN", "00000-1234"] },
  { message: "No county for 77 old mill road", gone: ["old mill"] },
  { message: "P.O. Box 123 is no street", gone: ["Box 123"] },
  { message: "zip code 00001 not in table", gone: ["00001"] },
  { message: "Lookup of Springfield, IL 00001 failed", gone: ["Springfield", "00001"] },
  // addresses of the net
  { message: "Contact jane.testlast+lab@mail.example now", gone: ["jane", "mail.example"] },
  { message: "mailto:x@y", gone: ["x@y"] },
  { message: "Cannot GET https://host.example/a/b?code=SECRET#x", gone: ["host.example", "SECRET"] },
  { message: "See sftp://user:pw@files.example:22/in for more", gone: ["user", "pw", "files.example"] },
  { message: "Caller 10.1.2.3 was refused, so was 10.1.2.3:8080", gone: ["10.1.2.3"] },
  { message: "Caller 2001:db8:0:0:0:0:0:1 and 2001:db8::1", gone: ["2001:db8"] },
  { message: "Server sftp.state.example.gov refused", gone: ["sftp.state"] },
  { message: "http://hl7.org/fhir/Patient?name=Testlast is no profile", gone: ["Testlast"] },
  // secrets
  { message: "Bad token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl", gone: ["eyJ", "c2lnbmF0dXJl"] },
  { message: "Header Bearer abc.def-123 refused", gone: ["abc.def"] },
  { message: "key SHA256:AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg", gone: ["AbCdEf"] },
  { message: "digest 0123456789abcdef0123456789abcdef01234567 differs", gone: ["0123456789abcdef"] },
  { message: "-----BEGIN RSA PRIVATE KEY-----\nQUJD\n-----END RSA PRIVATE KEY----- bad", gone: ["QUJD"] },
  { message: "-----BEGIN PRIVATE KEY-----\nQUJDcut", gone: ["QUJD"] },
  { message: "AccountKey=QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=;x", gone: ["QUJDREVG"] },
  // documents
  {
    message: "Cannot parse MSH|^~\\&|LAB|x|||20250101||ORU^R01\rPID|1||99^^^x||Testlast^F\rOBX|1|TX||secret",
    gone: ["LAB", "Testlast", "secret"],
  },
  { message: "Segment PID|1||99||Testlast broken", gone: ["Testlast", "99"] },
  { message: "Segment NTE|1||line one\nand Testlast two|x|\nafter", gone: ["line one", "Testlast"] },
  { message: "HL7 MSH#^~\\&#LAB#x#Testlast^F", gone: ["Testlast"] },
  { message: 'Body {"name":"Testlast","dob":"1980-01-02"} refused', gone: ["Testlast", "1980"] },
  { message: 'Body {"name": {"family":"Testlast", "given":["F"]', gone: ["Testlast"] },
  { message: 'Body [{"a":"Testlast"}] refused', gone: ["Testlast"] },
  { message: 'Body {\\"family\\":\\"Testlast\\"} refused', gone: ["Testlast"] },
  { message: "Body {'family': 'Testlast'} refused", gone: ["Testlast"] },
  { message: "<?xml version='1.0'?><Patient><family value='Testlast'/></Patient> refused", gone: ["Testlast"] },
  { message: "expected <Testlast> but was <Otherlast>", gone: ["Testlast", "Otherlast"] },
  // quotes that are not closed, or closed by a value
  { message: "Invalid date: 'Testlast", gone: ["Testlast"] },
  { message: "value 'Testlast was cut", gone: ["Testlast"] },
  { message: 'value "Testlast was cut', gone: ["Testlast"] },
  { message: "value 'O' Testlast' is wrong", gone: ["Testlast"] },
  // other templates
  { message: "All items in this submission are duplicates. Payload name: testlast_results.csv", gone: ["testlast"] },
  { message: "All items in this submission are duplicates. Payload name: Testlast 1980", gone: ["Testlast", "1980"] },
  { message: "Item 3 in the report was not valid. Reason: PID-5 has 'Testlast'", gone: ["Testlast"] },
  { message: "Item 3 in the report was not parseable. Reason: PID|1||9||Testlast", gone: ["Testlast"] },
  { message: "Item 12 in the report was not convertible. Reason: dob: 1980-01-02", gone: ["1980"] },
  {
    message: "Missing mapping for code(s): 80382-5,Testlast Firstname,000-12-3456,555-010-0199",
    gone: ["Testlast", "000-12", "0199"],
  },
  { message: "Missing mapping for code(s): TESTLAST^FIRSTNAME", gone: ["TESTLAST"] },
  {
    message: "Observations were pruned from receivers for reportID 0b12\nxx-phd.elr: obs-1, obs-2",
    gone: ["0b12", "obs-1"],
  },
  { message: "Filtered out item Alaska1", gone: ["Alaska1"] },
  { message: "For xx-phd.elr, filter hasValidDataFor[patient_dob] filtered out item ACC-88. ", gone: ["ACC-88"] },
  {
    message:
      "For xx-phd.elr, filter Bundle.entry.exists()\n%x[] filtered out item b-17. \nFilter Type: ROUTING_FILTER Filter Args: [] \nFiltered Observation Details: Testlast positive ",
    gone: ["b-17", "Testlast"],
  },
  {
    message:
      "Item was not routed to xx-phd.elr because it did not pass the QUALITY_FILTER. Item failed on: x = '000-12-3456'",
    gone: ["000-12-3456"],
  },
  { message: "Unexpected column header found, 'Testlast' will be ignored.", gone: ["Testlast"] },
  { message: "'client:Testlast.default': unknown client", gone: ["Testlast"] },
  // classes without message: the constructor's values, as readDetail shows them
  {
    message: 'InvalidDateMessage: type INVALID_DATE, formattedValue "31/31/25", format "yyyyMMdd"',
    gone: ["31/31/25"],
  },
  { message: 'InvalidPhoneMessage: formattedValue "Testlast"', gone: ["Testlast"] },
  // what the JVM prints of objects, and values that stand bare behind their label
  { message: "Encountered {family: Testlast, given: [Firstname]} here", gone: ["Testlast", "Firstname"] },
  { message: "Encountered {family=Testlast, given=[Firstname]} here", gone: ["Testlast", "Firstname"] },
  { message: "No match for HumanName[family=Testlast,given=Firstname]", gone: ["Testlast", "Firstname"] },
  {
    message: "No match for Person(surname=Testlast, born=(x), first=Firstname) at all",
    gone: ["Testlast", "Firstname"],
  },
  { message: "length 51 exceeds 50; value is Testlastandmore", gone: ["Testlastandmore"] },
  { message: "row 17: value Firstname, Testlast", gone: ["Firstname", "Testlast"] },
  { message: "expected: x, actual: Testlast", gone: ["Testlast"] },
  { message: "age: 47, sex: F, race: 0000-3", gone: ["47", "0000-3"] },
  { message: "DOB 010280 invalid, born on 1980", gone: ["010280", "1980"] },
  { message: "PATIENT TESTLAST FIRSTNAME NOT FOUND", gone: ["TESTLAST", "FIRSTNAME"] },
  { message: "Fields 'ACC-88' and 'ABC-12' differ", gone: ["ACC-88", "ABC-12"] },
  // what the context knows
  { message: "Message ACC-88 and ACC-88 again", gone: ["ACC-88"], context: { trackingId: "ACC-88" } },
  { message: "Id Zq7 in MSH-10", gone: ["Zq7"], context: { trackingId: "Zq7" } },
  { message: "Testlast is too long for the field", gone: ["Testlast"], context: { field: "patient_last_name" } },
  { message: "field value jane is not valid", gone: ["jane"], context: { field: "patient_first_name (PID-5.2)" } },
  { message: "Cannot use qzx qzy 7", gone: ["qzx", "qzy"], context: { field: "PID-11" } },
];

export const MUST_BE_MASKED: readonly MaskedCase[] = [
  ...templateCases(),
  ...quotedCases(),
  ...assignmentCases(),
  ...FREE_TEXT,
];
