import { ReportError } from "../errors.ts";
import type { Catalogue } from "./catalogue.ts";
import { describeResult, shapeFaults } from "./result-shape.ts";
import type { Snapshot } from "./snapshot.ts";

/** Something that will make a query fail, found before it does. */
export interface SchemaFault {
  query: string;
  /** The file, with the line where it is known. */
  where: string;
  message: string;
  hint: string | undefined;
}

/** What the role may do with one table that a query reads. */
export interface TableRights {
  table: string;
  /** The queries that read it. */
  queries: readonly string[];
  state: "readable" | "denied" | "missing";
  /** The statement that would put it right, for whoever owns the table. */
  fix: string | undefined;
}

/**
 * Prepares every query against the real schema and compares its result with its header. Nothing is run.
 *
 * @throws ConnectError or InterruptedError when the session is lost; a query's own fault is in the result
 */
export async function checkSchema(snapshot: Snapshot, catalogue: Catalogue): Promise<SchemaFault[]> {
  const faults: SchemaFault[] = [];
  for (const query of catalogue.queries) {
    const context = { what: `query "${query.name}"`, file: query.file };
    try {
      const actual = await snapshot.run(context, (session) => describeResult(session, query));
      for (const { column, message, hint } of shapeFaults(query, actual)) {
        const line = column === undefined ? undefined : query.lines.get(`column ${column}`);
        faults.push({
          query: query.name,
          where: line === undefined ? query.file : `${query.file}:${line}`,
          message,
          hint,
        });
      }
    } catch (error) {
      if (snapshot.session.failure || !(error instanceof ReportError)) throw error;
      faults.push({ query: query.name, where: query.file, message: error.message, hint: error.hint });
    }
  }
  return faults;
}

/**
 * Whether the role may read every table that the queries' headers name.
 *
 * @throws ConnectError, QueryError or InterruptedError
 */
export async function checkRights(snapshot: Snapshot, catalogue: Catalogue): Promise<TableRights[]> {
  const readers = new Map<string, string[]>();
  for (const query of catalogue.queries) {
    for (const table of query.header.reads) readers.set(table, [...(readers.get(table) ?? []), query.name]);
  }
  const tables = [...readers.keys()].sort();
  const context = { what: "looking up the role's rights" };
  // to_regclass raises for a schema that may not be used, so the schema is asked first.
  const { rows } = await snapshot.run(context, (session) =>
    session.query(
      `select name, current_user::text,
         case
           when position('.' in name) > 0 and to_regnamespace(split_part(name, '.', 1)) is null then 'missing'
           when position('.' in name) > 0 and not has_schema_privilege(to_regnamespace(split_part(name, '.', 1)), 'usage') then 'schema'
           when to_regclass(name) is null then 'missing'
           when has_table_privilege(to_regclass(name), 'select') then 'readable'
           when has_any_column_privilege(to_regclass(name), 'select') then 'readable'
           else 'denied'
         end
       from unnest($1::text[]) as name`,
      [`{${tables.join(",")}}`],
      context,
    ),
  );
  const states = new Map(rows.map(([name, role, state]) => [name, { role: String(role), state: String(state) }]));
  return tables.map((table) => {
    const { role, state } = states.get(table) ?? { role: "", state: "missing" };
    const queries = readers.get(table) ?? [];
    switch (state) {
      case "readable":
        return { table, queries, state, fix: undefined };
      case "missing":
        return {
          table,
          queries,
          state,
          fix: "is this ReportStream's database, and does the search_path reach its schema?",
        };
      case "schema":
        return { table, queries, state: "denied", fix: `grant usage on schema ${table.split(".")[0]} to "${role}"` };
      default:
        return { table, queries, state: "denied", fix: `grant select on ${table} to "${role}"` };
    }
  });
}
