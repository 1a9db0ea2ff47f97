import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, openBench } from "../lookup-fixture.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

const first = "code,name\n001,Abbott\n002,BD\n003,Cue\n";
const second = "code,name\n001,Abbott Labs\n002,BD\n003,Cue\n004,Roche\n";

describe("creating, activating and reverting", () => {
  it("goes the way of a steward, from the first file to a revert", async () => {
    await bench.file("v1.csv", first);
    await bench.file("v2.csv", second);

    const created = await bench.tables(["create", "codes", "v1.csv"]);
    expect(created).toMatchObject({ code: 0 });
    expect(created.stderr).toMatch(/ada created codes version 1 \(3 rows, inactive\) in .* as role /);
    expect(await bench.versions("codes")).toEqual([{ version: 1, active: false, rows: 3 }]);

    const asked = await bench.tables(["activate", "codes", "1"]);
    expect(asked.code).toBe(2);
    expect(asked.stderr).toMatch(/no terminal to ask on, so nothing was changed/);
    expect((await bench.versions("codes"))[0]?.active).toBe(false);

    expect((await bench.tables(["activate", "codes", "1", "--yes"])).code).toBe(0);
    const unknown = await bench.tables(["revert", "codes", "--yes"]);
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toMatch(/not known which version of codes was active before version 1/);

    const both = await bench.tables(["create", "codes", "v2.csv", "--activate", "--yes"]);
    expect(both.code).toBe(0);
    expect(both.stdout).toMatch(/added 1, removed 0, changed 1, unchanged 2/);
    expect(both.stdout).toMatch(/~ code="001"\n {4}name: "Abbott" → "Abbott Labs"\n\+ code="004" {2}name="Roche"/);
    expect(await bench.versions("codes")).toEqual([
      { version: 1, active: false, rows: 3 },
      { version: 2, active: true, rows: 4 },
    ]);

    expect((await bench.tables(["history", "codes", "--json"])).stdout).toMatch(
      /"version":1.*"note":"was active before"/,
    );
    const reverted = await bench.tables(["revert", "codes", "--yes", "--allow-shrink"]);
    expect(reverted.stderr).toMatch(/the transaction that made version 2 active switched it off/);
    expect(reverted.code).toBe(0);
    expect((await bench.versions("codes")).map(({ active }) => active)).toEqual([true, false]);

    const again = await bench.tables(["activate", "codes", "1", "--yes"]);
    expect(again.code).toBe(0);
    expect(again.stderr).toMatch(/active already; nothing to do/);
  });

  it("makes rows as ReportStream does: numbered from 1, strings, created_by, its own checksum", async () => {
    await bench.file("like.csv", 'b,a\n1,"xé""/\n\u2028<"\n,\n');
    expect((await bench.tables(["create", "like", "like.csv", "--by", "grace"])).code).toBe(0);
    const rows = await bench.database.query(
      `select r.row_num, r.data, v.created_by, v.table_sha256_checksum as checksum, v.is_active
       from lookup_table_row r join lookup_table_version v using (lookup_table_version_id)
       where v.table_name = 'like' order by r.lookup_table_row_id`,
    );
    // The hash of Jackson's text of these two rows, with Java's own separators; made with sha256sum.
    const { createHash } = await import("node:crypto");
    const text = '[{\n  "b" : "1",\n  "a" : "xé\\"/\\n\u2028<"\n}, {\n  "b" : "",\n  "a" : ""\n}]';
    const checksum = createHash("sha256").update(text).digest("hex");
    expect(rows).toEqual([
      { row_num: 1, data: { b: "1", a: 'xé"/\n\u2028<' }, created_by: "grace", checksum, is_active: false },
      { row_num: 2, data: { b: "", a: "" }, created_by: "grace", checksum, is_active: false },
    ]);
  });

  it("says and skips what is identical to the active or newest version; --force makes it; an older one may be made again", async () => {
    await bench.file("i1.csv", "code,name\n1,a\n2,b\n");
    await bench.file("i2.csv", "code,name\n1,a\n2,c\n");
    await bench.tables(["create", "same", "i1.csv", "--activate", "--yes"]);
    const skipped = await bench.tables(["create", "same", "i1.csv"]);
    expect(skipped.code).toBe(0);
    expect(skipped.stderr).toMatch(/identical to version 1 \(active\); nothing was created/);
    await bench.tables(["create", "same", "i2.csv"]);
    expect((await bench.tables(["create", "same", "i2.csv"])).stderr).toMatch(/identical to version 2; nothing/);
    expect((await bench.tables(["create", "same", "i2.csv", "--force"])).code).toBe(0);
    // Identical to version 1, which is still active.
    expect((await bench.tables(["create", "same", "i1.csv"])).stderr).toMatch(/identical to version 1/);
    await bench.tables(["activate", "same", "3", "--yes"]);
    // Now version 1 is neither active nor newest.
    expect((await bench.tables(["create", "same", "i1.csv"])).code).toBe(0);
    expect((await bench.versions("same")).map(({ version }) => version)).toEqual([1, 2, 3, 4]);
  });

  it("activates the newest version when asked to create and activate what it is identical to", async () => {
    await bench.file("t1.csv", "code\n1\n");
    await bench.file("t2.csv", "code\n1\n2\n");
    await bench.tables(["create", "trap", "t1.csv", "--activate", "--yes"]);
    await bench.tables(["create", "trap", "t2.csv"]);
    expect((await bench.tables(["create", "trap", "t2.csv", "--activate", "--yes"])).code).toBe(0);
    expect(await bench.versions("trap")).toEqual([
      { version: 1, active: false, rows: 1 },
      { version: 2, active: true, rows: 2 },
    ]);
  });

  it("recognises the same content under an unknown checksum or in another order of columns", async () => {
    await bench.insertVersion("old", 1, [{ a: "1", bb: "x" }, { a: "2" }], { active: true });
    await bench.file("old.csv", "bb,a\n,2\nx,1\n");
    const result = await bench.tables(["create", "old", "old.csv"]);
    expect(result.stderr).toMatch(/identical to version 1 \(active\), by its content/);
    expect((await bench.versions("old")).length).toBe(1);
  });

  it.each([
    ["other columns", "code,title\n001,Abbott\n", /columns: columns of the active version are missing: "name"/],
    ["a renamed column", "Code,name\n001,Abbott\n", /"code" of the active version is now spelled "Code"/],
    ["ragged rows", "code,name\n001\n", /ragged.*line 2 has 1 cell/],
    ["no rows", "code,name\n", /empty: there are no rows/],
    ["repeated names", "code,name,name\n1,2,3\n", /header.*more than one column is named "name"/],
    ["Latin-1", Buffer.from("code,name\n001,Zoë\n", "latin1"), /not valid UTF-8 near line 2/],
    ["codes without their zeros", "code,name\n1,Abbott\n2,BD\n", /leading-zeros.*"1" was "001"/],
    ["scientific notation", "code,name\n8.8E+11,Abbott\n", /scientific/],
  ])("refuses a file with %s and leaves the table alone", async (_, content, message) => {
    await bench.file("guard-1.csv", first);
    await bench.tables(["create", "guarded", "guard-1.csv", "--activate", "--yes"]);
    await bench.file("bad.csv", content);
    const before = await bench.versions("guarded");
    const result = await bench.tables(["create", "guarded", "bad.csv"]);
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(message);
    expect(await bench.versions("guarded")).toEqual(before);
  });

  it("refuses repeated keys where the key is given, and takes them on purpose", async () => {
    await bench.file("twice.csv", "code,name\n1,a\n1,b\n");
    const refused = await bench.tables(["create", "keyed", "twice.csv", "--key", "code"]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/duplicate-keys.*line 3 as line 2 \("1"\)/);
    expect(
      (await bench.tables(["create", "keyed", "twice.csv", "--key", "code", "--allow", "duplicate-keys"])).code,
    ).toBe(0);
  });

  it("refuses when the world has moved: another active version, another difference", async () => {
    await bench.file("m1.csv", "code\n1\n2\n");
    await bench.file("m2.csv", "code\n1\n3\n");
    await bench.file("m3.csv", "code\n1\n4\n");
    await bench.tables(["create", "moved", "m1.csv", "--activate", "--yes"]);
    await bench.tables(["create", "moved", "m2.csv"]);
    await bench.tables(["create", "moved", "m3.csv"]);
    const { hash } = JSON.parse((await bench.tables(["diff", "moved", "1", "2", "--json"])).stdout) as { hash: string };
    const ofFile = await bench.tables(["diff", "moved", "m2.csv"]);
    expect(ofFile.stdout).toContain(`diff hash ${hash.slice(0, 16)}`);

    const wrongActive = await bench.tables(["activate", "moved", "2", "--yes", "--expect-active", "3"]);
    expect(wrongActive.code).toBe(1);
    expect(wrongActive.stderr).toMatch(/has version 1 active, and version 3 was expected; nothing was changed/);
    const wrongDiff = await bench.tables(["activate", "moved", "3", "--yes", "--expect-diff", hash.slice(0, 16)]);
    expect(wrongDiff.code).toBe(1);
    expect(wrongDiff.stderr).toMatch(/is not the one that was looked at/);
    expect((await bench.versions("moved")).map(({ active }) => active)).toEqual([true, false, false]);
    const right = ["activate", "moved", "2", "--yes", "--expect-active", "1", "--expect-diff", hash.slice(0, 16)];
    expect((await bench.tables(right)).code).toBe(0);
  });

  it("refuses a drop in rows and lost columns unless told", async () => {
    const many = (rows: number) => `code,name\n${Array.from({ length: rows }, (_, i) => `${i},n\n`).join("")}`;
    await bench.file("many.csv", many(100));
    await bench.file("fewer.csv", many(89));
    await bench.file("enough.csv", many(90));
    await bench.file("narrow.csv", many(100).replaceAll(/,n(ame)?$/gm, ""));
    await bench.tables(["create", "shrinks", "many.csv", "--activate", "--yes"]);
    const dropped = await bench.tables(["create", "shrinks", "fewer.csv", "--activate", "--yes"]);
    expect(dropped.code).toBe(1);
    expect(dropped.stderr).toMatch(/has 89 rows where version 1 has 100: more than 10 % fewer/);
    expect((await bench.versions("shrinks")).length).toBe(1);
    expect((await bench.tables(["create", "shrinks", "enough.csv", "--activate", "--yes"])).code).toBe(0);
    expect((await bench.tables(["create", "shrinks", "narrow.csv", "--allow", "columns"])).code).toBe(0);
    const narrow = await bench.tables(["activate", "shrinks", "3", "--yes"]);
    expect(narrow.code).toBe(1);
    expect(narrow.stderr).toMatch(/lacks columns of version 2: "name"/);
    expect((await bench.tables(["activate", "shrinks", "3", "--yes", "--allow-columns"])).code).toBe(0);
  });

  it("does nothing in a dry run, of any change", async () => {
    await bench.file("d1.csv", "code\n1\n");
    await bench.file("d2.csv", "code\n2\n");
    const nothing = await bench.tables(["create", "dry", "d1.csv", "--dry-run", "--activate"]);
    expect(nothing.code).toBe(0);
    expect(nothing.stderr).toMatch(/would create version 1 \(1 row\) and activate version 1/);
    await bench.tables(["create", "dry", "d1.csv", "--activate", "--yes"]);
    await bench.tables(["create", "dry", "d2.csv"]);
    const before = await bench.versions("dry");
    expect((await bench.tables(["activate", "dry", "2", "--dry-run"])).code).toBe(0);
    await bench.tables(["activate", "dry", "2", "--yes"]);
    expect((await bench.tables(["revert", "dry", "--dry-run"])).code).toBe(0);
    expect(await bench.versions("dry")).toEqual(before.map((v) => ({ ...v, active: v.version === 2 })));
    expect((await bench.tables(["load", ".", "--dry-run"])).stdout).toMatch(/d2 +planned/);
    expect(await bench.versions("d2")).toEqual([]);
  });

  it("never leaves a table without an active version when the wanted one is missing", async () => {
    await bench.file("z.csv", "code\n1\n");
    await bench.tables(["create", "present", "z.csv", "--activate", "--yes"]);
    const missing = await bench.tables(["activate", "present", "7", "--yes"]);
    expect(missing.code).toBe(2);
    expect(missing.stderr).toMatch(/has no version 7[\s\S]*1 \(active\)/);
    expect((await bench.versions("present"))[0]?.active).toBe(true);
  });

  it("asks before making a table whose name is nearly that of another", async () => {
    await bench.file("n.csv", "code\n1\n");
    await bench.tables(["create", "ethnicity", "n.csv"]);
    expect((await bench.tables(["create", "Ethnicity", "n.csv"])).stderr).toMatch(/would differ in case only/);
    const near = await bench.tables(["create", "ethnicty", "n.csv"]);
    expect(near.code).toBe(2);
    expect(near.stderr).toMatch(/one named "ethnicity"/);
    expect((await bench.tables(["create", "ethnicty", "n.csv", "--new-table"])).code).toBe(0);
  });

  it("leaves a trace of every change in the audit log, begun and done", async () => {
    await bench.file("a1.csv", "code\n1\n");
    const env = { PGAPPNAME: "x" };
    const log = ["--audit-log", "audit.jsonl", "--by", "grace"];
    await bench.tables(["create", "audited", "a1.csv", "--activate", "--yes", ...log], env);
    const refused = await bench.tables(["activate", "audited", "1", "--yes", "--expect-active", "9", ...log]);
    expect(refused.code).toBe(1);
    const lines = (await readFile(join(bench.folder, "audit.jsonl"), "utf8")).trim().split("\n");
    const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(entries.map(({ phase, change }) => `${change} ${phase}`)).toEqual([
      "create begin",
      "create done",
      "activate begin",
      "activate done",
    ]);
    expect(entries[1]).toMatchObject({ by: "grace", table: "audited", version: 1, rows: 1, file: "a1.csv" });
    expect(entries[3]).toMatchObject({ by: "grace", version: 1, before: null, database: expect.stringContaining("/") });
    const blocked = await bench.tables([
      "create",
      "audited",
      "v2.csv",
      "--audit-log",
      "missing/audit.jsonl",
      "--allow",
      "columns",
    ]);
    expect(blocked.code).toBe(1);
    expect(blocked.stderr).toMatch(/audit log .* cannot be written/);
    expect((await bench.versions("audited")).length).toBe(1);
  });

  it("reverts by the audit log where the database cannot tell, and only while its last line holds", async () => {
    await bench.file("r1.csv", "code\n1\n");
    await bench.file("r2.csv", "code\n2\n");
    const log = ["--audit-log", "revert.jsonl"];
    await bench.tables(["create", "restored", "r1.csv", "--activate", "--yes", ...log]);
    await bench.tables(["create", "restored", "r2.csv", "--activate", "--yes", ...log]);
    // What a restored backup looks like: every row written by one transaction.
    await bench.database.query("update lookup_table_version set created_by = created_by");
    const blind = await bench.tables(["revert", "restored", "--yes"]);
    expect(blind.code).toBe(1);
    expect(blind.stderr).toMatch(/not known which version/);
    const told = await bench.tables(["revert", "restored", "--yes", ...log]);
    expect(told.code).toBe(0);
    expect(told.stderr).toMatch(/the audit log says that ada activated version 2/);
    expect((await bench.versions("restored")).map(({ active }) => active)).toEqual([true, false]);
  });

  it("reverts what ReportStream itself activated", async () => {
    await bench.insertVersion("theirs", 1, [{ a: "1" }], { active: true });
    await bench.insertVersion("theirs", 2, [{ a: "2" }]);
    await bench.insertVersion("theirs", 3, [{ a: "3" }]);
    const { client } = bench.database;
    await client.query("begin");
    await client.query("update lookup_table_version set is_active = false where table_name = 'theirs' and is_active");
    await client.query(
      "update lookup_table_version set is_active = true where table_name = 'theirs' and table_version = 3",
    );
    await client.query("commit");
    expect((await bench.tables(["revert", "theirs", "--yes"])).code).toBe(0);
    expect((await bench.versions("theirs")).map(({ active }) => active)).toEqual([true, false, false]);
  });

  it("refreshes the LIVD view, and says when only that failed", async () => {
    await bench.file("livd.csv", "Manufacturer,Model\nAbbott,ID NOW\n");
    expect((await bench.tables(["create", "LIVD-SARS-CoV-2", "livd.csv"])).code).toBe(0);
    const view = await bench.database.query("select manufacturer, model from vw_livd_table");
    expect(view).toEqual([{ manufacturer: "Abbott", model: "ID NOW" }]);
    await bench.database.query("alter function refresh_materialized_views(text) rename to not_there");
    await bench.file("livd2.csv", "Manufacturer,Model\nBD,Veritor\n");
    const partly = await bench.tables(["create", "LIVD-SARS-CoV-2", "livd2.csv"]);
    await bench.database.query("alter function not_there(text) rename to refresh_materialized_views");
    expect(partly.code).toBe(3);
    expect(partly.stderr).toMatch(/version 2 was created, but vw_livd_table could not be refreshed/);
    expect((await bench.versions("LIVD-SARS-CoV-2")).length).toBe(2);
  });
});

