import { createHash, type Hash } from "node:crypto";
import { dirname } from "node:path";
import { type FileSystem, outputError } from "./file-system.ts";
import { type Handle, OpenFiles } from "./open-files.ts";

/** How much the queue may hold and how many files it has open at once. */
export interface QueueLimits {
  /** Bytes handed over and not yet written, beyond which `pressure` asks the writer to wait. */
  readonly inFlight: number;
  /** Files written to at the same time, each with a descriptor. */
  readonly writers: number;
  /** Descriptors beside those that stay open between a file's pieces. */
  readonly kept: number;
}

/** Bytes on their way, and whom to tell once they are written: the buffer may be used again then. */
interface Piece {
  readonly bytes: Uint8Array;
  readonly written: (() => void) | undefined;
}

/** One file that is written piece by piece. */
export interface QueuedFile {
  readonly path: string;
  readonly hash: Hash;
  bytes: number;
  waiting: Piece[];
  created: boolean;
  busy: boolean;
  ended: boolean;
  synced: boolean;
}

/**
 * Writes many files through few descriptors: those of the files that were written to last stay open, the others are opened again for
 * their next piece, so 3,500 files need no more than there are writers and kept ones; and where the system has fewer, no more than
 * writers. Callers hand pieces over without waiting; the first error stops the queue and comes back from every later call.
 */
export class WriteQueue {
  readonly #fs: FileSystem;
  readonly #limits: QueueLimits;
  readonly #folderMode: number;
  readonly #openFiles: OpenFiles;
  readonly #signal: AbortSignal | undefined;
  readonly #folders = new Map<string, Promise<unknown>>();
  #ready: QueuedFile[] = [];
  #active = 0;
  #inFlight = 0;
  #failure: Error | undefined;
  #listeners: (() => void)[] = [];
  /** What every caller waits for that meets the same pressure; a promise for each row would be felt. */
  #relief: Promise<void> | undefined;

  constructor(
    fs: FileSystem,
    limits: QueueLimits,
    modes: { readonly file: number; readonly folder: number },
    signal?: AbortSignal,
  ) {
    this.#fs = fs;
    this.#limits = limits;
    this.#folderMode = modes.folder;
    this.#openFiles = new OpenFiles(fs, limits.kept, modes.file);
    this.#signal = signal;
  }

  /** A file to be; it is created with its first piece or its end. */
  declare(path: string): QueuedFile {
    const hash = createHash("sha256");
    return { path, hash, bytes: 0, waiting: [], created: false, busy: false, ended: false, synced: false };
  }

  /** Hands a piece over. The bytes must not change until `written` is called; without it, ever. */
  append(file: QueuedFile, bytes: Uint8Array, written?: () => void): void {
    this.check();
    // It may be synced already, and would not be synced again.
    if (file.ended) throw new Error(`${file.path} is written to after its end`);
    file.hash.update(bytes);
    file.bytes += bytes.byteLength;
    file.waiting.push({ bytes, written });
    this.#inFlight += bytes.byteLength;
    this.#schedule(file);
  }

  /** No piece follows: what waits is written, and the file is synced with the descriptor that wrote last, and closed. */
  end(file: QueuedFile): void {
    this.check();
    file.ended = true;
    this.#schedule(file);
  }

