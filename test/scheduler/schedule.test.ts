import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { main } from "../../src/cli/program.ts";
import { verifyFolder } from "../../src/output/verify.ts";
import { packageRoot } from "../../src/package.ts";
import { testContext } from "../cli/test-context.ts";
import { type ScriptedServer, scriptedServer } from "../mail/scripted-server.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { startProgram } from "../support/program.ts";
import { scenario } from "../support/rows.ts";

let database: TestDatabase;
let server: ScriptedServer;
let folder: string;

beforeAll(async () => {
  database = await createTestDatabase();
  server = await scriptedServer();
  folder = await mkdtemp(join(tmpdir(), "schedule-"));
  const world = scenario(database.client);
  await world.organization("ca-dph");
  await world.organization("lab");
  // Something of today, so that the data are known to be fresh.
  await database.query("insert into action (action_name, created_at) values ('batch', now())");
  expect(await program("ledger", "init")).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
  await database?.drop();
});

const CONFIG = {
  timeZone: "UTC",
  schedules: [
    { name: "nightly", cron: "0 0 * * *", mail: true, catchUp: "all", catchUpHours: 72, organizations: [] as string[] },
  ],
  mail: {
    from: "reports@example.org",
    operators: ["ops@example.org"],
    organizations: { "ca-dph": { to: ["elr@ca-dph.example"] } },
  },
};

/** The program as somebody would run it who has the rights of the ledger. */
async function program(...args: string[]) {
  return run(args, await environment());
}

/** In this process, which saves the start of another one wherever no signal is needed. */
async function run(args: string[], { env, cwd }: { env: Record<string, string>; cwd: string }) {
  const context = testContext({ env, cwd, now: Date.now });
  return { code: await main(args, context), stdout: context.out(), stderr: context.err() };
}

async function environment(config: object = CONFIG) {
  await writeFile(join(folder, "lineage-report.yaml"), JSON.stringify(config));
  return { env: { DATABASE_URL: database.ownerUrl, SMTP_URL: server.url }, cwd: folder };
}

/** As if the schedule had been known, and nobody there, since then. */
async function awaySince(interval: string): Promise<void> {
  await database.query(
    `insert into lineage_report.schedule (name, considered_until) values ('nightly', now() - $1::interval)
     on conflict (name) do update set considered_until = excluded.considered_until`,
    [interval],
  );
}

/** Until the mail server was asked to take something, however slow the machine is. */
async function askedOf({ asked }: ScriptedServer): Promise<void> {
  for (let tries = 0; tries < 1000 && asked.length === 0; tries++)
    await new Promise((resolve) => setTimeout(resolve, 50));
}

const states = async () =>
  (await database.query("select state, count(*)::int as n from lineage_report.run group by 1 order by 1")).map(
    ({ state, n }) => `${state} ${n}`,
  );

