import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { main } from "../../src/cli/program.ts";
import { tables } from "../../src/cli/tables.ts";
import { testContext } from "../cli/test-context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** A database and a folder of files, with the command line run against them in this process. */
export interface Bench {
  database: TestDatabase;
  folder: string;
  /** `lineage-report tables …` as the owner, or with another address. */
  tables(words: string[], env?: Record<string, string>): Promise<Outcome>;
  /** Writes a file of the folder and gives its path. */
  file(name: string, content: string | Uint8Array): Promise<string>;
  /** Versions of a table: number, active, rows. */
  versions(table: string): Promise<{ version: number; active: boolean; rows: number }[]>;
  /** Makes a version by hand, as a restored or foreign database may hold one. */
  insertVersion(
    table: string,
    version: number,
    rows: object[],
    options?: { active?: boolean; checksum?: string },
  ): Promise<void>;
  close(): Promise<void>;
}

export async function openBench(): Promise<Bench> {
  const database = await createTestDatabase();
  const folder = await mkdtemp(join(tmpdir(), "lineage-report-tables-"));
  return {
    database,
    folder,
    async tables(words, env = {}) {
      const context = testContext({
        stdin: Readable.from([]),
        env: { DATABASE_URL: database.ownerUrl, USER: "ada", ...env },
        cwd: folder,
      });
      const code = await main(["tables", ...words], context, tables);
      return { code, stdout: context.out(), stderr: context.err() };
    },
    async file(name, content) {
      await writeFile(join(folder, name), content);
      return join(folder, name);
    },
    async versions(table) {
      return database.query<{ version: number; active: boolean; rows: number }>(
        `select v.table_version as version, v.is_active as active,
           (select count(*)::int from lookup_table_row r where r.lookup_table_version_id = v.lookup_table_version_id) as rows
         from lookup_table_version v where v.table_name = $1 order by 1`,
        [table],
      );
    },
    async insertVersion(table, version, rows, { active = false, checksum = "0" } = {}) {
      const [created] = await database.query<{ id: string }>(
        `insert into lookup_table_version (table_name, table_version, is_active, created_by, table_sha256_checksum)
         values ($1, $2, $3, 'flyway', $4) returning lookup_table_version_id as id`,
        [table, version, active, checksum],
      );
      await database.query(
        `insert into lookup_table_row (lookup_table_version_id, row_num, data)
         select $1, n, data from jsonb_array_elements($2::jsonb) with ordinality as given (data, n)`,
        [created?.id, JSON.stringify(rows)],
      );
    },
    async close() {
      await database.drop();
      await rm(folder, { recursive: true });
    },
  };
}
