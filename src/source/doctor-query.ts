import type { Snapshot } from "./snapshot.ts";
import type { Row } from "./value-types.ts";

/** One of the doctor's own questions about the server: what no query of the catalogue asks. @throws what `Session.query` throws */
export function query(snapshot: Snapshot, what: string, text: string, values: readonly unknown[] = []): Promise<Row[]> {
  const context = { what };
  return snapshot.run(context, async (session) => (await session.query(text, values, context)).rows);
}