describe("schedule", () => {
  it("catches up three nights, mails each once, and does nothing more the second time", async () => {
    await awaySince("65 hours");
    const first = await program("schedule", "--once");
    expect(first.stderr).toContain("nightly: due ");
    expect(first).toMatchObject({ code: 0 });
    const done = Number(/^(\d+) done/.exec(first.stdout)?.[1]);
    expect([2, 3]).toContain(done);
    const runs = (await readdir(join(folder, "out"))).sort();
    expect(runs).toHaveLength(done);
    for (const run of runs) expect((await verifyFolder(join(folder, "out", run))).ok).toBe(true);
    const to = server.accepted.map((mail) => mail.to.join()).sort();
    expect(to).toEqual([...Array(done).fill("elr@ca-dph.example"), ...Array(done).fill("ops@example.org")]);
    const second = await program("schedule", "--once");
    expect(second.stdout).toBe("0 done, 0 failed\n");
    expect(server.accepted).toHaveLength(2 * done);
    expect(await states()).toEqual([`done ${done}`]);
  });

  it("two at once: each night is run once", async () => {
    await database.query(
      "truncate lineage_report.run, lineage_report.schedule, lineage_report.mail, lineage_report.mail_event",
    );
    await rm(join(folder, "out"), { recursive: true, force: true });
    server.accepted.length = 0;
    await awaySince("65 hours");
    const results = await Promise.all([
      program("schedule", "--once"),
      program("schedule", "--once"),
      program("schedule", "--once"),
    ]);
    expect(results.map(({ code }) => code)).toEqual([0, 0, 0]);
    const done = results.reduce((sum, { stdout }) => sum + Number(/^(\d+) done/.exec(stdout)?.[1]), 0);
    expect(await states()).toEqual([`done ${done}`]);
    expect(server.accepted).toHaveLength(2 * done);
  });

  it("lists what became of the due times, and the mails", async () => {
    const { stdout } = await program("schedule", "list", "--json");
    const { runs } = JSON.parse(stdout) as { runs: { state: string; folder: string }[] };
    expect(runs.length).toBeGreaterThan(1);
    expect(runs[0]).toMatchObject({ schedule: "nightly", state: "done", provisional: true });
    const mails = JSON.parse((await program("mail", "list", "--json", "--organization", "ca-dph")).stdout) as {
      mails: { state: string; reply: string }[];
    };
    expect(mails.mails[0]).toMatchObject({ state: "accepted", reply: "250 2.0.0 queued as 7F3A", attempts: 1 });
  });

  it("shows the coming runs, without a ledger", async () => {
    const { stdout, code } = await program("schedule", "next", "--count", "3", "--explain");
    expect(code).toBe(0);
    expect(stdout.match(/nightly$/gm)).toHaveLength(3);
    expect(stdout).toContain("0 0 * * * by the clock of UTC");
    expect(stdout).toContain("if missed: all, not older than 72 hours");
  });

  it("stays up, and SIGTERM ends it within ten seconds", async () => {
    const started = startProgram(["schedule"], await environment());
    await started.says("waiting for what is due");
    const before = performance.now();
    started.child.kill("SIGTERM");
    const { code, stderr } = await started.ended;
    expect(performance.now() - before).toBeLessThan(10_000);
    expect(code).toBe(130);
    expect(stderr).toContain("stopped");
  });

  it("SIGTERM in the middle of a mail's conversation: the mail is planned again and the run taken up by the next", async () => {
    await database.query(
      "truncate lineage_report.run, lineage_report.schedule, lineage_report.mail, lineage_report.mail_event",
    );
    server.accepted.length = 0;
    server.asked.length = 0;
    await awaySince("20 hours");
    await database.query(
      "update lineage_report.schedule set considered_until = date_trunc('day', now() at time zone 'UTC') at time zone 'UTC' - interval '1 minute'",
    );
    server.script({ data: { silence: true } });
    const started = startProgram(["schedule"], await environment());
    await started.says(/runs /);
    await askedOf(server);
    const before = performance.now();
    started.child.kill("SIGTERM");
    expect((await started.ended).code).toBe(130);
    expect(performance.now() - before).toBeLessThan(10_000);
    expect(await states()).toEqual(["interrupted 1"]);
    expect(await database.query("select state from lineage_report.mail")).toEqual([{ state: "planned" }]);
    server.script({});
    await database.query("update lineage_report.mail set next_attempt_at = now()");
    expect((await program("schedule", "--once")).stdout).toBe("1 done, 0 failed\n");
    expect(server.accepted.map(({ to }) => to.join()).sort()).toEqual(["elr@ca-dph.example", "ops@example.org"]);
    server.script({});
  });
});

