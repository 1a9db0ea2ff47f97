import { basename } from "node:path";
import { type FileSystem, realFileSystem } from "../../src/output/file-system.ts";
import { systemError } from "./watched-file-system.ts";

/** What a test may make the file system do. */
export interface Trouble {
  /** Descriptors there are; with more open files `open` fails with EMFILE. */
  descriptors?: number;
  /** Bytes that one call of the system writes at most. */
  atOnce?: number;
  /** Called before an operation of an open file, or instead of it if it throws; a close closes even so. */
  before?: (operation: string, name: string) => unknown;
}

/** The real file system, with an account of its descriptors. */
export class FewDescriptors {
  /** Descriptors that are open now. */
  open = 0;
  /** The most there were at one time. */
  most = 0;
  /** Calls of `open`, whatever came of them. */
  attempts = 0;
  /** Those that failed for want of a descriptor. */
  refused = 0;
  /** What was done, such as `open ax b.csv`, `write b.csv` or `close b.csv`, each as it ended well. */
  readonly done: string[] = [];
  readonly fs: FileSystem;
  readonly #trouble: Trouble;

  constructor(trouble: Trouble = {}) {
    this.#trouble = trouble;
    const open = (path: string, flags: string, mode?: number) => this.#openFile(path, flags, mode);
    this.fs = new Proxy(realFileSystem, { get: (fs, name) => (name === "open" ? open : Reflect.get(fs, name)) });
  }

  async #openFile(path: string, flags: string, mode?: number): Promise<object> {
    this.attempts++;
    if (this.open >= (this.#trouble.descriptors ?? Infinity)) {
      this.refused++;
      throw systemError("EMFILE");
    }
    this.most = Math.max(this.most, ++this.open);
    const name = basename(path);
    try {
      const handle = await realFileSystem.open(path, flags, mode);
      this.done.push(`open ${flags} ${name}`);
      return this.#watched(handle, name);
    } catch (error) {
      this.open--;
      throw error;
    }
  }

  /** The arguments of `write` and `writev`, with no more bytes than are to be taken; others as they are. */
  #short([first, from, length]: unknown[]): unknown[] {
    const { atOnce = Infinity } = this.#trouble;
    if (Array.isArray(first)) return [[Buffer.concat(first).subarray(0, atOnce)]];
    return first instanceof Uint8Array ? [first, from, Math.min(Number(length), atOnce)] : [first, from, length];
  }

  #watched(handle: object, name: string): object {
    return new Proxy(handle, {
      get: (target, member) => {
        const method: unknown = Reflect.get(target, member, target);
        if (typeof method !== "function") return method;
        return async (...args: unknown[]) => {
          const operation = String(member);
          try {
            await this.#trouble.before?.(operation, name);
            const result: unknown = operation === "close" ? undefined : await method.apply(target, this.#short(args));
            this.done.push(`${operation} ${name}`);
            return result;
          } finally {
            if (operation === "close") {
              await method.apply(target, args);
              this.open--;
            }
          }
        };
      },
    });
  }
}
