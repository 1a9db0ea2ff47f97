import type { ResultType } from "./header.ts";
import type { Query } from "./query-file.ts";
import type { Session } from "./session.ts";
import { shapeStatement } from "./statement.ts";

/** A column as the database returns it. */
export interface ActualColumn {
  name: string;
  typeOid: number;
  /** As format_type prints it: `timestamp with time zone`. */
  type: string;
  isEnum: boolean;
}

/** One way in which a result differs from its header. */
export interface ShapeFault {
  /** The column the fault is about, where there is one. */
  column: string | undefined;
  message: string;
  hint: string;
}

const TYPES: Readonly<Record<ResultType, readonly string[]>> = {
  text: ["text", "character varying", "name", "character", "citext"],
  id: ["uuid", "bigint", "integer", "smallint", "oid", "text", "character varying"],
  number: ["bigint", "integer", "smallint", "numeric", "double precision", "real"],
  instant: ["timestamp with time zone"],
  boolean: ["boolean"],
  // As text too: binary COPY gives jsonb a version byte, which its text has not.
  json: ["jsonb", "json", "text"],
};

const CASTS: Readonly<Record<ResultType, string>> = {
  text: "cast it with ::text",
  id: "use a uuid, a whole number or a text",
  number: "cast it with ::numeric or ::bigint",
  instant: "cast it with ::timestamptz, or say which zone it is in (x at time zone 'UTC')",
  boolean: "compare it with something",
  json: "use to_jsonb(x)",
};

/**
 * Asks the database what columns the query returns, without running it: every parameter null, no row asked for. Rights are checked too.
 *
 * @throws QueryError that names the file and line where the query does not fit the schema or the role's rights
 */
export async function describeResult(session: Session, query: Query): Promise<ActualColumn[]> {
  const { text, context } = shapeStatement(query, "select * from (", ") as shape limit 0");
  const { columns } = await session.query(text, [], context);
  const { rows } = await session.query(
    "select oid::int8, format_type(oid, null), typtype = 'e' from pg_type where oid = any($1::oid[])",
    [`{${columns.map((column) => column.typeOid).join(",")}}`],
    { what: `looking up the types of query "${query.name}"` },
  );
  const types = new Map(
    rows.map(([oid, type, isEnum]) => [Number(oid), { type: String(type), isEnum: isEnum === true }]),
  );
  return columns.map(({ name, typeOid }) => ({
    name,
    typeOid,
    ...(types.get(typeOid) ?? { type: `type ${typeOid}`, isEnum: false }),
  }));
}

/** Compares a result with what its header declares: names in order, types. Pure. */
export function shapeFaults(query: Query, actual: readonly ActualColumn[]): ShapeFault[] {
  const faults: ShapeFault[] = [];
  const declared = query.header.columns;
  const actualNames = actual.map((column) => column.name);
  for (const { name } of declared) {
    if (!actualNames.includes(name)) {
      faults.push({
        column: name,
        message: `the header declares the column "${name}", which the query does not return`,
        hint: `it returns ${actualNames.join(", ")}`,
      });
    }
  }
  for (const { name, type } of actual) {
    const column = declared.find((known) => known.name === name);
    if (!column) {
      faults.push({
        column: name,
        message: `the query returns "${name}" (${type}), which the header does not declare`,
        hint: `add "-- column: ${name} ${suggestedType(type)} - what it is"`,
      });
    } else if (!fits(column.type, actual.find((known) => known.name === name) as ActualColumn)) {
      faults.push({
        column: name,
        message: `column "${name}" is declared as ${column.type}, and the query returns ${type}`,
        hint: `${CASTS[column.type]}, or declare it as ${suggestedType(type)}`,
      });
    }
  }
  if (faults.length === 0 && actualNames.join() !== declared.map((column) => column.name).join()) {
    faults.push({
      column: undefined,
      message: "the header declares the columns in another order than the query returns them",
      hint: `the query's order is ${actualNames.join(", ")}`,
    });
  }
  return faults;
}

function fits(declared: ResultType, { type, isEnum }: ActualColumn): boolean {
  return TYPES[declared].includes(type) || (isEnum && declared === "text");
}

function suggestedType(type: string): ResultType {
  if (type === "uuid") return "id";
  const order: ResultType[] = ["number", "instant", "boolean", "text", "json"];
  return order.find((candidate) => TYPES[candidate].includes(type)) ?? "text";
}
