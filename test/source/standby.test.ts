import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { main } from "../../src/cli/program.ts";
import { parseConfig } from "../../src/config/parse.ts";
import type { Config } from "../../src/config/schema.ts";
import { createSchema } from "../../src/embedded/schema.ts";
import { loadTemplates } from "../../src/report/templates.ts";
import { runRound, type SchedulerTools } from "../../src/scheduler/loop.ts";
import { configuredSchedules } from "../../src/scheduler/schedules.ts";
import { loadCatalogue } from "../../src/source/catalogue.ts";
import { connectionSettings } from "../../src/source/connection-settings.ts";
import { checkSchema } from "../../src/source/doctor-checks.ts";
import { query } from "../../src/source/row-stream.ts";
import { openSnapshot, type Snapshot } from "../../src/source/snapshot.ts";
import { parseInstant } from "../../src/time/instant.ts";
import { testContext } from "../cli/test-context.ts";
import { type ScriptedServer, scriptedServer } from "../mail/scripted-server.ts";
import { scenario } from "../support/rows.ts";
import { ignoreLostConnection, urlTo, withClient } from "../support/server-fixture.ts";
import { type Replicated, startReplicated } from "../support/standby.ts";

// Two servers and whole commands in each test: a busy machine takes its time.
vi.setConfig({ testTimeout: 300_000 });

const DAY = new Date(Date.now() - 2 * 86_400_000).toISOString().slice(0, 10);
const READER = { name: "reader", password: "reader-secret" };
const CONFIG = {
  timeZone: "UTC",
  schedules: [{ name: "nightly", cron: "0 0 * * *", mail: true }],
  mail: {
    from: "reports@example.org",
    operators: ["ops@example.org"],
    organizations: { "ca-dph": { to: ["elr@ca-dph.example"] } },
  },
};

let servers: Replicated;
let smtp: ScriptedServer;
let folder: string;
let primary: pg.Client;

beforeAll(async () => {
  smtp = await scriptedServer();
  folder = await mkdtemp(join(tmpdir(), "standby-runs-"));
  await writeFile(join(folder, "lineage-report.yaml"), JSON.stringify(CONFIG));
  servers = await startReplicated(async (client) => {
    await createSchema(client);
    const world = scenario(client);
    await world.receiver("ca-dph.elr");
    const sent = { items: 3, sender: "acme-labs.default", receivers: ["ca-dph.elr"] };
    for (const hour of ["10", "14", "20"]) await world.happyPath({ at: `${DAY}T${hour}:00:00Z`, ...sent });
    await client.query(`create role ${READER.name} login password '${READER.password}'`);
    await client.query(`grant select on all tables in schema public to ${READER.name}`);
    await client.query(`create database ledger owner ${READER.name}`);
  });
  primary = new pg.Client({ connectionString: servers.primary.url });
  primary.on("error", ignoreLostConnection);
  await primary.connect();
  // A transaction that the standby replays, so that it knows of a time.
  await primary.query("insert into action (action_name, created_at) values ('batch', now())");
  await servers.caughtUp();
}, 600_000);
afterAll(async () => {
  await primary?.end();
  await servers?.stop();
  await smtp?.close();
  await rm(folder, { recursive: true, force: true });
}, 300_000);

const readerOf = (url: string): string => urlTo(url, { user: READER });
const ledgerUrl = (): string => urlTo(servers.primary.url, { database: "ledger" });

async function program(source: string, args: string[], more: Record<string, string> = {}) {
  const env = { DATABASE_URL: source, SMTP_URL: smtp.url, ...more };
  const context = testContext({ env, cwd: folder, now: Date.now });
  return { code: await main(args, context), stdout: context.out(), stderr: context.err() };
}

function onStandby(): Promise<Snapshot> {
  const settings = connectionSettings({ databaseUrl: readerOf(servers.standby.url), env: {} });
  return openSnapshot(settings, { applicationName: "standby test" });
}

