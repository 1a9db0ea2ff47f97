import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { main } from "../../src/cli/program.ts";
import { verifyFolder } from "../../src/output/verify.ts";
import { testContext } from "../cli/test-context.ts";
import { type ScriptedServer, scriptedServer } from "../mail/scripted-server.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { scenario } from "../support/rows.ts";

const SCRIPT = fileURLToPath(new URL("../faults/schedule-once.mjs", import.meta.url));

let database: TestDatabase;
let server: ScriptedServer;
let folder: string;

beforeAll(async () => {
  database = await createTestDatabase();
  server = await scriptedServer();
  folder = await mkdtemp(join(tmpdir(), "kill-"));
  await scenario(database.client).organization("ca-dph");
  await database.query("insert into action (action_name, created_at) values ('batch', now())");
  const config = {
    timeZone: "UTC",
    schedules: [{ name: "nightly", cron: "0 0 * * *", mail: true, catchUpHours: 72 }],
    mail: {
      from: "reports@example.org",
      operators: ["ops@example.org"],
      connections: 1,
      organizations: { "ca-dph": { to: ["elr@ca-dph.example"] } },
    },
  };
  await writeFile(join(folder, "lineage-report.yaml"), JSON.stringify(config));
  expect(await here("ledger", "init")).toBe(0);
});
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
  await database?.drop();
});

function here(...args: string[]): Promise<number> {
  const env = { DATABASE_URL: database.ownerUrl, SMTP_URL: server.url };
  return main(args, testContext({ env, cwd: folder, now: Date.now }));
}

function child(crashAt: number): Promise<{ signal: NodeJS.Signals | null; effects: string[] }> {
  const process_ = spawn(process.execPath, [SCRIPT, folder, database.ownerUrl, server.url, String(crashAt)], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  let output = "";
  process_.stdout.on("data", (text) => (output += text));
  return new Promise((resolve) => {
    process_.once("close", (_, signal) => {
      const { effects } = JSON.parse(output || '{"effects":[]}') as { effects: string[] };
      resolve({ signal, effects });
    });
  });
}

it("a scheduler killed with -9 before any of its effects: the next one ends each run once, and each mail is taken once or asked about", async () => {
  const seen: string[] = [];
  for (let crashAt = 1; ; crashAt++) {
    await database.query(
      "truncate lineage_report.run, lineage_report.schedule, lineage_report.mail, lineage_report.mail_event",
    );
    await database.query(
      `insert into lineage_report.schedule (name, considered_until)
       values ('nightly', date_trunc('day', now() at time zone 'UTC') at time zone 'UTC' - interval '1 minute')`,
    );
    await rm(join(folder, "out"), { recursive: true, force: true });
    server.accepted.length = 0;
    const { signal, effects } = await child(crashAt);
    const code = await here("schedule", "--once");
    const where = `effect ${crashAt}`;
    expect([0, 3], where).toContain(code);
    expect(await database.query("select state from lineage_report.run"), where).toEqual([{ state: "done" }]);
    const runs = await readdir(join(folder, "out"));
    expect(runs.length, where).toBe(1);
    expect((await verifyFolder(join(folder, "out", runs[0] ?? ""))).ok, where).toBe(true);
    const mails = await database.query<{ state: string; to: string }>(
      "select state, recipients[1] as to from lineage_report.mail where kind <> 'notice' order by kind",
    );
    expect(mails.map(({ to }) => to)).toEqual(["ops@example.org", "elr@ca-dph.example"].sort().reverse());
    for (const { state, to } of mails) {
      const taken = server.accepted.filter((mail) => mail.to.includes(to)).length;
      expect(["accepted 1", "unknown 0", "unknown 1"], where).toContain(`${state} ${taken}`);
      seen.push(`${state} ${taken}`);
    }
    if (signal === null) {
      // Nothing was left to do for the second one.
      expect(new Set(effects)).toEqual(new Set(["ledger", "mail", "folder"]));
      expect(effects.length).toBeGreaterThan(25);
      break;
    }
  }
  expect(seen.slice(-2)).toEqual(["accepted 1", "accepted 1"]);
  // Around the end of each message nobody can know; everywhere else everything is known.
  expect(seen.filter((one) => one.startsWith("unknown")).length).toBeLessThanOrEqual(8);
}, 900_000);
