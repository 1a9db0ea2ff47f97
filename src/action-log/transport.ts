import { capText, MARK } from "./markers.ts";
import { scrub } from "./scrub.ts";

/** What went wrong on the last mile, in words that tell whom to call. */
export type ErrorFamily =
  | "authentication"
  | "permission"
  | "key exchange"
  | "certificate"
  | "DNS"
  | "connection refused"
  | "connection lost"
  | "timeout"
  | "storage full"
  | "path not found"
  | "credential missing"
  | "remote 4xx"
  | "remote 5xx"
  | "internal"
  | "unknown";

const SHOWN = 300;
/** A server can answer with megabytes; what 300 characters show is at the beginning. */
const READ = 50_000;

/* ---- parts of ReportStream's own sentences (transport/*.kt, azure/SendFunction.kt) --------------- */

const RETRY = /,?\s{0,2}Send Failed\.\s{1,3}Will retry sending report: [\s\S]*$/;
const EXHAUSTED = /,?\s{0,2}All retries failed\.\s{1,3}Manual Intervention Required\.[\s\S]*$/;
const SERVICE =
  /\(orgService = ([A-Za-z0-9_-]{1,100}(?:\.[A-Za-z0-9_-]{1,100})?)\)|^([A-Za-z0-9_-]{1,100}\.[A-Za-z0-9_-]{1,100}): (?:FAILED|Success)/;

/**
 * The family of a failure text. The transport's own settings are taken out first: a
 * `connectionTimeout=` in them is no timeout, and the seconds of the next retry are no status.
 *
 * @param httpStatus the receiver's answer, where `action.http_status` has it
 */
export function errorFamily(text: string, httpStatus: number | null = null): ErrorFamily {
  const told = familyByText(withoutSettings(text));
  if (told !== "unknown" && told !== "remote 4xx" && told !== "remote 5xx") return told;
  const status = httpStatus ?? 0;
  if (status === 401) return "authentication";
  if (status === 403) return "permission";
  if (status >= 500 && status < 600) return "remote 5xx";
  if (status >= 400 && status < 500) return "remote 4xx";
  return told;
}

type Rule = readonly [ErrorFamily, RegExp];

