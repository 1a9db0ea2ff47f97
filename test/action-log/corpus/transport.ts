import type { ErrorFamily } from "../../../src/action-log/transport.ts";

/** Texts of action_result after a failed send, with family and what must not survive. All invented. */
export type TransportCase = {
  readonly text: string;
  readonly family: ErrorFamily;
  readonly status?: number;
  readonly gone: readonly string[];
};

const REPORT = "0c7c9a5e-1111-4222-8333-444455556666";
const SFTP =
  "SFTPTransportType(host=sftp.state.example, port=22, filePath=/in (new)/elr, credentialName=XX-PHD--ELR, connectionTimeout=401, readTimeout=503)";
const REST =
  "apiUrl=https://api.state.example/v1?code=S3CRET, reportUrl=https://api.state.example, headers={h=S3CRET), tlsKeystore=KS1";
const GONE = [REPORT, "state.example", "/in", "XX-PHD--ELR", "S3CRET", "KS1", "deadbeef"];
const RETRY = `, Send Failed.  Will retry sending report: ${REPORT} to xx-phd.elr in 60 minutes and 404 seconds at 2025-02-14T08:35:00Z`;
const LAST = `, All retries failed.  Manual Intervention Required.  Send Error report for: ${REPORT} to xx-phd.elr`;

const SFTP_CAUSES: readonly (readonly [string, ErrorFamily])[] = [
  ["com.jcraft.jsch.JSchException: Auth fail", "authentication"],
  ["Exhausted available authentication methods", "authentication"],
  ["net.schmizz.sshj.userauth.UserAuthException: publickey refused for user labuser", "authentication"],
  ["java.net.SocketTimeoutException: connect timed out", "timeout"],
  ["Timeout expired: 30000 MILLISECONDS", "timeout"],
  ["java.util.concurrent.TimeoutException: Timeout expired", "timeout"],
  ["Connection timed out (Connection timed out)", "timeout"],
  ["java.net.UnknownHostException: sftp.state.example", "DNS"],
  ["sftp.state.example", "DNS"],
  ["sftp.state.example: Name or service not known", "DNS"],
  ["java.net.ConnectException: Connection refused", "connection refused"],
  ["Failed to connect to sftp.state.example/10.9.8.7:22", "connection refused"],
  ["No route to host (Host unreachable)", "connection refused"],
  ["Algorithm negotiation fail", "key exchange"],
  ["Unable to reach a settlement: [diffie-hellman-group1-sha1] and [ecdh-sha2-nistp256]", "key exchange"],
  [
    "Could not verify `ssh-rsa` host key with fingerprint `aa:bb:cc:dd:ee:ff:00:11` for `sftp.state.example` on port 22",
    "certificate",
  ],
  ["Permission denied", "permission"],
  ["/in/elr/file_one.hl7: Permission denied", "permission"],
  ["No such file or directory", "path not found"],
  ["No space left on device", "storage full"],
  ["Disk quota exceeded", "storage full"],
  ["java.net.SocketException: Connection reset", "connection lost"],
  ["Broken transport; encountered EOF", "connection lost"],
  ["Unable to find SFTP credentials for XX-PHD--ELR", "credential missing"],
  ["Something nobody saw before", "unknown"],
];

function sftpCases(): TransportCase[] {
  return SFTP_CAUSES.flatMap(([cause, family]) =>
    [RETRY, LAST, `${RETRY}${LAST}`].map((end) => ({
      text: `FAILED Sftp upload of inputReportId ${REPORT} to ${SFTP} (orgService = xx-phd.elr), Exception: ${cause}${end}`,
      family,
      gone: [...GONE, "10.9.8.7", "labuser", "file_one", "aa:bb:cc"],
    })),
  );
}

const REST_CAUSES: readonly (readonly [string, ErrorFamily])[] = [
  [
    'Client request(POST https://api.state.example/v1?code=S3CRET) invalid: 401 Unauthorized. Text: "bad S3CRET"',
    "authentication",
  ],
  ["Client request(POST https://api.state.example/v1) invalid: 403 Forbidden.", "permission"],
  ["Client request(POST https://api.state.example/v1) invalid: 404 Not Found.", "remote 4xx"],
  ["Client request(POST https://api.state.example/v1) invalid: 413 Request Entity Too Large.", "remote 4xx"],
  ["Client request(POST https://api.state.example/v1) invalid: 429 Too Many Requests.", "remote 4xx"],
  [
    'Server error(POST https://api.state.example/v1: 500 Internal Server Error. Text: "{"patient":"Testlast"}"',
    "remote 5xx",
  ],
  ["Server error(POST https://api.state.example/v1: 502 Bad Gateway.", "remote 5xx"],
  ["Server error(POST https://api.state.example/v1: 503 Service Unavailable.", "remote 5xx"],
  ["Server error(POST https://api.state.example/v1: 504 Gateway Time-out.", "remote 5xx"],
  ["Request timeout has expired [url=https://api.state.example/v1, request_timeout=130000 ms]", "timeout"],
  ["PKIX path building failed: unable to find valid certification path to requested target", "certificate"],
];

