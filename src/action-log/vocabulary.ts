/**
 * Words that are known to be no person's data, though they stand in quotes or beside a value:
 * request parameters, field names of the schemas, HL7 and FHIR paths, error codes, media types,
 * date formats. Kept short on purpose: what is not known here is masked.
 */

/** Query parameters and headers of ReportStream's API (azure/ReportFunction.kt, RequestFunction.kt). */
const PARAMETERS: ReadonlySet<string> = new Set(
  `client option options default defaults routeTo processing topic format payloadname payloadName schema sender receiver
   allowDuplicate allowDuplicates content-type content-length authorization async sync None none null true false
   ValidatePayload CheckConnections SkipSend SkipInvalidItems SendImmediately csv hl7 fhir CSV HL7 FHIR`.split(/\s+/),
);

/** What the columns of the schemas begin with (metadata/schemas). */
const FIELD_NAME =
  /^(?:patient|specimen|ordering|testing|reporting|equipment|sender|receiver|message|order|test|site|illness|pregnant|symptomatic|hospitalized|icu|resident|employed|first|placer|filler|processing|result|date|abnormal|observation|file|organization|standard|previous|value|overall|filter|value)_[a-z]+(?:_[a-z]+){0,5}$/;
// By name: an accession number such as ACC-88 has the form of a path too.
const HL7_PATH =
  /^(?:MSH|SFT|PID|PD1|NK1|PV1|PV2|ORC|OBR|OBX|SPM|NTE|TQ1|TQ2|CTD|CTI|FT1|IN1|IN2|MSA|ERR|EVN|FHS|FTS|BHS|BTS|DSC|AL1|DG1|GT1|ROL|PRT|SAC|UAC|Z[A-Z0-9]{2})(?:\[\d{1,3}\])?[-.]\d{1,3}(?:\[\d{1,3}\])?(?:[-.]\d{1,3}){0,3}$/;
const HL7_EVENT = /^[A-Z]{3}(?:\^[A-Z]\d{2}(?:\^[A-Z]{3}_[A-Z]\d{2})?|_[A-Z]\d{2})$/;
const ERROR_CODE = /^(?:INVALID|SETTINGS|UNKNOWN|MISSING|UNSUPPORTED)(?:_[A-Z0-9]{2,20}){1,7}$/;
const MEDIA_TYPE = /^(?:text|application)\/[a-z][a-z0-9.+-]{1,40}$/;
const DATE_FORMAT = /^(?=.*(?:yy|MM|HH|DD|dd))[yMdHhmsSaZzXDY/\-.: ,T'[\]]{2,40}$/;
const FHIR_PATH =
  /^(?:Bundle|Patient|Observation|DiagnosticReport|Specimen|ServiceRequest|Organization|Practitioner|PractitionerRole|MessageHeader|Device|Location|Provenance|Coding|CodeableConcept|Identifier|Extension|HumanName|Address|ContactPoint)(?:\.[a-z][A-Za-z]{1,40}(?:\[\d{1,3}\])?){0,8}$/;

/** Whether a quoted text may stay, because it names a thing of the software and not a value. */
export function isVocabulary(text: string): boolean {
  if (text.length > 80 || text.length === 0) return false;
  return (
    PARAMETERS.has(text) ||
    FIELD_NAME.test(text) ||
    HL7_PATH.test(text) ||
    HL7_EVENT.test(text) ||
    ERROR_CODE.test(text) ||
    MEDIA_TYPE.test(text) ||
    DATE_FORMAT.test(text) ||
    FHIR_PATH.test(text)
  );
}

export function isHl7Path(text: string): boolean {
  return HL7_PATH.test(text);
}

export function isHl7Event(text: string): boolean {
  return HL7_EVENT.test(text);
}

/**
 * The words in which software speaks of errors. Where a text is about a patient's field and no
 * template knows it, only these survive; beside `patient_x:` they are no value.
 */
const ERROR_WORDS: ReadonlySet<string> = new Set(
  `a about above accept acceptable accepted according actual additional after all allowed already also an and another any
   are array as at available bad be because been before being below between blank body both but by can cannot case
   character characters check code coded codes coding column columns component contain contained contains content contents
   convert converted could county csv data date dates datatype datetime decimal default defined detected did digit digits
   does duplicate duplicated during either element elements else empty encoding end entry error errors exceed exceeded
   exceeds exception exist exists expect expected expecting expression extra fail failed fails failure false fhir field
   fields file filled first fix following for format formatted formatting found from full given greater guide had has have
   header headers hl7 id identifier if ignored in incomplete incorrect index information input instead integer into invalid
   is iso it item items its known last least length less letter letters limit line list long longer lookup many map mapped
   mapping match matched matches matching maximum may message messages minimum missing more must name need needed needs next
   no non none not null number numbers numeric occurred occurrence of off one only optional or order other out outside
   over parse parsed parser parsing part patient pattern payload phone please position possible postal present problem
   process processed processing provide provided range reached read reason received record refer reformat rejected repeat
   repeated repetition report required requires resource result results row rows schema second section segment segments
   set should shorter size skipped specification specified specimen standard start state string sub subfield supplied
   support supported syntax system table telephone test than that the their there these this time timestamp to token too
   translate translated translation true truncated two type types unable unexpected unknown unmapped unreadable
   unrecognized unsupported until up use used using validate validated validation valid value values version was were what
   when where which while will with within without wrong year zip zone`.split(/\s+/),
);

/** Whether a lower-case word is error-speak. The caller lower-cases. */
export function isErrorWord(word: string): boolean {
  return ERROR_WORDS.has(word);
}

/**
 * A `fieldMapping` as ReportStream writes it: `patient_dob`, `patient_phone_number (PID-13)`,
 * `'Date_result_released' ('date_result_released')`, `observation.{code|valueCodeableConcept}.coding.code`,
 * `Patient Id`. No run of five digits, no @, no caret: those are values.
 */
export function isFieldMapping(text: string): boolean {
  if (text.length === 0 || text.length > 160) return false;
  return FIELD_MAPPING.test(text) && !/\d{5}|\d{3}-\d{4}|\d[-/]\d{1,2}[-/]\d/.test(text);
}

const FIELD_MAPPING = /^'?[A-Za-z][\w.{}|\-/#[\]]*(?: [\w.{}|\-/#[\]]+){0,5}'?(?: ?\('?[\w.\-/ ,]{1,80}'?\))?$/;
