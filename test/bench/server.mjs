import { execFile } from "node:child_process";
import { access } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import pg from "pg";
import { loadSample } from "../../dist/embedded/sample/index.js";
import { createSchema } from "../../dist/embedded/schema.js";
import { startEmbeddedPostgres } from "../../dist/embedded/server.js";

/** Where the bench keeps its database, its output and its result. */
export const HOME = fileURLToPath(new URL("../../.bench/", import.meta.url));

/** Those of a modest production server; printed, since they decide much. */
export const SETTINGS = {
  shared_buffers: "1GB",
  work_mem: "64MB",
  maintenance_work_mem: "256MB",
  effective_cache_size: "3GB",
  max_wal_size: "4GB",
  max_parallel_workers_per_gather: "2",
  // Loading is not what is measured.
  fsync: "off",
};

/** The generated day, and the instant as of which it is judged. */
export const DAY = {
  date: "2026-11-20",
  from: "2026-11-20T05:00:00Z",
  to: "2026-11-21T05:00:00Z",
  /** Rows up to here are read by time: the window and the 25 hours after it. */
  horizon: "2026-11-22T06:00:00Z",
  asOf: "2026-11-21T12:00:00Z",
};

/** Starts the bench's own server on data that stay between benches. */
export async function startServer() {
  await access(fileURLToPath(new URL("../../dist/bin.js", import.meta.url)));
  return startEmbeddedPostgres({ dataFolder: `${HOME}data`, settings: SETTINGS });
}

/** A connection for the bench itself. The program under test opens its own. */
export async function connect(url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

export function databaseUrl(serverUrl, database) {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}

/** Makes the database of a day with so many items unless it is there; resolves with its URL. */
export async function dayOf(server, items, log) {
  const database = `day_${items}`;
  await makeDatabase(server.url, database, async (client) => {
    log(`loading a day of ${items} items; it stays for the next bench`);
    await createSchema(client);
    const asOf = Date.parse(DAY.asOf) * 1000;
    await loadSample(client, { seed: "bench", asOf, days: 1, items, truth: false });
  });
  return databaseUrl(server.url, database);
}

/** Fills a database that is not there yet under another name, so that a fill that was interrupted is never taken for one. */
export async function makeDatabase(serverUrl, database, fill, template = "template1") {
  const admin = await connect(serverUrl);
  try {
    const { rowCount } = await admin.query("select from pg_database where datname = $1", [database]);
    if (rowCount > 0) return;
    await admin.query(`drop database if exists ${database}_unfinished`);
    await admin.query(`create database ${database}_unfinished template ${template}`);
    const client = await connect(databaseUrl(serverUrl, `${database}_unfinished`));
    try {
      await fill(client);
      await client.query("vacuum analyze");
    } finally {
      await client.end();
    }
    await admin.query("checkpoint");
    await admin.query(`alter database ${database}_unfinished rename to ${database}`);
    // Without fsync a checkpoint leaves gigabytes to the system, which writes them while a run waits for its own files to be durable.
    await promisify(execFile)("sync");
  } finally {
    await admin.end();
  }
}

/** How many rows a statement counts. */
export async function count(url, text) {
  const client = await connect(url);
  try {
    const { rows } = await client.query({ text, rowMode: "array" });
    return Number(rows[0][0]);
  } finally {
    await client.end();
  }
}
