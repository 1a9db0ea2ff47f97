import { ReportError } from "../errors.ts";
import type { Session } from "../source/session.ts";
import { type LedgerSources, ledgerSettings, withLedger } from "./connection.ts";
import { LEDGER_VERSION } from "./schema.ts";

/** What the ledger is like: as it should be, or why it cannot be used, with what to do. */
export type LedgerState =
  | { usable: true; message: string }
  | { usable: false; message: string; hint: string | undefined };

/** Opens the ledger, looks at its version and at what the role may do there, and changes nothing. @throws InterruptedError */
export async function checkLedger(sources: LedgerSources, signal?: AbortSignal): Promise<LedgerState> {
  try {
    const settings = ledgerSettings(sources);
    const lacking = await withLedger(settings, (session) => missingRights(session), signal);
    if (lacking.length > 0) {
      const hint = "grant it what deploy/ledger-role.sql says";
      return { usable: false, message: `the role "${settings.user}" may not ${lacking.join(", ")}`, hint };
    }
    return {
      usable: true,
      message: `the ledger of ${settings.from} is of version ${LEDGER_VERSION}, and can be written`,
    };
  } catch (error) {
    if (!(error instanceof ReportError) || error.exitCode === 130) throw error;
    return { usable: false, message: error.message, hint: error.hint };
  }
}

/** What deploy/ledger-role.sql grants. */
async function missingRights(session: Session): Promise<string[]> {
  const { rows } = await session.query(
    `select r.right_name || ' ' || r.table_name
     from (values ('schedule', 'select'), ('schedule', 'insert'), ('schedule', 'update'), ('run', 'select'), ('run', 'insert'),
       ('run', 'update'), ('mail', 'select'), ('mail', 'insert'), ('mail', 'update'), ('mail_event', 'select'), ('mail_event', 'insert')
     ) as r (table_name, right_name)
     where not has_table_privilege('lineage_report.' || r.table_name, r.right_name)`,
    [],
    { what: "looking up the rights on the ledger" },
  );
  return rows.map(([lacking]) => String(lacking));
}
