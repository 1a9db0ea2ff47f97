import { to as copyTo } from "pg-copy-streams";
import { CopyFrames, type TakeBytes } from "./copy-frames.ts";
import type { ParameterValues } from "./parameter-types.ts";
import type { Query } from "./query-file.ts";
import type { Session } from "./session.ts";
import type { Snapshot } from "./snapshot.ts";
import { literalStatement, type Statement } from "./statement.ts";

/** How COPY writes: `text` and `csv` are Postgres' own formats, without header. */
export type CopyFormat = "text" | "csv";

/**
 * The query's rows as COPY prints them, in chunks as they come from the socket, which end anywhere. The server waits when the consumer does.
 *
 * @throws QueryError that names the query's file and line, ConnectError, InterruptedError; ConfigError for wrong parameters
 */
export async function* copyText(
  snapshot: Snapshot,
  query: Query,
  parameters: ParameterValues,
  format: CopyFormat = "csv",
): AsyncGenerator<Buffer, void, undefined> {
  yield* copyChunks(snapshot, literalStatement(query, parameters, "copy (", `) to stdout (format ${format})`));
}

/** The output of one `COPY (…) TO STDOUT`. A consumer that stops early cancels the statement; the snapshot stays usable. */
export async function* copyChunks(snapshot: Snapshot, statement: Statement): AsyncGenerator<Buffer, void, undefined> {
  const { context } = statement;
  await snapshot.begin(context);
  const { session } = snapshot;
  const copy = openCopy(session, statement);
  let complete = false;
  let failed = false;
  try {
    for (;;) {
      const chunk = copy.take();
      if (chunk !== null) yield chunk;
      else if (copy.ended()) break;
      else await session.waitFor(copy.more());
    }
    complete = true;
  } catch (error) {
    failed = true;
    throw session.failureOf(error, context);
  } finally {
    if (!complete) await copy.abandon(failed);
    await snapshot.settle(context, !complete).catch((error: unknown) => {
      // The statement's own error is the one to tell.
      if (!failed) throw error;
    });
  }
}

/**
 * Hands the bytes of one `COPY (…) TO STDOUT` to a synchronous consumer as soon as they are there: the fastest way in, for consumers that
 * keep up by their nature. An error that the consumer throws cancels the statement and is thrown on.
 */
export async function copyInto(snapshot: Snapshot, statement: Statement, consume: TakeBytes): Promise<void> {
  const { context } = statement;
  await snapshot.begin(context);
  const { session } = snapshot;
  let fault: { error: unknown } | undefined;
  let wake = (): void => undefined;
  const refused = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const frames = new CopyFrames(statement.text, (chunk, from, to) => {
    if (fault) return;
    try {
      consume(chunk, from, to);
    } catch (error) {
      fault = { error };
      wake();
    }
  });
  session.client.query(frames);
  try {
    await session.waitFor(Promise.race([frames.finished, refused]));
  } catch (error) {
    fault ??= { error: session.failureOf(error, context) };
    wake = (): void => undefined;
    return await undone(snapshot, context, fault.error);
  }
  if (fault) {
    // COPY knows no close: cancel it, and throw away what is still on its way.
    if (!session.failure) {
      await session.cancel();
      await session.waitFor(frames.finished).catch(() => undefined);
    }
    return await undone(snapshot, context, (fault as { error: unknown }).error);
  }
  await snapshot.settle(context, false);
}

/**
 * What a synchronous reader makes of the bytes of one `COPY (…) TO STDOUT`, a batch for each piece that the socket hands over. The socket is
 * held while a batch is worked on, so that memory stays at one batch; a consumer that stops early cancels the statement.
 *
 * @param read takes bytes `from` up to `to` of a chunk, and adds what it made of them to the batch
 */