describe("killed with -9", () => {
  it("in the middle of a mail's conversation: the next scheduler takes run and mail up at once, and each happens once", async () => {
    await database.query(
      "truncate lineage_report.run, lineage_report.schedule, lineage_report.mail, lineage_report.mail_event",
    );
    server.accepted.length = 0;
    server.asked.length = 0;
    await awaySince("20 hours");
    await database.query(
      "update lineage_report.schedule set considered_until = date_trunc('day', now() at time zone 'UTC') at time zone 'UTC' - interval '1 minute'",
    );
    server.script({ data: { silence: true } });
    const started = startProgram(["schedule", "--once"], await environment());
    await askedOf(server);
    started.child.kill("SIGKILL");
    await started.ended;
    expect(await states()).toEqual(["running 1"]);
    server.script({});
    expect((await program("schedule", "--once")).stdout).toBe("1 done, 0 failed\n");
    expect(await states()).toEqual(["done 1"]);
    expect(server.accepted.map(({ to }) => to.join()).sort()).toEqual(["elr@ca-dph.example", "ops@example.org"]);
  });
});

describe("what is missing is said", () => {
  it("a ledger", async () => {
    const other = await createTestDatabase();
    try {
      const { env, cwd } = await environment();
      const { code, stderr } = await run(["schedule", "--once"], {
        env: { ...env, LEDGER_URL: other.ownerUrl },
        cwd,
      });
      expect(code).toBe(2);
      expect(stderr).toContain("there is no ledger");
      expect(stderr).toContain("ledger init");
    } finally {
      await other.drop();
    }
  });

  it("the rights to make one", async () => {
    const { cwd } = await environment();
    const { code, stderr } = await run(["ledger", "init"], { env: { DATABASE_URL: database.readerUrl }, cwd });
    expect(code).toBe(2);
    expect(stderr).toContain("may not");
  });

  it("schedules", async () => {
    const { code, stderr } = await run(["schedule", "--once"], await environment({}));
    expect(code).toBe(2);
    expect(stderr).toContain("nothing is scheduled");
  });

  it("every fault of a schedule, at its place", async () => {
    const broken = {
      schedules: [
        { name: "a", cron: "61 * * * *" },
        { name: "a", cron: "* * * * *", timeZone: "Nowhere", surprise: 1 },
      ],
    };
    const { code, stderr } = await run(["schedule", "next"], await environment(broken));
    expect(code).toBe(2);
    expect(stderr).toContain("schedules[1].cron");
    expect(stderr).toContain("the minute 61 is not between 0 and 59");
    expect(stderr).toContain("schedules[2].timeZone");
    expect(stderr).toContain("surprise");
  });
});

describe("email_schedule", () => {
  it("follows the active rows, passes over a broken one and tells it", async () => {
    const add = (values: object, active: boolean) =>
      database.query(
        "insert into email_schedule (values, is_active, version, created_by, created_at) values ($1, $2, 1, 'x', now())",
        [JSON.stringify(values), active],
      );
    await add({ cronSchedule: "0 6 * * *", organizations: ["ca-dph"], emails: [] }, true);
    await add({ cronSchedule: "0 6 * * * ?", organizations: [] }, true);
    await add({ cronSchedule: "0 7 * * *", organizations: [] }, false);
    const { code, stdout, stderr } = await run(
      ["schedule", "next", "--count", "2"],
      await environment({ emailSchedules: true }),
    );
    expect(code).toBe(3);
    expect(stdout.match(/email_schedule\/1$/gm)).toHaveLength(2);
    expect(stdout).not.toContain("email_schedule/3");
    expect(stderr).toContain("passed over: email_schedule/2");
  });
});

it("the service of deploy/ calls a command and options that there are", async () => {
  const text = await readFile(join(packageRoot, "deploy", "lineage-report-schedule.service"), "utf8");
  const args = (/bin\.js (.*)$/m.exec(text)?.[1] ?? "").split(" ");
  const context = testContext();
  // An option that does not exist is refused before anything is done; this one is the last to be looked at.
  expect(await main([...args, "--no-such-option"], context)).toBe(2);
  expect(context.err()).toContain("schedule has no option --no-such-option\n");
});
