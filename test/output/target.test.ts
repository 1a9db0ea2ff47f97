import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { openRunFolder } from "../../src/output/folder.ts";
import { probeFolder } from "../../src/output/probe.ts";
import { checkTarget } from "../../src/output/target.ts";
import { checkWritable } from "../../src/output/writable.ts";
import { emptyFolder, writeSampleRun } from "./sample-run.ts";
import { systemError, watchedFileSystem } from "./watched-file-system.ts";

const NAME = "2026-11-20";

/** What is thrown, as its message and hint; undefined for nothing. */
const refusal = (doing: Promise<unknown>) =>
  doing.then(
    () => undefined,
    ({ message, hint }) => ({ message, hint }),
  );

describe("a run's name", () => {
  const standing = {
    nothing: async () => undefined,
    "a run": async (path: string) => void (await writeSampleRun(path)),
    "an empty folder": async (path: string) => void (await mkdir(path)),
    "another folder": async (path: string) => {
      await mkdir(path);
      await writeFile(join(path, "thesis.txt"), "years of work");
    },
    "a file": (path: string) => writeFile(path, ""),
    "a link that leads nowhere": (path: string) => symlink("nowhere", path),
  };
  const cases = Object.entries(standing).flatMap(([what, make]) =>
    [false, true].map((force) => [what, force ? "with" : "without", force, make] as const),
  );

  test.each(cases)("at %s %s --force is refused before exactly where opening the folder refuses it", async (...row) => {
    const [, , force, make] = row;
    const path = join(await emptyFolder(), NAME);
    await make(path);
    const before = await refusal(checkTarget(path, force));
    const opening = openRunFolder(path, { force });
    expect(before).toEqual(await refusal(opening));
    await (await opening.catch(() => undefined))?.abort();
  });
});

describe("a folder for runs", () => {
  test("may be there, or be made at any depth; looking makes nothing", async () => {
    const folder = await emptyFolder();
    await checkWritable(folder);
    await checkWritable(join(folder, "a", "b"));
    expect(await readdir(folder)).toEqual([]);
  });

  test.each(["EACCES", "EROFS"])("is refused by the nearest that is there, when the system says %s", async (code) => {
    const folder = await emptyFolder();
    const fs = watchedFileSystem(({ name }) => {
      if (name === "access") throw systemError(code);
    });
    const said = await refusal(checkWritable(join(folder, "a", "b"), fs));
    expect(said?.message).toMatch(new RegExp(`^cannot write into ${folder}: .* \\(${code}\\)$`));
    expect(said?.hint).toContain("write elsewhere with --out");
  });

  test.skipIf(process.getuid?.() === 0)("is refused by its rights", async () => {
    const folder = await emptyFolder();
    await mkdir(join(folder, "closed"), { mode: 0o500 });
    const said = await refusal(checkWritable(join(folder, "closed", "a")));
    expect(said?.message).toBe(`cannot write into ${join(folder, "closed")}: permission denied (EACCES)`);
  });

  test.each([
    ["a file", (path: string) => writeFile(path, ""), "ENOTDIR"],
    ["a link that leads nowhere", (path: string) => symlink("nowhere", path), "ENOENT"],
  ] as const)("is not %s; the doctor says the same", async (_, make, code) => {
    const path = join(await emptyFolder(), "out");
    await make(path);
    const said = await refusal(checkWritable(path));
    expect(said?.message).toMatch(new RegExp(`^cannot write into ${path}: .* \\(${code}\\)$`));
    expect(await refusal(probeFolder(path))).toEqual(said);
  });
});

test("what cannot be written into is named by the folder, not by the hidden name beside the run's", async () => {
  const path = join(await emptyFolder(), NAME);
  const fs = watchedFileSystem(({ name, path: last }) => {
    if (name === "mkdir" && last.endsWith(".tmp")) throw systemError("EACCES");
  });
  const said = await refusal(openRunFolder(path, { force: false, fs }));
  expect(said?.message).toBe(`cannot write into ${dirname(path)}: permission denied (EACCES)`);
});
