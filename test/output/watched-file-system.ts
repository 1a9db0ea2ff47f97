import { basename } from "node:path";
import { type FileSystem, realFileSystem } from "../../src/output/file-system.ts";

/** One call to the file system: its name, and the last part of the path it is about. */
export interface Operation {
  readonly name: string;
  readonly path: string;
}

/** Called before each operation; what it throws is the operation's error. */
export type Watcher = (operation: Operation, index: number) => void;

/** The real file system with somebody watching every call, those on open files included. */
export function watchedFileSystem(watcher: Watcher): FileSystem {
  let index = 0;
  const watch = (name: string, path: string) => watcher({ name, path: basename(path) }, ++index);
  const wrapHandle = (handle: object, path: string): object =>
    new Proxy(handle, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== "function") return member;
        return async (...args: unknown[]) => {
          // A failing close still closes, as the system does.
          const closing = name === "close" ? await member.apply(target, args) : undefined;
          watch(`file.${String(name)}`, path);
          return name === "close" ? closing : member.apply(target, args);
        };
      },
    });
  return new Proxy(realFileSystem, {
    get(target, name) {
      const member = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
      if (typeof member !== "function") return member;
      return async (...args: unknown[]) => {
        watch(String(name), String(args[0]));
        const result = await member.apply(target, args);
        return name === "open" ? wrapHandle(result as object, String(args[0])) : result;
      };
    },
  });
}

/** An error as the system gives it. */
export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: injected`), { code });
}
