import type { ConfiguredMail } from "../config/schedule-schema.ts";
import { ConfigError } from "../errors.ts";
import type { MailSettings } from "./settings.ts";

/** The section `mail` with every default filled in; `redirectAllTo` of the command line goes before the file's. */
export function mailSettings(mail: ConfiguredMail, redirectAllTo?: string | undefined): MailSettings {
  return {
    ...mail,
    operators: mail.operators ?? [],
    organizations: mail.organizations ?? {},
    allowedDomains: mail.allowedDomains ?? [],
    optOut: mail.optOut ?? [],
    skip: mail.skip ?? [],
    redirectAllTo: redirectAllTo ?? mail.redirectAllTo,
  };
}

/** @throws ConfigError when no sender is named */
export function withSender(settings: MailSettings): MailSettings & { from: string } {
  const { from } = settings;
  if (from === undefined) {
    throw new ConfigError("no mail can be sent: the configuration names no mail.from", {
      hint: "write `mail: {from: reports@example.org}` into lineage-report.yaml",
    });
  }
  return { ...settings, from };
}
