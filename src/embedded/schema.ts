import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { packageRoot } from "../package.ts";

/** What of a `pg.Client` is needed. */
interface Runner {
  query(sql: string): Promise<unknown>;
}

/** Makes ReportStream's tables (schema.sql) in an empty database, all of them or none. */
export async function createSchema(client: Runner): Promise<void> {
  await client.query(await readFile(join(packageRoot, "src", "embedded", "schema.sql"), "utf8"));
}
