import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { main } from "../../src/cli/program.ts";
import type { Finding } from "../../src/doctor/finding.ts";
import { packageRoot } from "../../src/package.ts";
import { LEAST_MEGABYTES } from "../../src/run/slice-plan.ts";
import { testContext } from "../cli/test-context.ts";
import { type ScriptedServer, scriptedServer } from "../mail/scripted-server.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { runProgram } from "../support/program.ts";
import { scenario } from "../support/rows.ts";
import { urlTo } from "../support/server-fixture.ts";

// Each call prepares every query: on a busy machine some seconds each.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

let database: TestDatabase;
let folder: string;
let role: string;
/** The role that deploy/role.sql makes. */
let url: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doctor-"));
  database = await createTestDatabase();
  role = `${database.name}_doctor`;
  const sql = (await readFile(join(packageRoot, "deploy", "role.sql"), "utf8")).replaceAll("lineage_report", role);
  await database.client.query(sql);
  await database.client.query(`alter role ${role} password 'once'`);
  url = urlTo(database.ownerUrl, { user: { name: role, password: "once" } });
  await scenario(database.client, "doctor").happyPath({ at: new Date().toISOString(), receivers: ["aa-phd.elr"] });
});
afterAll(async () => {
  await database.client.query(`drop owned by ${role}; drop role ${role}`);
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

interface Told {
  code: number;
  ok: boolean;
  findings: Finding[];
  text: string;
}

async function doctor(env: Record<string, string> = {}, ...args: string[]): Promise<Told> {
  const context = testContext({ env: { DATABASE_URL: url, ...env }, cwd: folder, now: Date.now });
  const code = await main(["doctor", "--json", ...args], context);
  expect(context.err()).toBe("");
  const told = JSON.parse(context.out()) as { ok: boolean; findings: Finding[] };
  expect(told.ok).toBe(code === 0);
  expect(told.ok).toBe(told.findings.every(({ state }) => state !== "fault"));
  return { code, ...told, text: context.out() };
}

/** What is not as it should be; with the fix of each. */
const wrong = ({ findings }: Told) => findings.filter(({ state }) => state !== "ok");

/** Does something to the database, asks the doctor, and undoes it. */
async function withChange(change: string, undo: string): Promise<Told> {
  await database.client.query(change);
  try {
    return await doctor();
  } finally {
    await database.client.query(undo);
  }
}

describe("a database as deploy/ makes it", () => {
  test("has nothing to mend", async () => {
    const told = await doctor();
    expect(wrong(told)).toEqual([]);
    expect(told.code).toBe(0);
    const said = told.findings.map(({ check, message }) => `${check}: ${message}`).join("\n");
    expect(said).toContain("read-only: the server refused a write with SQLSTATE 25006");
    expect(said).toContain(`role: the role "${role}" can do no more than read`);
    expect(said).toContain("indexes: 24 of the 24 indexes that queries rely on are there");
    expect(said).toMatch(/schema: all \d+ queries fit the tables/);
  });

  test("is told to a person by area, with the verdict last", async () => {
    const { code, stdout, stderr } = await runProgram(["doctor"], { env: { DATABASE_URL: url }, cwd: folder });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^configuration\n {2}ok {7}settings: there is no file/);
    expect(stdout).toMatch(/\ndatabase\n {2}ok {7}connection: connected to the database "/);
    expect(stdout).toMatch(/\nno faults, no warnings, \d+ ok\n$/);
  });
});

describe("rights", () => {
  test("that lack are faults, and the fix mends them", async () => {
    await database.client.query(`revoke select on report_file, jti_cache from ${role}`);
    const told = await doctor();
    expect(told.code).toBe(1);
    const lacking = wrong(told);
    expect(lacking.map(({ check, message }) => `${check}: ${message}`)).toEqual([
      expect.stringMatching(/^rights: the role may not read jti_cache, which status-tokens needs$/),
      expect.stringMatching(/^rights: the role may not read report_file, which .* and \d+ more need$/),
    ]);
    for (const { fix } of lacking) await database.client.query(fix!);
    expect(wrong(await doctor())).toEqual([]);
  });

  test("beside reading are faults", async () => {
    const told = await withChange(
      `grant insert, delete on setting to ${role}; grant update (values) on setting to ${role}`,
      `revoke insert, delete on setting from ${role}; revoke update (values) on setting from ${role}`,
    );
    expect(wrong(told)).toEqual([
      expect.objectContaining({
        ...{ area: "database", check: "role", state: "fault" },
        message: `the role "${role}" may change setting (insert, update, delete)`,
      }),
    ]);
  });

  test("of the role itself, and of roles that it belongs to", async () => {
    const powerful = await withChange(`alter role ${role} createdb`, `alter role ${role} nocreatedb`);
    expect(wrong(powerful)[0]).toMatchObject({ state: "fault", message: expect.stringContaining("is createdb") });
    const member = await withChange(`grant pg_write_all_data to ${role}`, `revoke pg_write_all_data from ${role}`);
    expect(member.code).toBe(1);
    expect(
      wrong(member)
        .map(({ message }) => message)
        .join(),
    ).toContain("belongs to pg_write_all_data");
    const owner = await doctor({ DATABASE_URL: database.ownerUrl });
    expect(owner.code).toBe(1);
    expect(wrong(owner).some(({ check, state }) => check === "role" && state === "fault")).toBe(true);
  });

  test("to read more, to create, or a role that is not read-only by default are warnings", async () => {
    const more = await withChange(
      `create table beside (n int); grant select on beside to ${role}; alter role ${role} reset default_transaction_read_only`,
      `drop table beside; alter role ${role} set default_transaction_read_only = on`,
    );
    expect(more.code).toBe(0);
    expect(wrong(more).map(({ message }) => message)).toEqual([
      `the role "${role}" may read beside, which no query needs`,
      `the role "${role}" is not read-only by default; the program's own transactions are`,
    ]);
    const create = await withChange(
      `grant create on schema public to ${role}`,
      `revoke create on schema public from ${role}`,
    );
    expect(wrong(create)).toEqual([
      expect.objectContaining({ state: "warning", message: `the role "${role}" may create things in schema public` }),
    ]);
  });

  test("that policies narrow are a fault: rows would be missing in silence", async () => {
    const told = await withChange(
      "alter table action enable row level security",
      "alter table action disable row level security",
    );
    expect(wrong(told).filter(({ state }) => state === "fault")).toEqual([
      expect.objectContaining({ check: "rights", message: expect.stringContaining("may hide rows of action") }),
    ]);
  });
});

describe("the schema", () => {
  test("without a table, and without a column", async () => {
    const table = await withChange("alter table task rename to tasks", "alter table tasks rename to task");
    expect(wrong(table).map(({ state, message }) => `${state} ${message}`)).toEqual([
      expect.stringMatching(/^fault there is no table task, which .* need$/),
      // Rights stay with a table that is renamed.
      `warning the role "${role}" may read tasks, which no query needs`,
    ]);
    const column = await withChange(
      "alter table setting rename column created_by to made_by",
      "alter table setting rename column made_by to created_by",
    );
    expect(wrong(column)).toEqual([
      expect.objectContaining({
        ...{ check: "schema", state: "fault" },
        message: expect.stringMatching(/created_by.*queries\/organizations-changes\.sql/),
      }),
    ]);
  });

  test("without an index, and the fix mends it", async () => {
    await database.client.query("drop index item_lineage_created_at_idx");
    const told = await doctor();
    expect(wrong(told)).toEqual([
      expect.objectContaining({
        ...{ check: "indexes", state: "fault" },
        message: "item_lineage has no index on (created_at), which is needed for the lineage of a window",
      }),
    ]);
    await database.client.query(wrong(told)[0]!.fix!.replace("as the table's owner: ", ""));
    expect(wrong(await doctor())).toEqual([]);
  });

  test("with migrations and words that the program does not know", async () => {
    const other = await createTestDatabase();
    try {
      const read = () => doctor({ DATABASE_URL: other.ownerUrl });
      const schema = ({ findings }: Told) => findings.filter(({ check }) => ["schema", "migrations"].includes(check));
      expect(schema(await read()).map(({ state }) => state)).toEqual(["ok", "ok"]);
      await other.query("alter type task_action add value 'teleport'");
      const add = (version: string, success: boolean) =>
        other.query(
          `insert into flyway_schema_history (installed_rank, version, description, type, script, installed_by, execution_time, success)
           values ($1, $2, 'add teleport', 'SQL', 'x.sql', 'x', 1, $3)`,
          [1000 + Number(version), version, success],
        );
      await add("76", true);
      expect(schema(await read()).map(({ state, message }) => `${state} ${message}`)).toEqual([
        expect.stringMatching(/^ok all \d+ queries fit/),
        "warning task_action has words that this program does not know: teleport",
        "warning migrations that this program does not know: V76 add teleport",
      ]);
      await add("77", false);
      expect(schema(await read()).at(-1)).toMatchObject({
        state: "fault",
        message: "a migration failed half way: V77",
      });
    } finally {
      await other.drop();
    }
  });
});

describe("what cannot be reached", () => {
  test.each([
    ["a port where nobody listens", (good: string) => good.replace(/:\d+\//, ":1/"), /cannot be reached|refused/i],
    ["a wrong password", (good: string) => good.replace(":once@", ":CANARY-wrong@"), /password/i],
    [
      "a database that is not there",
      (good: string) => good.replace(/\/[^/]*$/, "/no_such_database"),
      /no_such_database/,
    ],
  ])("%s is one fault, and the rest is looked at all the same", async (_, change, message) => {
    const told = await doctor({ DATABASE_URL: change(url) });
    expect(told.code).toBe(1);
    const database = told.findings.filter(({ area }) => area === "database");
    expect(database).toEqual([expect.objectContaining({ check: "connection", state: "fault" })]);
    expect(database[0]?.message).toMatch(message);
    expect(told.findings.map(({ area }) => area)).toEqual(expect.arrayContaining(["output", "mail server", "ledger"]));
    expect(told.text).not.toMatch(/once|CANARY/);
  });

  test("a clock that is hours behind", async () => {
    const context = testContext({ env: { DATABASE_URL: url }, cwd: folder, now: () => Date.now() - 5 * 3_600_000 });
    expect(await main(["doctor"], context)).toBe(1);
    expect(context.out()).toMatch(/FAULT {4}clock: the server's clock is 5 h ahead of this host's: windows begin/);
  });
});

describe("files", () => {
  test("a configuration with faults, and the defaults in its place", async () => {
    await writeFile(join(folder, "bad.yaml"), "timezone: UTC\nlimits: {settleHours: many}\n");
    const told = await doctor({}, "--config", "bad.yaml");
    expect(wrong(told)).toEqual([
      expect.objectContaining({ area: "configuration", check: "settings", state: "fault" }),
    ]);
    expect(wrong(told)[0]?.message).toMatch(/2 faults:\n.*timezone.*\n.*settleHours/);
    expect(told.findings.some(({ check }) => check === "read-only")).toBe(true);
  });

  test("queries and templates that cannot be read", async () => {
    const own = join(folder, "own");
    await mkdir(own);
    await writeFile(join(own, "mine.sql"), "select 1");
    await writeFile(join(own, "index.hbs"), "{{#if x}}");
    const told = await doctor({}, "--queries", own, "--templates", own);
    expect(wrong(told).map(({ check }) => check)).toEqual(["queries", "templates"]);
    expect(wrong(told)[1]?.message).toContain("index.hbs is not a handlebars template");
  });

  test("a limit of memory that no run can keep, and the least that one can", async () => {
    const memoryOf = ({ findings }: Told) => findings.filter(({ check }) => check === "memory");
    const told = await doctor({ LINEAGE_REPORT_MEMORY: String(LEAST_MEGABYTES - 1) });
    expect(told.code).toBe(1);
    expect(wrong(told)).toEqual(memoryOf(told));
    expect(memoryOf(told)).toEqual([
      expect.objectContaining({
        area: "configuration",
        state: "fault",
        fix: `the least that works is ${LEAST_MEGABYTES} MB`,
      }),
    ]);
    const least = memoryOf(await doctor({ LINEAGE_REPORT_MEMORY: String(LEAST_MEGABYTES) }));
    expect(least).toEqual([expect.objectContaining({ state: "ok" })]);
    expect(memoryOf(await doctor())).toEqual([]);
  });

  test("a folder that cannot be written to; of one that can nothing is left", async () => {
    await writeFile(join(folder, "file"), "");
    const told = await doctor({}, "--out", join(folder, "file", "out"));
    expect(wrong(told)).toEqual([expect.objectContaining({ area: "output", check: "folder", state: "fault" })]);
    const out = join(folder, "empty");
    await mkdir(out);
    const [found] = (await doctor({}, "--out", out)).findings.filter(({ area }) => area === "output");
    expect(found).toMatchObject({ state: "ok", message: expect.stringContaining(`${out} can be written to`) });
    expect(await readdir(out)).toEqual([]);
    const later = await doctor({}, "--out", join(folder, "later", "out"));
    expect(later.findings.find(({ area }) => area === "output")?.message).toContain("will be made by the first run");
    expect(await readdir(folder)).not.toContain("later");
  });
});

describe("the mail server", () => {
  let server: ScriptedServer;
  const password = { SMTP_USER: "reports", SMTP_PASSWORD: "CANARY-smtp" };
  const mail = async (env: Record<string, string>) => {
    const told = await doctor({ LINEAGE_REPORT_MAIL_FROM: "reports@x.example", LEDGER_URL: "", ...env });
    expect(told.text).not.toContain("CANARY");
    return told.findings.filter(({ area }) => area === "mail server");
  };
  beforeAll(async () => {
    server = await scriptedServer();
  });
  afterAll(() => server?.close());

  test("answers, takes the login, and gets no mail", async () => {
    server.script({}, { auth: true, size: 4_194_304 });
    const found = await mail({ SMTP_URL: server.url, ...password });
    expect(found.map(({ check, state }) => `${check} ${state}`)).toEqual(["connection ok", "login ok"]);
    expect(found[0]?.message).toMatch(/answers, unencrypted, and offers .*PLAIN.*; takes messages up to 4,096 kB$/);
    expect([server.accepted, server.asked]).toEqual([[], []]);
  });

  test("refuses the login, offers none, greets with an error, goes away", async () => {
    server.script({ auth: { reply: "535 5.7.8 no such user CANARY-smtp" } }, { auth: true });
    expect((await mail({ SMTP_URL: server.url, ...password }))[1]).toMatchObject({
      ...{ check: "login", state: "fault" },
      message: expect.stringContaining('the login as "reports" was refused'),
    });
    server.script({}, { auth: false });
    expect((await mail({ SMTP_URL: server.url, ...password }))[1]).toMatchObject({ check: "login", state: "fault" });
    server.script({ connect: { reply: "554 5.3.2 closed" } });
    expect(await mail({ SMTP_URL: server.url })).toEqual([
      expect.objectContaining({ check: "connection", state: "fault" }),
    ]);
    server.script({ connect: { drop: true } });
    expect(await mail({ SMTP_URL: server.url })).toEqual([
      expect.objectContaining({ check: "connection", state: "fault" }),
    ]);
  });

  test("is not there, does not speak TLS, or is not named", async () => {
    expect(await mail({ SMTP_URL: "smtp://127.0.0.1:1" })).toEqual([
      expect.objectContaining({ state: "fault", message: expect.stringContaining("127.0.0.1:1: ") }),
    ]);
    server.script({});
    const demanded = await mail({ SMTP_URL: server.url.replace(/\?.*/, "?tls=require") });
    expect(demanded).toEqual([expect.objectContaining({ check: "connection", state: "fault" })]);
    expect(await mail({})).toEqual([
      expect.objectContaining({
        check: "settings",
        state: "fault",
        message: expect.stringContaining("SMTP_URL is not set"),
      }),
    ]);
  });
});

describe("the ledger", () => {
  test("that is needed and not there, that may not be written, and that is as it should be", async () => {
    const ledger = async (env: Record<string, string>) =>
      (await doctor(env)).findings.filter(({ area }) => area === "ledger");
    const [missing] = await ledger({ LEDGER_URL: database.ownerUrl });
    expect(missing).toMatchObject({ state: "fault", fix: expect.stringContaining("lineage-report ledger init") });
    const init = testContext({ env: { LEDGER_URL: database.ownerUrl } });
    expect(await main(["ledger", "init"], init)).toBe(0);
    try {
      expect(await ledger({ LEDGER_URL: database.ownerUrl })).toEqual([
        expect.objectContaining({
          state: "ok",
          message: "the ledger of LEDGER_URL is of version 1, and can be written",
        }),
      ]);
      await database.client.query(
        `grant usage on schema lineage_report to ${role}; grant select on all tables in schema lineage_report to ${role}`,
      );
      const [barred] = await ledger({ LEDGER_URL: url });
      expect(barred).toMatchObject({ state: "fault", fix: "grant it what deploy/ledger-role.sql says" });
      expect(barred?.message).toContain("insert mail");
      const sql = (await readFile(join(packageRoot, "deploy", "ledger-role.sql"), "utf8"))
        .replaceAll("to lineage_report", `to ${role}`)
        .replaceAll("rolname = 'lineage_report'", `rolname = '${role}'`);
      await database.client.query(sql);
      const granted = await doctor({ LEDGER_URL: url });
      expect(wrong(granted)).toEqual([]);
    } finally {
      await database.client.query("drop schema lineage_report cascade");
    }
  });
});
