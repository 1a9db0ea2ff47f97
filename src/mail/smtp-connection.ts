import { isIP } from "node:net";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import type { SmtpSettings } from "./smtp-settings.ts";

/** A conversation with the mail server that has not begun: one way of connecting, for mails and for the doctor. */
export function smtpConnection(settings: SmtpSettings): InstanceType<typeof SMTPConnection> {
  return new SMTPConnection({
    host: settings.host,
    port: settings.port,
    secure: settings.secure,
    requireTLS: settings.tls === "require",
    ignoreTLS: settings.tls === "off",
    name: settings.clientName,
    connectionTimeout: settings.timeoutMs,
    greetingTimeout: settings.timeoutMs,
    dnsTimeout: settings.timeoutMs,
    socketTimeout: settings.timeoutMs,
    tls: {
      // RFC 6066 allows names only; an address is compared with the certificate all the same.
      ...(isIP(settings.host) === 0 ? { servername: settings.host } : {}),
      ...(settings.ca === undefined ? {} : { ca: settings.ca }),
      rejectUnauthorized: settings.verify,
    },
    logger: false,
  });
}
