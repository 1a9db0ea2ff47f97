import { STEPS } from "../lineage/steps.ts";
import type { SchemaFault } from "../source/doctor-checks.ts";
import type { SchemaFacts } from "../source/doctor-facts.ts";
import { type Finding, findingsOf, some } from "./finding.ts";

/** The newest of ReportStream's migrations that this program was written for. */
export const KNOWN_MIGRATION = 75;

/** Words of the schema's enums that the rules know. */
const KNOWN_WORDS: Readonly<Record<string, readonly string[]>> = {
  task_action: STEPS.filter((step) => step !== ""),
  action_log_type: ["info", "warning", "error", "filter"],
  action_log_scope: ["parameter", "report", "item", "translation", "internal"],
  setting_type: ["ORGANIZATION", "RECEIVER", "SENDER"],
};

/**
 * Whether every query fits, and whether the schema is one that the rules know.
 *
 * @param barred queries of which it is told already that they lack a table or a right
 */
export function judgeSchema(
  queries: number,
  faults: readonly SchemaFault[],
  barred: ReadonlySet<string>,
  facts: SchemaFacts,
): Finding[] {
  const own = faults.filter(({ query }) => !barred.has(query));
  return [...judgeQueries(queries - barred.size, own, barred.size), ...judgeWords(facts), ...judgeMigrations(facts)];
}

function judgeQueries(queries: number, faults: readonly SchemaFault[], barred: number): Finding[] {
  const { ok, fault } = findingsOf("database");
  if (faults.length === 0) {
    const which = barred === 0 ? `all ${queries} queries` : `the other ${queries} queries`;
    return [ok("schema", `${which} fit the tables, and return what they declare`)];
  }
  // A dropped column breaks many queries in the same words.
  const groups = new Map<string, SchemaFault[]>();
  for (const one of faults) {
    const key = one.message.replace(/^query "[^"]*"[^:]*\([^)]*\): /, "");
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups].map(([message, of]) => {
    const where = some(
      of.map((one) => one.where),
      4,
    );
    return fault("schema", `${message} (${where})`, of.find(({ hint }) => hint !== undefined)?.hint);
  });
}

function judgeWords({ enums }: SchemaFacts): Finding[] {
  const { warning } = findingsOf("database");
  return [...enums].flatMap(([type, words]) => {
    const unknown = words.filter((word) => !KNOWN_WORDS[type]?.includes(word));
    if (unknown.length === 0) return [];
    const message = `${type} has words that this program does not know: ${some(unknown)}`;
    return [
      warning(
        "schema",
        message,
        "look for a newer version of the program; rows with these words are judged as other steps",
      ),
    ];
  });
}

function judgeMigrations({ migrations }: SchemaFacts): Finding[] {
  const { ok, warning, fault } = findingsOf("database");
  if (migrations === "absent")
    return [ok("migrations", "there is no flyway_schema_history: which migrations were applied is not known")];
  if (migrations === "denied") {
    const message = "the role may not read flyway_schema_history: which migrations were applied is not known";
    return [ok("migrations", message)];
  }
  const failed = migrations.filter(({ success }) => !success).map(({ version }) => `V${version}`);
  if (failed.length > 0) {
    const fix = "let whoever deploys ReportStream repair it (flyway repair)";
    return [fault("migrations", `a migration failed half way: ${some(failed)}`, fix)];
  }
  const newer = migrations.filter(({ version }) => Number.parseInt(version, 10) > KNOWN_MIGRATION);
  if (newer.length === 0) {
    const last = migrations.at(-1)?.version;
    return [
      ok(
        "migrations",
        last === undefined ? "no migration is recorded" : `applied up to V${last}; known up to V${KNOWN_MIGRATION}`,
      ),
    ];
  }
  const told = newer.map(({ version, description }) => `V${version} ${description}`);
  const message = `migrations that this program does not know: ${some(told, 4)}`;
  return [warning("migrations", message, "see what they change; look for a newer version of the program")];
}
