import { CopyFrames, type TakeBytes } from "./copy-frames.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Statement } from "./statement.ts";

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
  let held = false;
  let wake = (): void => undefined;
  const frames = new CopyFrames(statement.text, (chunk, from, to) => {
    if (fault || abandoned) return;
    try {
      read(batch, chunk, from, to);
    } catch (error) {
      fault = { error };
    }
    if (held || (batch.length === 0 && !fault)) return;
    // The chunk at hand is read to its end; the next one waits.
    held = true;
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
      held = false;
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
