import { randomBytes } from "node:crypto";
import { chown, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { platform, tmpdir, userInfo } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { ConfigError, LockedError, type ReportError } from "../errors.ts";
import { copyBinaries, findBinaries, OTHER_SERVER } from "./binaries.ts";
import { type Ending, type Job, type Keeper, type Running, startKeeper } from "./keeper.ts";

export interface EmbeddedOptions {
  /** Settings of postgresql.conf on top of the ones here. */
  settings?: Record<string, string>;
  /** A folder for the data that stays when the server stops, and that a later start goes on with. */
  dataFolder?: string;
  /** Gets each line that initdb and postgres print. */
  log?: (line: string) => void;
}

export interface EmbeddedPostgres {
  /** Superuser on 127.0.0.1, database `postgres`, with a random password in it. */
  url: string;
  port: number;
  /** As the server states it, such as `18.4`. */
  version: string;
  /** The temporary folder with the binaries and, unless kept elsewhere, the data. */
  folder: string;
  /** The server and the process that watches over it. */
  pids: { server: number; keeper: number };
  /** Ends the server and removes what it left. May be called again. */
  stop(): Promise<void>;
}

/** Postgres refuses to run as root; this is `nobody`, which needs no entry of its own anywhere. */
const NOBODY = { uid: 65534, gid: 65534 };
const START_ATTEMPTS = 5;
const START_PATIENCE_MS = 60_000;
const PATIENCE_STEP_MS = 10;

/**
 * Starts a real Postgres server of its own, from the binaries that npm has installed, in a fresh
 * temporary folder. UTF-8, locale C, time zone UTC. It ends and its folder goes when `stop` is
 * called and also when this process ends in any other way (see keeper.js); by itself it does not
 * keep this process from ending. Several may run at once.
 *
 * @throws ConfigError if there are no binaries for this machine or they do not start
 * @throws LockedError if another server uses the data folder
 * @throws OutputError if no temporary folder can be made
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions = {}): Promise<EmbeddedPostgres> {
  const owner = serverUser();
  const native = findBinaries();
  const keeper = await startKeeper(tmpdir());
  try {
    const server = await startIn(keeper, native, owner, options);
    keeper.release();
    return server;
  } catch (error) {
    await keeper.end();
    throw error;
  }
}

/** Whom to run as: undefined for oneself. */
function serverUser(): { uid: number; gid: number } | undefined {
  try {
    return userInfo().uid === 0 ? NOBODY : undefined;
  } catch (cause) {
    throw new ConfigError("this process runs as a user id without a name, and Postgres' initdb refuses that", {
      hint: `run as a user that /etc/passwd lists, or as root, ${OTHER_SERVER}`,
      cause,
    });
  }
}

async function startIn(
  keeper: Keeper,
  native: string,
  owner: { uid: number; gid: number } | undefined,
  { settings = {}, dataFolder, log }: EmbeddedOptions,
): Promise<EmbeddedPostgres> {
  const { folder } = keeper;
  if (owner) await chown(folder, owner.uid, owner.gid);
  await copyBinaries(native, join(folder, "native"), owner);
  const site: Site = { keeper, owner, log, binaries: join(folder, "native", "bin"), scratch: folder };

  const home = dataFolder === undefined ? folder : resolve(dataFolder);
  if (dataFolder !== undefined) {
    await mkdir(home, { recursive: true });
    if (owner) await chown(home, owner.uid, owner.gid);
  }
  const data = join(home, "data");
  const password = (await keptPassword(home)) ?? (await initialize(site, home, data));
  const kept = dataFolder !== undefined;
  const { port, pid } = await startServer(site, data, { ...defaultSettings(kept), ...settings }, kept);

  const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  return {
    url,
    port,
    version: await serverVersion(url),
    folder,
    pids: { server: pid, keeper: keeper.pid },
    stop: () => keeper.end(),
  };
}

interface Site {
  keeper: Keeper;
  owner: { uid: number; gid: number } | undefined;
  log: ((line: string) => void) | undefined;
  binaries: string;
  scratch: string;
}

function defaultSettings(kept: boolean): Record<string, string> {
  return {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    TimeZone: "UTC",
    // In the data folder rather than in /dev/shm: nothing can be left there, and containers make it tiny.
    ...(platform() === "win32" ? {} : { dynamic_shared_memory_type: "mmap" }),
    // Data that is thrown away need not survive a power cut.
    ...(kept ? {} : { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }),
  };
}

async function keptPassword(home: string): Promise<string | undefined> {
  return readFile(join(home, "password"), "utf8").catch(() => undefined);
}

/** Makes the cluster and returns the superuser's password, which stays beside the data only if that is kept. */
async function initialize(site: Site, home: string, data: string): Promise<string> {
  const password = randomBytes(18).toString("base64url");
  const passwordFile = join(home, "password.new");
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (site.owner) await chown(passwordFile, site.owner.uid, site.owner.gid);
  await rm(data, { recursive: true, force: true });
  const program = run(
    site,
    "initdb",
    [
      ...["--pgdata", data, "--username", "postgres", "--pwfile", passwordFile, "--auth", "scram-sha-256"],
      ...["--encoding", "UTF8", "--no-locale", "--no-sync", "--no-instructions"],
    ],
    "SIGTERM",
  );
  const ending = await program.ended;
  if (ending.code !== 0) throw couldNotStart("initdb", ending, program.lines, home);
  await rm(passwordFile);
  // Written last: a folder without it is one whose initdb did not finish.
  if (home !== site.scratch) await writeFile(join(home, "password"), password, { mode: 0o600 });
  return password;
}

/** Starts postgres on a free port. Another process may take the port in between; then on the next. */
async function startServer(
  site: Site,
  data: string,
  settings: Record<string, string>,
  kept: boolean,
): Promise<{ port: number; pid: number }> {
  // Kept data is worth a checkpoint, so that the next start needs no recovery; the rest ends at once.
  const endSignal = kept ? "SIGINT" : "SIGQUIT";

  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const given = Object.entries({ ...settings, port: String(port) }).flatMap(([key, value]) => [
      "-c",
      `${key}=${value}`,
    ]);
    const program = run(site, "postgres", ["-D", data, ...given], endSignal);
    let ending: Ending | undefined;
    program.ended.then((how) => {
      ending = how;
    });
    const deadline = Date.now() + START_PATIENCE_MS;
    while (!ending && Date.now() < deadline) {
      const pid = await readyServer(data, port);
      if (pid !== undefined) return { port, pid };
      await sleep(PATIENCE_STEP_MS);
    }
    const portTaken = program.lines.some((line) => line.includes("could not create any TCP/IP sockets"));
    if (ending && portTaken && attempt < START_ATTEMPTS) continue;
    if (program.lines.some((line) => /lock file "postmaster.pid" already exists/.test(line))) {
      throw new LockedError(`another server uses the data folder ${data}`, { hint: "stop it, or take another folder" });
    }
    throw couldNotStart("postgres", ending, program.lines, data);
  }
}