describe("rights", () => {
  it("a role that may only select is told what it lacks, and reads all the same", async () => {
    await bench.file("rights.csv", "code\n1\n");
    const env = { DATABASE_URL: bench.database.readerUrl };
    await bench.tables(["create", "rights", "rights.csv"]);
    const create = await bench.tables(["create", "rights-2", "rights.csv", "--new-table"], env);
    expect(create.code).toBe(1);
    expect(create.stderr).toMatch(/may not change lookup tables: permission denied .* nothing was changed/);
    expect(create.stderr).toMatch(
      /--write-database-url[\s\S]*grant select, insert, update on lookup_table_version to "/,
    );
    const activate = await bench.tables(["activate", "rights", "1", "--yes"], env);
    expect(activate.code).toBe(1);
    expect(activate.stderr).toMatch(/may not change lookup tables/);
    for (const words of [
      ["list"],
      ["history", "rights"],
      ["show", "rights", "--version", "1"],
      ["diff", "rights", "1", "1"],
    ]) {
      expect(await bench.tables(words, env)).toMatchObject({ code: 0 });
    }
  });

  it("the write role can be another one, by its own variable; a password on the command line is refused", async () => {
    await bench.file("w.csv", "code\n1\n");
    const env = { DATABASE_URL: bench.database.readerUrl, LINEAGE_REPORT_WRITE_URL: bench.database.ownerUrl };
    expect((await bench.tables(["create", "other-role", "w.csv"], env)).code).toBe(0);
    const secret = await bench.tables([
      "create",
      "other-role",
      "w.csv",
      "--write-database-url",
      "postgres://a:geheim@h/d",
    ]);
    expect(secret.code).toBe(2);
    expect(secret.stderr).not.toContain("geheim");
  });

  it("exactly the rights that are named are enough", async () => {
    const name = `writer_${bench.database.name}`.slice(0, 60);
    await bench.database.query(`create role ${name} login password 'p'`);
    try {
      const { RIGHTS_TO_WRITE } = await import("../../../src/tables/store/write-session.ts");
      await bench.database.query(`grant connect on database ${bench.database.name} to ${name}`);
      for (const grant of RIGHTS_TO_WRITE) await bench.database.query(grant.replace("ROLE", name));
      const url = new URL(bench.database.ownerUrl);
      url.username = name;
      url.password = "p";
      const env = { DATABASE_URL: url.toString() };
      await bench.file("g.csv", "code\n1\n");
      const created = await bench.tables(["create", "granted", "g.csv", "--activate", "--yes"], env);
      expect(created.stderr).not.toMatch(/denied/);
      expect(created.code).toBe(0);
    } finally {
      await bench.database.query(`drop owned by ${name}`);
      await bench.database.query(`drop role ${name}`);
    }
  });
});
