import type { ConnectionSettings } from "../../src/source/connection-settings.ts";
import { connectionSettings } from "../../src/source/connection-settings.ts";
import { parseQuery, type Query } from "../../src/source/query-file.ts";
import { openSnapshot, type Snapshot, type SnapshotOptions } from "../../src/source/snapshot.ts";

/** A query from its columns (`name type`), parameters (`name type presence`) and statement. */
export function queryOf(
  statement: string,
  shape: { columns: string[]; parameters?: string[]; name?: string; more?: string[] },
): Query {
  const { query, faults } = parseQuery(
    { name: shape.name ?? "example", file: `${shape.name ?? "example"}.sql`, origin: "own" },
    queryText(statement, shape),
  );
  if (faults.length > 0) throw new Error(JSON.stringify(faults));
  return query;
}

export function queryText(
  statement: string,
  { columns, parameters = [], more = [] }: { columns: string[]; parameters?: string[]; more?: string[] },
): string {
  return [
    "-- title: An example",
    "-- row: one of them",
    ...parameters.map((parameter) => `-- param: ${parameter} - what it is`),
    ...columns.map((column) => `-- column: ${column} - what it is`),
    "-- reads: report_file",
    ...(more.some((line) => line.startsWith("-- order:")) ? [] : ["-- order: none"]),
    "-- cost: little",
    ...more,
    statement,
  ].join("\n");
}

export function settingsFor(url: string): ConnectionSettings {
  return connectionSettings({ databaseUrl: url, env: {} });
}

/** Opens a snapshot, runs, and closes it in any case. */
export async function withSnapshot<T>(
  url: string,
  work: (snapshot: Snapshot) => Promise<T>,
  options: Partial<SnapshotOptions> = {},
): Promise<T> {
  const snapshot = await openSnapshot(settingsFor(url), { applicationName: "test", ...options });
  try {
    return await work(snapshot);
  } finally {
    await snapshot.close();
  }
}

export async function collect<T>(batches: AsyncIterable<readonly T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const batch of batches) all.push(...batch);
  return all;
}

export async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all).toString("utf8");
}

/** The error that a promise rejects with. */
export async function errorOf(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error("it did not fail");
}
