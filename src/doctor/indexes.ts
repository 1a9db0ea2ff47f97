import type { RelationFacts } from "../source/doctor-facts.ts";
import { type Finding, findingsOf } from "./finding.ts";

/** An index that queries rely on: without it they read a table of years from end to end. */
export interface NeededIndex {
  table: string;
  /** Its leading columns. */
  columns: readonly string[];
  /** What becomes slow without it. */
  for: string;
}

const of = (table: string, columns: string, reason: string): NeededIndex => {
  return { table, columns: columns.split(", "), for: reason };
};

/** Those of ReportStream's own indexes that the queries' plans rest on. */
export const NEEDED_INDEXES: readonly NeededIndex[] = [
  of("action", "action_id", "every look-up of the step that wrote a report"),
  of("action", "created_at", "attempts and refused requests of a window"),
  of("action", "receiving_org, receiving_org_svc, action_name", "the last file of each receiver, and attempts by key"),
  of("action_log", "created_at", "errors of a window"),
  of("action_log", "report_id", "trace"),
  of("action_log", "action_id", "trace"),
  of("action_log", "tracking_id", "trace and reconcile by tracking id"),
  of("report_file", "report_id", "every look-up of a report"),
  of("report_file", "action_id", "the reports of a step"),
  of("report_file", "created_at", "the reports of a window"),
  of("item_lineage", "created_at", "the lineage of a window"),
  of("item_lineage", "parent_report_id, parent_index", "what items became, in trace and after a window"),
  of("item_lineage", "child_report_id, child_index", "what items were made of"),
  of("item_lineage", "tracking_id", "trace and reconcile by tracking id"),
  of("report_lineage", "parent_report_id", "what reports became, downloads among them"),
  of("report_lineage", "child_report_id", "what reports were made of"),
  of("task", "report_id", "the state of open work"),
  of("setting", "setting_id", "names of receivers in connection checks"),
  of("lookup_table_version", "table_name, table_version", "tables"),
  of("lookup_table_row", "lookup_table_version_id, row_num", "the rows of a lookup table's version"),
  of("covid_result_metadata", "report_id, report_index", "message ids and facilities of a submission"),
  of("covid_result_metadata", "message_id", "trace and reconcile by message id"),
  of("elr_result_metadata", "report_id, report_index", "message ids of a submission"),
  of("elr_result_metadata", "message_id", "trace and reconcile by message id"),
];

/** Judges which of the needed indexes are there. */
export function judgeIndexes(relations: ReadonlyMap<string, RelationFacts>): Finding[] {
  const { ok, warning, fault } = findingsOf("database");
  const findings: Finding[] = [];
  const elsewhere = new Set<string>();
  let present = 0;
  for (const { table, columns, for: reason } of NEEDED_INDEXES) {
    const relation = relations.get(table);
    // A missing table is told by its rights.
    if (relation?.kind === undefined) continue;
    if (relation.kind === "view" || relation.kind === "foreign") {
      elsewhere.add(`${table} (${relation.kind})`);
      continue;
    }
    const list = columns.join(", ");
    const fitting = relation.indexes.filter(
      (index) => !index.partial && columns.every((column, place) => index.columns[place] === column),
    );
    if (fitting.some(({ valid }) => valid)) present++;
    else if (fitting[0] !== undefined) {
      const name = fitting[0].name;
      const message = `the index ${name} on ${table} (${list}) is not valid, so that no query uses it: ${reason}`;
      findings.push(fault("indexes", message, `as the table's owner: reindex index concurrently ${name}`));
    } else {
      const message = `${table} has no index on (${list}), which is needed for ${reason}`;
      findings.push(fault("indexes", message, `as the table's owner: create index concurrently on ${table} (${list})`));
    }
  }
  if (elsewhere.size > 0) {
    const message = `indexes cannot be seen here of ${[...elsewhere].join(", ")}`;
    findings.push(warning("indexes", message, "see that the tables behind have ReportStream's indexes"));
  }
  if (present > 0)
    findings.unshift(
      ok("indexes", `${present} of the ${NEEDED_INDEXES.length} indexes that queries rely on are there`),
    );
  return findings;
}
