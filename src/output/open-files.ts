import { errorCode, type FileSystem, outputError } from "./file-system.ts";

export type Handle = Awaited<ReturnType<FileSystem["open"]>>;

/** This process, or the system, has no descriptor left. */
const OUT_OF_DESCRIPTORS = new Set(["EMFILE", "ENFILE"]);

/**
 * Descriptors of files that are written piece by piece: whoever has written hands its descriptor back, and it stays open for the next
 * piece while there are few. Each file has one user at a time.
 */
export class OpenFiles {
  readonly #fs: FileSystem;
  readonly #mode: number;
  /** How many stay open that nobody uses. */
  #limit: number;
  /** Those that nobody uses, by path, least recently used first. */
  readonly #idle = new Map<string, Handle>();
  #count = 0;
  #closed = 0;
  #closing: Promise<unknown> = Promise.resolve();

  /**
   * @param limit descriptors that stay open without a user; none are kept once the system has run out of them
   * @param mode rights of a new file
   */
  constructor(fs: FileSystem, limit: number, mode: number) {
    this.#fs = fs;
    this.#limit = limit;
    this.#mode = mode;
  }

  /** Descriptors that are open, used or not. */
  get count(): number {
    return this.#count;
  }

  /**
   * The file's descriptor, for its one user until `keep` or `close`: the one that was kept, or a new one.
   *
   * @param isNew the file is created; else what is taken appends to it
   * @throws the file system's error: that a new file is there already; that there is no descriptor left only where none could be closed
   */
  async take(path: string, isNew: boolean): Promise<Handle> {
    const kept = isNew ? undefined : this.#idle.get(path);
    if (kept) {
      this.#idle.delete(path);
      return kept;
    }
    for (;;) {
      const before = this.#closed;
      try {
        // A new file must not be there yet: two names that a file system takes for one are an error, not a mixture.
        const handle = await this.#fs.open(path, isNew ? "ax" : "a", this.#mode);
        this.#count++;
        return handle;
      } catch (error) {
        if (!OUT_OF_DESCRIPTORS.has(errorCode(error) ?? "")) throw error;
        // Others in this process need some too, and cannot close these.
        this.#limit = 0;
        await this.closeIdle();
        if (this.#closed === before) throw error;
      }
    }
  }

  /**
   * The file will be written to again: its descriptor stays open, and the least recently used one beyond the limit is closed.
   *
   * @throws OutputError when that one cannot be closed
   */
  async keep(path: string, handle: Handle): Promise<void> {
    this.#idle.set(path, handle);
    for (const [oldest, unused] of this.#idle) {
      if (this.#idle.size <= this.#limit) return;
      this.#idle.delete(oldest);
      await this.close(oldest, unused);
    }
  }

  /**
   * Closes what was taken.
   *
   * @throws OutputError; the descriptor is closed even so
   */
  async close(path: string, handle: Handle): Promise<void> {
    try {
      await handle.close();
    } catch (error) {
      throw outputError(error, "write", path);
    } finally {
      this.#count--;
      this.#closed++;
    }
  }

  /**
   * Closes every descriptor that nobody uses, and resolves when that is done, whoever began it.
   *
   * @throws OutputError, the first of them, once all are closed
   */
  async closeIdle(): Promise<void> {
    const closes = [...this.#idle].map(([path, handle]) => this.close(path, handle));
    this.#idle.clear();
    this.#closing = Promise.allSettled([this.#closing, ...closes]);
    await this.#closing;
    await Promise.all(closes);
  }
}