function restCases(): TransportCase[] {
  return REST_CAUSES.flatMap(([cause, family]) =>
    [RETRY, LAST].map((end) => ({
      text: `FAILED POST of inputReportId ${REPORT} to ${REST} (orgService = xx-phd.elr), Exception: ${cause}${end}`,
      family,
      gone: [...GONE, "Testlast"],
    })),
  );
}

export const TRANSPORT_CASES: readonly TransportCase[] = [
  ...sftpCases(),
  ...restCases(),
  {
    text: `FAILED AS2 upload of inputReportId ${REPORT} to AS2TransportType(receiverUrl=https://as2.state.example, receiverId=R1D, senderEmail=a@state.example) (orgService = xx-phd.elr);Retry all items; Exception: java.net.ConnectException Connection refused`,
    family: "connection refused",
    gone: [...GONE, "R1D"],
  },
  {
    text: `FAILED AS2 upload of inputReportId ${REPORT} to AS2TransportType(receiverUrl=https://as2.state.example) (orgService = xx-phd.elr);No retry; Exception: com.helger.as2lib.exception.WrappedAS2Exception certificate expired`,
    family: "certificate",
    gone: GONE,
  },
  {
    text: `FAILED SOAP of inputReportId ${REPORT} to endpoint=https://soap.state.example/ws, soapAction=http://state.example/Send (orgService = xx-phd.elr), Exception: Server error: 500 Internal Server Error\n<soap:Envelope><patient>Testlast</patient></soap:Envelope>`,
    family: "remote 5xx",
    gone: [...GONE, "Testlast"],
  },
  {
    text: "xx-phd.elr: FAILED exposure notifications to GAENTransportType(apiUrl=https://gaen.state.example, uuidFormat=REPORT_ID, uuidIV=deadbeefdeadbeef)",
    family: "unknown",
    gone: GONE,
  },
  {
    text: "xx-phd.elr: failed with uuidIV=deadbeefdeadbeef",
    family: "unknown",
    gone: GONE,
  },
  {
    text: "FAILED Blob copy of https://account.blob.core.windows.net/reports/ready%2Fx.hl7 to BLOBSTORE, Exception: Status code 403, AuthorizationFailure",
    family: "permission",
    gone: ["account.blob", "ready%2F"],
  },
  {
    text: `Success: REST transport of testlast_file.hl7 to ${REST}:\nMSH|^~\\&|A\rPID|1||99||Testlast^F`,
    family: "unknown",
    gone: [...GONE, "Testlast", "testlast_file"],
  },
  {
    text: `Success: sftp upload of testlast_file.csv to ${SFTP}`,
    family: "unknown",
    gone: [...GONE, "testlast_file"],
  },
  {
    text: `Send function unrecoverable exception: For report ${REPORT}, expected 10 unique indexes; there were 9 Event: {"type":"report","eventAction":"SEND","reportId":"${REPORT}"}`,
    family: "internal",
    gone: GONE,
  },
  // Hosts of one label, users and labels of the vault without quotes.
  {
    text: "FAILED Sftp upload, Exception: java.net.ConnectException: phsftp-01: Connection refused",
    family: "connection refused",
    gone: ["phsftp-01"],
  },
  {
    text: "Exception: net.schmizz.sshj.userauth.UserAuthException: user labs_in with credential XX-PHD--ELR",
    family: "authentication",
    gone: ["labs_in", "XX-PHD"],
  },
  {
    text: "Auth fail for credential DEFAULT_SFTP",
    family: "authentication",
    gone: ["DEFAULT_SFTP"],
  },
  { text: "", family: "unknown", gone: ["x"] },
  { text: "anything", family: "authentication", status: 401, gone: ["x"] },
  { text: "anything", family: "permission", status: 403, gone: ["x"] },
  { text: "anything", family: "remote 4xx", status: 413, gone: ["x"] },
  { text: "anything", family: "remote 5xx", status: 502, gone: ["x"] },
  {
    text: "Connection reset",
    family: "connection lost",
    status: 502,
    gone: ["x"],
  },
];
