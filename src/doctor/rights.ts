import type { TableRights } from "../source/doctor-checks.ts";
import type { RelationFacts, RoleFacts } from "../source/doctor-facts.ts";
import { type Finding, findingsOf, some } from "./finding.ts";

/** What the role lacks, and what it has beside SELECT on the tables of deploy/role.sql. */
export function judgeRights(
  role: RoleFacts,
  rights: readonly TableRights[],
  relations: ReadonlyMap<string, RelationFacts>,
): Finding[] {
  return [...lacking(rights), ...beyond(role, rights), ...hidden(relations)];
}

function lacking(rights: readonly TableRights[]): Finding[] {
  const { ok, fault } = findingsOf("database");
  const readable = rights.filter(({ state }) => state === "readable").length;
  const findings = rights
    .filter(({ state }) => state !== "readable")
    .map(({ table, state, queries, fix }) => {
      const what = state === "missing" ? `there is no table ${table}` : `the role may not read ${table}`;
      return fault("rights", `${what}, which ${some(queries, 3)} ${queries.length === 1 ? "needs" : "need"}`, fix);
    });
  if (findings.length === 0) return [ok("rights", `the role may read all ${readable} tables that the queries name`)];
  return findings;
}

function beyond(role: RoleFacts, rights: readonly TableRights[]): Finding[] {
  const { ok, warning, fault } = findingsOf("database");
  const { name, attributes, memberships, writable, creatable, readable, readOnlyByDefault } = role;
  const findings: Finding[] = [];
  const leastRole = "connect as a role that deploy/role.sql made; the program never needs more";
  if (attributes.length > 0) {
    const message = `the role "${name}" is ${some(attributes)}: whoever gets its password can change everything`;
    findings.push(fault("role", message, leastRole));
  }
  if (memberships.length > 0) {
    const message = `the role "${name}" belongs to ${some(memberships)}, which allows more than reading`;
    findings.push(fault("role", message, `revoke ${memberships.join(", ")} from "${name}", or ${leastRole}`));
  }
  if (writable.length > 0 && !attributes.includes("superuser")) {
    const message = `the role "${name}" may change ${some(writable)}`;
    findings.push(
      fault("role", message, `revoke insert, update, delete, truncate on these from "${name}"; ${leastRole}`),
    );
  }
  if (creatable.length > 0 && !attributes.includes("superuser")) {
    const message = `the role "${name}" may create things in ${some(creatable)}`;
    findings.push(warning("role", message, `revoke create on ${creatable.join(", ")} from "${name}" (or from public)`));
  }
  if (findings.length === 0) findings.push(ok("role", `the role "${name}" can do no more than read`));
  const needed = new Set(rights.map(({ table }) => table));
  const unneeded = readable.filter((table) => !needed.has(table) && table !== "flyway_schema_history");
  if (unneeded.length > 0 && findings.every(({ state }) => state !== "fault")) {
    const message = `the role "${name}" may read ${some(unneeded)}, which no query needs`;
    findings.push(warning("role", message, `revoke select on ${unneeded.join(", ")} from "${name}"`));
  }
  if (!readOnlyByDefault && findings.every(({ state }) => state !== "fault")) {
    const message = `the role "${name}" is not read-only by default; the program's own transactions are`;
    findings.push(warning("role", message, `alter role "${name}" set default_transaction_read_only = on`));
  }
  return findings;
}

function hidden(relations: ReadonlyMap<string, RelationFacts>): Finding[] {
  const { fault } = findingsOf("database");
  const tables = [...relations].filter(([, { rowSecurity }]) => rowSecurity).map(([table]) => table);
  if (tables.length === 0) return [];
  const message = `policies of row security may hide rows of ${some(tables)} from the role: every count could be too low`;
  return [fault("rights", message, "give the role a policy that shows all rows: create policy … using (true)")];
}
