import { chmod, mkdir, open, readdir, readFile, readlink, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { OutputError } from "../../src/errors.ts";
import { checkFile, writeFileAtomically } from "../../src/output/atomic-file.ts";
import { ownName } from "../../src/output/owner.ts";
import { emptyFolder } from "./sample-run.ts";
import { systemError, watchedFileSystem } from "./watched-file-system.ts";

test("text, bytes and streams arrive whole, for the owner alone", async () => {
  const folder = await emptyFolder();
  await writeFileAtomically(join(folder, "a"), "text é");
  await writeFileAtomically(join(folder, "b"), Buffer.from([0, 1, 255]));
  await writeFileAtomically(join(folder, "c"), Readable.from(["one\n", Buffer.from("two\n")]));
  expect(await readFile(join(folder, "a"), "utf8")).toBe("text é");
  expect([...(await readFile(join(folder, "b")))]).toEqual([0, 1, 255]);
  expect(await readFile(join(folder, "c"), "utf8")).toBe("one\ntwo\n");
  expect((await stat(join(folder, "a"))).mode & 0o777).toBe(0o600);
  expect((await readdir(folder)).sort()).toEqual(["a", "b", "c"]);
});

test("a stream that fails half way leaves the old file and nothing else", async () => {
  const folder = await emptyFolder();
  await writeFile(join(folder, "a"), "old");
  async function* half() {
    yield "new, but ";
    throw new Error("the query failed");
  }
  await expect(writeFileAtomically(join(folder, "a"), half())).rejects.toThrow("the query failed");
  expect(await readFile(join(folder, "a"), "utf8")).toBe("old");
  expect(await readdir(folder)).toEqual(["a"]);
});

test("every single operation failing once: the old file or the new one, and an error that says what to do", async () => {
  for (let nth = 1; ; nth++) {
    const folder = await emptyFolder();
    await writeFile(join(folder, "a"), "old");
    let fired = "";
    const fs = watchedFileSystem(({ name }, index) => {
      if (index !== nth) return;
      fired = name;
      throw systemError("ENOSPC");
    });
    const error = await writeFileAtomically(join(folder, "a"), "new", { fs }).catch((reason: unknown) => reason);
    if (!fired) {
      expect(error).toBeUndefined();
      expect(nth).toBeGreaterThan(9);
      return;
    }
    expect(error, `${nth} ${fired}`).toBeInstanceOf(OutputError);
    expect((error as OutputError).message).toContain("ENOSPC");
    expect(["old", "new"]).toContain(await readFile(join(folder, "a"), "utf8"));
    expect(await readdir(folder), `${nth} ${fired}`).toEqual(["a"]);
  }
});

test("a file that is replaced keeps its rights, and a link keeps pointing where it does", async () => {
  const folder = await emptyFolder();
  await mkdir(join(folder, "real"));
  await writeFile(join(folder, "real", "a"), "old");
  await chmod(join(folder, "real", "a"), 0o640);
  await symlink("real/a", join(folder, "link"));
  await writeFileAtomically(join(folder, "link"), "new");
  expect(await readlink(join(folder, "link"))).toBe("real/a");
  expect(await readFile(join(folder, "real", "a"), "utf8")).toBe("new");
  expect((await stat(join(folder, "real", "a"))).mode & 0o777).toBe(0o640);
});

test("a device is written to and stays a device; a folder is refused", async () => {
  await writeFileAtomically("/dev/null", "gone");
  expect((await stat("/dev/null")).isCharacterDevice()).toBe(true);
  const folder = await emptyFolder();
  await expect(writeFileAtomically(folder, "x")).rejects.toThrow("it is a folder");
});

test("what a killed command left beside it goes, and what a live one is writing stays", async () => {
  const folder = await emptyFolder();
  const live = ownName("b", "tmp");
  await (await open(join(folder, live), "wx")).close();
  await writeFile(join(folder, ownName("a", "tmp").replace(/-\d+-([0-9a-f]{12}\.)/, "-1-$1")), "half");
  await writeFileAtomically(join(folder, "a"), "whole");
  expect((await readdir(folder)).sort()).toEqual([live, "a"].sort());
});

test("is synced before it has its name, and the folder after", async () => {
  const folder = await emptyFolder();
  const steps: string[] = [];
  const fs = watchedFileSystem(({ name }) => {
    if (/^(?:file\.(?:write|sync)|rename)$/.test(name)) steps.push(name);
  });
  await writeFileAtomically(join(folder, "a"), "new", { fs });
  expect(steps).toEqual(["file.write", "file.sync", "rename", "file.sync"]);
});

describe("a file that could not be written is refused before there is anything to write", () => {
  test.each([
    ["a folder", "folder", /it is a folder$/],
    ["in a folder that is not there", "no/a", /there is no folder .*\/no$/],
    ["in a file", "file/a", /a part of the path is a file, not a folder \(ENOTDIR\)$/],
  ])("%s, in the words of the writing", async (_, path, message) => {
    const folder = await emptyFolder();
    await mkdir(join(folder, "folder"));
    await writeFile(join(folder, "file"), "");
    const early = await checkFile(join(folder, path)).catch((reason: unknown) => reason);
    expect(early).toBeInstanceOf(OutputError);
    expect((early as OutputError).message).toMatch(message);
    expect((early as OutputError).hint).toBeTruthy();
    await expect(writeFileAtomically(join(folder, path), "x")).rejects.toThrow((early as OutputError).message);
    expect((await readdir(folder)).sort()).toEqual(["file", "folder"]);
  });

  test("one in a folder without the right to write, through a link too", async () => {
    const folder = await emptyFolder();
    await mkdir(join(folder, "closed"));
    await writeFile(join(folder, "closed", "a"), "old");
    await symlink("closed/a", join(folder, "link"));
    const fs = watchedFileSystem(({ name }) => {
      if (name === "access") throw systemError("EACCES");
    });
    for (const path of ["closed/new", "closed/a", "link"]) {
      await expect(checkFile(join(folder, path), fs)).rejects.toThrow(
        `cannot write into ${join(folder, "closed")}: permission denied (EACCES)`,
      );
    }
  });

  test("not what can be: a new file, one that is there, a link, a link to a new one, a device", async () => {
    const folder = await emptyFolder();
    await writeFile(join(folder, "there"), "old");
    await symlink("there", join(folder, "link"));
    await symlink("new", join(folder, "early"));
    for (const path of ["new", "there", "link", "early"]) await checkFile(join(folder, path));
    await checkFile("/dev/null");
    expect((await readdir(folder)).sort()).toEqual(["early", "link", "there"]);
    expect(await readFile(join(folder, "there"), "utf8")).toBe("old");
  });
});
