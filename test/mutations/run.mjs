// Breaks one rule of the engine after the other in a copy of the project, and says which named test
// notices. By hand or nightly: `node test/mutations/run.mjs [--only TEXT] [--keep FILE]`. Takes about half
// an hour. With --keep, results are kept in the file from run to run, and only those without one are
// tried. When a named test notices each mutation, docs/mutations.md is written.
import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { mutated } from "./apply.mjs";
import { mutationsDocument } from "./document.mjs";
import { MUTATIONS } from "./mutations.mjs";

const PROJECT = fileURLToPath(new URL("../../", import.meta.url));
const COPIED = ["src", "test", "queries", "templates", "package.json", "tsconfig.json"];
/** A rule that keeps a walk from ending is noticed by this. */
const LONGEST_MS = 240_000;
const RULES = ["--config", "test/mutations/rules.config.mjs"];
const print = (line) => process.stdout.write(`${line}\n`);

async function copyProject() {
  const copy = await mkdtemp(join(tmpdir(), "lineage-report-mutations-"));
  for (const path of COPIED) await cp(join(PROJECT, path), join(copy, path), { recursive: true });
  // A folder of its own with links in it: what is compiled there is moved, and has to be on one disk.
  await mkdir(join(copy, "node_modules"));
  for (const name of await readdir(join(PROJECT, "node_modules"))) {
    if (name.startsWith(".compile-")) continue;
    await symlink(join(PROJECT, "node_modules", name), join(copy, "node_modules", name));
  }
  // Types are checked elsewhere, and a mutation may break them: that would prove nothing.
  const config = JSON.parse(await readFile(join(copy, "tsconfig.json"), "utf8"));
  config.compilerOptions = { ...config.compilerOptions, noCheck: true, sourceMap: false };
  await writeFile(join(copy, "tsconfig.json"), JSON.stringify(config));
  return copy;
}

/** The tests under way. They are a group of their own, which Ctrl-C does not reach. */
let running;

function node(cwd, args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: "ignore",
      detached: true,
    });
    running = child;
    const timer = setTimeout(() => process.kill(-child.pid, "SIGKILL"), LONGEST_MS);
    child.once("close", (code) => {
      running = undefined;
      clearTimeout(timer);
      resolve(code);
    });
  });
}

/** The full names of the tests that fail; empty when all pass. */
async function failing(copy, args, env) {
  const report = join(copy, "report.json");
  await rm(report, { force: true });
  const vitest = join("node_modules", "vitest", "vitest.mjs");
  const code = await node(copy, [vitest, "run", ...args, "--reporter=json", `--outputFile=${report}`], env);
  const text = await readFile(report, "utf8").catch(() => undefined);
  if (text === undefined) return [code === null ? "(did not end)" : "(did not run)"];
  const tests = JSON.parse(text).testResults.flatMap(({ assertionResults }) => assertionResults);
  const failed = tests.filter(({ status }) => status === "failed").map(({ fullName }) => fullName);
  return failed.length === 0 && code !== 0 ? ["(did not run)"] : failed;
}

/** The test file of an edge case: the one beside the module that has its number. */
async function fileOf(id) {
  const folder = join(PROJECT, "test", "edge-cases");
  for (const name of await readdir(folder)) {
    if (!/^[a-z]+\.ts$/.test(name)) continue;
    const text = await readFile(join(folder, name), "utf8");
    if (!new RegExp(`(id: |word\\(\\s*)"${id}"`).test(text)) continue;
    return `test/edge-cases/${name.replace(".ts", ".test.ts")}`;
  }
  throw new Error(`no edge case has the number ${id}`);
}

async function argumentsFor(cases) {
  const files = await Promise.all(cases.map(fileOf));
  return ["--config", "test/vitest.config.ts", ...files, "-t", `(^| )(${cases.join("|")}): `];
}

async function killers(copy, mutation, env) {
  const path = join(copy, mutation.file);
  const original = await readFile(path, "utf8");
  try {
    await writeFile(path, await mutated(copy, mutation));
    const found = mutation.cases.length > 0 ? await failing(copy, await argumentsFor(mutation.cases), env) : [];
    return found.length > 0 ? found : await failing(copy, RULES, env);
  } catch (error) {
    return [`(${error instanceof Error ? error.message : error})`];
  } finally {
    await writeFile(path, original);
  }
}

function option(name) {
  const at = process.argv.indexOf(name);
  return at < 0 ? "" : process.argv[at + 1];
}

const only = option("--only");
const keep = option("--keep");
/** Killers by the change, so that a changed one is tried again. */
const known = new Map(keep === "" ? [] : JSON.parse(await readFile(keep, "utf8").catch(() => "[]")));
const idOf = ({ file, from, to }) => JSON.stringify([file, from, to]);
const isNamed = (killed) => killed !== undefined && killed.length > 0 && !killed[0].startsWith("(");

const copy = await copyProject();
let server;
const end = async () => {
  if (running) process.kill(-running.pid, "SIGKILL");
  await server?.stop();
  await rm(copy, { recursive: true, force: true });
};
process.once("SIGINT", () => end().then(() => process.exit(130)));
try {
  await node(copy, [join("node_modules", "typescript", "bin", "tsc"), "-p", "tsconfig.json"]);
  const { startEmbeddedPostgres } = await import(pathToFileURL(join(copy, "dist", "embedded", "server.js")).href);
  server = await startEmbeddedPostgres();
  const env = { TEST_DATABASE_URL: server.url };
  const broken = await failing(copy, RULES, env);
  if (broken.length > 0) throw new Error(`the tests fail without any mutation: ${broken.join("; ")}`);
  const chosen = MUTATIONS.filter(({ name, file }) => `${file} ${name}`.includes(only));
  for (const mutation of chosen.filter((one) => !isNamed(known.get(idOf(one))))) {
    const killed = await killers(copy, mutation, env);
    known.set(idOf(mutation), killed);
    if (keep !== "") await writeFile(keep, JSON.stringify([...known]));
    const more = killed.length > 1 ? ` and ${killed.length - 1} more` : "";
    print(
      `${isNamed(killed) ? "killed" : "ALIVE "} ${mutation.file}: ${mutation.name} <- ${killed[0] ?? "nothing"}${more}`,
    );
  }
  const alive = chosen.filter((mutation) => !isNamed(known.get(idOf(mutation))));
  print(`${chosen.length} mutations, ${chosen.length - alive.length} killed by a named test`);
  for (const { file, name } of alive) print(`no named test notices: ${file}: ${name}`);
  const results = MUTATIONS.map((mutation) => ({ mutation, killers: known.get(idOf(mutation)) }));
  if (results.every((result) => isNamed(result.killers))) {
    await writeFile(join(PROJECT, "docs", "mutations.md"), mutationsDocument(results));
  }
  process.exitCode = alive.length === 0 ? 0 : 1;
} finally {
  await end();
}
