import type { SkipRule } from "./gates.ts";

/** The section `mail` of the configuration. */
export interface MailSettings {
  /** The sender's address; without one no mail is sent. */
  from: string | undefined;
  fromName: string;
  replyTo: string | undefined;
  /** Who owns these mails and can be asked about them, for the footer. */
  owner: string | undefined;
  /** Who gets the all-clear, and word of what is held or refused. */
  operators: readonly string[];
  organizations: Readonly<Record<string, OrganizationMail>>;
  allowedDomains: readonly string[];
  optOut: readonly string[];
  redirectAllTo: string | undefined;
  /** Unless an organization has rules of its own. */
  skip: readonly SkipRule[];
  attachSummary: boolean;
  connections: number;
  giveUpHours: number;
  holdTimesUsual: number;
  holdErrorSharePercent: number;
  holdStaleHours: number;
}

/** What is said about one organization's mail. */
export interface OrganizationMail {
  to: readonly string[];
  skip?: readonly SkipRule[] | undefined;
  attachSummary?: boolean | undefined;
}
