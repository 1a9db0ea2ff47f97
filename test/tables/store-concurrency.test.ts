import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LockedError } from "../../src/errors.ts";
import { connectionSettings } from "../../src/source/connection-settings.ts";
import { TableChecksum } from "../../src/tables/checksum.ts";
import { MovedError } from "../../src/tables/errors.ts";
import type { TableSource } from "../../src/tables/row.ts";
import { activateVersion } from "../../src/tables/store/activate-version.ts";
import { createVersion } from "../../src/tables/store/create-version.ts";
import { linesOf } from "../../src/tables/store/row-line.ts";
import type { WriteOptions } from "../../src/tables/store/write-session.ts";
import { type Bench, openBench } from "./lookup-fixture.ts";
import { memoryTable } from "./memory-table.ts";

const OPERATORS = 50;

let bench: Bench;
let options: WriteOptions;
beforeAll(async () => {
  bench = await openBench();
  options = {
    settings: connectionSettings({ databaseUrl: bench.database.ownerUrl, env: {} }),
    applicationName: "test",
  };
  for (let version = 1; version <= OPERATORS + 1; version++) {
    await bench.insertVersion("race", version, [{ a: `${version}` }], { active: version === 1 });
  }
});
afterAll(() => bench.close());

/** Polls as ReportStream does until `work` is done; every answer that was not exactly one active version. */
async function activeWhile(table: string, work: Promise<unknown>): Promise<{ looks: number; wrong: number[][] }> {
  const reader = new pg.Client({ connectionString: bench.database.readerUrl });
  await reader.connect();
  const wrong: number[][] = [];
  let looks = 0;
  let done = false;
  const ended = work.finally(() => {
    done = true;
  });
  while (!done) {
    const { rows } = await reader.query<{ version: number }>(
      "select table_version as version from lookup_table_version where table_name = $1 and is_active",
      [table],
    );
    looks++;
    if (rows.length !== 1) wrong.push(rows.map(({ version }) => version));
  }
  await reader.end();
  await ended;
  return { looks, wrong };
}

async function idOf(table: string, version: number): Promise<string> {
  const [row] = await bench.database.query<{ id: string }>(
    "select lookup_table_version_id as id from lookup_table_version where table_name = $1 and table_version = $2",
    [table, version],
  );
  return row?.id ?? "";
}

describe("changes at the same moment", () => {
  it("of fifty operators who saw the same state one wins and the others are told, and one version is active throughout", async () => {
    const targets = Array.from({ length: OPERATORS }, (_, index) => index + 2);
    const ids = new Map<number, string>();
    for (const version of targets) ids.set(version, await idOf("race", version));
    const all = Promise.allSettled(
      targets.map((version) =>
        activateVersion(options, { table: "race", version, versionId: ids.get(version) ?? "", before: 1 }),
      ),
    );
    const { looks, wrong } = await activeWhile("race", all);
    const outcomes = await all;
    expect(wrong).toEqual([]);
    expect(looks).toBeGreaterThan(20);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const winner = targets[outcomes.findIndex(({ status }) => status === "fulfilled")];
    for (const outcome of outcomes) {
      if (outcome.status === "fulfilled") continue;
      expect(outcome.reason).toBeInstanceOf(MovedError);
      expect(outcome.reason.message).toContain(`has version ${winner} active by now, not 1; nothing was changed`);
    }
  });

  it("operators who go on from whatever is active never leave none or two, ReportStream's own way of doing it among them", async () => {
    const hop = async (seed: number): Promise<void> => {
      const client = new pg.Client({ connectionString: bench.database.readerUrl });
      await client.connect();
      for (let step = 0; step < 4; step++) {
        const version = 2 + ((seed * 7 + step * 13) % OPERATORS);
        const { rows: versions } = await client.query<{ id: string; version: number; active: boolean }>(
          "select lookup_table_version_id as id, table_version as version, is_active as active from lookup_table_version where table_name = 'race'",
        );
        const active = versions.find((found) => found.active)?.version;
        const versionId = versions.find((found) => found.version === version)?.id ?? "";
        if (active === undefined) throw new Error("none is active");
        if (active === version) continue;
        try {
          await activateVersion(options, { table: "race", version, versionId, before: active });
        } catch (error) {
          // Others are quicker, and ReportStream's own updates take their locks in another order: then a deadlock is told.
          if (!(error instanceof MovedError || error instanceof LockedError)) throw error;
        }
      }
      await client.end();
    };
    const upstream = async (): Promise<void> => {
      const client = new pg.Client({ connectionString: bench.database.ownerUrl });
      await client.connect();
      for (let step = 0; step < 10; step++) {
        try {
          await client.query("begin");
          await client.query(
            "update lookup_table_version set is_active = false where table_name = 'race' and is_active",
          );
          await client.query(
            "update lookup_table_version set is_active = true where table_name = 'race' and table_version = $1",
            [2 + step],
          );
          await client.query("commit");
        } catch {
          // It does not expect others and fails on the unique index, or as a victim of a deadlock.
          await client.query("rollback");
        }
      }
      await client.end();
    };
    const { wrong } = await activeWhile(
      "race",
      Promise.all([upstream(), ...Array.from({ length: 10 }, (_, i) => hop(i))]),
    );
    expect(wrong).toEqual([]);
  });

  it("of ten who create a version of the same file at once, one does", async () => {
    const source = memoryTable(
      ["a", "b"],
      Array.from({ length: 500 }, (_, index) => [`${index}`, "x"]),
    );
    const checksum = await checksumOf(source);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) =>
        createVersion(options, {
          table: "made",
          ...loaded(source, checksum),
          createdBy: `operator ${index}`,
          newest: undefined,
        }),
      ),
    );
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") expect(outcome.reason).toBeInstanceOf(MovedError);
    }
    expect(await bench.versions("made")).toEqual([{ version: 1, active: false, rows: 500 }]);
  });
});

