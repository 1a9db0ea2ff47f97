import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { xlsx } from "../file/xlsx-fixture.ts";
import { type Bench, openBench } from "../lookup-fixture.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
  await bench.insertVersion("codes", 1, [{ code: "1", name: "a" }], { checksum: "0" });
  await bench.insertVersion(
    "codes",
    2,
    [
      { code: "1", name: "b" },
      { code: "2", name: "c" },
    ],
    { active: true },
  );
  await bench.insertVersion("codes", 3, [{ code: "1", name: "b" }]);
  await bench.insertVersion("never", 1, [{ a: "1" }]);
  await bench.insertVersion("empty", 1, [], { active: true });
  await bench.insertVersion("odd", 1, [{ b: null, aa: 5 }, { b: "x", aa: "y", extra: "z" }, { aa: "only" }], {
    active: true,
  });
});
afterAll(() => bench.close());

describe("tables list and history", () => {
  it("name active and newest versions and warn of what was forgotten", async () => {
    const { stdout, stderr, code } = await bench.tables(["list"]);
    expect(code).toBe(0);
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => line.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/, "AT"));
    expect(lines).toEqual([
      "table,active,newest,rows,created_by,created_at,note",
      "codes,2,3,2,flyway,AT,the newest version 3 is not active",
      "empty,1,1,0,flyway,AT,",
      "never,,1,1,flyway,AT,no version is active: ReportStream does not see this table",
      "odd,1,1,3,flyway,AT,",
    ]);
    expect(stderr).toMatch(/warning: codes: the newest version 3 is not active\n.*warning: never/);
    expect((await bench.tables(["list", "--all"])).stdout.trim().split("\n")).toHaveLength(7);
    const history = JSON.parse((await bench.tables(["history", "codes", "--json"])).stdout) as object[];
    expect(history).toMatchObject([{ version: 3 }, { version: 2, active: true }, { version: 1, checksum: null }]);
  });

  it("say which table was meant", async () => {
    expect((await bench.tables(["history", "CODES"])).stderr).toMatch(/did you mean "codes"/);
  });
});

describe("tables show and export", () => {
  it("pick rows by number and by value, and stream JSON lines", async () => {
    expect((await bench.tables(["show", "codes", "--rows", "2"])).stdout).toBe("row,code,name\n2,2,c\n");
    expect((await bench.tables(["show", "codes", "--rows", "1-1", "--json"])).stdout).toBe(
      '{"row":1,"code":"1","name":"b"}\n',
    );
    expect((await bench.tables(["show", "codes", "--where", "name=c", "--rows", "2-"])).stdout).toBe(
      "row,code,name\n2,2,c\n",
    );
    expect((await bench.tables(["show", "codes", "--where", "nome=c"])).stderr).toMatch(/no column "nome"/);
    expect((await bench.tables(["show", "codes", "--rows", "a-b"])).code).toBe(2);
  });

  it("read null, missing and other values as ReportStream does, and say what it does not read", async () => {
    const { stdout, stderr } = await bench.tables(["export", "odd"]);
    expect(stdout).toBe("b,aa\n,5\nx,y\n,only\n");
    expect(stderr).toMatch(/a column "extra" that row 1 does not have; ReportStream does not read it/);
    expect((await bench.tables(["export", "odd", "--format", "json"])).stdout).toBe(
      '[\n{"b":"","aa":"5"},\n{"b":"x","aa":"y"},\n{"b":"","aa":"only"}\n]\n',
    );
    expect((await bench.tables(["export", "empty", "--format", "json"])).stdout).toBe("[]\n");
  });
});

describe("tables check", () => {
  it("gives a verdict for people and machines, and names identical versions", async () => {
    await bench.file("same.csv", "name,code\nc,2\nb,1\n");
    const same = await bench.tables(["check", "same.csv", "--table", "codes", "--json"]);
    expect(same.code).toBe(0);
    expect(JSON.parse(same.stdout)).toMatchObject({
      verdict: "fine",
      rows: 2,
      identicalTo: [{ version: 2, active: true, by: "content" }],
    });
    await bench.file("spaced.csv", "name,code\nc ,2\nb,1\n");
    expect((await bench.tables(["check", "spaced.csv", "--table", "codes"])).code).toBe(0);
    const strict = await bench.tables(["check", "spaced.csv", "--table", "codes", "--strict"]);
    expect(strict.code).toBe(1);
    expect(strict.stdout).toMatch(/! warning spaces: 1 cell/);
    expect(strict.stderr).toMatch(/not fit for codes: 1 finding/);
    expect((await bench.tables(["check", "spaced.csv"])).code).toBe(2);
  });

  it("takes a workbook, LIVD's own sheet for LIVD, with a supplement", async () => {
    const rows = [
      ["Manufacturer*", "Model"],
      ["Abbott\u00a0", "ID NOW*"],
    ];
    await bench.file(
      "livd.xlsx",
      xlsx([
        { name: "Cover", rows: [["x"]] },
        { name: "LOINC Mapping", rows },
      ]),
    );
    await bench.file("extra.csv", "Model,processing_mode_code\nTest_Device,T\n");
    const args = ["create", "LIVD-SARS-CoV-2", "livd.xlsx", "--supplement", "extra.csv"];
    expect(await bench.tables(args)).toMatchObject({ code: 0 });
    expect((await bench.tables(["export", "LIVD-SARS-CoV-2", "--version", "1"])).stdout).toBe(
      "Model,Manufacturer,processing_mode_code\nID NOW,Abbott,\nTest_Device,,T\n",
    );
    expect((await bench.tables(["check", "livd.xlsx", "--table", "codes"])).stderr).toMatch(
      /several sheets: "Cover", "LOINC Mapping"/,
    );
  });
});

