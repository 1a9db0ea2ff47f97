import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConnectError, InterruptedError, QueryError } from "../../src/errors.ts";
import { readInt4 } from "../../src/source/binary-rows.ts";
import { binaryBatches, copyBinary } from "../../src/source/copy-binary.ts";
import { copyCsv, copyCsvRows } from "../../src/source/copy-csv.ts";
import { query, rows } from "../../src/source/row-stream.ts";
import type { Snapshot } from "../../src/source/snapshot.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { errorOf, queryOf, withSnapshot } from "./fixtures.ts";
import { startProxy } from "./proxy.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const ROWS = 200_000;
const many = queryOf(`select i as n, md5(i::text) as t from generate_series(1, ${ROWS}) i`, {
  columns: ["n number", "t text"],
  name: "many",
});

/** Each way of reading, as rows seen so far; `onProgress` is told after each piece. */
const WAYS = {
  rows: async (snapshot: Snapshot, onProgress: (rows: number) => Promise<void>) => {
    let seen = 0;
    for await (const batch of rows(snapshot, many, {})) {
      seen += batch.length;
      await onProgress(seen);
    }
  },
  binaryBatches: async (snapshot: Snapshot, onProgress: (rows: number) => Promise<void>) => {
    let seen = 0;
    for await (const batch of binaryBatches(snapshot, many, {}, ({ buffer, offsets }) =>
      readInt4(buffer, offsets[0]),
    )) {
      seen += batch.length;
      await onProgress(seen);
    }
  },
  copyCsv: async (snapshot: Snapshot, onProgress: (rows: number) => Promise<void>) => {
    let bytes = 0;
    for await (const chunk of copyCsv(snapshot, many, {})) {
      bytes += chunk.length;
      await onProgress(Math.floor(bytes / 40));
    }
  },
  copyCsvRows: async (snapshot: Snapshot, onProgress: (rows: number) => Promise<void>) => {
    let seen = 0;
    await copyCsvRows(snapshot, many, {}, [], () => {
      seen++;
      return seen % 2000 === 0 || seen === 1 ? onProgress(seen) : undefined;
    });
  },
};