/** The server's process id once postmaster.pid says that it takes connections (line 8), on this port (line 4). */
async function readyServer(data: string, port: number): Promise<number | undefined> {
  const lines = (await readFile(join(data, "postmaster.pid"), "utf8").catch(() => "")).split("\n");
  return lines[3] === String(port) && lines[7]?.trim() === "ready" ? Number(lines[0]) : undefined;
}

function run(site: Site, program: string, args: string[], endSignal: NodeJS.Signals): Running & { lines: string[] } {
  const job: Job = { command: join(site.binaries, program), args, cwd: site.scratch, endSignal, ...site.owner };
  const lines: string[] = [];
  return {
    lines,
    ...site.keeper.start(job, (line) => {
      if (lines.length < 200) lines.push(line);
      site.log?.(line);
    }),
  };
}

function couldNotStart(program: string, ending: Ending | undefined, lines: string[], place: string): ReportError {
  const complaints = lines.filter((line) => /error|fatal|could not|denied|not found|hint/i.test(line)).slice(-3);
  const reason =
    ending?.error ??
    (complaints.join("; ").trim() ||
      (ending ? `code ${ending.code ?? ending.signal}` : "it did not become ready in time"));
  const closed = /denied|EACCES/i.test(reason);
  return new ConfigError(`the embedded Postgres did not start: ${program} in ${place}: ${reason}`, {
    hint: closed
      ? `use a folder that every user can enter (TMPDIR sets the temporary one), ${OTHER_SERVER}`
      : `see the reason above, ${OTHER_SERVER}`,
  });
}

function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const probe = createServer();
    probe.once("error", failed);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => done(typeof address === "object" && address ? address.port : 0));
    });
  });
}

async function serverVersion(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ server_version: string }>("show server_version");
    return rows[0]?.server_version ?? "";
  } finally {
    await client.end();
  }
}