describe("on a hot standby", () => {
  it("a run writes what it writes on the primary", async () => {
    const [onPrimary, onReplica] = [join(folder, "primary"), join(folder, "replica")];
    const args = ["run", "--date", DAY, "--as-of", `${DAY}T23:59:59Z`, "--quiet"];
    for (const [url, out] of [
      [servers.primary.url, onPrimary],
      [servers.standby.url, onReplica],
    ] as const) {
      const { code, stderr } = await program(readerOf(url), [...args, "--out", out]);
      expect(code, stderr).toBe(0);
    }
    const files = (await readdir(join(onPrimary, DAY), { recursive: true })).filter((name) => name.endsWith(".csv"));
    expect(files.length).toBeGreaterThan(15);
    for (const file of files) {
      const [left, right] = [await readFile(join(onPrimary, DAY, file)), await readFile(join(onReplica, DAY, file))];
      expect(right.equals(left), file).toBe(true);
    }
    const snapshotIn = async (out: string) =>
      (JSON.parse(await readFile(join(out, DAY, "summary.json"), "utf8")) as { snapshot: Record<string, string> })
        .snapshot;
    expect((await snapshotIn(onPrimary)).replayedAt).toBeNull();
    const { replayedAt, newestRowAt, at } = await snapshotIn(onReplica);
    expect(parseInstant(replayedAt ?? "")).toBeLessThanOrEqual(parseInstant(at ?? "") as number);
    expect(newestRowAt).toBe((await snapshotIn(onPrimary)).newestRowAt);
  });

  it("every query can be prepared, and the commands that read work", async () => {
    const snapshot = await onStandby();
    try {
      expect(snapshot.replica).toBe(true);
      expect(await checkSchema(snapshot, loadCatalogue())).toEqual([]);
    } finally {
      await snapshot.close();
    }
    const url = readerOf(servers.standby.url);
    for (const command of [
      ["query", "submissions", "--format", "csv"],
      ["trace", "1"],
      ["failures", "--days", "5"],
      ["undelivered", "--date", DAY],
      ["errors", "--date", DAY],
      ["organizations"],
      ["status"],
      ["lineage", "check", "--date", DAY],
    ]) {
      const { code, stderr } = await program(url, command);
      expect(code, `${command.join(" ")}: ${stderr}`).toBe(0);
    }
  });

  it("a scheduled run with its mails needs LEDGER_URL elsewhere, which is said", async () => {
    const { code, stderr } = await program(servers.standby.url, ["ledger", "init"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/takes no changes: it is a read replica/);
    expect(stderr).toContain("LEDGER_URL");
    const elsewhere = { LEDGER_URL: ledgerUrl() };
    expect(await program(readerOf(servers.standby.url), ["ledger", "init"], elsewhere)).toMatchObject({ code: 0 });
    await withClient(ledgerUrl(), (client) =>
      client.query(
        "insert into lineage_report.schedule (name, considered_until) values ('nightly', now() - interval '24 hours')",
      ),
    );
    const once = await program(readerOf(servers.standby.url), ["schedule", "--once"], elsewhere);
    expect(once.stdout, once.stderr).toBe("1 done, 0 failed\n");
    expect(smtp.accepted.map(({ to }) => to.join()).sort()).toEqual(["elr@ca-dph.example", "ops@example.org"]);
  });
});

describe("a standby that has stopped following", () => {
  it("holds the mails of what it cannot have, and says until when it goes", async () => {
    const elsewhere = { LEDGER_URL: ledgerUrl() };
    const url = readerOf(servers.standby.url);
    await withClient(servers.standby.url, (client) => client.query("select pg_wal_replay_pause()"));
    try {
      await primary.query("insert into action (action_name, created_at) values ('batch', now())");
      const [from] = [`${DAY}T00:00:00Z`];
      const out = join(folder, "behind");
      const ran = await program(url, ["run", "--from", from, "--to", "now", "--out", out, "--quiet", "--json"]);
      expect(ran, ran.stderr).toMatchObject({ code: 0 });
      const { folder: run } = JSON.parse(ran.stdout) as { folder: string };
      smtp.accepted.length = 0;
      const { code } = await program(url, ["mail", "send", run, "--schedule", "behind"], elsewhere);
      expect(code).toBe(3);
      const listed = await program(url, ["mail", "list", "--organization", "ca-dph", "--state", "held"], elsewhere);
      expect(listed.stdout).toMatch(
        /held {2}ca-dph .*the replica had its primary's changes until .* only, before the window's end/,
      );
      // The organization gets nothing wrong; the operators get word of it.
      expect(smtp.accepted.map(({ to }) => to.join())).toEqual(["ops@example.org"]);
      expect(smtp.accepted[0]?.content.replaceAll("=\r\n", "")).toContain("the replica had its primary");
    } finally {
      await withClient(servers.standby.url, (client) => client.query("select pg_wal_replay_resume()"));
    }
    await servers.caughtUp();
  });
});

/** Removes rows for good that a snapshot on the standby still sees. */
async function conflict(): Promise<void> {
  await primary.query("update task set retry_token = null");
  await primary.query("vacuum task");
  await primary.query("update action set external_name = 'x' where action_name = 'batch'");
  await primary.query("vacuum action");
}

describe("a conflict with the replay", () => {
  it("ends the snapshot with an error that says what it was and what helps", async () => {
    const snapshot = await onStandby();
    try {
      await query(snapshot, loadCatalogue().find("newest-row"), {});
      await conflict();
      for (let tries = 0; tries < 600 && snapshot.session.failure === undefined; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      await expect(query(snapshot, loadCatalogue().find("newest-row"), {})).rejects.toMatchObject({
        exitCode: 5,
        message: expect.stringMatching(/the replica ended the session.*conflict with recovery/),
        hint: expect.stringContaining("hot_standby_feedback"),
      });
    } finally {
      await snapshot.close();
    }
    await servers.caughtUp();
  });

  it("fails a scheduled run, which is tried again and then done", async () => {
    const { config } = parseConfig({
      env: {
        LINEAGE_REPORT_TIME_ZONE: "UTC",
        LINEAGE_REPORT_SCHEDULES: JSON.stringify([{ name: "disturbed", cron: "0 0 * * *" }]),
      },
      flags: { out: join(folder, "disturbed") },
      cwd: "/",
    }) as { config: Config };
    const ledger = connectionSettings({ databaseUrl: ledgerUrl(), env: {} });
    await withClient(ledgerUrl(), (client) =>
      client.query(
        "insert into lineage_report.schedule (name, considered_until) values ('disturbed', now() - interval '24 hours')",
      ),
    );
    let disturb = true;
    const said: string[] = [];
    const tools: SchedulerTools = {
      config,
      catalogue: loadCatalogue(),
      render: loadTemplates(),
      async openSnapshot() {
        const snapshot = await onStandby();
        if (disturb) {
          await query(snapshot, loadCatalogue().find("newest-row"), {});
          await conflict();
          await servers.caughtUp();
        }
        return snapshot;
      },
      now: Date.now,
      ledger,
      mail: undefined,
      schedules: async () => ({ schedules: configuredSchedules(config), faults: [] }),
      signal: new AbortController().signal,
      say: (line) => said.push(line),
    };
    expect(await runRound(tools)).toMatchObject({ done: 0, failed: 1 });
    expect(said.at(-1)).toMatch(/failed: the replica ended the session, .*hot_standby_feedback/);
    disturb = false;
    await withClient(ledgerUrl(), (client) =>
      client.query("update lineage_report.run set start_at = now() where schedule = 'disturbed'"),
    );
    expect(await runRound(tools)).toMatchObject({ done: 1, failed: 0 });
  });
});
