import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import { packageRoot } from "../../src/package.ts";

/**
 * Compiles the program for the tests that start it as a process. Type errors are printed but do
 * not stop the tests: checking types is a step of its own. The files are compiled aside and moved
 * into dist/ one by one, so that a program that runs from there meanwhile never reads half a file.
 */
export async function compileProgram(): Promise<void> {
  const aside = await mkdtemp(join(packageRoot, "node_modules", ".compile-"));
  try {
    const compiler = join(packageRoot, "node_modules", "typescript", "bin", "tsc");
    const project = ["-p", join(packageRoot, "tsconfig.json"), "--outDir", aside];
    await promisify(execFile)(process.execPath, [compiler, ...project]).catch((error: { stdout?: string }) => {
      process.stderr.write(`type errors in src/, the tests go on without them:\n${error.stdout?.slice(0, 2000)}`);
    });
    const dist = join(packageRoot, "dist");
    const fresh = await filesIn(aside);
    await Promise.all(fresh.map((path) => replace(join(aside, path), join(dist, path))));
    const old = (await filesIn(dist)).filter((path) => !fresh.includes(path));
    if (fresh.length > 0) await Promise.all(old.map((path) => rm(join(dist, path), { force: true })));
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

async function replace(from: string, to: string): Promise<void> {
  const [next, last] = await Promise.all([readFile(from), readFile(to).catch(() => undefined)]);
  if (last?.equals(next)) return;
  await mkdir(dirname(to), { recursive: true });
  await rename(from, to);
}
