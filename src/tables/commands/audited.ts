import { randomUUID } from "node:crypto";
import type { Context } from "../../cli/context.ts";
import { PartialError } from "../../errors.ts";
import { packageIdentity } from "../../package.ts";
import { connectionSettings } from "../../source/connection-settings.ts";
import { formatInstant } from "../../time/instant.ts";
import { type AuditEntry, AuditLog } from "../store/audit-log.ts";
import type { TablesOptions } from "./environment.ts";

/** What every command that writes is handed on top. */
export interface ChangeOptions extends TablesOptions {
  /** Who does it, for created_by and the audit log; undefined for the user of the system. */
  by: string | undefined;
  /** The file of the audit log; undefined for the configured one, or none. */
  auditLog: string | undefined;
  /** On a terminal the question is not asked; elsewhere nothing is changed without it. */
  yes: boolean;
  dryRun: boolean;
}

/** Who changes things: as said, else the user of the system, else the role of the connection. */
export function personOf(options: ChangeOptions, { env }: Context): string {
  const { user } = connectionSettings(options.connection);
  return options.by ?? env.USER ?? env.LOGNAME ?? env.USERNAME ?? user;
}

export function auditLogOf({ auditLog, settings }: ChangeOptions): AuditLog {
  return new AuditLog(auditLog ?? settings.auditLog);
}

/** host:port/database, by which audit entries of several environments are told apart. */
export function databaseName({ connection }: TablesOptions): string {
  const { host, port, database } = connectionSettings(connection);
  return `${host}:${port}/${database}`;
}

type Change = Pick<AuditEntry, "change" | "table" | "version"> & Partial<AuditEntry>;

/**
 * Does a change and leaves its trace: a line before, a line after, and a sentence on stderr. A change that cannot be
 * traced is not begun.
 *
 * @param finish what is known only afterwards
 */
export async function audited<T>(
  options: ChangeOptions,
  context: Context,
  change: Change,
  work: () => Promise<T>,
  finish: (result: T) => Partial<AuditEntry> = () => ({}),
): Promise<T> {
  const log = auditLogOf(options);
  const { name, version: toolVersion } = packageIdentity();
  const entry: AuditEntry = {
    at: formatInstant(context.now() * 1000),
    id: randomUUID(),
    phase: "begin",
    by: personOf(options, context),
    role: connectionSettings(options.connection).user,
    database: databaseName(options),
    tool: `${name} ${toolVersion}`,
    ...change,
  };
  await log.append(entry);
  const at = () => formatInstant(context.now() * 1000);
  let result: T;
  try {
    result = await work();
  } catch (error) {
    const failed: AuditEntry = { ...entry, at: at(), phase: "failed", error: (error as Error).message };
    // The reason of the failure is the one to tell.
    await log.append(failed).catch(() => undefined);
    throw error;
  }
  const done: AuditEntry = { ...entry, at: at(), phase: "done", ...finish(result) };
  context.stderr.write(`lineage-report: ${done.at} ${sentence(done)}\n`);
  try {
    await log.append(done);
  } catch (error) {
    throw new PartialError(`${sentence(done)}, but ${(error as Error).message}`, {
      hint: "the change itself is done; the line above is what the audit log lacks",
      cause: error,
    });
  }
  return result;
}

function sentence({ by, change, table, version, before, rows, role, database }: AuditEntry): string {
  const what =
    change === "create"
      ? `created ${table} version ${version} (${(rows ?? 0).toLocaleString("en-US")} rows, inactive)`
      : `${change === "revert" ? "reverted" : "activated"} ${table} ${change === "revert" ? "to " : ""}version ${version} (before: ${before ?? "none"})`;
  return `${by} ${what} in ${database} as role ${role}`;
}
