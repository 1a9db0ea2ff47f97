import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Writable } from "node:stream";
import type { Context } from "../cli/context.ts";
import type { Config } from "../config/schema.ts";
import { initLedger } from "../ledger/schema.ts";
import { mailSend } from "../mail/command.ts";
import { writeFileAtomically } from "../output/atomic-file.ts";
import { organizationFolder } from "../output/names.ts";
import { connectionSettings } from "../source/connection-settings.ts";
import { startSmtpSink } from "./smtp-sink.ts";

/** The organizations of the sample data whose mails are shown: one that receives, and one that sends. */
const SHOWN = ["ca-dph", "acme-labs"];

export interface DemoMailRequest {
  config: Config;
  /** The finished run's folder. */
  run: string;
  /** The embedded server, as its owner: the ledger needs a schema of its own. */
  ownerUrl: string;
}

/** A mail of the demo: where its message was written. */
export interface DemoMail {
  to: string;
  file: string;
}

/**
 * Sends the mails of two organizations and of the operators, as `mail send` does, to a mail server of
 * its own on this machine, and writes each message beside the run's folder.
 */
export async function demoMails({ config, run, ownerUrl }: DemoMailRequest, context: Context): Promise<DemoMail[]> {
  await initLedger(connectionSettings({ databaseUrl: ownerUrl, env: {} }));
  const sink = await startSmtpSink();
  try {
    const address = (organization: string): string => `reports@${organization.replaceAll("_", "-")}.example`;
    const organizations = Object.fromEntries(SHOWN.map((name) => [name, { to: [address(name)] }]));
    const mail = {
      ...config.mail,
      from: "reports@reportstream.example",
      owner: "ReportStream operations",
      operators: ["operators@reportstream.example"],
      organizations,
    };
    await mailSend(
      {
        config: { ...config, mail },
        connection: { databaseUrl: ownerUrl, env: {} },
        run,
        organizations: [],
        schedule: "demo",
        redirectAllTo: undefined,
        dryRun: false,
      },
      { ...context, stdout: nowhere(), stderr: nowhere(), env: { SMTP_URL: sink.url } },
    );
    const written: DemoMail[] = [];
    for (const { to, content } of sink.messages) {
      const organization = SHOWN.find((name) => to.includes(address(name))) ?? "operators";
      const file = join(config.out, "mails", `${organizationFolder(organization)}.eml`);
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      await writeFileAtomically(file, content, { now: context.now });
      written.push({ to: to.join(", "), file });
    }
    return written.sort((a, b) => (a.file < b.file ? -1 : 1));
  } finally {
    await sink.stop();
  }
}

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}
