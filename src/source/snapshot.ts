import { InterruptedError, QueryError, type ReportError } from "../errors.ts";
import type { Micros } from "../time/instant.ts";
import { connect, type SessionOptions } from "./connection.ts";
import type { ConnectionSettings } from "./connection-settings.ts";
import { errorCode, type StatementContext } from "./database-errors.ts";
import type { Session } from "./session.ts";
import { READ_ONLY_TRANSACTION } from "./sqlstate.ts";

/** What a snapshot is, for manifests and pages. */
export interface SnapshotIdentity {
  /** The database's clock just after the snapshot was taken: nothing that is seen was committed later, which now() would not promise. */
  at: Micros;
  /** `xmin:xmax:running`, as pg_current_snapshot prints it. */
  id: string;
  /** The server's version as a number, such as 150018. */
  version: number;
  /** True on a read replica. */
  replica: boolean;
  /**
   * On a read replica, the time of the last transaction of its primary that it has replayed: nothing of later is seen, although `at` is the
   * replica's own clock. On a primary that writes nothing it stands still. Undefined elsewhere, and where nothing was replayed yet.
   */
  replayedAt: Micros | undefined;
}

const BEGIN = "begin transaction isolation level repeatable read, read only";

/** The transaction's first statement, which takes the snapshot. */
const IDENTIFY =
  "select (extract(epoch from clock_timestamp()) * 1000000)::bigint::text, pg_current_snapshot()::text, " +
  "current_setting('server_version_num')::int, pg_is_in_recovery(), current_setting('transaction_isolation'), " +
  "case when pg_is_in_recovery() then (extract(epoch from pg_last_xact_replay_timestamp()) * 1000000)::bigint::text end";

/** Names the snapshot for other sessions. It must not stand behind a savepoint. */
const EXPORT = "select pg_export_snapshot()";

/** The same snapshot in another session: before the transaction's first statement. */
const SEEN = "select pg_current_snapshot()::text";

const SAVEPOINT = "lineage_report_statement";

/** The name tells whoever meets the refusal in the server's log what it is. */
const PROOF = "create temporary table lineage_report_proves_that_it_cannot_write ()";

export interface SnapshotOptions extends SessionOptions {
  /**
   * Whether each statement stands behind a savepoint; true unless set. Without them a statement is one round trip instead of three, and one
   * that fails or is abandoned leaves a snapshot that can only be closed: for work of many small look-ups that ends with its first error.
   */
  savepoints?: boolean | undefined;
  /** Whether `sibling` opens other sessions; false unless set. */
  shared?: boolean | undefined;
}

/**
 * One REPEATABLE READ, READ ONLY transaction on one session: everything read through it is of one moment. It takes one statement at a time, each behind
 * a savepoint, so that a failed or abandoned statement leaves the snapshot usable.
 */
export class Snapshot implements SnapshotIdentity {
  readonly at: Micros;
  readonly id: string;
  readonly version: number;
  readonly replica: boolean;
  readonly replayedAt: Micros | undefined;
  readonly session: Session;
  readonly #savepoints: boolean;
  readonly #openSibling: (() => Promise<Snapshot | undefined>) | undefined;
  #sibling: Promise<Snapshot | undefined> | undefined;
  #closed = false;
  #running: string | undefined;

  constructor(
    session: Session,
    identity: SnapshotIdentity,
    savepoints = true,
    openSibling?: () => Promise<Snapshot | undefined>,
  ) {
    this.session = session;
    this.#savepoints = savepoints;
    this.#openSibling = openSibling;
    this.at = identity.at;
    this.id = identity.id;
    this.version = identity.version;
    this.replica = identity.replica;
    this.replayedAt = identity.replayedAt;
  }

