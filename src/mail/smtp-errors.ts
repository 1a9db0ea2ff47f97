import type { SmtpSettings } from "./smtp-settings.ts";

/** An error as nodemailer gives it. */
export interface SmtpError extends Error {
  code?: string;
  /** The system's own code, where `code` is nodemailer's. */
  originalCode?: string;
  responseCode?: number;
  response?: string;
  command?: string;
  rejectedErrors?: (Error & { recipient?: string; response?: string })[];
}

/** What TLS says when it does not trust the other side, whatever the reason. */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH|INVALID_CA|PATH_LENGTH|INVALID_PURPOSE/;
const NOT_TLS = /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/;

/**
 * What ended a conversation, in one sentence: what the server said, or where it said nothing that helps, what is wrong and what
 * to do. Pure.
 */
export function explainSmtp(
  error: SmtpError,
  { host, port, secure }: Pick<SmtpSettings, "host" | "port" | "secure">,
): string {
  const { response, command = "" } = error;
  const code = error.originalCode ?? error.code ?? "";
  const server = `${host}:${port}`;
  if (error.code === "EAUTH" && response !== undefined) {
    return `${server} refused the login: ${response}; look at SMTP_USER and SMTP_PASSWORD`;
  }
  if (command === "STARTTLS" && response !== undefined) {
    return (
      `${server} does not encrypt: it answered ${response} to STARTTLS; is it the right port (smtps:// for 465)? ` +
      "?tls=offer takes a server without, where no password is sent"
    );
  }
  if (response !== undefined) return response;
  if (CERTIFICATE.test(code)) {
    return (
      `the certificate of ${server} is not accepted (${code}: ${error.message}); name its authority with ?ca=FILE in SMTP_URL or ` +
      "NODE_EXTRA_CA_CERTS, or correct the host's name"
    );
  }
  if (NOT_TLS.test(`${code} ${error.message}`)) {
    return secure
      ? `${server} does not begin with TLS; smtp:// instead of smtps:// asks for STARTTLS`
      : `the TLS of ${server} cannot be read (${error.message})`;
  }
  if (secure && code === "ETIMEDOUT" && /Greeting/.test(error.message)) return `${error.message} from ${server}`;
  return error.message;
}

/** The text without the password, plain or as it goes over the wire: a server may repeat what it was sent. */
export function withoutSecrets(text: string, { user, password }: Pick<SmtpSettings, "user" | "password">): string {
  const secret = password?.reveal() ?? "";
  if (secret === "") return text;
  const base64 = (plain: string): string => Buffer.from(plain, "utf8").toString("base64");
  return [base64(`\u0000${user ?? ""}\u0000${secret}`), base64(secret), secret].reduce(
    (cleaned, one) => cleaned.replaceAll(one, "**redacted**"),
    text,
  );
}
