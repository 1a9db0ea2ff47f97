import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { withClient } from "./server-fixture.ts";
import { repeatedNames } from "./unique-names.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());

test("the reader sees what the owner wrote, tables made later included", async () => {
  await database.query("insert into action (action_name) values ('receive')");
  await database.query("create table later as select 1 as n");
  await withClient(database.readerUrl, async (reader) => {
    expect((await reader.query("select action_name from action")).rows).toEqual([{ action_name: "receive" }]);
    expect((await reader.query("select n from later")).rows).toEqual([{ n: 1 }]);
    expect((await reader.query("select version from flyway_schema_history where version = '75'")).rowCount).toBe(1);
  });
});

test.each([
  ["insert", "insert into action (action_name) values ('receive')"],
  ["update", "update task set next_action = 'none'"],
  ["delete", "delete from action"],
  ["create a table", "create table mine (n int)"],
  ["create a temporary table", "create temporary table mine (n int)"],
  ["create a schema", "create schema mine"],
])("the reader may not %s", async (_what, sql) => {
  await withClient(database.readerUrl, async (reader) => {
    await expect(reader.query(sql)).rejects.toMatchObject({ code: "42501" });
  });
});

test.skipIf(inject("postgres").keep)("databases do not see each other, and drop leaves nothing", async () => {
  const other = await createTestDatabase();
  await other.query("insert into action (action_name) values ('send')");
  expect(await other.query("select count(*)::int as n from action where action_name = 'send'")).toEqual([{ n: 1 }]);
  expect(await database.query("select count(*)::int as n from action where action_name = 'send'")).toEqual([{ n: 0 }]);
  await other.drop();
  expect(await database.query("select 1 from pg_database where datname = $1", [other.name])).toEqual([]);
});

test("repeated test names are found by their full path", () => {
  const leaf = (name: string) => ({ name, type: "test" });
  const suite = (name: string, ...names: string[]) => ({ name, type: "suite", tasks: names.map(leaf) });
  const file = { name: "f", type: "suite", tasks: [suite("a", "x", "y"), suite("b", "x"), leaf("x"), leaf("x")] };
  expect(repeatedNames(file)).toEqual(["x"]);
  expect(repeatedNames({ ...file, tasks: [suite("a", "x", "x")] })).toEqual(["a > x"]);
  expect(repeatedNames({ ...file, tasks: [suite("a", "x"), suite("b", "x"), leaf("x")] })).toEqual([]);
});
