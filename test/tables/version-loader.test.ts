import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectionSettings } from "../../src/source/connection-settings.ts";
import { TableChecksum } from "../../src/tables/checksum.ts";
import { jsonCells } from "../../src/tables/row.ts";
import { VersionLoader } from "../../src/tables/store/version-loader.ts";
import { startProgram } from "../support/program.ts";
import { type Bench, openBench } from "./lookup-fixture.ts";

const COLUMNS = ["code", "text"];
const PADDING = "\\ü\t".repeat(80);
/** Some ten megabytes of COPY's text: more than is held back before anything is written. */
const ROWS = Array.from({ length: 12_000 }, (_, index) => [`0${index}`, `${index} ${PADDING}`]);
const csv = (rows: readonly (readonly string[])[]) => [COLUMNS, ...rows].map((row) => `${row.join(",")}\n`).join("");

function checksumOf(rows: readonly string[][]): string {
  const sum = new TableChecksum(COLUMNS);
  for (const row of rows) sum.add(row);
  return sum.digest();
}

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
  await bench.file("large.csv", csv(ROWS));
});
afterAll(() => bench.close());

function loaderOf(table: string): VersionLoader {
  const options = {
    settings: connectionSettings({ databaseUrl: bench.database.ownerUrl, env: {} }),
    applicationName: "loader",
  };
  return new VersionLoader(options, COLUMNS, { table, label: "rows", createdBy: "ada", newest: undefined });
}

/** Sessions of that name with a transaction open. */
async function writing(name: string): Promise<number> {
  const found = await bench.database.query(
    "select from pg_stat_activity where application_name = $1 and xact_start is not null and datname = current_database()",
    [name],
  );
  return found.length;
}

async function stored(table: string): Promise<string[][]> {
  const rows = await bench.database.query<{ code: string; text: string }>(
    `select data ->> 'code' as code, data ->> 'text' as text from lookup_table_row r
     join lookup_table_version v using (lookup_table_version_id) where table_name = $1 order by row_num`,
    [table],
  );
  return rows.map(({ code, text }) => [code, text]);
}

async function feed(loader: VersionLoader, rows: readonly string[][]): Promise<void> {
  for (let at = 0; at < rows.length; at += 500) {
    for (const row of rows.slice(at, at + 500)) loader.add(jsonCells(row));
    await loader.room();
  }
}

describe("a table that is loaded while it is read", () => {
  it("goes on to the server before its end, and is there when it is finished, whole", async () => {
    const loader = loaderOf("streamed");
    await feed(loader, ROWS);
    expect(await writing("loader")).toBe(1);
    expect(await bench.versions("streamed")).toEqual([]);
    await loader.finish(checksumOf(ROWS));
    await loader.abandon();
    expect(await bench.versions("streamed")).toEqual([{ version: 1, active: false, rows: ROWS.length }]);
    expect(await stored("streamed")).toEqual(ROWS);
    expect(await writing("loader")).toBe(0);
  });

  it("writes nothing at all while it is small, until it is finished", async () => {
    const loader = loaderOf("held");
    await feed(loader, ROWS.slice(0, 100));
    expect(await writing("loader")).toBe(0);
    const created = await loader.finish(checksumOf(ROWS.slice(0, 100)));
    expect(created).toMatchObject({ version: 1, rows: 100 });
    expect(await stored("held")).toEqual(ROWS.slice(0, 100));
  });

  it("leaves nothing when it is abandoned, whenever that is", async () => {
    for (const rows of [0, 100, ROWS.length]) {
      const loader = loaderOf("abandoned");
      await feed(loader, ROWS.slice(0, rows));
      await loader.abandon();
      await loader.abandon();
      expect(await writing("loader")).toBe(0);
    }
    expect(await bench.versions("abandoned")).toEqual([]);
  });

  it("goes on to its end when the server has refused a row, and tells then", async () => {
    await bench.database.query(
      "alter table lookup_table_row add constraint no_3 check (data ->> 'code' <> '03') not valid",
    );
    const loader = loaderOf("refused");
    await feed(loader, ROWS);
    await expect(loader.finish("0")).rejects.toThrow(/no_3/);
    await bench.database.query("alter table lookup_table_row drop constraint no_3");
    expect(await bench.versions("refused")).toEqual([]);
  });
});

describe("tables create of a large file", () => {
  it("makes the version, with ReportStream's checksum, and says what is identical", async () => {
    const created = await bench.tables(["create", "large", "large.csv", "--json"]);
    expect(created.code).toBe(0);
    expect(JSON.parse(created.stdout)).toMatchObject({ outcome: "created", version: 1, rows: ROWS.length });
    expect(await stored("large")).toEqual(ROWS);
    const [version] = await bench.database.query(
      "select table_sha256_checksum as checksum from lookup_table_version where table_name = 'large'",
    );
    expect(version).toEqual({ checksum: checksumOf(ROWS) });
    const again = await bench.tables(["create", "large", "large.csv", "--json"]);
    expect(JSON.parse(again.stdout)).toMatchObject({ outcome: "identical", version: 1 });
    expect(await bench.versions("large")).toHaveLength(1);
  });

  it.each([
    ["a ragged row at its end", csv([...ROWS, ["only one"]]), /ragged/],
    ["a NUL character at its end, which the server would refuse as well", csv([...ROWS, ["1", "\0"]]), /nul/],
    ["no rows but a header that ReportStream would not keep apart", `code,code\n${csv(ROWS)}`, /header/],
    ["a quote that is never closed", `${csv(ROWS)}1,"x\n`, /never ends/],
  ])("refuses %s, and nothing is there", async (_, text, reason) => {
    await bench.file("bad.csv", text);
    const refused = await bench.tables(["create", "bad", "bad.csv", "--new-table"]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(reason);
    expect(await bench.versions("bad")).toEqual([]);
    expect(await writing("lineage-report tables create")).toBe(0);
  });

  it("says when the role may not write", async () => {
    const env = { DATABASE_URL: bench.database.readerUrl };
    const refused = await bench.tables(["create", "not-mine", "large.csv", "--new-table"], env);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toMatch(/may not change lookup tables/);
  });

  it("leaves nothing in a dry run", async () => {
    const planned = await bench.tables(["create", "dry", "large.csv", "--new-table", "--dry-run", "--json"]);
    expect(JSON.parse(planned.stdout)).toMatchObject({ outcome: "planned", version: 1 });
    expect(await bench.versions("dry")).toEqual([]);
  });

  it("leaves nothing when it is killed in the middle, and nobody waits for it", { timeout: 120_000 }, async () => {
    await bench.file("huge.csv", csv(Array.from({ length: 8 }, () => ROWS).flat()));
    const { child, ended } = startProgram(["tables", "create", "killed", "huge.csv", "--new-table"], {
      cwd: bench.folder,
      env: { DATABASE_URL: bench.database.ownerUrl, USER: "ada" },
    });
    const copies = "select from pg_stat_activity where query ilike 'copy lookup_table_row%' and state = 'active'";
    while ((await bench.database.query(copies)).length === 0) {
      expect(child.exitCode).toBe(null);
      await sleep(5);
    }
    child.kill("SIGKILL");
    expect(await ended).toMatchObject({ signal: "SIGKILL" });
    const created = await bench.tables(["create", "killed", "large.csv", "--new-table"]);
    expect(created.code).toBe(0);
    expect(await bench.versions("killed")).toEqual([{ version: 1, active: false, rows: ROWS.length }]);
    expect(await stored("killed")).toEqual(ROWS);
  });
});
