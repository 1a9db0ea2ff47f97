import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { packageRoot } from "../../src/package.ts";

const CONFIG = join(packageRoot, ".ci", "dependency-cruiser.mjs");

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "boundaries-"));
  await symlink(join(packageRoot, "node_modules"), join(folder, "node_modules"));
  await writeFile(join(folder, "package.json"), await readFile(join(packageRoot, "package.json")));
});
afterEach(() => rm(folder, { recursive: true }));

/** The rules that a program made of these files breaks, as `rule: file`. */
async function broken(files: Record<string, string>): Promise<string[]> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, "dist", dirname(path)), { recursive: true });
    await writeFile(join(folder, "dist", path), text);
  }
  const program = join(packageRoot, "node_modules", "dependency-cruiser", "bin", "dependency-cruise.mjs");
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [program, "--config", CONFIG, "--output-type", "json", "dist"],
    { cwd: folder, maxBuffer: 64 * 1024 * 1024 },
  ).catch((failed: { stdout: string }) => failed);
  const { summary } = JSON.parse(stdout) as { summary: { violations: { rule: { name: string }; from: string }[] } };
  return summary.violations.map(({ rule, from }) => `${rule.name}: ${from.replace("dist/", "")}`).sort();
}

describe("the boundaries", () => {
  it("let a program pass that keeps them", async () => {
    const files = {
      "bin.js": 'import { main } from "./cli/program.js"; main();',
      "cli/program.js": 'import "../run/run.js"; export const main = () => import("yargs");',
      "run/run.js": 'import "../source/session.js"; import "../lineage/walk.js"; import "../output/folder.js";',
      "source/session.js": 'import "pg"; import "pg-copy-streams"; import "node:fs";',
      "lineage/walk.js": "export const walk = 1;",
      "output/folder.js": 'import { rename } from "node:fs/promises"; rename;',
      "report/templates.js": 'import { readFile } from "node:fs/promises"; readFile;',
    };
    expect(await broken(files)).toEqual([]);
  });

  it("name each file that breaks one, with the rule", async () => {
    const files = {
      "run/sql.js": 'import "pg";',
      "trace/copy.js": 'import "pg-copy-streams";',
      "summary/lazy.js": 'export const pg = () => import("pg");',
      "run/send.js": 'import "nodemailer";',
      "run/save.js": 'import "node:fs";',
      "run/claim.js": 'import "../ledger/runs.js";',
      "ledger/runs.js": "export const claim = 1;",
      "report/page.js": 'import { readFile } from "fs/promises"; readFile;',
      "lineage/fetch.js": 'import "node:https";',
      "outcome/rows.js": 'import "../source/rows.js";',
      "source/rows.js": 'import "../cli/options.js";',
      "cli/options.js": "export const options = 1;",
      "run/args.js": 'import "yargs";',
      "run/one.js": 'import "./two.js";',
      "run/two.js": 'import "./one.js";',
      "run/check.js": 'import "fast-check";',
      "run/gone.js": 'import "./nowhere.js";',
    };
    expect(await broken(files)).toEqual([
      "cli-to-bin-only: source/rows.js",
      "files-at-the-edges: report/page.js",
      "files-at-the-edges: run/save.js",
      "installed-packages-only: run/check.js",
      "no-cycles: run/one.js",
      "only-ledger-writes-claims: run/claim.js",
      "only-mail-speaks-smtp: run/send.js",
      "only-source-knows-postgres: run/sql.js",
      "only-source-knows-postgres: summary/lazy.js",
      "only-source-knows-postgres: trace/copy.js",
      "parser-in-cli-only: run/args.js",
      "pure-in-the-middle: lineage/fetch.js",
      "pure-in-the-middle: outcome/rows.js",
      "pure-in-the-middle: summary/lazy.js",
      "resolvable: run/gone.js",
    ]);
  });
});

describe("modules that may read files", () => {
  /** What of node:fs and node:fs/promises cannot change a file, unless `open` is told to. */
  const READING = new Set(
    ["readFile", "readFileSync", "readdir", "readdirSync", "stat", "statSync", "lstat", "existsSync", "access"].concat([
      "realpath",
      "constants",
      "createReadStream",
      "open",
    ]),
  );

  function namesFromFs(text: string): string[] {
    const imports = [...text.matchAll(/import ([^;]*?) from "(?:node:)?fs(?:\/promises)?"/g)];
    return imports
      .flatMap(([, names = ""]) => (names.startsWith("type ") ? [] : names.replaceAll(/[{}]/g, "").split(",")))
      .map((name) => name.trim())
      .filter((name) => name !== "" && !name.startsWith("type "));
  }

  it("take nothing that writes", async () => {
    const { READERS } = (await import(CONFIG)) as { READERS: readonly string[] };
    const source = join(packageRoot, "src");
    const files = (await readdir(source, { recursive: true })).filter((path) => path.endsWith(".ts"));
    const readers = files.filter((path) =>
      READERS.some((name) => path.startsWith(`${name}/`) || path === `${name}.ts`),
    );
    expect(readers).toContain("config/load.ts");
    const writing: string[] = [];
    for (const path of readers) {
      const text = await readFile(join(source, path), "utf8");
      const names = namesFromFs(text).filter((name) => !READING.has(name));
      const opened = [...text.matchAll(/\bopen\([^()]*\)/g)].map(([call]) => call);
      const toWrite = opened.filter((call) => !/^open\([^,()]+(, "r")?\)$/.test(call));
      writing.push(...[...names, ...toWrite].map((what) => `${path}: ${what}`));
    }
    expect(writing).toEqual([]);
  });
});
