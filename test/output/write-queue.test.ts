import { existsSync, readFileSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { type QueuedFile, type QueueLimits, WriteQueue } from "../../src/output/write-queue.ts";
import { FewDescriptors, type Trouble } from "./few-descriptors.ts";
import { emptyFolder } from "./sample-run.ts";
import { systemError } from "./watched-file-system.ts";

const MODES = { file: 0o600, folder: 0o700 };

/** A queue in a folder of its own, and ways to write to it by a file's name. */
async function begin(limits: Partial<QueueLimits> = {}, trouble: Trouble = {}, signal?: AbortSignal) {
  const folder = await emptyFolder();
  const system = new FewDescriptors(trouble);
  const queue = new WriteQueue(system.fs, { inFlight: 1e6, writers: 1, kept: 2, ...limits }, MODES, signal);
  const files = new Map<string, QueuedFile>();
  const file = (name: string): QueuedFile => {
    const declared = files.get(name) ?? queue.declare(join(folder, name));
    files.set(name, declared);
    return declared;
  };
  const append = (name: string, text = `${name}\n`): void => queue.append(file(name), Buffer.from(text));
  /** One piece after the other, each on the disk before the next. */
  const write = async (...names: string[]): Promise<void> => {
    for (const name of names) {
      append(name);
      await queue.idle();
    }
  };
  const endAll = async (): Promise<void> => {
    for (const declared of files.values()) if (!declared.ended) queue.end(declared);
    await queue.idle();
  };
  const text = (name: string): Promise<string> => readFile(join(folder, name), "utf8");
  return { folder, system, queue, file, append, write, endAll, text };
}

const opensAndCloses = ({ done }: FewDescriptors): string[] => done.filter((step) => /^(?:open|close) /.test(step));

describe("descriptors between pieces", () => {
  test("a file that is written to again is opened once, created by that", async () => {
    const { system, write, endAll, text } = await begin();
    await write("a", "b", "a", "a", "b");
    expect(opensAndCloses(system)).toEqual(["open ax a", "open ax b"]);
    await endAll();
    expect(system.open).toBe(0);
    expect([await text("a"), await text("b")]).toEqual(["a\na\na\n", "b\nb\n"]);
  });

  test("the least recently used is closed first, and appended to when it comes again", async () => {
    const { system, write, endAll, text } = await begin({ kept: 2 });
    await write("a", "b", "a", "c", "b", "a");
    expect(opensAndCloses(system)).toEqual([
      "open ax a",
      "open ax b",
      "open ax c",
      "close b",
      "open a b",
      "close a",
      "open a a",
      "close c",
    ]);
    await endAll();
    expect([await text("a"), await text("b"), await text("c")]).toEqual(["a\na\na\n", "b\nb\n", "c\n"]);
  });

  test("many files need no more of them than there are writers and kept ones", async () => {
    const { system, queue, append, endAll, text } = await begin({ writers: 4, kept: 10 });
    const names = Array.from({ length: 300 }, (_, index) => `${index}.csv`);
    for (const piece of ["one\n", "two\n"]) {
      for (const name of names) append(name, piece);
      await queue.idle();
    }
    expect(system.open).toBe(10);
    await endAll();
    expect(system.most).toBe(14);
    expect(system.open).toBe(0);
    for (const name of names) expect(await text(name)).toBe("one\ntwo\n");
  });

  test("with none kept each is closed behind its pieces", async () => {
    const { system, write } = await begin({ kept: 0 });
    await write("a", "a");
    expect(system.done).toEqual(["open ax a", "write a", "close a", "open a a", "write a", "close a"]);
  });

  test("a file that ended is synced and closed at once, while others stay open", async () => {
    const { system, queue, file, write } = await begin();
    await write("a", "b");
    queue.end(file("a"));
    await queue.idle();
    expect(system.done.slice(-2)).toEqual(["sync a", "close a"]);
    expect(system.open).toBe(1);
    expect(() => queue.append(file("a"), Buffer.from("x"))).toThrow("after its end");
    await queue.stop(new Error("enough"));
  });

  test("a new file that is there already is an error, and is left as it is", async () => {
    const { folder, queue, append } = await begin();
    await writeFile(join(folder, "a"), "someone's");
    append("a");
    await expect(queue.idle()).rejects.toThrow("EEXIST");
    expect(readFileSync(join(folder, "a"), "utf8")).toBe("someone's");
  });

  test("a second file of the same name is an error too, though the first is open", async () => {
    const { folder, system, queue, write, text } = await begin();
    await write("a");
    queue.append(queue.declare(join(folder, "a")), Buffer.from("other"));
    await expect(queue.idle()).rejects.toThrow("EEXIST");
    expect(system.open).toBe(0);
    expect(await text("a")).toBe("a\n");
  });
});

describe("pieces", () => {
  test("that wait for the same file are written by one call, in their order", async () => {
    const { system, append, endAll, text } = await begin();
    for (const piece of ["one,", "two,", "three"]) append("a", piece);
    await endAll();
    expect(system.done).toEqual(["open ax a", "writev a", "sync a", "close a"]);
    expect(await text("a")).toBe("one,two,three");
  });

  test.each([1, 2, 3, 7, 10, 11, 100])("are whole where the system takes %i bytes at once", async (atOnce) => {
    const { append, endAll, text } = await begin({}, { atOnce });
    for (const piece of ["one,", "", "two,", "three"]) append("a", piece);
    append("b", "a piece of its own");
    await endAll();
    expect([await text("a"), await text("b")]).toEqual(["one,two,three", "a piece of its own"]);
  });

  test("that the system takes nothing of are an error, not an endless loop", async () => {
    const { queue, append } = await begin({}, { atOnce: 0 });
    append("a", "one");
    append("a", "two");
    await expect(queue.idle()).rejects.toThrow("EIO");
  });

  test("are told to be written when they are on the disk, and not before", async () => {
    const { folder, queue, file, endAll } = await begin({ writers: 2 }, { before: () => sleep(2) });
    const told: string[] = [];
    const seen: string[] = [];
    for (const name of ["a", "b"]) {
      for (const piece of ["one,", "two,", "three,"]) {
        queue.append(file(name), Buffer.from(piece), () => {
          told.push(name + piece);
          seen.push(readFileSync(join(folder, name), "utf8"));
        });
      }
    }
    expect(told).toEqual([]);
    await endAll();
    expect(told.filter((piece) => piece.startsWith("a"))).toEqual(["aone,", "atwo,", "athree,"]);
    expect(told).toHaveLength(6);
    told.forEach((piece, at) => {
      expect(seen[at]).toContain(piece.slice(1));
    });
  });
});

describe("after an error", () => {
  /** Closing takes its time, so that whoever does not wait for it is caught. */
  const slowly = (operation: string) => (operation === "close" ? sleep(20) : undefined);

  test("idle rejects when every descriptor is closed, the kept ones and those in use", async () => {
    const before = (operation: string, name: string) => {
      if (operation === "write" && name === "c") throw systemError("ENOSPC");
      return slowly(operation);
    };
    const { system, queue, write, append } = await begin({ writers: 2, kept: 5 }, { before });
    await write("a", "b");
    append("c");
    append("a");
    await expect(queue.idle()).rejects.toThrow(/cannot write .*c: the disk is full/);
    expect(system.open).toBe(0);
    expect(() => append("a")).toThrow("the disk is full");
  });

  test("a writer that waits for the pressure to fall meets it too, with nothing left open", async () => {
    let writes = 0;
    const before = (operation: string) => {
      if (operation === "write" && ++writes === 3) throw systemError("EIO");
      return slowly(operation);
    };
    const { system, queue, write, append } = await begin({ inFlight: 3 }, { before });
    await write("a", "b");
    append("c", "a long piece");
    await expect(queue.pressure()).rejects.toThrow("EIO");
    expect(system.open).toBe(0);
  });

  test("stop resolves when every descriptor is closed, and the folder can go", async () => {
    const { folder, system, queue, write, append } = await begin({ writers: 2, kept: 5 }, { before: slowly });
    await write("a", "b", "c");
    append("a");
    append("d");
    await queue.stop(new Error("given up"));
    expect(system.open).toBe(0);
    await rm(folder, { recursive: true });
    await sleep(30);
    expect(existsSync(folder)).toBe(false);
    await expect(queue.idle()).rejects.toThrow("given up");
  });

  test("so it is when the signal was aborted", async () => {
    const stop = new AbortController();
    const { system, queue, write, append } = await begin({ kept: 5 }, { before: slowly }, stop.signal);
    await write("a", "b");
    stop.abort(new Error("interrupted"));
    expect(() => append("a")).toThrow("interrupted");
    await queue.stop(new Error("given up"));
    expect(system.open).toBe(0);
  });

  test("the first one wins, whatever the closing says after it", async () => {
    const before = (operation: string, name: string) => {
      if (operation === "write" && name === "c") throw systemError("ENOSPC");
      if (operation === "close") throw systemError("EIO");
    };
    const { system, queue, write, append } = await begin({ kept: 5 }, { before });
    await write("a", "b");
    append("c");
    await expect(queue.idle()).rejects.toThrow("ENOSPC");
    expect(system.open).toBe(0);
  });

  test("met in closing one of the kept ones names that file", async () => {
    const before = (operation: string) => {
      if (operation === "close") throw systemError("EDQUOT");
    };
    const { system, queue, write, append } = await begin({ kept: 1 }, { before });
    await write("first");
    append("second");
    await expect(queue.idle()).rejects.toThrow(/cannot write .*first: the quota of disk space is used up/);
    expect(system.open).toBe(0);
  });
});

describe("no descriptor left", () => {
  test("closes those that are kept and goes on, with none kept from then on", async () => {
    const { system, write, endAll, text } = await begin({ kept: 10 }, { descriptors: 3 });
    await write("a", "b", "c", "d");
    expect(system.refused).toBe(1);
    expect(opensAndCloses(system).slice(3)).toEqual(["close a", "close b", "close c", "open ax d", "close d"]);
    await write("a", "b", "c");
    expect(system.open).toBe(0);
    await endAll();
    expect(system.refused).toBe(1);
    expect([await text("a"), await text("d")]).toEqual(["a\na\n", "d\n"]);
  });

  test("several writers at once go on as well, whoever closed them", async () => {
    const before = (operation: string) => (operation === "close" ? sleep(10) : undefined);
    const { system, queue, append, write, endAll, text } = await begin(
      { writers: 4, kept: 10 },
      { descriptors: 4, before },
    );
    await write("a", "b", "c", "d");
    for (const name of ["e", "f", "g", "h"]) append(name);
    await queue.idle();
    expect(system.refused).toBe(4);
    await endAll();
    for (const name of ["a", "e", "f", "g", "h"]) expect(await text(name)).toBe(`${name}\n`);
  });

  test("and one of the kept ones that cannot be closed is that file's error: it may not be whole", async () => {
    const before = (operation: string) => {
      if (operation === "close") throw systemError("EDQUOT");
    };
    const { system, queue, write, append } = await begin({ kept: 10 }, { descriptors: 1, before });
    await write("first");
    append("second");
    await expect(queue.idle()).rejects.toThrow(/cannot write .*first: the quota of disk space is used up/);
    expect(system.open).toBe(0);
  });

  test("at all is an error that says what to do", async () => {
    const { system, queue, write, append } = await begin({ kept: 10 }, { descriptors: 0 });
    append("a");
    await expect(queue.idle()).rejects.toMatchObject({
      message: expect.stringContaining("too many files open (EMFILE)"),
      hint: expect.stringContaining("ulimit -n"),
    });
    expect(system.refused).toBe(1);
    await expect(write("b")).rejects.toThrow("EMFILE");
  });

  test("any other error of opening is not tried again", async () => {
    const { system, queue, write, append } = await begin();
    await write("a");
    append("x".repeat(300));
    await expect(queue.idle()).rejects.toThrow("ENAMETOOLONG");
    expect(system.attempts).toBe(2);
    expect(system.open).toBe(0);
  });
});