async function kill(pid: number): Promise<void> {
  await database.query("select pg_terminate_backend($1)", [pid]);
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not settled within ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

describe.each(Object.entries(WAYS))("the server ends the session during %s", (_name, read) => {
  test.each([0.001, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9])("after %d of the rows", async (part) => {
    await withSnapshot(database.readerUrl, async (snapshot) => {
      let killed = false;
      let work: Promise<Error> | undefined;
      const dead = new Promise<void>((resolve) => {
        work = errorOf(
          read(snapshot, async (seen) => {
            if (killed || seen < part * ROWS) return;
            killed = true;
            await kill(snapshot.session.processId);
            resolve();
          }),
        );
      });
      await dead;
      const error = await within(2000, work as Promise<Error>);
      // What had left the server before may still arrive whole when the end is near.
      expect(error).toBeInstanceOf(ConnectError);
      expect(error.message).toMatch(/57P01/);
      expect((error as ConnectError).exitCode).toBe(5);
    });
  });

  test("with a consumer that is slow to take what has come", async () => {
    await withSnapshot(database.readerUrl, async (snapshot) => {
      let killed = false;
      const work = errorOf(
        read(snapshot, async () => {
          if (killed) return;
          killed = true;
          await kill(snapshot.session.processId);
          await new Promise((resolve) => setTimeout(resolve, 300));
        }),
      );
      expect(await work).toBeInstanceOf(ConnectError);
    });
  });
});

test("the server ends the session during a binary copy, at many points", async () => {
  for (const part of [0, 0.01, 0.1, 0.3, 0.6]) {
    await withSnapshot(database.readerUrl, async (snapshot) => {
      let seen = 0;
      let dying: Promise<void> | undefined;
      const slow = queryOf(
        "select i as n, pg_sleep(case when i % 50 = 0 then 0.002 else 0 end)::text as t from generate_series(1, 20000) i",
        {
          columns: ["n number", "t text"],
        },
      );
      const work = errorOf(
        copyBinary(snapshot, slow, {}, () => {
          if (++seen >= part * 20_000) dying ??= kill(snapshot.session.processId);
        }),
      );
      await expect.poll(() => dying === undefined, { timeout: 20_000 }).toBe(false);
      await dying;
      const error = await within(2000, work);
      expect(error).toBeInstanceOf(ConnectError);
      expect(error.message).toMatch(/57P01/);
    });
  }
});

describe.each(["rows", "binaryBatches", "copyCsv", "copyCsvRows"] as const)("the network fails during %s", (way) => {
  test("both sides are silent: the read timeout ends it", async () => {
    const proxy = await startProxy(database.readerUrl);
    try {
      await withSnapshot(
        proxy.url,
        async (snapshot) => {
          let since = 0;
          const error = await errorOf(
            WAYS[way](snapshot, async () => {
              if (since === 0) {
                proxy.blackhole();
                since = performance.now();
              }
            }),
          );
          const waited = performance.now() - since;
          expect(error).toBeInstanceOf(ConnectError);
          expect(error.message).toMatch(/silent for 1 s/);
          expect(waited).toBeGreaterThan(800);
          expect(waited).toBeLessThan(3000);
        },
        { readTimeoutMs: 1000 },
      );
    } finally {
      await proxy.stop();
    }
  });

  test("the connection is reset", async () => {
    const proxy = await startProxy(database.readerUrl);
    try {
      await withSnapshot(proxy.url, async (snapshot) => {
        let cut = false;
        const error = await within(
          10_000,
          errorOf(
            WAYS[way](snapshot, async () => {
              if (!cut) proxy.reset();
              cut = true;
            }),
          ),
        );
        expect(error).toBeInstanceOf(ConnectError);
        expect(error.message).toMatch(/was lost/);
      });
    } finally {
      await proxy.stop();
    }
  });

  test("an interrupt ends it at once", async () => {
    const abort = new AbortController();
    await withSnapshot(
      database.readerUrl,
      async (snapshot) => {
        const error = await errorOf(WAYS[way](snapshot, async () => abort.abort()));
        expect(error).toBeInstanceOf(InterruptedError);
        expect((error as InterruptedError).exitCode).toBe(130);
      },
      { signal: abort.signal },
    );
  });
});

test("a slow consumer is not taken for a silent server", async () => {
  await withSnapshot(
    database.readerUrl,
    async (snapshot) => {
      for (const way of ["rows", "binaryBatches", "copyCsv", "copyCsvRows"] as const) {
        let seen = 0;
        let waits = 0;
        await WAYS[way](snapshot, async (count) => {
          seen = count;
          if (waits++ < 2) await new Promise((resolve) => setTimeout(resolve, 2000));
        });
        expect(seen).toBeGreaterThan(ROWS * 0.9);
      }
    },
    { readTimeoutMs: 1000 },
  );
});

describe("a consumer that stops early", () => {
  const one = queryOf("select 1 as n", { columns: ["n number"] });

  test.each(["rows", "binaryBatches", "copyCsv", "copyCsvRows"] as const)(
    "leaves the snapshot usable: %s",
    async (way) => {
      await withSnapshot(database.readerUrl, async (snapshot) => {
        for (let round = 0; round < 3; round++) {
          await expect(
            WAYS[way](snapshot, async (seen) => {
              if (seen > round * 1000) throw new Error("enough");
            }),
          ).rejects.toThrow("enough");
          expect((await query(snapshot, one, {})).rows).toEqual([[1]]);
        }
      });
    },
  );

  test("by returning before the first row", async () => {
    await withSnapshot(database.readerUrl, async (snapshot) => {
      await rows(snapshot, many, {}).return();
      for await (const _batch of rows(snapshot, many, {})) break;
      for await (const _chunk of copyCsv(snapshot, many, {})) break;
      expect((await query(snapshot, one, {})).rows).toEqual([[1]]);
    });
  });

  test("by an error in a binary copy's handler, which is thrown on", async () => {
    await withSnapshot(database.readerUrl, async (snapshot) => {
      let seen = 0;
      const work = copyBinary(snapshot, many, {}, () => {
        if (++seen === 1000) throw new RangeError("handler");
      });
      await expect(work).rejects.toThrow(RangeError);
      expect(seen).toBe(1000);
      expect((await query(snapshot, one, {})).rows).toEqual([[1]]);
    });
  });

  test("does not let the server work on", async () => {
    const endless = queryOf("select generate_series(1, 1000000000) as n", { columns: ["n number"] });
    await withSnapshot(database.readerUrl, async (snapshot) => {
      for await (const _chunk of copyCsv(snapshot, endless, {})) break;
      const [row] = await database.query<{ query: string }>("select query from pg_stat_activity where pid = $1", [
        snapshot.session.processId,
      ]);
      expect(row?.query).toMatch(/savepoint/);
    });
  });
});

describe("an error in the middle of the rows", () => {
  const broken = queryOf("select i as n,\n  1000 / (i - 5000) as quotient\nfrom generate_series(1, 9000) i", {
    columns: ["n number", "quotient number"],
    name: "broken",
  });

  test.each([
    [
      "rows",
      async (snapshot: Snapshot) => {
        for await (const _batch of rows(snapshot, broken, {}));
      },
    ],
    [
      "copyCsv",
      async (snapshot: Snapshot) => {
        for await (const _chunk of copyCsv(snapshot, broken, {}));
      },
    ],
    [
      "binaryBatches",
      async (snapshot: Snapshot) => {
        for await (const _batch of binaryBatches(snapshot, broken, {}, () => 0));
      },
    ],
    [
      "copyBinary",
      async (snapshot: Snapshot) => {
        await copyBinary(snapshot, broken, {}, () => undefined);
      },
    ],
  ] as const)("names the query and leaves the snapshot usable: %s", async (_name, read) => {
    await withSnapshot(database.readerUrl, async (snapshot) => {
      const error = await errorOf(read(snapshot));
      expect(error).toBeInstanceOf(QueryError);
      expect(error.message).toMatch(/query "broken" failed \(broken\.sql\): division by zero/);
      expect((await query(snapshot, queryOf("select 1 as n", { columns: ["n number"] }), {})).rows).toEqual([[1]]);
    });
  });
});

test("an error in the text names the file's line, in every way of reading", async () => {
  const wrong = queryOf("select 1 as n,\n  action_nam as t\nfrom action\nwhere created_at >= :from", {
    columns: ["n number", "t text"],
    parameters: ["from timestamptz required"],
    name: "wrong",
  });
  // Header: title, row, param, two columns, reads, order, cost; then the statement's second line.
  await withSnapshot(database.readerUrl, async (snapshot) => {
    const from = { from: 0 };
    for (const work of [
      () => query(snapshot, wrong, from),
      () => rows(snapshot, wrong, from).next(),
      () => copyCsv(snapshot, wrong, from).next(),
      () => copyBinary(snapshot, wrong, from, () => undefined),
    ]) {
      const error = await errorOf(work() as Promise<unknown>);
      expect(error.message).toMatch(/wrong\.sql:10\): column "action_nam" does not exist/);
      expect((error as QueryError).hint).toMatch(/action_name/);
    }
  });
});