/** In order: the first that matches says the most. */
const RULES: readonly Rule[] = [
  ["internal", /unique indexes; there were|lineage sanity|Event: \{.{0,40}"type".{0,400}no such report/i],
  [
    "credential missing",
    /(?:unable|could not|cannot|failed) to (?:find|fetch|get|look ?up|retrieve) (?:the )?(?:\w{1,20} )?credential|no credentials? (?:found|for)|credential .{0,80}not found/i,
  ],
  [
    "key exchange",
    /algorithm negotiation|key ?exchange|kex|no matching (?:host key|cipher|mac|key)|Unable to negotiate|unable to reach a settlement/i,
  ],
  [
    "certificate",
    /PKIX|SSLHandshake|SSLPeerUnverified|certificate|handshake_failure|TrustAnchor|hostkey|host key|HOST_KEY_NOT_VERIFIABLE/i,
  ],
  [
    "DNS",
    /UnknownHost|Name or service not known|nodename nor servname|No such host|Exception: [a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,6}\s*$|UnresolvedAddress|Temporary failure in name resolution|failed to resolve/i,
  ],
  ["timeout", /timed?[ -]?out|TimeoutException|Timeout expired|deadline exceeded/i],
  [
    "connection refused",
    /Connection refused|ConnectException|No route to host|NoRouteToHost|Network is unreachable|Failed to connect to/i,
  ],
  [
    "authentication",
    /Auth fail|UserAuthException|Exhausted available authentication|authentication (?:failed|failure|required|exception)|Unauthorized|invalid_client|invalid_grant|invalid_token|Login incorrect|Access ?token (?:request )?(?:denied|expired|invalid)|bad credentials|Password expired/i,
  ],
  ["storage full", /No space left|disk (?:is )?full|quota|Insufficient Storage|SSH_FX_NO_SPACE|out of space/i],
  [
    "permission",
    /Permission denied|Forbidden|Access (?:is )?denied|PERMISSION_DENIED|not authorized|AuthorizationFailure|write[- ]protect/i,
  ],
  ["path not found", /No such file|NO_SUCH_FILE|NO_SUCH_PATH|directory does not exist|ContainerNotFound|BlobNotFound/i],
  [
    "connection lost",
    /Connection reset|Broken pipe|Connection (?:was )?closed|EOFException|unexpected end of|Broken transport|channel is (?:not opened|closed)|session is down|disconnected|premature|CONNECTION_LOST/i,
  ],
  [
    "remote 5xx",
    /\b(?:HTTP(?:\/\d\.\d)?|status(?: code)?|code|invalid|response|error)[:= ]{1,3}5\d\d\b|\b5\d\d (?:Internal Server Error|Bad Gateway|Service Unavailable|Gateway Time|Server Error)|Internal Server Error|Bad Gateway|Service Unavailable|ServerResponseException/i,
  ],
  [
    "remote 4xx",
    /\b(?:HTTP(?:\/\d\.\d)?|status(?: code)?|code|invalid|response|error)[:= ]{1,3}4\d\d\b|\b4\d\d (?:Bad Request|Not Found|Conflict|Gone|Payload Too Large|Request Entity|Unprocessable|Too Many|Method Not|Unsupported)|Bad Request|Not Found|Payload Too Large|Request Entity Too Large|Too Many Requests|ClientRequestException/i,
  ],
];
const STATUS_401 = /\b(?:HTTP(?:\/\d\.\d)?|status(?: code)?|code|invalid|response|error)[:= ]{1,3}401\b/i;
const STATUS_403 = /\b(?:HTTP(?:\/\d\.\d)?|status(?: code)?|code|invalid|response|error)[:= ]{1,3}403\b/i;
/** 504 says "Gateway Time-out", but it is the receiver's answer. */
const STATUS_5XX =
  /\b(?:HTTP(?:\/\d\.\d)?|status(?: code)?|code|invalid|response|error)[:= ]{1,3}5\d\d\b|\b50[0-9] [A-Z]/;

function familyByText(text: string): ErrorFamily {
  // What a server's answer quotes tells of its troubles, not of ours: look at the first part only.
  const head = text.slice(0, 4_000);
  if (STATUS_401.test(head)) return "authentication";
  if (STATUS_403.test(head)) return "permission";
  if (STATUS_5XX.test(head)) return "remote 5xx";
  return RULES.find(([, pattern]) => pattern.test(head))?.[0] ?? "unknown";
}

/** The text without the transport's settings and without ReportStream's closing sentences. */
function withoutSettings(text: string): string {
  return cutSettings(text, "").replace(RETRY, "").replace(EXHAUSTED, "");
}

/* ---- masking ------------------------------------------------------------------------------------ */

/**
 * A failure or success text for print, at most 300 characters. Besides what is masked in messages,
 * the transport's settings (hosts, paths, credential names, `uuidIV`), every host, path, file name,
 * user and whatever the remote server answered after the first line are gone.
 *
 * @param keep names that may stay, such as the file's receiver
 */
export function maskTransportError(text: string, keep: readonly string[] = [], max = SHOWN): string {
  const stored = text.length > READ ? text.slice(0, READ).replace(/\S{0,200}$/, "") : text;
  const found = SERVICE.exec(stored);
  const service = found?.[1] ?? found?.[2];
  const names = service === undefined ? keep : [...keep, service];
  let masked = cutSettings(stored, MARK.transport);
  masked = cutAnswer(masked);
  for (let round = 0; round < 4; round += 1) {
    const before = masked;
    masked = maskPlaces(scrub(before, names), names);
    if (masked === before) return capText(masked.replace(/[ \t]{2,}/g, " ").trim(), max);
  }
  return MARK.text;
}

const SETTINGS =
  /\b[A-Za-z0-9]{0,30}(?:TransportType|Transport)\(|\b(?:apiUrl|reportUrl|receiverUrl|endpoint|host|storageName|dummy|addresses)=/;
const AFTER_SETTINGS =
  / ?\(orgService = |[,;] ?(?:Exception|Error|No retry|Retry)\b|: (?:java|javax|com|org|net|io|kotlin)\.[a-z]|\n/;

/** From where the settings begin to where ReportStream's own words go on. */
function cutSettings(text: string, marker: string): string {
  const start = text.search(SETTINGS);
  if (start < 0) return text;
  const service = text.indexOf(" (orgService = ", start);
  // A path or a header may hold anything, brackets included: the last certain landmark decides.
  const length = service >= 0 ? service - start : text.slice(start).search(AFTER_SETTINGS);
  const end = length < 0 ? closingOf(text, start) : start + length;
  return `${text.slice(0, start)}${marker}${text.slice(end)}`;
}

function closingOf(text: string, start: number): number {
  const own = text.slice(start).search(/,?\s{0,2}(?:Send Failed\.|All retries failed\.|Send function unrecoverable)/);
  return own < 0 ? text.length : start + own;
}

/** What follows the first line is the remote server's answer; ReportStream's closing words are kept. */
function cutAnswer(text: string): string {
  const line = text.search(/[\r\n]/);
  if (line < 0) return text;
  const rest = text.slice(line);
  const own = rest.search(/,?\s{0,2}(?:Send Failed\.\s|All retries failed\.\s)/);
  const answer = own < 0 ? rest : rest.slice(0, own);
  if (answer.trim() === "" || answer.trim() === MARK.text) return text;
  return `${text.slice(0, line)} ${MARK.text}${own < 0 ? "" : rest.slice(own)}`;
}

const AFTER_WORD =
  /\b((?:UnknownHostException|resolve host|unknown host|No such host|not resolve|connect to|Connection to|Connected to|host|server|address)(?: host)?:? {1,2})(?!‹|is\b|was\b|key\b|has\b|not\b|be\b|the\b|a\b|an\b|refused|timed|closed|reset|to\b|returned|error|side|did|by\b|name\b|for\b|with\b|in\b|at\b|on\b|of\b|and\b|or\b|negotiation|certificate|verification)[^\s,;()‹›]{2,255}/gi;
const USER =
  /\b((?:user(?:name)?|login|account|principal|for) {1,2})(?=[A-Za-z0-9_.\\-]{2,80}(?:[,;)]|$| from| at| on))(?!the |a |an |‹|orgService)[A-Za-z0-9_.\\-]{2,80}/g;
/** `user labs with …`: a preposition ends a user as a bracket does, but not a word of the sentence itself. */
const USER_WITH =
  /\b((?:user(?:name)?|login|account|principal) {1,2})(?!auth|name\b|agent\b|not\b|is\b|was\b|has\b|the\b|an?\b|and\b|or\b|‹)[A-Za-z0-9_.\\-]{2,80}(?= (?:with|using|via)\b)/g;
/** A label of the vault has a hyphen, a digit or only capitals: `credential XX-PHD--ELR`; words of a sentence have not. */
const CREDENTIAL =
  /\b([Cc]redentials?(?: (?:name|label|id|named))?:? {1,2})(?=\w{0,60}[-\d]|[A-Z_]{4,}(?!\w))[\w-]{2,120}/g;
/** A host of one label, where the JVM names whom it could not reach: `ConnectException: sftp-01: Connection refused`. */
const AFTER_EXCEPTION = /(Exception: {1,2})(?=[A-Za-z]{0,60}[-\d])[A-Za-z][A-Za-z0-9-]{1,62}(?=: )/g;
const PATH =
  /(?<![\w‹›/<])(?:\/(?!\s)[^\s,;()"'‹›]{1,500}|[A-Za-z]:\\[^\s,;()"'‹›]{0,500}|\\\\[^\s,;()"'‹›]{1,500}|~\/[^\s,;()"'‹›]{0,500})/g;
const RELATIVE_PATH = /(?<![\w‹›/])[\w.-]{1,80}(?:\/[\w.-]{1,80}){2,20}\/?/g;
const DOTTED = /(?<![\w.\-$])[A-Za-z0-9][\w-]{0,62}(?:\.[A-Za-z0-9][\w-]{0,62}){1,8}(?::\d{1,5})?(?![\w$]|\.\w)/g;
const BARE_PORT = /(\bport[ :=]{1,2})\d{2,5}\b/gi;

/** Hosts, paths and users that no pattern for messages takes, because there they are ordinary words. */
function maskPlaces(text: string, keep: readonly string[]): string {
  return text
    .replace(AFTER_WORD, (all, label: string) =>
      keep.includes(all.slice(label.length).replace(/[.:]$/, "")) ? all : label + MARK.host,
    )
    .replace(USER, (all, label: string) => (keep.includes(all.slice(label.length)) ? all : label + MARK.name))
    .replace(USER_WITH, (_, label: string) => label + MARK.name)
    .replace(CREDENTIAL, (_, label: string) => label + MARK.name)
    .replace(AFTER_EXCEPTION, (_, label: string) => label + MARK.host)
    .replace(PATH, MARK.path)
    .replace(RELATIVE_PATH, MARK.path)
    .replace(DOTTED, (word) => (isCodeName(word) || keep.includes(word) ? word : MARK.host))
    .replace(BARE_PORT, (_, label: string) => label + MARK.number);
}

/** JVM packages and classes, versions and numbers are no hosts. */
function isCodeName(word: string): boolean {
  if (/^\d+(?:\.\d+){1,3}$/.test(word)) return true;
  if (/^v?\d/.test(word) && /^[vV\d.]+$/.test(word)) return true;
  const labels = word.split(".");
  const last = labels.at(-1) ?? "";
  if (/^[A-Z][A-Za-z0-9]*(?:Exception|Error|Failure|Kt)?$/.test(last) && /[a-z]/.test(last)) {
    return (
      /^(?:java|javax|kotlin|kotlinx|com|org|net|io|gov|sun|ca|jdk|groovy)$/.test(labels[0] ?? "") ||
      labels.length === 1
    );
  }
  return /^[A-Z][A-Za-z0-9]+$/.test(labels[0] ?? "") && /^(?:kt|java)(?::\d{1,5})?$/.test(last);
}
