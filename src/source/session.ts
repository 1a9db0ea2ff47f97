import type { Socket } from "node:net";
import type pg from "pg";
import { InterruptedError, type ReportError } from "../errors.ts";
import { sendCancelRequest } from "./cancel-request.ts";
import type { ConnectionSettings } from "./connection-settings.ts";
import { endsSession, type StatementContext, sessionLost, statementFailure } from "./database-errors.ts";
import { type Row, valueTypes } from "./value-types.ts";

/** What a statement returned. */
export interface QueryResult {
  columns: readonly { name: string; typeOid: number }[];
  rows: Row[];
}

/** The parts of a client that its types leave out. */
interface ClientInside {
  processID: number | null;
  secretKey: number | null;
  connection: { stream: Socket };
}

/** How often the watch for silence looks, in parts of the read timeout. */
const LOOKS = 20;
const GOODBYE_MS = 1000;

/**
 * One connection to the server that can only end with its true cause. Libraries on top of pg wait for an answer that a dead socket
 * never gives (brianc/node-postgres#2870), so whoever waits here waits through `waitFor`, which also ends when the connection is lost, when
 * the server is silent for the read timeout, or when the signal is aborted. After any of these the session is over.
 */
export class Session {
  readonly client: pg.Client;
  readonly settings: ConnectionSettings;
  readonly #encrypted: boolean;
  readonly #readTimeoutMs: number;
  readonly #signal: AbortSignal | undefined;
  readonly #waiting = new Set<(error: ReportError) => void>();
  readonly #onAbort = (): void => this.#interrupt();
  #failure: ReportError | undefined;
  #closing = false;
  #farewell: Promise<void> | undefined;

  constructor(
    client: pg.Client,
    settings: ConnectionSettings,
    options: { encrypted: boolean; readTimeoutMs: number; signal?: AbortSignal | undefined },
  ) {
    this.client = client;
    this.settings = settings;
    this.#encrypted = options.encrypted;
    this.#readTimeoutMs = options.readTimeoutMs;
    this.#signal = options.signal;
    client.on("error", (error) => this.#lose(error));
    client.on("end", () => this.#lose(new Error("Connection terminated unexpectedly")));
    this.#signal?.addEventListener("abort", this.#onAbort, { once: true });
    if (this.#signal?.aborted) this.#interrupt();
  }

  /** Why the session is over; undefined while it lives. */
  get failure(): ReportError | undefined {
    return this.#failure;
  }

  /** The server's process, as pg_stat_activity shows it. */
  get processId(): number {
    return (this.client as unknown as ClientInside).processID ?? 0;
  }

  /** The socket under the connection, for the streams that take it over. */
  get socket(): Socket {
    return (this.client as unknown as ClientInside).connection.stream;
  }

  /**
   * Waits for something that the server must bring about.
   *
   * @throws ConnectError when the connection is lost or silent, InterruptedError when the signal is aborted, else what `work` throws
   */
  waitFor<T>(work: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const stop = this.#watch(reject);
      work.then(
        (value) => {
          stop();
          resolve(value);
        },
        (error: unknown) => {
          stop();
          reject(error);
        },
      );
    });
  }

  /**
   * Runs one statement and collects its rows; for small results.
   *
   * @throws QueryError, ConnectError or InterruptedError, naming the statement by its context
   */
  async query(text: string, values: readonly unknown[], context: StatementContext): Promise<QueryResult> {
    try {
      if (this.#failure) throw this.#failure;
      const work = this.client.query<Row>({ text, values: [...values], rowMode: "array", types: valueTypes });
      const { fields, rows } = await this.waitFor(work);
      return { columns: fields.map((field) => ({ name: field.name, typeOid: field.dataTypeID })), rows };
    } catch (error) {
      throw this.failureOf(error, context);
    }
  }

  /** Runs statements that return nothing of interest, in one round trip. */
  async command(text: string, context: StatementContext): Promise<void> {
    try {
      if (this.#failure) throw this.#failure;
      await this.waitFor(this.client.query(text));
    } catch (error) {
      throw this.failureOf(error, context);
    }
  }

  /** The error to report for one that a statement met; ends the session where the error says that it is gone. */
  failureOf(error: unknown, context: StatementContext): ReportError {
    if (this.#failure) return this.#failure;
    const failure = statementFailure(error, context, this.settings);
    if (endsSession(error) || failure.exitCode === 5) this.#end(failure);
    return failure;
  }

  /**
   * Tells the session of an error at the moment it arrives: where it says that the session is gone, it is the true cause, which the reset that
   * follows it must not hide from a consumer that is busy elsewhere.
   */
  notice(error: unknown, context: StatementContext): void {
    if (endsSession(error)) this.failureOf(error, context);
  }

  /** Asks the server to cancel the running statement; see sendCancelRequest. */
  cancel(): Promise<void> {
    const { processID, secretKey } = this.client as unknown as ClientInside;
    if (processID === null || secretKey === null) return Promise.resolve();
    return sendCancelRequest(this.settings, { processId: processID, secretKey }, this.#encrypted);
  }

  /** Ends the session; never throws and never hangs. May be called again. */
  async close(): Promise<void> {
    this.#signal?.removeEventListener("abort", this.#onAbort);
    if (!this.#closing) {
      this.#closing = true;
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, GOODBYE_MS);
      });
      if (!this.#failure) await Promise.race([this.client.end().catch(() => undefined), patience]);
      clearTimeout(timer);
      // Whoever still waits, such as for the end of a cursor, would wait for ever, and keep the process alive.
      this.#end(sessionLost(new Error("Connection terminated"), this.settings));
    }
    await this.#farewell;
  }

  #watch(reject: (error: ReportError) => void): () => void {
    if (this.#failure) {
      reject(this.#failure);
      return () => undefined;
    }
    const { socket } = this;
    let read = socket.bytesRead;
    let silent = 0;
    // Looks are counted instead of reading a clock, so that a process that was busy itself does not take its own pause for the server's.
    const timer = setInterval(() => {
      silent = socket.bytesRead === read ? silent + 1 : 0;
      read = socket.bytesRead;
      if (silent >= LOOKS) this.#lose(new Error(`the server was silent for ${this.#readTimeoutMs / 1000} s`));
    }, this.#readTimeoutMs / LOOKS);
    const end = (error: ReportError): void => {
      stop();
      reject(error);
    };
    const stop = (): void => {
      clearInterval(timer);
      this.#waiting.delete(end);
    };
    this.#waiting.add(end);
    return stop;
  }

  #interrupt(): void {
    // The server would go on with a long statement: a closed socket is only noticed when it writes.
    if (!this.#closing && !this.#failure) this.#farewell = this.cancel();
    this.#end(new InterruptedError("interrupted while reading the database"));
  }

  #lose(error: unknown): void {
    if (!this.#closing) this.#end(sessionLost(error, this.settings));
  }

  #end(failure: ReportError): void {
    if (this.#failure) return;
    this.#failure = failure;
    for (const reject of [...this.#waiting]) reject(failure);
    this.socket.destroy();
  }
}
