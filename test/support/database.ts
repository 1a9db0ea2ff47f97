import { randomBytes } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";
import { ignoreLostConnection, urlTo, withClient } from "./server-fixture.ts";

export interface TestDatabase {
  name: string;
  /** For fixtures. */
  ownerUrl: string;
  /** For the program under test: a role that may only select, and make no temporary tables either. */
  readerUrl: string;
  /** Connected as the owner. */
  client: pg.Client;
  query<Row extends pg.QueryResultRow = pg.QueryResultRow>(sql: string, params?: unknown[]): Promise<Row[]>;
  drop(): Promise<void>;
}

/**
 * A database of its own, with ReportStream's tables, for one test file (or one test). Call `drop`
 * in `afterAll`; what is forgotten goes when the run ends. With KEEP_TEST_DATABASES and
 * TEST_DATABASE_URL set, it stays for a look at it.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { adminUrl, prefix, template, reader, keep } = inject("postgres");
  const name = `${prefix}${randomBytes(4).toString("hex")}`;
  await withClient(adminUrl, async (admin) => {
    await admin.query(`create database ${name} template ${template}`);
    // Rights on a database are not copied from its template.
    await admin.query(`revoke all on database ${name} from public`);
    await admin.query(`grant connect on database ${name} to ${reader.name}`);
  });
  const ownerUrl = urlTo(adminUrl, { database: name });
  const client = new pg.Client({ connectionString: ownerUrl });
  client.on("error", ignoreLostConnection);
  await client.connect();
  return {
    name,
    ownerUrl,
    readerUrl: urlTo(ownerUrl, { user: reader }),
    client,
    async query<Row extends pg.QueryResultRow>(sql: string, params?: unknown[]): Promise<Row[]> {
      return (await client.query<Row>(sql, params)).rows;
    },
    async drop() {
      await client.end();
      if (!keep) {
        await withClient(adminUrl, (admin) => admin.query(`drop database if exists ${name} with (force)`));
      }
    },
  };
}
