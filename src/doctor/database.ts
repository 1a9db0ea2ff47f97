import type { ConnectionSources } from "../cli/settings.ts";
import { ReportError } from "../errors.ts";
import type { Catalogue } from "../source/catalogue.ts";
import { type ConnectionSettings, connectionSettings, describeSettings } from "../source/connection-settings.ts";
import { checkRights, checkSchema } from "../source/doctor-checks.ts";
import { readRelations, readRole, readSchemaFacts, readServer } from "../source/doctor-facts.ts";
import { openSnapshot, type Snapshot } from "../source/snapshot.ts";
import { judgeClock, judgeFreshness } from "./clock.ts";
import { type Finding, findingsOf } from "./finding.ts";
import { judgeIndexes } from "./indexes.ts";
import { judgeRights } from "./rights.ts";
import { judgeSchema } from "./schema.ts";

export interface DatabaseRequest {
  connection: ConnectionSources;
  catalogue: Catalogue;
  statementTimeoutMs: number;
  signal: AbortSignal;
  /** The host's clock, milliseconds. */
  now: () => number;
}

/** Everything that a run needs of the database. @throws InterruptedError alone: what is wrong is among the findings */
export async function checkDatabase(request: DatabaseRequest): Promise<Finding[]> {
  const { ok, warning, fault } = findingsOf("database");
  const findings: Finding[] = [];
  const failed = (check: string, error: unknown): Finding => {
    if (!(error instanceof ReportError) || error.exitCode === 130) throw error;
    return fault(check, error.message, error.hint);
  };
  let settings: ConnectionSettings;
  try {
    settings = connectionSettings(request.connection);
  } catch (error) {
    return [failed("connection", error)];
  }
  findings.push(...settings.warnings.map((message) => warning("connection", message)));
  const before = request.now() * 1000;
  let snapshot: Snapshot;
  try {
    snapshot = await openSnapshot(settings, {
      applicationName: "lineage-report doctor",
      statementTimeoutMs: request.statementTimeoutMs,
      signal: request.signal,
    });
  } catch (error) {
    return [...findings, failed("connection", error)];
  }
  const after = request.now() * 1000;
  try {
    const version = `${Math.floor(snapshot.version / 10_000)}.${snapshot.version % 10_000}`;
    findings.push(
      ok("connection", `connected to the ${describeSettings(settings)}, Postgres ${version}`),
      ok("read-only", "the server refused a write with SQLSTATE 25006: nothing can be changed"),
    );
    findings.push(...(await checkInside(snapshot, request, settings, { before, after })));
  } catch (error) {
    findings.push(failed("connection", error));
  } finally {
    await snapshot.close();
  }
  return findings;
}

async function checkInside(
  snapshot: Snapshot,
  { catalogue }: DatabaseRequest,
  settings: ConnectionSettings,
  host: { before: number; after: number },
): Promise<Finding[]> {
  const rights = await checkRights(snapshot, catalogue);
  const tables = rights.map(({ table }) => table);
  const role = await readRole(snapshot);
  const relations = await readRelations(snapshot, tables);
  const mayReadActions = rights.some(({ table, state }) => table === "action" && state === "readable");
  const server = await readServer(snapshot, mayReadActions);
  const barred = new Set(rights.filter(({ state }) => state !== "readable").flatMap(({ queries }) => queries));
  const faults = await checkSchema(snapshot, catalogue);
  return [
    ...judgeEncryption(settings, server.encrypted),
    ...judgeRights(role, rights, relations),
    ...judgeSchema(catalogue.queries.length, faults, barred, await readSchemaFacts(snapshot)),
    ...judgeIndexes(relations),
    judgeClock({ ...host, server: snapshot.at }),
    ...judgeFreshness(snapshot.replica, server, snapshot.at),
  ];
}

function judgeEncryption({ host }: ConnectionSettings, encrypted: boolean): Finding[] {
  const { ok, warning } = findingsOf("database");
  if (encrypted) return [ok("encryption", "the connection is encrypted")];
  const local = host.startsWith("/") || ["localhost", "127.0.0.1", "::1"].includes(host);
  if (local) return [];
  const message = "the connection is not encrypted: password and rows can be read on the way";
  return [
    warning("encryption", message, "set sslmode to verify-full (PGSSLMODE, or database.sslmode of the configuration)"),
  ];
}
