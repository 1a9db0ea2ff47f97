import { openLedger } from "../../src/ledger/connection.ts";
import { initLedger } from "../../src/ledger/schema.ts";
import type { ConnectionSettings } from "../../src/source/connection-settings.ts";
import { connectionSettings } from "../../src/source/connection-settings.ts";
import type { Session } from "../../src/source/session.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

export interface TestLedger {
  database: TestDatabase;
  settings: ConnectionSettings;
  /** A session of its own, closed at the end. */
  session(): Promise<Session>;
  /** Forgets every run and mail. */
  clear(): Promise<void>;
  drop(): Promise<void>;
}

/** A ledger in a database of its own. */
export async function createTestLedger(): Promise<TestLedger> {
  const database = await createTestDatabase();
  const settings = connectionSettings({ databaseUrl: database.ownerUrl, env: {} });
  await initLedger(settings);
  const sessions: Session[] = [];
  return {
    database,
    settings,
    async session() {
      const session = await openLedger(settings);
      sessions.push(session);
      return session;
    },
    async clear() {
      await database.query(
        "truncate lineage_report.run, lineage_report.schedule, lineage_report.mail, lineage_report.mail_event",
      );
    },
    async drop() {
      await Promise.all(sessions.map((session) => session.close()));
      await database.drop();
    },
  };
}
