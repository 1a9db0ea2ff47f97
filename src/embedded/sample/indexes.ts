import type { Client } from "pg";

/** The tables that grow with the traffic. */
const LARGE = [
  "action",
  "report_file",
  "report_lineage",
  "item_lineage",
  "action_log",
  "task",
  "covid_result_metadata",
  "elr_result_metadata",
];

/** Statements that make again what was dropped, in an order that works. */
export type DroppedIndexes = { readonly statements: readonly string[] };

type Found = { table: string; name: string; kind: string; definition: string };

/** Drops foreign keys, keys and indexes of the large tables: many rows at once go in several times faster without. */
export async function dropIndexes(client: Client): Promise<DroppedIndexes> {
  const constraints = await client.query<Found>(
    `select conrelid::regclass::text as "table", quote_ident(conname) as name, contype as kind,
            pg_get_constraintdef(oid) as definition
       from pg_constraint
      where contype in ('f', 'p', 'u') and (conrelid = any ($1::regclass[]) or confrelid = any ($1::regclass[]))
      order by contype = 'f', conname`,
    [LARGE],
  );
  const indexes = await client.query<Found>(
    `select indrelid::regclass::text as "table", indexrelid::regclass::text as name, 'i' as kind,
            pg_get_indexdef(indexrelid) as definition
       from pg_index
      where indrelid = any ($1::regclass[])
        and not exists (select from pg_constraint where conindid = indexrelid and contype in ('p', 'u', 'x'))
      order by 2`,
    [LARGE],
  );
  const [keys, foreign] = [false, true].map((wanted) =>
    constraints.rows.filter((row) => (row.kind === "f") === wanted),
  );
  const add = ({ table, name, definition }: Found): string =>
    `alter table ${table} add constraint ${name} ${definition}`;
  for (const { table, name } of [...(foreign ?? []), ...(keys ?? [])]) {
    await client.query(`alter table ${table} drop constraint ${name}`);
  }
  for (const { name } of indexes.rows) await client.query(`drop index ${name}`);
  return {
    statements: [...(keys ?? []).map(add), ...indexes.rows.map((row) => row.definition), ...(foreign ?? []).map(add)],
  };
}

/** Makes them again. Throws the server's error when the rows do not satisfy one of them. */
export async function restoreIndexes(client: Client, dropped: DroppedIndexes): Promise<void> {
  for (const statement of dropped.statements) await client.query(statement);
}