describe("tables diff", () => {
  it("compares versions, files, and one side with the active version", async () => {
    expect((await bench.tables(["diff", "codes", "1", "2"])).stdout).toMatch(
      /added 1, removed 0, changed 1, unchanged 0/,
    );
    expect((await bench.tables(["diff", "codes", "3"])).stdout).toMatch(/version 2 \(2 rows\) → version 3 \(1 row\)/);
    expect((await bench.tables(["diff", "codes", "active", "active"])).stdout).toMatch(/no differences/);
    await bench.file("one.csv", "code,name\n1,b\n");
    expect((await bench.tables(["diff", "codes", "one.csv", "3"])).stdout).toMatch(/no differences/);
    expect((await bench.tables(["diff", "codes", "1", "2", "3"])).code).toBe(2);
    expect((await bench.tables(["diff", "codes", "1", "9"])).stderr).toMatch(/no version 9/);
  });

  it("writes a page to a file, whole", async () => {
    const result = await bench.tables(["diff", "codes", "1", "2", "--format", "html", "--out", "diff.html"]);
    expect(result).toMatchObject({ code: 0, stdout: "" });
    expect(await readFile(join(bench.folder, "diff.html"), "utf8")).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
  });
});

describe("tables load", () => {
  it("creates what is new, skips what is the same, goes on after a failure and ends with 3", async () => {
    const { mkdir } = await import("node:fs/promises");
    await mkdir(join(bench.folder, "load"));
    await bench.file("load/first.csv", "a\n1\n");
    await bench.file("load/broken.csv", 'a\n"1\n');
    await bench.file("load/never.csv", "a\n1\n");
    await bench.file("load/notes.txt", "no table");
    const { code, stdout, stderr } = await bench.tables(["load", "load", "--json"]);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      files: [
        { table: "broken", outcome: "failed", message: expect.stringContaining("never ends") },
        { table: "first", outcome: "created", version: 1, rows: 1, activated: false },
        { table: "never", outcome: "identical", version: 1, activated: false },
      ],
    });
    expect(stderr).toMatch(/"message":"1 of 3 files were not loaded: broken"/);
    const activated = await bench.tables(["load", "load", "--activate", "--yes"]);
    expect(activated.code).toBe(3);
    expect(activated.stdout).toMatch(/never +identical +1 +1 +made active/);
    expect(await bench.versions("never")).toEqual([{ version: 1, active: true, rows: 1 }]);
    expect((await bench.tables(["load", "nowhere"])).code).toBe(2);
  });
});

describe("tables drift", () => {
  it("names tables that differ by content, against a listing, a folder and another database", async () => {
    const other = await openBench();
    try {
      await other.insertVersion(
        "codes",
        7,
        [
          { name: "c", code: "2" },
          { name: "b", code: "1" },
        ],
        { active: true },
      );
      await other.insertVersion("odd", 1, [{ b: "other", aa: "5" }], { active: true });
      await other.insertVersion("there", 1, [{ a: "1" }], { active: true });
      const listing = await other.tables(["list", "--digest", "--json"]);
      await bench.file("there.json", listing.stdout);
      const states = (stdout: string) =>
        Object.fromEntries(
          (JSON.parse(stdout) as { table: string; state: string }[]).map(({ table, state }) => [table, state]),
        );
      const expected = { codes: "same", odd: "differs", there: "only there", empty: "only here" };
      const byFile = await bench.tables(["drift", "--against", "there.json", "--json"]);
      expect(byFile.code).toBe(1);
      expect(states(byFile.stdout)).toMatchObject(expected);
      const byUrl = await bench.tables(["drift", "--against", "env:OTHER", "--json"], {
        OTHER: other.database.readerUrl,
      });
      expect(states(byUrl.stdout)).toEqual(states(byFile.stdout));
      const self = await bench.tables(["drift", "--against", "env:SELF"], { SELF: bench.database.readerUrl });
      expect(self).toMatchObject({ code: 0, stderr: expect.stringContaining("all the same") });
      const { mkdir } = await import("node:fs/promises");
      await mkdir(join(bench.folder, "drift"));
      await bench.file("drift/codes.csv", "code,name\n1,b\n2,c\n");
      expect((await bench.tables(["drift", "--against", "drift"])).stdout).toMatch(
        /codes +same +version 2, 2 rows +2 rows/,
      );
    } finally {
      await other.close();
    }
    await bench.file("bad.json", "{}");
    expect((await bench.tables(["drift", "--against", "bad.json"])).stderr).toMatch(/no listing of lookup tables/);
    const password = await bench.tables(["drift", "--against", "postgres://a:geheim@localhost/x"]);
    expect(password.code).toBe(2);
    expect(password.stderr).not.toContain("geheim");
  });
});
