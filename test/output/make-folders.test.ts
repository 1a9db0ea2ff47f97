import { mkdir, readdir, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type FileSystem, realFileSystem } from "../../src/output/file-system.ts";
import { openRunFolder } from "../../src/output/folder.ts";
import { makeFolders } from "../../src/output/make-folders.ts";
import { emptyFolder } from "./sample-run.ts";
import { type Operation, systemError, watchedFileSystem } from "./watched-file-system.ts";

test("makes what is missing with its rights, each name durable before the next one", async () => {
  const folder = await emptyFolder();
  const operations: Operation[] = [];
  const fs = watchedFileSystem((operation) => void operations.push(operation));
  await makeFolders(fs, join(folder, "a", "b"), 0o700);
  expect((await stat(join(folder, "a"))).mode & 0o777).toBe(0o700);
  expect((await stat(join(folder, "a", "b"))).mode & 0o777).toBe(0o700);
  expect(operations.map(({ name, path }) => `${name} ${path}`).filter((text) => /mkdir|sync/.test(text))).toEqual([
    "mkdir a",
    `file.sync ${folder.slice(folder.lastIndexOf("/") + 1)}`,
    "mkdir b",
    "file.sync a",
  ]);
});

test("leaves what is there as it is, through a link too", async () => {
  const folder = await emptyFolder();
  await mkdir(join(folder, "real"), { mode: 0o755 });
  await symlink("real", join(folder, "link"));
  await makeFolders(realFileSystem, join(folder, "link", "new"), 0o700);
  expect(await readdir(join(folder, "real"))).toEqual(["new"]);
  expect((await stat(join(folder, "real"))).mode & 0o777).toBe(0o755);
});

test("another run may make the same at the same time", async () => {
  const folder = await emptyFolder();
  const path = join(folder, "a", "b", "c");
  await Promise.all(Array.from({ length: 8 }, () => makeFolders(realFileSystem, path, 0o700)));
  expect((await stat(path)).isDirectory()).toBe(true);
});

test("where the system makes nothing and says that nothing is there, it is asked once", async () => {
  const folder = await emptyFolder();
  const asked: string[] = [];
  // As Node 20 does it below /proc: `recursive` never comes back.
  const fs: FileSystem = {
    ...realFileSystem,
    mkdir: ((path: string, options: { recursive?: boolean }) => {
      asked.push(path);
      return options.recursive ? new Promise(() => undefined) : Promise.reject(systemError("ENOENT"));
    }) as FileSystem["mkdir"],
  };
  await expect(openRunFolder(join(folder, "a", "b", "2026-11-20"), { force: false, fs })).rejects.toThrow(
    `cannot create the folder ${join(folder, "a")}: it is not there (ENOENT)`,
  );
  expect(asked).toEqual([join(folder, "a")]);
}, 5000);

test("a file in the way is named, with what to do", async () => {
  const folder = await emptyFolder();
  await writeFile(join(folder, "file"), "");
  const refused = { hint: expect.stringContaining("remove or rename that file") };
  for (const path of [join("file", "a", "2026-11-20"), join("file", "2026-11-20")]) {
    await expect(openRunFolder(join(folder, path), { force: false })).rejects.toMatchObject(refused);
  }
});
