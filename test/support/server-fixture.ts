import { randomBytes } from "node:crypto";
import pg from "pg";
import { createSchema } from "../../src/embedded/schema.ts";

/** What the test files need to know of the server; plain data, because it crosses process borders. */
export interface Fixture {
  /** An owner's URL, for making databases. */
  adminUrl: string;
  /** All databases of this run begin with this. */
  prefix: string;
  /** A database with ReportStream's tables, empty. */
  template: string;
  /** A role with SELECT on them and nothing else. */
  reader: { name: string; password: string };
  /** Leave the databases for a look at them. */
  keep: boolean;
}

export interface PreparedServer {
  fixture: Fixture;
  /** Drops every database and role of this run. */
  remove(): Promise<void>;
}

const OLDEST = 14;
const NEWEST = 18;

/** The same server, another database or user. */
export function urlTo(url: string, change: { database?: string; user?: { name: string; password: string } }): string {
  const changed = new URL(url);
  if (change.database !== undefined) changed.pathname = `/${change.database}`;
  if (change.user) {
    changed.username = change.user.name;
    changed.password = change.user.password;
  }
  return changed.href;
}

/** A connection that the server ends fails the statement in flight; without a listener it would end the process too. */
export function ignoreLostConnection(): void {
  // On purpose.
}

/** Connects, runs, and disconnects in any case. */
export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", ignoreLostConnection);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/**
 * Makes the template database and the reading role, under names of this run only.
 * @throws Error that says what to do if the server cannot be used
 */
export async function prepareServer(adminUrl: string, options: { keep: boolean }): Promise<PreparedServer> {
  const run = `lr_test_${randomBytes(4).toString("hex")}`;
  const fixture: Fixture = {
    adminUrl,
    prefix: `${run}_`,
    template: `${run}_template`,
    reader: { name: `${run}_reader`, password: randomBytes(18).toString("base64url") },
    keep: options.keep,
  };
  await checkServer(adminUrl);
  const prepared = { fixture, remove: () => removeAll(fixture) };
  try {
    await withClient(adminUrl, async (admin) => {
      await admin.query(`create role ${fixture.reader.name} login password '${fixture.reader.password}'`);
      await admin.query(`create database ${fixture.template} encoding 'UTF8' locale 'C' template template0`);
    });
    await withClient(urlTo(adminUrl, { database: fixture.template }), async (owner) => {
      await createSchema(owner);
      // Before Postgres 15 everybody may create in "public".
      await owner.query("revoke create on schema public from public");
      await owner.query(`grant usage on schema public to ${fixture.reader.name}`);
      await owner.query(`grant select on all tables in schema public to ${fixture.reader.name}`);
      await owner.query(`alter default privileges in schema public grant select on tables to ${fixture.reader.name}`);
    });
  } catch (error) {
    await removeAll({ ...fixture, keep: false });
    throw error;
  }
  return prepared;
}

async function checkServer(adminUrl: string): Promise<void> {
  const advice =
    "TEST_DATABASE_URL must name a running Postgres 14 to 18 and a user who may create databases and roles " +
    "(postgres://user:password@host:5432/postgres); unset it, and the tests start a Postgres of their own";
  const version = await withClient(adminUrl, async (admin) => {
    const { rows } = await admin.query<{ server_version_num: string }>("show server_version_num");
    return Math.floor(Number(rows[0]?.server_version_num) / 10_000);
  }).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message || String((error as { code?: string }).code) : String(error);
    throw new Error(`the Postgres for the tests cannot be used: ${reason}. ${advice}`);
  });
  if (version < OLDEST || version > NEWEST) {
    throw new Error(`the Postgres for the tests is version ${version}. ${advice}`);
  }
}

async function removeAll(fixture: Fixture): Promise<void> {
  await withClient(fixture.adminUrl, async (admin) => {
    const { rows } = await admin.query<{ datname: string }>(
      "select datname from pg_database where starts_with(datname::text, $1)",
      [fixture.prefix],
    );
    const names = rows.map((row) => row.datname);
    const kept = fixture.keep ? names.filter((name) => name !== fixture.template) : [];
    for (const name of names) {
      if (!kept.includes(name)) await admin.query(`drop database if exists ${name} with (force)`);
    }
    if (kept.length > 0) {
      process.stderr.write(`KEEP_TEST_DATABASES: drop by hand ${kept.join(", ")} and role ${fixture.reader.name}\n`);
    } else {
      await admin.query(`drop role if exists ${fixture.reader.name}`);
    }
  });
}
