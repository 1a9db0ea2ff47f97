import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { OutputError } from "../../src/errors.ts";
import { openRunFolder } from "../../src/output/folder.ts";
import { verifyFolder } from "../../src/output/verify.ts";
import { COLUMNS, emptyFolder, HEAD, writeSampleRun } from "./sample-run.ts";
import { type Operation, systemError, watchedFileSystem } from "./watched-file-system.ts";

const NAME = "2026-11-20";

/** Fails the first operation, then the second, and so on until a run goes through untouched. */
async function failEach(code: string, force: boolean): Promise<number> {
  for (let nth = 1; ; nth++) {
    const parent = await emptyFolder();
    if (force) await writeSampleRun(join(parent, NAME), { rows: 2 });
    let fired: Operation | undefined;
    const fs = watchedFileSystem((operation, index) => {
      if (index !== nth) return;
      fired = operation;
      throw systemError(code);
    });
    const outcome = await writeSampleRun(join(parent, NAME), { force, fs, memory: 4000 }).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (!fired) {
      expect(outcome).toBeUndefined();
      return nth - 1;
    }
    const where = `${code} at ${nth}, ${fired.name} ${fired.path}`;
    const names = await readdir(parent);
    if (outcome !== undefined) {
      expect(outcome, where).toBeInstanceOf(OutputError);
      expect((outcome as OutputError).message, where).toContain(code);
      expect((outcome as OutputError).message, where).toContain(parent);
      expect((outcome as OutputError).hint, where).toBeTruthy();
    }
    let replaced = false;
    if (names.includes(NAME)) {
      const { ok, rows } = await verifyFolder(join(parent, NAME));
      expect(ok, where).toBe(true);
      expect([2 + 2 + 1, 20 + 20 + 10], where).toContain(rows);
      replaced = force && rows === 50;
    } else expect(force, `${where}: the old run is gone`).toBe(false);
    // An error met while tidying up may leave something behind, and so may one after the new run took the
    // name, when the old one must stay until the name is durable. The next run takes it.
    const left = names.filter((name) => name !== NAME);
    if (fired.name !== "rm")
      expect(
        left.filter((name) => !(replaced && name.endsWith(".old"))),
        where,
      ).toEqual([]);
  }
}

describe("every single operation of the file system failing once", () => {
  test.each(["ENOSPC", "EIO", "EACCES", "EMFILE", "EROFS"])("%s", async (code) => {
    expect(await failEach(code, false)).toBeGreaterThan(40);
  });

  test("ENOSPC while a run is replaced: the old one or the new one stands", async () => {
    expect(await failEach("ENOSPC", true)).toBeGreaterThan(45);
  });
});

test("a full disk in the middle comes back from the rows' own calls, and stops the run", async () => {
  const parent = await emptyFolder();
  let written = 0;
  const fs = watchedFileSystem(({ name }) => {
    if (name === "file.write" && ++written > 5) throw systemError("ENOSPC");
  });
  const folder = await openRunFolder(join(parent, NAME), { force: false, fs, memory: 10_000 });
  const sink = folder.csv("items.csv", COLUMNS);
  const fill = async () => {
    for (let row = 0; row < 100_000; row++) await sink.write([`id-${row}`, "message", row, row]);
  };
  await expect(fill()).rejects.toThrow(/cannot write .*items\.csv: the disk is full \(ENOSPC\)/);
  await expect(folder.publish(HEAD)).rejects.toThrow("ENOSPC");
  expect(sink.rows).toBeLessThan(10_000);
  await folder.abort();
  expect(await readdir(parent)).toEqual([]);
});

test("a caller that does not wait meets the error later, not as an unhandled rejection", async () => {
  const parent = await emptyFolder();
  const fs = watchedFileSystem(({ name }) => {
    if (name === "file.write") throw systemError("EIO");
  });
  const folder = await openRunFolder(join(parent, NAME), { force: false, fs, memory: 1000 });
  const sink = folder.csv("items.csv", COLUMNS);
  for (let row = 0; row < 200; row++) void sink.write([`id-${row}`, "message", row, row]);
  await expect(folder.publish(HEAD)).rejects.toThrow("EIO");
  await folder.abort();
});

test("the system may take less than it was given", async () => {
  const parent = await emptyFolder();
  const fs = watchedFileSystem(() => undefined);
  const short: typeof fs = new Proxy(fs, {
    get(target, name) {
      if (name !== "open") return Reflect.get(target, name);
      return async (...args: Parameters<typeof fs.open>) => {
        const handle = await target.open(...args);
        const write = (bytes: Uint8Array, offset: number, length: number) =>
          handle.write(bytes, offset, Math.min(length, 7));
        return new Proxy(handle, { get: (inner, member) => (member === "write" ? write : Reflect.get(inner, member)) });
      };
    },
  });
  await writeSampleRun(join(parent, NAME), { fs: short });
  expect((await verifyFolder(join(parent, NAME))).ok).toBe(true);
});

test("a slow disk holds the writer back instead of filling the memory", async () => {
  const parent = await emptyFolder();
  let open = 0;
  let most = 0;
  const fs = watchedFileSystem(({ name }) => {
    if (name === "open") most = Math.max(most, ++open);
    if (name === "file.close") open--;
  });
  const folder = await openRunFolder(join(parent, NAME), { force: false, fs, memory: 200_000 });
  const sinks = Array.from({ length: 300 }, (_, index) => folder.csv(`organizations/o${index}/a.csv`, COLUMNS));
  let waits = 0;
  for (let row = 0; row < 40_000; row++) {
    const wait = sinks[(row * 7919) % sinks.length]?.write([`id-${row}`, "a message of some length", row, row]);
    if (!wait) continue;
    waits++;
    await wait;
  }
  await folder.publish(HEAD);
  expect(waits).toBeGreaterThan(5);
  expect(waits).toBeLessThan(4000);
  expect(most).toBeLessThanOrEqual(64);
  const { ok, rows } = await verifyFolder(folder.target);
  expect({ ok, rows }).toEqual({ ok: true, rows: 40_000 });
});
