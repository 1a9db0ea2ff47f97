import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { ConfigError, UsageError } from "../../src/errors.ts";
import { packageRoot } from "../../src/package.ts";
import { loadCatalogue } from "../../src/source/catalogue.ts";
import { queryText } from "./fixtures.ts";

let own = "";
const folders: string[] = [];
beforeEach(() => {
  own = mkdtempSync(join(tmpdir(), "queries-test-"));
  folders.push(own);
});
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function write(name: string, text: string | Buffer): void {
  writeFileSync(join(own, name), text);
}

const ONE = queryText("select 1 as n", { columns: ["n number"] });

function failureOf(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error("it did not fail");
}

describe("the catalogue", () => {
  test("has the program's own queries, each with the hash of its file", () => {
    const { queries } = loadCatalogue();
    expect(queries.map((query) => query.name)).toEqual(expect.arrayContaining(["item-edges", "submissions"]));
    for (const query of queries) {
      const bytes = readFileSync(join(packageRoot, "queries", `${query.name}.sql`));
      expect(query.sha256).toBe(createHash("sha256").update(bytes).digest("hex"));
      expect(query).toMatchObject({ origin: "built-in", file: `queries/${query.name}.sql` });
    }
  });

  test("adds a user's own", () => {
    write("mine.sql", ONE);
    write("notes.txt", "no query");
    const catalogue = loadCatalogue({ own });
    expect(catalogue.find("mine")).toMatchObject({ origin: "own", file: join(own, "mine.sql") });
    expect(catalogue.replaced).toEqual([]);
    expect(catalogue.queries.map((query) => query.name)).toEqual(
      [...catalogue.queries.map((query) => query.name)].sort(),
    );
  });

  test("lets a user's own stand in for a built-in one, and says so; not for one that the program works on", () => {
    write("submissions.sql", ONE);
    const catalogue = loadCatalogue({ own });
    expect(catalogue.replaced).toEqual(["submissions"]);
    expect(catalogue.find("submissions").origin).toBe("own");
    write("item-edges.sql", ONE);
    expect(() => loadCatalogue({ own })).toThrow(/"item-edges" is a query that the program works on/);
  });

  test("suggests the nearest name", () => {
    const catalogue = loadCatalogue();
    const near = failureOf(() => catalogue.find("submision"));
    expect(near).toBeInstanceOf(UsageError);
    expect((near as UsageError).hint).toMatch(/did you mean "submissions"/);
    expect((failureOf(() => catalogue.find("zzzzzz")) as UsageError).hint).toMatch(/there are .*submissions/);
  });

  test("tells every fault of every file at once", () => {
    write("Bad Name.sql", ONE);
    write("binary.sql", Buffer.from([0xff, 0xfe, 0x00]));
    write("broken.sql", "-- title: t\nselect :x");
    write(
      "one.sql",
      queryText("select 1 as n", { columns: ["n number"], more: ["-- order: n", "-- export: same.csv whole"] }),
    );
    write(
      "two.sql",
      queryText("select 1 as n", { columns: ["n number"], more: ["-- order: n", "-- export: same.csv whole"] }),
    );
    const failure = failureOf(() => loadCatalogue({ own }));
    expect(failure).toBeInstanceOf(ConfigError);
    expect(failure.message).toMatch(/Bad Name\.sql: a query's file name/);
    expect(failure.message).toMatch(/binary\.sql: is not UTF-8/);
    expect(failure.message).toMatch(/broken\.sql:1: the header has no "row:"/);
    expect(failure.message).toMatch(/broken\.sql:2: :x is not declared/);
    expect(failure.message).toMatch(/two\.sql: it is exported into same\.csv, and so is .*one\.sql/);
  });

  test("names a folder that is not there", () => {
    expect(failureOf(() => loadCatalogue({ own: join(own, "none") })).message).toMatch(
      /none: the folder of queries cannot be read \(ENOENT\)/,
    );
  });
});
