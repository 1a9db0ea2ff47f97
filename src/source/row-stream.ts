import QueryStream from "pg-query-stream";
import type { ParameterValue, ParameterValues } from "./parameter-types.ts";
import type { Query } from "./query-file.ts";
import type { QueryResult, Session } from "./session.ts";
import type { Snapshot } from "./snapshot.ts";
import { boundStatement, type Statement } from "./statement.ts";
import { type Row, valueTypes } from "./value-types.ts";

export interface RowOptions {
  /** Rows fetched at a time; above 1,000 pg-query-stream gets slower and larger. */
  batchSize?: number;
}

const BATCH_SIZE = 1000;

/** Keys of one look-up: enough to make round trips cheap, few enough that the planner keeps to the index. */
export const KEYS_AT_ONCE = 10_000;

/**
 * The query's rows, in batches. Memory stays at two batches whatever the result's size; the query stops when the consumer does, and the
 * snapshot can be used for the next one. When the connection is lost it throws at once, which pg-query-stream itself does not
 * (brianc/node-postgres#2870: its destroy waits for an answer that a dead socket never gives).
 *
 * @throws QueryError that names the query's file and line, ConnectError, InterruptedError; ConfigError for wrong parameters
 */
export async function* rows(
  snapshot: Snapshot,
  query: Query,
  parameters: ParameterValues,
  { batchSize = BATCH_SIZE }: RowOptions = {},
): AsyncGenerator<Row[], void, undefined> {
  const { text, values, context } = boundStatement(query, parameters);
  await snapshot.begin(context);
  const { session } = snapshot;
  const cursor = openCursor(session, { text, values, context }, batchSize);
  let failed = false;
  try {
    for (;;) {
      const batch = cursor.take();
      if (batch.length > 0) yield batch;
      else if (cursor.ended()) break;
      else await session.waitFor(cursor.more());
    }
  } catch (error) {
    failed = true;
    throw session.failureOf(error, context);
  } finally {
    await cursor.close();
    await settleQuietly(snapshot, context, failed);
  }
}

/** All rows of a query, for small results. @throws as `rows` does */
export async function query(snapshot: Snapshot, asked: Query, parameters: ParameterValues): Promise<QueryResult> {
  const { text, values, context } = boundStatement(asked, parameters);
  return snapshot.run(context, (session) => session.query(text, values, context));
}

/**
 * The rows of a look-up by key, a list of keys at a time.
 *
 * @param keyParameter the query's parameter that takes the keys, an array type
 * @throws as `rows` does
 */
export async function* rowsByKeys(
  snapshot: Snapshot,
  query: Query,
  keyParameter: string,
  keys: readonly (string | number)[],
  parameters: ParameterValues = {},
): AsyncGenerator<Row[], void, undefined> {
  for (const chunk of chunksOf(keys, KEYS_AT_ONCE)) {
    yield* rows(snapshot, query, { ...parameters, [keyParameter]: chunk as ParameterValue });
  }
}

export function* chunksOf<T>(list: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < list.length; start += size) yield list.slice(start, start + size);
}

interface Cursor {
  /** What has arrived, up to a batch. @throws what the server or the connection said */
  take(): Row[];
  ended(): boolean;
  /** Resolves when there is more to take, or an end. */
  more(): Promise<void>;
  /** Stops the query, so that the session can take the next; never throws. */
  close(): Promise<void>;
}

function openCursor(session: Session, { text, values, context }: Statement, batchSize: number): Cursor {
  const stream = new QueryStream(text, values, { batchSize, rowMode: "array", types: valueTypes });
  let failure: unknown;
  let ended = false;
  let done = false;
  let wake = (): void => undefined;
  const fail = (error: unknown): void => {
    failure ??= error;
    session.notice(error, context);
    wake();
  };
  // Called with the server's own words, while the stream's "error" waits for an answer that may never come.
  stream.callback = (error: unknown) => {
    done = true;
    if (error) fail(error);
    else wake();
  };
  stream.on("readable", () => wake());
  stream.on("error", fail);
  stream.on("end", () => {
    ended = true;
    wake();
  });
  session.client.query(stream);
  return {
    take() {
      if (failure !== undefined) throw failure;
      const batch: Row[] = [];
      while (batch.length < batchSize) {
        const row = stream.read() as Row | null;
        if (row === null) break;
        batch.push(row);
      }
      return batch;
    },
    ended: () => ended,
    more: () =>
      new Promise<void>((resolve) => {
        wake = resolve;
      }),
    async close() {
      const closed = new Promise<void>((resolve) => stream.once("close", resolve));
      stream.destroy();
      if (done || stream.closed || session.failure) return;
      await session.waitFor(closed).catch(() => undefined);
    },
  };
}

async function settleQuietly(snapshot: Snapshot, context: { what: string }, failed: boolean): Promise<void> {
  try {
    await snapshot.settle(context, failed);
  } catch (error) {
    // The statement's own error is the one to tell.
    if (!failed) throw error;
  }
}
