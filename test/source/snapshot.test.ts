import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConnectError, InterruptedError, QueryError } from "../../src/errors.ts";
import { errorCode } from "../../src/source/database-errors.ts";
import { rows } from "../../src/source/row-stream.ts";
import { openSnapshot, type Snapshot } from "../../src/source/snapshot.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { collect, errorOf, queryOf, settingsFor, withSnapshot } from "./fixtures.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await database.query("create table counted as select 1 as n");
  await database.query("grant select on counted to public");
});
afterAll(() => database.drop());

const count = queryOf("select count(*)::int as n from counted", { columns: ["n number"] });
const look = { what: "a look" };

async function counted(snapshot: Snapshot): Promise<unknown> {
  return (await collect(rows(snapshot, count, {})))[0]?.[0];
}

describe("a snapshot", () => {
  test("sees one moment, whatever is committed meanwhile, and says which", async () => {
    await withSnapshot(database.readerUrl, async (snapshot) => {
      const before = await counted(snapshot);
      await database.query("insert into counted values (2)");
      expect(await counted(snapshot)).toBe(before);
      expect(snapshot.id).toMatch(/^\d+:\d+:[\d,]*$/);
      expect(snapshot.replica).toBe(false);
      const [row] = await database.query<{ micros: string; version: string }>(
        "select (extract(epoch from now()) * 1000000)::bigint as micros, current_setting('server_version_num') as version",
      );
      expect(snapshot.version).toBe(Number(row?.version));
      expect(Number(row?.micros) - snapshot.at).toBeGreaterThan(0);
      expect(Number(row?.micros) - snapshot.at).toBeLessThan(60_000_000);
      await withSnapshot(database.readerUrl, async (later) => {
        expect(await counted(later)).toBe((before as number) + 1);
        expect(later.at).toBeGreaterThan(snapshot.at);
      });
    });
  });

  // The owner could write, were it not for the transaction.
  test.each(["readerUrl", "ownerUrl"] as const)("refuses every write with SQLSTATE 25006 as %s", async (role) => {
    for (const statement of [
      "insert into action (action_name) values ('receive')",
      "update task set next_action = 'none'",
      "delete from report_file",
      "create table x (n int)",
      "create temporary table x (n int)",
      "truncate action",
      "drop table action",
      "grant select on action to public",
    ]) {
      await withSnapshot(database[role], async (snapshot) => {
        const error = await errorOf(snapshot.run(look, (session) => session.command(statement, look)));
        expect([statement, errorCode((error as QueryError).cause)]).toEqual([statement, "25006"]);
        expect((error as QueryError).hint).toMatch(/may only read/);
      });
    }
  });

  test("does not let a statement make it writable", async () => {
    await withSnapshot(database.ownerUrl, async (snapshot) => {
      const error = await errorOf(snapshot.run(look, (session) => session.command("set transaction read write", look)));
      expect(error).toBeInstanceOf(QueryError);
      await snapshot.session.command("commit", look);
      const outside = await errorOf(snapshot.session.command("create table x (n int)", look));
      expect(errorCode((outside as QueryError).cause)).toBe("25006");
    });
  });

  test("goes on after a statement that failed", async () => {
    await withSnapshot(database.readerUrl, async (snapshot) => {
      const before = await counted(snapshot);
      const broken = queryOf("select 1 / 0 as n", { columns: ["n number"] });
      await expect(collect(rows(snapshot, broken, {}))).rejects.toThrow(/division by zero/);
      await database.query("insert into counted values (3)");
      expect(await counted(snapshot)).toBe(before);
    });
  });

  test("refuses a second statement while one is open, instead of waiting for ever", async () => {
    await withSnapshot(database.readerUrl, async (snapshot) => {
      const many = queryOf("select i as n from generate_series(1, 5000) i", { columns: ["n number"], name: "many" });
      for await (const _batch of rows(snapshot, many, {})) {
        await expect(counted(snapshot)).rejects.toThrow(/"example" was started while query "many" is still being read/);
        break;
      }
      expect(await counted(snapshot)).toBeTypeOf("number");
    });
  });

  describe("has a sibling where it is shared", () => {
    const shared = { shared: true };
    async function siblingOf(snapshot: Snapshot): Promise<Snapshot> {
      const sibling = await snapshot.sibling();
      if (!sibling) throw new Error("no second session");
      return sibling;
    }

    test("that sees the same moment, at once with it", async () => {
      await withSnapshot(
        database.readerUrl,
        async (snapshot) => {
          const before = await counted(snapshot);
          await database.query("insert into counted values (4)");
          const sibling = await siblingOf(snapshot);
          expect(sibling.session.processId).not.toBe(snapshot.session.processId);
          expect(sibling.id).toBe(snapshot.id);
          for await (const _batch of rows(snapshot, count, {})) expect(await counted(sibling)).toBe(before);
          expect(await snapshot.sibling()).toBe(sibling);
          await snapshot.dismissSibling();
          await expect(counted(sibling)).rejects.toThrow();
          expect(await counted(snapshot)).toBe(before);
          expect(await counted(await siblingOf(snapshot))).toBe(before);
        },
        shared,
      );
    });

    test("that ends with it", async () => {
      const snapshot = await openSnapshot(settingsFor(database.readerUrl), { applicationName: "test", ...shared });
      const { processId } = (await siblingOf(snapshot)).session;
      await snapshot.close();
      const left = (): Promise<unknown[]> => database.query("select from pg_stat_activity where pid = $1", [processId]);
      await expect.poll(left, { timeout: 5000 }).toEqual([]);
      expect(await snapshot.sibling()).toBeUndefined();
    });

    test("that refuses to write as well", async () => {
      await withSnapshot(
        database.ownerUrl,
        async (snapshot) => {
          const sibling = await siblingOf(snapshot);
          const write = "insert into counted values (5)";
          const error = await errorOf(sibling.run(look, (session) => session.command(write, look)));
          expect(errorCode((error as QueryError).cause)).toBe("25006");
          expect(await counted(sibling)).toBeTypeOf("number");
        },
        shared,
      );
    });

    test("and another one when that was lost", async () => {
      await withSnapshot(
        database.readerUrl,
        async (snapshot) => {
          const lost = await siblingOf(snapshot);
          await database.query("select pg_terminate_backend($1)", [lost.session.processId]);
          await expect.poll(() => lost.session.failure?.message, { timeout: 5000 }).toMatch(/57P01/);
          expect(await counted(await siblingOf(snapshot))).toBe(await counted(snapshot));
        },
        shared,
      );
    });

    test("and none where it is not, or where the role has no connection left", async () => {
      await withSnapshot(database.readerUrl, async (snapshot) => expect(await snapshot.sibling()).toBeUndefined());
      await database.query("create role single login password 'single' connection limit 1");
      await database.query(`grant connect on database ${database.name} to single`);
      await database.query("grant select on counted to single");
      const single = new URL(database.readerUrl);
      single.username = single.password = "single";
      await withSnapshot(
        single.href,
        async (snapshot) => {
          expect(await snapshot.sibling()).toBeUndefined();
          expect(await counted(snapshot)).toBeTypeOf("number");
        },
        shared,
      );
      await database.query("drop owned by single; drop role single");
    });

    test("and can be read without one where the server exports nothing", async () => {
      await database.query("revoke execute on function pg_export_snapshot() from public");
      try {
        await withSnapshot(
          database.readerUrl,
          async (snapshot) => {
            expect(await snapshot.sibling()).toBeUndefined();
            expect(snapshot.id).toMatch(/^\d+:\d+:[\d,]*$/);
            expect(await counted(snapshot)).toBeTypeOf("number");
          },
          shared,
        );
      } finally {
        await database.query("grant execute on function pg_export_snapshot() to public");
      }
    });

    test("unless the run is interrupted", async () => {
      const interruption = new AbortController();
      const snapshot = await openSnapshot(settingsFor(database.readerUrl), {
        ...{ applicationName: "test", signal: interruption.signal },
        ...shared,
      });
      interruption.abort();
      await expect(snapshot.sibling()).rejects.toThrow(InterruptedError);
      await snapshot.close();
    });
  });

  test("that is closed tells whoever still waits for a cursor's last answer", async () => {
    const snapshot = await openSnapshot(settingsFor(database.readerUrl), { applicationName: "closed" });
    // The driver tells a cursor nothing of a connection that ends between its last row and the server's last word.
    const { connection } = snapshot.session.client as unknown as { connection: { sync: () => void } };
    connection.sync = () => undefined;
    const many = queryOf("select i as n from generate_series(1, 50) i", { columns: ["n number"] });
    const reading = errorOf(collect(rows(snapshot, many, {})));
    await new Promise((resolve) => setTimeout(resolve, 300));
    await snapshot.close();
    expect(await reading).toBeInstanceOf(ConnectError);
  }, 10_000);

  test("ended by the server between two statements says so in the next one", async () => {
    const snapshot = await openSnapshot(settingsFor(database.readerUrl), { applicationName: "test" });
    await database.query("select pg_terminate_backend($1)", [snapshot.session.processId]);
    await expect.poll(() => snapshot.session.failure?.message, { timeout: 5000 }).toMatch(/57P01/);
    const error = await errorOf(counted(snapshot));
    expect(error).toBeInstanceOf(ConnectError);
    expect(error.message).toMatch(/terminating connection due to administrator command/);
    await snapshot.close();
  });

  test("that this program left idle for too long names the limit", async () => {
    await withSnapshot(
      database.readerUrl,
      async (snapshot) => {
        await expect.poll(() => snapshot.session.failure?.message, { timeout: 5000 }).toMatch(/25P03/);
        expect((await errorOf(counted(snapshot))).message).toMatch(/idle-in-transaction timeout/);
      },
      { idleInTransactionTimeoutMs: 100 },
    );
  });

  test("a statement past its limit fails and leaves the snapshot usable", async () => {
    await withSnapshot(
      database.readerUrl,
      async (snapshot) => {
        const slow = queryOf("select pg_sleep(20)::text as n", { columns: ["n text"] });
        const error = await errorOf(collect(rows(snapshot, slow, {})));
        expect(error.message).toMatch(/longer than the statement timeout/);
        expect(await counted(snapshot)).toBeTypeOf("number");
      },
      { statementTimeoutMs: 200 },
    );
  });

  test("a lock that is not free names the lock", async () => {
    await database.query("begin");
    await database.query("lock table counted in access exclusive mode");
    try {
      await withSnapshot(
        database.readerUrl,
        async (snapshot) => {
          expect((await errorOf(counted(snapshot))).message).toMatch(/lock was not free/);
        },
        { lockTimeoutMs: 100 },
      );
    } finally {
      await database.query("rollback");
    }
  });

  test("an interrupt cancels the statement on the server at once", async () => {
    const abort = new AbortController();
    const snapshot = await openSnapshot(settingsFor(database.readerUrl), {
      applicationName: "test",
      signal: abort.signal,
    });
    const slow = queryOf("select pg_sleep(60)::text as n", { columns: ["n text"] });
    const reading = errorOf(collect(rows(snapshot, slow, {})));
    const busy = () =>
      database.query("select 1 from pg_stat_activity where pid = $1 and query like '%pg_sleep%'", [
        snapshot.session.processId,
      ]);
    await expect.poll(busy, { timeout: 5000 }).toHaveLength(1);
    abort.abort();
    expect(await reading).toBeInstanceOf(InterruptedError);
    await snapshot.close();
    await expect.poll(busy, { timeout: 3000 }).toEqual([]);
  });
});

