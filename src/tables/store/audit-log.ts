import { open, readFile } from "node:fs/promises";
import { OutputError } from "../../errors.ts";

/** Who changed what and when, as one line of JSON. Fields are only ever added. */
export interface AuditEntry {
  at: string;
  /** The same in the lines that begin and end one change. */
  id: string;
  /** `begin` is written before anything is changed, `done` or `failed` after; a `begin` alone means: look into the database. */
  phase: "begin" | "done" | "failed";
  change: "create" | "activate" | "revert";
  /** The person, as given or as the system knows them. */
  by: string;
  /** The role of the connection. */
  role: string;
  /** host:port/database */
  database: string;
  table: string;
  /** The version created or made active. */
  version: number;
  /** For an activation: the version that was active until then; null for none. */
  before?: number | null;
  rows?: number;
  checksum?: string;
  /** What it was made from. */
  file?: string;
  /** The hash of the difference that was shown. */
  diff?: string;
  error?: string;
  tool: string;
}

/**
 * The audit log: lines of JSON that are only ever appended, each synced to disk before it goes on. Without a file
 * entries go nowhere but to the terminal, and this is a no-op.
 */
export class AuditLog {
  readonly #path: string | undefined;

  constructor(path: string | undefined) {
    this.#path = path;
  }

  /** @throws OutputError where it cannot be written, so that nothing is changed without a trace */
  async append(entry: AuditEntry): Promise<void> {
    if (this.#path === undefined) return;
    try {
      const file = await open(this.#path, "a", 0o600);
      try {
        // One write: lines of several programs cannot be torn into each other.
        await file.appendFile(`${JSON.stringify(entry)}\n`, "utf8");
        await file.datasync();
      } finally {
        await file.close();
      }
    } catch (cause) {
      throw new OutputError(`the audit log ${this.#path} cannot be written: ${(cause as Error).message}`, {
        hint: "name a file that can be written with --audit-log, or correct tables.auditLog of the configuration",
        cause,
      });
    }
  }

  /** The last activation of a table that is recorded as done; undefined where none is, or there is no file. */
  async lastActivation(database: string, table: string): Promise<AuditEntry | undefined> {
    if (this.#path === undefined) return undefined;
    const text = await readFile(this.#path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return "";
      throw new OutputError(`the audit log ${this.#path} cannot be read: ${error.message}`, { cause: error });
    });
    return text
      .split("\n")
      .flatMap(parseEntry)
      .filter((entry) => entry.database === database && entry.table === table)
      .filter(({ phase, change }) => phase === "done" && change !== "create")
      .at(-1);
  }
}

/** A line that was cut off by a crash is no entry. */
function parseEntry(line: string): AuditEntry[] {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && "table" in value ? [value as AuditEntry] : [];
  } catch {
    return [];
  }
}
