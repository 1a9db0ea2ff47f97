import type { Context } from "../cli/context.ts";
import type { ConnectionSources } from "../cli/settings.ts";
import type { Config } from "../config/schema.ts";
import { checkLedger } from "../ledger/check.ts";
import { checkDatabase } from "./database.ts";
import { checkMemory, checkOutput, checkQueries, checkTemplates } from "./files.ts";
import { type Finding, findingsOf } from "./finding.ts";
import { checkMailServer } from "./mail-server.ts";
import { formatFindings } from "./print.ts";

export interface DoctorOptions {
  config: Config;
  connection: ConnectionSources;
  /** What was found while the configuration was read; with a fault `config` is the defaults. */
  configuration: readonly Finding[];
  json: boolean;
}

/** `lineage-report doctor`: looks at everything that a run needs, and says what to do. @returns 1 with a fault, else 0 */
export async function doctorCommand(options: DoctorOptions, context: Context): Promise<number> {
  const { config, connection, json } = options;
  const { signal, now, env } = context;
  const { findings: queries, catalogue } = checkQueries(config.queries);
  const findings: Finding[] = [
    ...options.configuration,
    ...queries,
    checkTemplates(config.templates),
    ...checkMemory(config.memory),
    ...(await checkOutput(config.out)),
    ...(await checkDatabase({
      ...{ connection, catalogue, signal, now },
      statementTimeoutMs: config.database.statementTimeoutSeconds * 1000,
    })),
    ...(await checkMailServer({ mail: config.mail, env, signal })),
    ...(await ledgerFindings(options, context)),
  ];
  const ok = findings.every(({ state }) => state !== "fault");
  context.stdout.write(json ? `${JSON.stringify({ ok, findings })}\n` : formatFindings(findings));
  return ok ? 0 : 1;
}

/** The ledger is needed by schedules and mails only. */
async function ledgerFindings({ config, connection }: DoctorOptions, { signal, env }: Context): Promise<Finding[]> {
  const { ok, fault } = findingsOf("ledger");
  const scheduled = (config.schedules?.length ?? 0) > 0 || config.emailSchedules;
  const isNeeded =
    scheduled || config.mail.from !== undefined || (env.LEDGER_URL !== undefined && env.LEDGER_URL !== "");
  if (!isNeeded)
    return [ok("settings", "none is needed: no schedules and no mails are configured, and LEDGER_URL is not set")];
  const state = await checkLedger({ databaseUrl: connection.databaseUrl, env: connection.env }, signal);
  return [state.usable ? ok("connection", state.message) : fault("connection", state.message, state.hint)];
}
