import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { EXPECTED_ENUMS, EXPECTED_TABLES } from "./expected-tables.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());

/** Blocks of the text by their first line. */
function tablesOf(text: string): Record<string, string[]> {
  const blocks = text.trim().split("\n\n");
  return Object.fromEntries(
    blocks.map((block) => {
      const [name = "", ...lines] = block.split("\n").map((line) => line.trim());
      return [name, lines];
    }),
  );
}

const EXPECTED = tablesOf(EXPECTED_TABLES);

async function columnsOf(table: string): Promise<string[]> {
  const rows = await database.query<{ line: string }>(
    `select concat(a.attname, ' ', format_type(a.atttypid, a.atttypmod), case when a.attnotnull then ' !' end,
       ' = ' || case when pg_get_expr(d.adbin, d.adrelid) like 'nextval(%' then 'a sequence'
                     else pg_get_expr(d.adbin, d.adrelid) end) as line
     from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
     where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped
     order by a.attnum`,
    [table],
  );
  return rows.map((row) => row.line);
}

async function constraintsOf(table: string): Promise<string[]> {
  const rows = await database.query<{ line: string }>(
    `select pg_get_constraintdef(oid) as line from pg_constraint where conrelid = $1::regclass and contype in ('p', 'u', 'f', 'c')`,
    [table],
  );
  const lines = rows.map(({ line }) =>
    line.replace(/PRIMARY KEY|UNIQUE|FOREIGN KEY|REFERENCES|ON DELETE CASCADE|CHECK/g, (word) => word.toLowerCase()),
  );
  const nullOrFilled = lines.filter((line) =>
    /^check \(\(\(\w+ IS NULL\) OR \(length\(\(\w+\)::text\) > 0\)\)\)$/.test(line),
  );
  const others = lines.filter((line) => !nullOrFilled.includes(line));
  return nullOrFilled.length > 0 ? [...others, `${nullOrFilled.length} x check, null or not empty`] : others;
}

async function indexesOf(table: string): Promise<string[]> {
  const rows = await database.query<{ definition: string }>(
    `select pg_get_indexdef(indexrelid) as definition from pg_index
     where indrelid = $1::regclass
       and not exists (select from pg_constraint where conindid = indexrelid and contype in ('p', 'u'))`,
    [table],
  );
  return rows.map(({ definition }) =>
    definition
      .replace(/^CREATE (UNIQUE )?INDEX .* USING btree /, (_, unique) => (unique ? "unique index " : "index "))
      .replace(/INCLUDE|WHERE/, (word) => word.toLowerCase()),
  );
}

describe("the tables", () => {
  test.each(Object.keys(EXPECTED))("%s", async (table) => {
    const lines = EXPECTED[table]!;
    expect(await columnsOf(table)).toEqual(lines.filter((line) => !line.startsWith("* ")));
    const made = [...(await constraintsOf(table)), ...(await indexesOf(table))].map((line) => `* ${line}`);
    expect(made.sort()).toEqual(lines.filter((line) => line.startsWith("* ")).sort());
  });

  test("are these and no others", async () => {
    const rows = await database.query<{ name: string }>(
      "select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'm', 'v')",
    );
    const names = [...Object.keys(EXPECTED), "vw_livd_table", "flyway_schema_history"];
    expect(rows.map((row) => row.name).sort()).toEqual(names.sort());
    expect(names).toHaveLength(16);
  });
});

test.each(Object.entries(EXPECTED_ENUMS))("enum %s", async (name, labels) => {
  const rows = await database.query(
    "select string_agg(enumlabel, ', ' order by enumsortorder) as labels from pg_enum where enumtypid = $1::regtype",
    [name],
  );
  expect(rows).toEqual([{ labels }]);
});

test("Flyway's history ends with version 75 and lacks 18, which became 21", async () => {
  const [history] = await database.query(
    `select count(*)::int, max(version::int), bool_or(version = '18') as eighteen, bool_and(success) as success
     from flyway_schema_history`,
  );
  expect(history).toEqual({ count: 74, max: 75, eighteen: false, success: true });
});

test("the LIVD view has the rows of all versions, and is renewed for that table alone", async () => {
  await database.query(
    `insert into lookup_table_version (table_name, table_version, is_active, created_by)
     values ('LIVD-SARS-CoV-2', 1, false, 'x'), ('LIVD-SARS-CoV-2', 2, true, 'x'), ('other', 1, true, 'x')`,
  );
  await database.query(
    `insert into lookup_table_row (lookup_table_version_id, row_num, data)
     select lookup_table_version_id, 1, jsonb_build_object('Model', table_name || table_version)
     from lookup_table_version`,
  );
  const models = () => database.query("select model from vw_livd_table order by model");
  await database.query("select refresh_materialized_views('other')");
  expect(await models()).toEqual([]);
  await database.query("select refresh_materialized_views('livd-sars-cov-2')");
  expect(await models()).toEqual([{ model: "LIVD-SARS-CoV-21" }, { model: "LIVD-SARS-CoV-22" }]);
});

test.each(["message_id", "test_result", "patient_state"])(
  "covid_result_metadata refuses an empty %s",
  async (column) => {
    await database.query("truncate action cascade");
    await database.query("insert into action (action_id, action_name) values (1, 'receive')");
    const id = "00000000-0000-4000-8000-000000000001";
    await database.query(
      "insert into report_file (report_id, action_id, schema_name, schema_topic, body_format, item_count) values ($1, 1, 'a', 'covid-19', 'CSV', 1)",
      [id],
    );
    const insert = `insert into covid_result_metadata (report_id, report_index, ${column}) values ($1, 1, $2)`;
    await database.query(insert, [id, null]);
    await expect(database.query(insert, [id, ""])).rejects.toMatchObject({ code: "23514" });
  },
);