async function checksumOf(source: TableSource): Promise<string> {
  const sum = new TableChecksum(source.columns);
  for await (const batch of source.rows()) for (const row of batch.rows) sum.add(row);
  return sum.digest();
}

/** What a creation loads from a table that is read for it. */
function loaded(source: TableSource, checksum = "0".repeat(64)) {
  return { label: source.label, lines: linesOf(source, checksum), checksum: () => checksum };
}

describe("a creation that fails half way", () => {
  const rows = Array.from({ length: 3_000 }, (_, index) => [`${index}`, "x".repeat(200)]);

  it("leaves nothing when the source breaks, when a row is ragged, when the file changed", async () => {
    const good = memoryTable(["a", "b"], rows);
    const wanted = { table: "half", createdBy: "ada", newest: undefined };
    await expect(createVersion(options, { ...wanted, ...loaded(good) })).rejects.toMatchObject({ rule: "changed" });
    const ragged = memoryTable(["a", "b"], [...rows, ["only one"]]);
    await expect(createVersion(options, { ...wanted, ...loaded(ragged) })).rejects.toMatchObject({ rule: "ragged" });
    const breaking = {
      ...good,
      async *rows() {
        yield* good.rows();
        throw new Error("the disk went away");
      },
    };
    await expect(createVersion(options, { ...wanted, ...loaded(breaking) })).rejects.toThrow("the disk went away");
    expect(await bench.versions("half")).toEqual([]);
  });

  it("leaves nothing when the server refuses a row in the middle, and says why", async () => {
    await bench.database.query(
      "alter table lookup_table_row add constraint no_poison check (data ->> 'a' is distinct from 'poison')",
    );
    const poisoned = memoryTable(["a", "b"], [...rows, ["poison", ""], ...rows]);
    const wanted = { table: "half", createdBy: "ada", newest: undefined };
    await expect(
      createVersion(options, { ...wanted, ...loaded(poisoned, await checksumOf(poisoned)) }),
    ).rejects.toThrow(/no_poison/);
    await bench.database.query("alter table lookup_table_row drop constraint no_poison");
    expect(await bench.versions("half")).toEqual([]);
  });

  it("leaves nothing when the server ends the session", async () => {
    const slow = {
      ...memoryTable(["a", "b"], rows),
      async *rows() {
        yield { rows, places: rows.map((_, index) => index) };
        const killed = await bench.database.query<{ done: boolean }>(
          "select pg_terminate_backend(pid) as done from pg_stat_activity where application_name = 'test' and datname = current_database()",
        );
        expect(killed).toEqual([{ done: true }]);
        yield { rows, places: rows.map((_, index) => index) };
      },
    };
    const wanted = { table: "half", createdBy: "ada", newest: undefined };
    await expect(createVersion(options, { ...wanted, ...loaded(slow) })).rejects.toMatchObject({ exitCode: 5 });
    expect(await bench.versions("half")).toEqual([]);
  });
});
