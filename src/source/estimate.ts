import type { ParameterValues } from "./parameter-types.ts";
import type { Query } from "./query-file.ts";
import type { Snapshot } from "./snapshot.ts";
import { literalStatement } from "./statement.ts";

interface Explained {
  Plan?: { "Plan Rows"?: number };
}

/**
 * How many rows the server's planner expects of a query: cheap, and right enough to make room for them.
 *
 * @throws QueryError, ConnectError, InterruptedError; ConfigError for wrong parameters
 */
export async function estimatedRows(snapshot: Snapshot, query: Query, parameters: ParameterValues): Promise<number> {
  const { text, context } = literalStatement(query, parameters, "explain (format json) ", "");
  const { rows } = await snapshot.run(context, (session) => session.query(text, [], context));
  const answer = rows[0]?.[0];
  const explained = (typeof answer === "string" ? JSON.parse(answer) : answer) as Explained[] | null;
  return explained?.[0]?.Plan?.["Plan Rows"] ?? 0;
}