export async function* copyBatches<T>(
  snapshot: Snapshot,
  statement: Statement,
  read: (batch: T[], chunk: Buffer, from: number, to: number) => void,
): AsyncGenerator<T[], void, undefined> {
  const { context } = statement;
  await snapshot.begin(context);
  const { session } = snapshot;
  let batch: T[] = [];
  let fault: { error: unknown } | undefined;
  let over = false;
  let abandoned = false;
  let wake = (): void => undefined;
  const frames = new CopyFrames(statement.text, (chunk, from, to) => {
    if (fault || abandoned) return;
    try {
      read(batch, chunk, from, to);
    } catch (error) {
      fault = { error };
    }
    if (batch.length === 0 && !fault) return;
    // The chunk at hand is read to its end; the next one waits.
    session.socket.pause();
    wake();
  });
  const finished = frames.finished
    .catch((error: unknown) => {
      fault ??= { error: session.failureOf(error, context) };
    })
    .then(() => {
      over = true;
      wake();
    });
  session.client.query(frames);
  let complete = false;
  try {
    while (!over || batch.length > 0) {
      if (batch.length === 0 && !fault) {
        await session.waitFor(
          new Promise<void>((resolve) => {
            wake = resolve;
          }),
        );
      }
      if (fault) throw fault.error;
      const ready = batch;
      batch = [];
      if (ready.length > 0) yield ready;
      session.socket.resume();
    }
    complete = true;
  } catch (error) {
    fault ??= { error: session.failureOf(error, context) };
    throw (fault as { error: unknown }).error;
  } finally {
    abandoned = true;
    session.socket.resume();
    if (!over && !session.failure) {
      // COPY knows no close: cancel it, and throw away what is still on its way.
      await session.cancel();
      await session.waitFor(finished).catch(() => undefined);
    }
    await snapshot.settle(context, !complete).catch((error: unknown) => {
      // The statement's own error is the one to tell.
      if (!fault) throw error;
    });
  }
}

/** Takes a failed statement back and throws its own error, which is the one to tell. */
async function undone(snapshot: Snapshot, context: Statement["context"], error: unknown): Promise<never> {
  await snapshot.settle(context, true).catch(() => undefined);
  throw error;
}

interface Copy {
  /** What has arrived; null when there is nothing yet. @throws what the server or the connection said */
  take(): Buffer | null;
  ended(): boolean;
  /** Resolves when there is more to take, or an end. */
  more(): Promise<void>;
  /** Ends a copy that is not read to its end, so that the session can take the next statement; never throws. */
  abandon(failed: boolean): Promise<void>;
}

function openCopy(session: Session, { text, context }: Statement): Copy {
  const stream = copyTo(text);
  let failure: { error: unknown } | undefined;
  let ended = false;
  let wake = (): void => undefined;
  const wakeUp = (): void => wake();
  const more = (): Promise<void> =>
    new Promise<void>((resolve) => {
      wake = resolve;
    });
  stream.on("error", (error) => {
    failure ??= { error };
    session.notice(error, context);
    // After a lost connection pg-copy-streams has put its buffers away and still listens; a late chunk would make it throw out of an event.
    stream.destroy();
    if (session.socket.destroyed) session.socket.removeAllListeners("readable");
    wake();
  });
  stream.on("end", () => {
    ended = true;
    wake();
  });
  session.client.query(stream);
  return {
    take() {
      if (failure) throw failure.error;
      return stream.read() as Buffer | null;
    },
    ended: () => ended,
    more() {
      if (stream.listenerCount("readable") === 0) stream.on("readable", wakeUp);
      return more();
    },
    async abandon(failed) {
      if (ended || failed || session.failure) return;
      // COPY knows no close: cancel it, and throw away what is still on its way.
      let over = false;
      const finished = new Promise<void>((resolve) => {
        stream.once("end", resolve).once("error", () => resolve());
      }).then(() => {
        over = true;
      });
      stream.removeListener("readable", wakeUp);
      stream.on("data", () => undefined);
      stream.resume();
      await session.cancel();
      if (!over) await session.waitFor(finished).catch(() => undefined);
    },
  };
}