describe("a snapshot without savepoints", () => {
  const bare = (url: string) => openSnapshot(settingsFor(url), { applicationName: "bare", savepoints: false });

  test("is of one moment, cannot write, and asks for nothing but its statements", async () => {
    const snapshot = await bare(database.ownerUrl);
    try {
      const before = await counted(snapshot);
      await database.query("insert into counted values (3)");
      expect(await counted(snapshot)).toBe(before);
      const [row] = await database.query<{ query: string }>("select query from pg_stat_activity where pid = $1", [
        snapshot.session.processId,
      ]);
      expect(row?.query).toContain("from counted");
      const statement = "insert into counted values (4)";
      const error = await errorOf(snapshot.run(look, (session) => session.command(statement, look)));
      expect(errorCode((error as QueryError).cause)).toBe("25006");
    } finally {
      await snapshot.close();
    }
  });

  test("ends with the first statement that fails, which is the one that is told", async () => {
    const snapshot = await bare(database.readerUrl);
    try {
      const broken = queryOf("select 1 / (n - n) as n from counted", { columns: ["n number"] });
      expect((await errorOf(collect(rows(snapshot, broken, {})))).message).toMatch(/division by zero/);
      expect(errorCode(((await errorOf(counted(snapshot))) as QueryError).cause)).toBe("25P02");
    } finally {
      await snapshot.close();
    }
  });
});
