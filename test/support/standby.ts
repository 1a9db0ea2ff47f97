import { chmod, chown, cp, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../src/embedded/server.ts";
import { ignoreLostConnection, withClient } from "./server-fixture.ts";

/** A primary and a hot standby that follows it, both on this machine; superusers' addresses. */
export interface Replicated {
  primary: EmbeddedPostgres;
  standby: EmbeddedPostgres;
  /** Waits until the standby has replayed what the primary has written so far. */
  caughtUp(): Promise<void>;
  stop(): Promise<void>;
}

/** Whom embedded servers run as when the tests are root's: see src/embedded/server.ts. */
const NOBODY = 65534;

/**
 * Makes a primary, fills it, and starts a copy of its stopped data folder as its streaming standby: the packages bring no
 * pg_basebackup. The standby gives way to the replay at once, so that conflicts can be made.
 */
export async function startReplicated(fill: (client: pg.Client) => Promise<void>): Promise<Replicated> {
  const home = await mkdtemp(join(tmpdir(), "standby-"));
  const running: EmbeddedPostgres[] = [];
  const stop = async (): Promise<void> => {
    for (const server of running.reverse()) await server.stop();
    await rm(home, { recursive: true, force: true });
  };
  try {
    // The servers' own user has to reach what is its own in it.
    await chmod(home, 0o711);
    const quick = { fsync: "off", autovacuum: "off" };
    const first = await startEmbeddedPostgres({ dataFolder: join(home, "primary"), settings: quick });
    running.push(first);
    await withClient(first.url, fill);
    await first.stop();
    running.pop();
    await cp(join(home, "primary"), join(home, "standby"), { recursive: true });
    await writeFile(join(home, "standby", "data", "standby.signal"), "");
    if (process.getuid?.() === 0) await own(join(home, "standby"));
    const primary = await startEmbeddedPostgres({ dataFolder: join(home, "primary"), settings: quick });
    running.push(primary);
    const { username, password } = new URL(primary.url);
    const standby = await startEmbeddedPostgres({
      dataFolder: join(home, "standby"),
      settings: {
        ...quick,
        primary_conninfo: `host=127.0.0.1 port=${primary.port} user=${username} password=${decodeURIComponent(password)}`,
        hot_standby_feedback: "off",
        max_standby_streaming_delay: "0",
        wal_retrieve_retry_interval: "200ms",
      },
    });
    running.push(standby);
    return { primary, standby, caughtUp: () => caughtUp(primary, standby), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function caughtUp(primary: EmbeddedPostgres, standby: EmbeddedPostgres): Promise<void> {
  const lsn = await withClient(primary.url, async (client) => {
    const { rows } = await client.query<{ lsn: string }>("select pg_current_wal_lsn()::text as lsn");
    return rows[0]?.lsn ?? "";
  });
  const client = new pg.Client({ connectionString: standby.url });
  client.on("error", ignoreLostConnection);
  await client.connect();
  try {
    for (let tries = 0; tries < 600; tries++) {
      const { rows } = await client.query<{ there: boolean }>(
        "select coalesce(pg_last_wal_replay_lsn() >= $1::pg_lsn, false) as there",
        [lsn],
      );
      if (rows[0]?.there) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`the standby did not come to ${lsn}`);
  } finally {
    await client.end();
  }
}

async function own(folder: string): Promise<void> {
  await chown(folder, NOBODY, NOBODY);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    await chown(join(entry.parentPath, entry.name), NOBODY, NOBODY);
  }
}
