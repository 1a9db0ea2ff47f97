import { createHash } from "node:crypto";
import { formatInstant, type Micros } from "../time/instant.ts";
import { domainOf } from "./address.ts";

export interface MailSubject {
  schedule: string;
  window: { from: Micros; to: Micros };
  kind: string;
  /** Empty for the operators' own mails. */
  organization: string;
}

/**
 * The Message-ID of a mail: the same for the same schedule, window, kind and organization, so that a server or a
 * reader that gets it twice sees one. It tells none of them.
 */
export function messageIdOf({ schedule, window, kind, organization }: MailSubject, sender: string): string {
  return `<${digest([schedule, formatInstant(window.from), formatInstant(window.to), kind, organization])}@${domainOf(sender)}>`;
}

/** One for all mails of a schedule to an organization: mail programs show them as one thread. */
export function threadIdOf({ schedule, kind, organization }: Omit<MailSubject, "window">, sender: string): string {
  return `<${digest(["thread", schedule, kind, organization])}@${domainOf(sender)}>`;
}

function digest(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 40);
}