  /** Throws the first error met, or the signal's reason. */
  check(): void {
    this.#signal?.throwIfAborted();
    if (this.#failure) throw this.#failure;
  }

  /** Undefined, or a promise to wait for before handing over more. */
  pressure(): Promise<void> | undefined {
    if (this.#inFlight <= this.#limits.inFlight) return undefined;
    if (!this.#relief) {
      const forget = (): void => {
        this.#relief = undefined;
      };
      this.#relief = this.#until(() => this.#inFlight <= this.#limits.inFlight / 2);
      this.#relief.then(forget, forget);
    }
    return this.#relief;
  }

  /** Resolves when nothing waits; rejects with the first error, once no write is under way and every descriptor is closed. */
  async idle(): Promise<void> {
    await this.#until(() => this.#active === 0 && this.#ready.length === 0);
  }

  /** Drops what waits and resolves when no write is under way and every descriptor is closed: the files may be removed then. */
  async stop(reason: Error): Promise<void> {
    this.#fail(reason);
    await this.idle().catch(() => undefined);
  }

  /** Every folder made for files, deepest last. */
  folders(): string[] {
    return [...this.#folders.keys()];
  }

  #schedule(file: QueuedFile): void {
    if (file.busy) return;
    file.busy = true;
    this.#ready.push(file);
    this.#pump();
  }

  #pump(): void {
    while (this.#active < this.#limits.writers) {
      const file = this.#ready.shift();
      if (!file) return;
      this.#active++;
      this.#write(file)
        .catch((error: unknown) => this.#fail(outputError(error, "write", file.path)))
        .finally(() => {
          this.#active--;
          file.busy = false;
          if (!this.#failure && (file.waiting.length > 0 || (file.ended && !file.synced))) this.#schedule(file);
          this.#pump();
          this.#wake();
        });
    }
  }

  async #write(file: QueuedFile): Promise<void> {
    await this.#makeFolder(dirname(file.path));
    const handle = await this.#openFiles.take(file.path, !file.created);
    try {
      file.created = true;
      await this.#writeWaiting(file, handle);
    } catch (error) {
      // At once, for what comes later, here or elsewhere, is not the first error.
      this.#fail(outputError(error, "write", file.path));
    }
    if (file.synced || this.#failure) await this.#openFiles.close(file.path, handle);
    else await this.#openFiles.keep(file.path, handle);
  }

  async #writeWaiting(file: QueuedFile, handle: Handle): Promise<void> {
    while (file.waiting.length > 0 && !this.#failure) {
      const pieces = file.waiting;
      file.waiting = [];
      await writeAll(
        handle,
        pieces.map(({ bytes }) => bytes),
      );
      for (const { bytes, written } of pieces) {
        this.#inFlight -= bytes.byteLength;
        written?.();
      }
      this.#wake();
    }
    if (file.ended && !this.#failure) {
      await handle.sync();
      file.synced = true;
    }
  }

  #makeFolder(path: string): Promise<unknown> {
    const made = this.#folders.get(path);
    if (made) return made;
    const making = this.#fs.mkdir(path, { recursive: true, mode: this.#folderMode });
    this.#folders.set(path, making);
    return making;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#ready = [];
    const wake = (): void => this.#wake();
    this.#openFiles.closeIdle().then(wake, wake);
  }

  #wake(): void {
    const listeners = this.#listeners;
    this.#listeners = [];
    for (const listener of listeners) listener();
  }

  #until(reached: () => boolean): Promise<void> {
    const promise = new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if (this.#failure && this.#active === 0 && this.#openFiles.count === 0) reject(this.#failure);
        else if (!this.#failure && reached()) resolve();
        else this.#listeners.push(look);
      };
      look();
    });
    // A caller that does not wait meets the error at its next call; it must not end the process here.
    promise.catch(() => undefined);
    return promise;
  }
}

/** Pieces end to end, in one call of the system if it takes them all: what writing costs this thread is mostly the calls. */
async function writeAll(handle: Handle, pieces: readonly Uint8Array[]): Promise<void> {
  let left = pieces.length > 1 ? (await handle.writev(pieces)).bytesWritten : 0;
  for (const piece of pieces) {
    if (left < piece.byteLength) await writeWhole(handle, piece.subarray(left));
    left = Math.max(0, left - piece.byteLength);
  }
}

/** The system may take less than it was given, at a quota's edge or on a network. */
export async function writeWhole(handle: Handle, piece: Uint8Array): Promise<void> {
  let written = 0;
  while (written < piece.byteLength) {
    const { bytesWritten } = await handle.write(piece, written, piece.byteLength - written);
    if (bytesWritten === 0) throw Object.assign(new Error("nothing was written"), { code: "EIO" });
    written += bytesWritten;
  }
}
