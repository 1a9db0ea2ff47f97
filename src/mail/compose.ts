import juice from "juice";
import MailComposer from "nodemailer/lib/mail-composer";
import type { Micros } from "../time/instant.ts";
import { domainOf } from "./address.ts";

export interface Composition {
  messageId: string;
  threadId: string;
  /** Plain addresses, checked. */
  from: string;
  fromName: string;
  replyTo: string | undefined;
  to: readonly string[];
  subject: string;
  text: string;
  /** With its style sheet in the head; it is written into the elements here. */
  html: string;
  /** What List-Id calls these mails. */
  listName: string;
  attachment: { name: string; content: Buffer } | undefined;
  date: Micros;
}

/**
 * A message as it goes over the wire: text first, HTML beside it, every line short and in ASCII, addresses as they were checked, with the
 * headers by which programs know a mail that no person wrote. The same input gives the same bytes.
 */
export async function composeMessage(mail: Composition): Promise<Buffer> {
  const address = (plain: string, name = ""): { name: string; address: string } => ({ name, address: plain });
  const asked = mail.replyTo ?? mail.from;
  const composer = new MailComposer({
    from: address(mail.from, mail.fromName),
    ...(mail.replyTo === undefined ? {} : { replyTo: address(mail.replyTo) }),
    to: mail.to.map((plain) => address(plain)),
    subject: mail.subject,
    text: mail.text,
    html: inlineStyles(mail.html),
    messageId: mail.messageId,
    references: [mail.threadId],
    date: new Date(Math.floor(mail.date / 1000)),
    headers: {
      "Auto-Submitted": "auto-generated",
      "X-Auto-Response-Suppress": "All",
      "List-Id": `<${mail.listName}.${domainOf(mail.from)}>`,
      "List-Unsubscribe": `<mailto:${asked}?subject=unsubscribe>`,
    },
    attachments: mail.attachment
      ? [{ filename: mail.attachment.name, content: mail.attachment.content, contentType: "text/csv; charset=utf-8" }]
      : [],
    textEncoding: "quoted-printable",
    baseBoundary: mail.messageId.replaceAll(/[^0-9a-f]/g, "").slice(0, 32),
    newline: "\r\n",
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}

/** Writes the rules into the elements, since mail programs drop style sheets; the dark colours stay in one, for those that keep it. */
export function inlineStyles(html: string): string {
  return juice(html, { preserveMediaQueries: true, preserveImportant: true, applyWidthAttributes: false });
}
