import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Catalogue, loadCatalogue } from "../../src/source/catalogue.ts";
import { checkRights, checkSchema } from "../../src/source/doctor-checks.ts";
import type { Query } from "../../src/source/query-file.ts";
import { shapeStatement } from "../../src/source/statement.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { withClient } from "../support/server-fixture.ts";
import { queryOf, withSnapshot } from "./fixtures.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

function catalogueOf(...queries: Query[]): Catalogue {
  return { queries, replaced: [], find: () => queries[0] as Query };
}

interface Plan {
  "Relation Name"?: string;
  Plans?: Plan[];
}

function relations(plan: Plan): string[] {
  return [...(plan["Relation Name"] ? [plan["Relation Name"]] : []), ...(plan.Plans ?? []).flatMap(relations)];
}

describe("the program's own queries", () => {
  test("fit ReportStream's schema, and return what their headers declare", async () => {
    await withSnapshot(database.readerUrl, async (snapshot) => {
      expect(await checkSchema(snapshot, loadCatalogue())).toEqual([]);
    });
  });

  test("may be read by a role that has SELECT only", async () => {
    await withSnapshot(database.readerUrl, async (snapshot) => {
      const rights = await checkRights(snapshot, loadCatalogue());
      expect(rights.length).toBeGreaterThan(2);
      expect(rights.filter((right) => right.state !== "readable")).toEqual([]);
    });
  });

  test.each(loadCatalogue().queries)("$name names every table that it reads", async (query) => {
    const { text } = shapeStatement(query, "explain (format json, verbose) ", "");
    const [row] = await database.query<{ "QUERY PLAN": [{ Plan: Plan }] }>(text);
    const read = relations(row?.["QUERY PLAN"][0].Plan as Plan);
    expect(query.header.reads).toEqual(expect.arrayContaining(read));
  });
});

describe("a query that does not fit", () => {
  test("is named with file, line and column", async () => {
    await withSnapshot(database.readerUrl, async (snapshot) => {
      const faults = await checkSchema(
        snapshot,
        catalogueOf(
          queryOf("select action_id as id,\n  renamed as who from action", {
            columns: ["id id", "who text"],
            name: "gone",
          }),
          queryOf("select action_id as id, created_at as at, 1.5 as more from action", {
            columns: ["id instant", "missing text", "at instant"],
            name: "shape",
          }),
          queryOf("select 1 as a, 2 as b", { columns: ["b number", "a number"], name: "order" }),
          queryOf("select action_name as a from action", { columns: ["a text"], name: "fine" }),
        ),
      );
      expect(faults.map(({ query, where, message }) => `${query} ${where} ${message}`)).toEqual([
        expect.stringMatching(/^gone gone\.sql .*gone\.sql:9\): column "renamed" does not exist/),
        'shape shape.sql:4 the header declares the column "missing", which the query does not return',
        'shape shape.sql:3 column "id" is declared as instant, and the query returns bigint',
        'shape shape.sql the query returns "more" (numeric), which the header does not declare',
        "order order.sql the header declares the columns in another order than the query returns them",
      ]);
      expect(faults.map((fault) => fault.hint).join()).toMatch(/add "-- column: more number/);
    });
  });
});

describe("a role that lacks a right", () => {
  test("is told which, and the statement that grants it", async () => {
    const role = new URL(database.readerUrl).username;
    const lacking = await createTestDatabase();
    try {
      await lacking.query(`revoke select on report_file from ${role}`);
      await lacking.query(`create schema elsewhere; create table elsewhere.kept (n int)`);
      const reads = (table: string) =>
        ({
          ...queryOf("select 1 as n", { columns: ["n number"], name: table.replace(".", "_") }),
          header: { reads: [table] },
        }) as unknown as Query;
      const tables = ["report_file", "action", "elsewhere.kept", "nowhere.x", "no_such_table"];
      await withSnapshot(lacking.readerUrl, async (snapshot) => {
        const rights = await checkRights(snapshot, catalogueOf(...tables.map(reads)));
        expect(Object.fromEntries(rights.map(({ table, state }) => [table, state]))).toEqual({
          action: "readable",
          report_file: "denied",
          "elsewhere.kept": "denied",
          "nowhere.x": "missing",
          no_such_table: "missing",
        });
        const fixes = rights.map(({ table, fix }) => `${table}: ${fix}`).join("\n");
        expect(fixes).toContain(`report_file: grant select on report_file to "${role}"`);
        expect(fixes).toContain(`elsewhere.kept: grant usage on schema elsewhere to "${role}"`);
        const faults = await checkSchema(snapshot, loadCatalogue());
        const submissions = faults.find((fault) => fault.query === "submissions");
        expect(submissions).toMatchObject({ hint: `grant select on report_file to "${role}"` });
      });
      // Done as it says, it is right.
      await withClient(lacking.ownerUrl, (owner) => owner.query(`grant select on report_file to "${role}"`));
      await withSnapshot(lacking.readerUrl, async (snapshot) => {
        expect(await checkSchema(snapshot, loadCatalogue())).toEqual([]);
      });
    } finally {
      await lacking.drop();
    }
  });
});
