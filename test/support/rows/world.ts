import { createHash } from "node:crypto";
import type { Micros } from "../../../src/time/instant.ts";

/** What of a `pg.Client` is needed. */
export interface Queryable {
  query(sql: string, params?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
}

export type Row = Record<string, unknown>;
export type Json = Record<string, unknown>;

/** What later steps must know of a receiver; kept when its setting is made, or the defaults. */
export interface ReceiverFacts {
  topic: string;
  format: string;
  schema: string;
  transport: Json | null;
}

/** What all recipes of one scenario share. */
export interface World {
  client: Queryable;
  /** The next id, the same in every run of the test. */
  uuid(): string;
  receivers: Map<string, ReceiverFacts>;
  organizations: Map<string, number>;
  /** Failed attempts to send, by report. */
  attempts: Map<string, { count: number; next: Micros }>;
  logs: number;
}

export function createWorld(client: Queryable, seed: string): World {
  let made = 0;
  return {
    client,
    uuid: () => uuidOf(`${seed}/${++made}`),
    receivers: new Map(),
    organizations: new Map(),
    attempts: new Map(),
    logs: 0,
  };
}

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** A version 4 UUID made from the text. */
export function uuidOf(text: string): string {
  const hex = sha256(text);
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16);
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ];
  return parts.join("-");
}

/**
 * Inserts rows as they are, columns that no row names getting their default.
 * @returns the values of `returning`, in the rows' order
 */
export async function insert(world: World, table: string, rows: Row[], returning?: string): Promise<unknown[]> {
  if (rows.length === 0) return [];
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row).filter((key) => row[key] !== undefined)))];
  const list = columns.map((column) => `"${column}"`).join(", ");
  const from = `jsonb_populate_recordset(null::${table}, $1::jsonb)`;
  const back = returning === undefined ? "" : ` returning ${returning}`;
  const result = await world.client.query(`insert into ${table} (${list}) select ${list} from ${from}${back}`, [
    JSON.stringify(rows),
  ]);
  return returning === undefined ? [] : result.rows.map((row) => row[returning]);
}

/** `org.name` at its first dot. */
export function splitName(fullName: string): [string, string] {
  const dot = fullName.indexOf(".");
  if (dot < 1) throw new Error(`not org.name: ${fullName}`);
  return [fullName.slice(0, dot), fullName.slice(dot + 1)];
}

const STANDARD: ReceiverFacts = {
  topic: "full-elr",
  format: "HL7_BATCH",
  schema: "classpath:/metadata/hl7_mapping/receivers/standard.yml",
  transport: { type: "SFTP", host: "sftp.receiver.example", port: "22", filePath: "/in", credentialName: null },
};

/** The receiver as its setting was made, or the usual one if it was not (old files name receivers that are gone). */
export function factsOf(world: World, receiver: string): ReceiverFacts {
  return world.receivers.get(receiver) ?? STANDARD;
}

export function isLegacy(topic: string): boolean {
  return ["covid-19", "monkeypox", "test"].includes(topic);
}
