import type { Context } from "../cli/context.ts";
import type { ConnectionSources } from "../cli/settings.ts";
import { describeSettings } from "../source/connection-settings.ts";
import { ledgerSettings } from "./connection.ts";
import { initLedger, ledgerSql } from "./schema.ts";

export interface LedgerInitOptions {
  connection: ConnectionSources;
  /** Print the statements instead of running them. */
  sql: boolean;
}

/** The command `ledger init`. */
export async function ledgerInit({ connection, sql }: LedgerInitOptions, context: Context): Promise<number> {
  if (sql) {
    context.stdout.write(ledgerSql());
    return 0;
  }
  const settings = ledgerSettings(connection);
  const made = await initLedger(settings);
  const where = `schema lineage_report of the ${describeSettings(settings)}`;
  context.stdout.write(made ? `the ledger is made: ${where}\n` : `the ledger is there already: ${where}\n`);
  return 0;
}