  /**
   * Announces a statement. Whoever calls it must call `settle`.
   *
   * @throws Error when another statement is still open: the second would wait for ever
   */
  async begin(context: StatementContext): Promise<void> {
    if (this.#running !== undefined) {
      throw new Error(`${context.what} was started while ${this.#running} is still being read from the same snapshot`);
    }
    this.#running = context.what;
    if (!this.#savepoints) return;
    try {
      await this.session.command(`savepoint ${SAVEPOINT}`, context);
    } catch (error) {
      this.#running = undefined;
      throw error;
    }
  }

  /** Ends a statement; with `undo` the transaction goes back to before it, which an error or a cancel makes necessary. */
  async settle(context: StatementContext, undo: boolean): Promise<void> {
    this.#running = undefined;
    if (this.session.failure || !this.#savepoints) return;
    const release = `release savepoint ${SAVEPOINT}`;
    if (!undo) return this.session.command(release, context);
    const back = `rollback to savepoint ${SAVEPOINT}; ${release}`;
    try {
      await this.session.command(back, context);
    } catch (error) {
      // A cancel request that came too late for its statement hits the next one, which is this.
      if (this.session.failure) throw error;
      await this.session.command(back, context);
    }
  }

  /** Runs one statement between `begin` and `settle`. */
  async run<T>(context: StatementContext, work: (session: Session) => Promise<T>): Promise<T> {
    await this.begin(context);
    let result: T;
    try {
      result = await work(this.session);
    } catch (error) {
      await this.#undo(context);
      throw error;
    }
    await this.settle(context, false);
    return result;
  }

  /**
   * Another session that sees exactly what this one sees, so that two statements can be read at once. It is opened at the first call and
   * closed by `dismissSibling`, or with this one. Undefined where the snapshot is not `shared`, and where no second session can be had: the
   * role has no connection left, or a proxy leads to another server. Whoever asks must be able to do with one.
   *
   * @throws InterruptedError
   */
  async sibling(): Promise<Snapshot | undefined> {
    const known = await this.#sibling;
    if (known && (known.#closed || known.session.failure)) this.#sibling = undefined;
    this.#sibling ??= this.#closed ? undefined : this.#openSibling?.();
    return this.#sibling;
  }

  /** Ends the second session, where there is one: a transaction that waits for nothing is a burden to the server. */
  async dismissSibling(): Promise<void> {
    const sibling = await this.#sibling?.catch(() => undefined);
    await sibling?.close();
  }

  /** Ends the transaction and the session, and its sibling's; never throws and never hangs. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([this.dismissSibling(), this.session.close()]);
  }

  async #undo(context: StatementContext): Promise<void> {
    try {
      await this.settle(context, true);
    } catch {
      // The first error is the one to tell.
    }
  }
}

/**
 * Opens the one view that everything of a run is read from, and proves that it cannot write: the server must refuse a write with
 * SQLSTATE 25006, whatever the role may do otherwise. Works on a hot standby.
 *
 * @throws ConnectError, ConfigError, InterruptedError as `connect` does; QueryError when the transaction is not what was asked for
 */
export async function openSnapshot(settings: ConnectionSettings, options: SnapshotOptions): Promise<Snapshot> {
  const session = await connect(settings, { ...options, readOnly: true });
  try {
    const { identity, exported } = options.shared ? await beginShared(session) : await beginOwn(session);
    // What proves that it cannot write is a statement that fails.
    await proveReadOnly(new Snapshot(session, identity));
    if (exported === undefined) return new Snapshot(session, identity, options.savepoints);
    const openSibling = (): Promise<Snapshot | undefined> => openAgain(settings, options, identity, exported);
    return new Snapshot(session, identity, options.savepoints, openSibling);
  } catch (error) {
    await session.close();
    throw error;
  }
}

const OPENING = { what: "opening the snapshot" };

interface Begun {
  identity: SnapshotIdentity;
  /** The name under which other sessions can have it. */
  exported: string | undefined;
}

async function beginOwn(session: Session): Promise<Begun> {
  return { identity: await beginTransaction(session), exported: undefined };
}

/** Begins a transaction that others can share, or, where the server refuses that, one that they cannot. */
async function beginShared(session: Session): Promise<Begun> {
  const identity = await beginTransaction(session);
  try {
    const { rows } = await session.query(EXPORT, [], OPENING);
    return { identity, exported: String(rows[0]?.[0]) };
  } catch (error) {
    if (session.failure) throw error;
    await session.command("rollback", OPENING);
    return await beginOwn(session);
  }
}

/** Opens the exported snapshot in a session of its own. A second session is a gain and no need: what goes wrong with it is no error. */
async function openAgain(
  settings: ConnectionSettings,
  options: SnapshotOptions,
  identity: SnapshotIdentity,
  exported: string,
): Promise<Snapshot | undefined> {
  if (!/^[0-9A-Fa-f-]+$/.test(exported)) return undefined;
  let session: Session | undefined;
  try {
    session = await connect(settings, { ...options, readOnly: true });
    await session.command(BEGIN, OPENING);
    await session.command(`set transaction snapshot '${exported}'`, OPENING);
    const { rows } = await session.query(SEEN, [], OPENING);
    if (rows[0]?.[0] === identity.id) {
      await proveReadOnly(new Snapshot(session, identity));
      return new Snapshot(session, identity, options.savepoints);
    }
  } catch (error) {
    if (error instanceof InterruptedError) {
      await session?.close();
      throw error;
    }
  }
  await session?.close();
  return undefined;
}

async function beginTransaction(session: Session): Promise<SnapshotIdentity> {
  const context = OPENING;
  await session.command(BEGIN, context);
  const { rows } = await session.query(IDENTIFY, [], context);
  const [at, id, version, replica, isolation, replayedAt] = rows[0] as [
    string,
    string,
    number,
    boolean,
    string,
    string | null,
  ];
  if (isolation !== "repeatable read") {
    throw new QueryError(`the server opened the transaction as "${isolation}" instead of repeatable read`, {
      hint: "a proxy between may rewrite statements; connect to the server itself",
    });
  }
  return { at: Number(at), id, version, replica, replayedAt: replayedAt === null ? undefined : Number(replayedAt) };
}

async function proveReadOnly(snapshot: Snapshot): Promise<void> {
  const context = { what: "the proof that nothing can be written" };
  let refusal: unknown;
  try {
    await snapshot.run(context, (session) => session.command(PROOF, context));
  } catch (error) {
    refusal = error;
  }
  if (snapshot.session.failure) throw snapshot.session.failure;
  if (errorCode((refusal as ReportError | undefined)?.cause) !== READ_ONLY_TRANSACTION) {
    throw new QueryError(
      "the snapshot could not be proved read-only: the server did not refuse a write with SQLSTATE 25006",
      {
        hint: "a proxy between may rewrite statements; connect to the server itself",
        cause: refusal,
      },
    );
  }
}
