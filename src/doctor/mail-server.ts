import type { ConfiguredMail } from "../config/schedule-schema.ts";
import { ReportError } from "../errors.ts";
import { type Probe, probeSmtp } from "../mail/probe.ts";
import { type SmtpSettings, smtpSettings } from "../mail/smtp-settings.ts";
import { type Finding, findingsOf } from "./finding.ts";

interface MailRequest {
  mail: ConfiguredMail;
  env: Readonly<Record<string, string | undefined>>;
  signal: AbortSignal;
}

/** The mail server, when mails are configured; without any there is nothing to look at. */
export async function checkMailServer({ mail, env, signal }: MailRequest): Promise<Finding[]> {
  const { ok, fault } = findingsOf("mail server");
  const named = env.SMTP_URL !== undefined && env.SMTP_URL !== "";
  const wanted = mail.from !== undefined || Object.keys(mail.organizations ?? {}).length > 0;
  if (!named && !wanted) return [ok("settings", "no mails are configured (mail.from, SMTP_URL)")];
  let settings: SmtpSettings;
  try {
    settings = smtpSettings(env);
  } catch (error) {
    if (!(error instanceof ReportError)) throw error;
    return [fault("settings", error.message, error.hint)];
  }
  const findings = judgeProbe(settings, await probeSmtp(settings, signal));
  if (mail.from === undefined) {
    const fix = "write `mail: {from: reports@example.org}` into lineage-report.yaml";
    findings.push(
      findingsOf("mail server").warning("settings", "SMTP_URL is set, and no mail.from: no mail can be sent", fix),
    );
  }
  return findings;
}

/** What the server's answers mean for mails. */
export function judgeProbe(settings: Pick<SmtpSettings, "host" | "port" | "user">, probe: Probe): Finding[] {
  const { ok, warning, fault } = findingsOf("mail server");
  const { host, port, user } = settings;
  if (!probe.answered) {
    return [
      fault(
        "connection",
        `${host}:${port}: ${probe.why}`,
        "see that SMTP_URL names host, port and TLS as the server wants them",
      ),
    ];
  }
  const { secure, auth, size, login } = probe;
  const room = size === undefined ? "" : `; takes messages up to ${Math.floor(size / 1024).toLocaleString("en-US")} kB`;
  const offers = auth.length === 0 ? "offers no login" : `offers ${auth.join(", ")}`;
  const findings = [
    ok("connection", `${host}:${port} answers, ${secure ? "encrypted" : "unencrypted"}, and ${offers}${room}`),
  ];
  const local = ["localhost", "127.0.0.1", "::1"].includes(host);
  if (!secure && !local) {
    findings.push(
      warning(
        "encryption",
        "mails go to the server unencrypted",
        "leave ?tls=off out of SMTP_URL, or ask for TLS there",
      ),
    );
  }
  if (login === "accepted") findings.push(ok("login", `logged in as "${user}"`));
  else if (login === "not offered") {
    findings.push(
      fault("login", `a user is named, and ${host}:${port} offers no login`, "name another port, or no user"),
    );
  } else if (login !== "not asked") {
    findings.push(
      fault("login", `the login as "${user}" was refused: ${login.refused}`, "see SMTP_USER and SMTP_PASSWORD"),
    );
  }
  return findings;
}
