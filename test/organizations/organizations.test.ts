import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { runProgram } from "../support/program.ts";
import { scenario } from "../support/rows.ts";
import { run } from "../support/run-folder.ts";
import { CANARY, writeSecrets } from "./secrets.ts";

const NOW = "2026-11-20T17:30:00Z";

interface Listed {
  faults: string[];
  settings: {
    type: string;
    organization: string;
    name: string | null;
    transport?: string | null;
    schedule?: string;
    nextBatchAt?: string | null;
    lastTrafficAt?: string | null;
    topic: string | null;
    format: string | null;
    recreatedAfter: string | null;
  }[];
}

let database: TestDatabase;
let out: string;
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), "organizations-"));
  database = await createTestDatabase();
  const sc = scenario(database.client, "organizations");
  await writeSecrets(sc, "secret-phd");
  // A sender and a receiver of one name, and an organization that is nearly another.
  await sc.receiver("ca-dph.default", {
    timing: { operation: "MERGE", numberPerDay: 12, initialTime: "04:00", timeZone: "EASTERN" },
    jurisdictionalFilter: ["matches(a, XX)"],
  });
  await sc.sender("ca-dph.default");
  await sc.organization("ca-dph-x");
  // Two lives: an old version hangs on the old row of the organization.
  const first = await sc.organization("kk-phd", {}, { active: false, at: "2025-01-01T12:00:00Z" });
  await sc.receiver("kk-phd.elr", { topic: "covid-19" }, { active: false, at: "2025-01-02T12:00:00Z" });
  await sc.insert("setting", [
    tombstone("RECEIVER", "elr", first, 1, "2025-06-01T12:00:00Z"),
    tombstone("ORGANIZATION", "kk-phd", null, 1, "2025-06-01T12:00:00Z"),
  ]);
  await sc.organization("kk-phd", {}, { version: 2, at: "2025-08-01T12:00:00Z" });
  await sc.receiver("kk-phd.elr", { topic: "full-elr" }, { version: 0, at: "2025-08-01T12:00:01Z" });
  await sc.organization("twin-phd", { description: "older" }, { at: "2025-01-01T00:00:00Z" });
  await sc.organization("twin-phd", { description: "newer" }, { at: "2025-02-01T00:00:00Z" });
  await sc.happyPath({ at: "2026-11-19T15:00:00Z", sender: "ca-dph.default", items: 2, receivers: ["ca-dph.default"] });
});
afterAll(async () => {
  await database?.drop();
  await rm(out, { recursive: true, force: true });
});

function tombstone(type: string, name: string, organizationId: number | null, version: number, at: string) {
  const row = { type, name, organization_id: organizationId, values: {}, is_active: false, is_deleted: true };
  return { ...row, version, created_by: "operator@reportstream.example", created_at: at };
}

async function organizations(...args: string[]): Promise<string> {
  const env = { DATABASE_URL: database.readerUrl };
  const { code, stdout, stderr } = await runProgram(["organizations", ...args], { env });
  expect({ code, stderr: stderr.replace(/^lineage-report: warning: .*\n/gm, "") }).toEqual({ code: 0, stderr: "" });
  expect(stdout + stderr).not.toContain(CANARY);
  return stdout;
}

async function listed(...args: string[]): Promise<Listed> {
  return JSON.parse(await organizations("--as-of", NOW, "--json", ...args)) as Listed;
}

describe("organizations", () => {
  test("shows every setting once, whatever its shape", async () => {
    const { settings, faults } = await listed();
    const names = settings.map(({ type, organization, name }) => `${type} ${organization} ${name}`);
    expect(new Set(names).size).toBe(names.length);
    const [{ count } = { count: "0" }] = await database.query<{ count: string }>(
      "select count(distinct (s.type, coalesce(o.name, ''), s.name)) from setting s left join setting o on o.setting_id = s.organization_id",
    );
    expect(names).toHaveLength(Number(count));
    expect(faults).toEqual(["the organization twin-phd has 2 active rows; the newest is shown"]);
    const transports = settings.filter(
      ({ type, organization }) => type === "receiver" && organization === "secret-phd",
    );
    expect(Object.fromEntries(transports.map(({ name, transport }) => [name, transport]))).toEqual({
      absent: null,
      as2: "AS2",
      blob: "BLOBSTORE",
      email: "EMAIL",
      gaen: "GAEN",
      nested: "UNKNOWN",
      none: "NULL",
      null: null,
      odd: "SFTP",
      rest: "REST",
      sftp: "SFTP",
      "sftp-text-port": "SFTP",
      soap: "SOAP",
    });
    expect(transports.find(({ name }) => name === "odd")).toMatchObject({
      schedule: "timing cannot be read: numberPerDay",
      topic: null,
      nextBatchAt: null,
    });
  });

  test("tells the schedule, the next batch and the last traffic", async () => {
    const { settings } = await listed("ca-dph");
    const [, sender, receiver] = settings;
    expect(settings.map(({ organization }) => organization)).toEqual(["ca-dph", "ca-dph", "ca-dph"]);
    expect(sender).toMatchObject({ type: "sender", lastTrafficAt: "2026-11-19T15:00:00.000Z" });
    expect(receiver).toMatchObject({
      schedule: "12 a day from 04:00 US/Eastern",
      nextBatchAt: "2026-11-20T19:00:00.000Z",
    });
    const [sent] = await database.query<{ at: Date }>(
      "select max(created_at) as at from action where action_name = 'send'",
    );
    expect(Date.parse(receiver?.lastTrafficAt ?? "")).toBe(sent?.at.getTime());
    const table = await organizations("ca-dph", "--as-of", NOW, "--format", "table");
    expect(table).toMatch(
      /receiver +default +full-elr +HL7_BATCH +active +SFTP +12 a day from 04:00 US\/Eastern +14:00 +1 jurisdictional +Nov 19/,
    );
    expect(table).toContain("      jurisdictional: matches(a, XX)");
  });

  test("shows a day of the past: another life, or none", async () => {
    const at = async (day: string) =>
      (await listed("--at", day)).settings.find(
        ({ organization, type }) => type === "receiver" && organization === "kk-phd",
      );
    expect(await at("2025-03-01")).toMatchObject({ topic: "covid-19", recreatedAfter: null });
    expect(await at("2025-07-01")).toBeUndefined();
    expect(await at("2025-08-01")).toMatchObject({ topic: "full-elr", recreatedAfter: "2025-06-01T12:00:00.000Z" });
    const gone = await runProgram(["organizations", "kk-phd", "--at", "2025-07-01"], {
      env: { DATABASE_URL: database.readerUrl },
    });
    expect(gone.code).toBe(2);
    expect(gone.stderr).toMatch(
      /no organization, sender or receiver "kk-phd" as of Wed Jul 02 2025 00:00 \(America\/New_York\)/,
    );
  });

  test("as CSV", async () => {
    const [head, first] = (await organizations("ca-dph-x", "--as-of", NOW)).split("\n");
    expect(head).toBe(
      "type,organization,name,description,jurisdiction,state,county,topic,format,status,transport,schedule,next_batch_at,filters,last_traffic_at,version,changed_at,changed_by",
    );
    expect(first).toBe(
      "organization,ca-dph-x,,ca-dph-x description,STATE,XX,,,,,,,,,,0,2021-01-01T00:00:00.000Z,operator@reportstream.example",
    );
  });

  test("a run's folder has organizations.csv for operators, and no secret anywhere", async () => {
    const finished = await run(database.readerUrl, out, "--date", "2026-11-19", "--as-of", NOW);
    const rows = await finished.csv("organizations.csv");
    const of = (organization: string) => rows.filter((row) => row.organization === organization);
    expect(of("ca-dph").map(({ type, name }) => `${type} ${name}`)).toEqual([
      "organization ",
      "receiver default",
      "sender default",
    ]);
    expect(of("ca-dph")[1]).toMatchObject({
      format: "HL7_BATCH",
      batches_per_day: "12",
      first_batch: "04:00",
      batch_zone: "EASTERN",
      transport: "SFTP",
    });
    const directory = (await listed()).settings.map(({ type, organization, name, format }) => {
      return `${type} ${organization} ${name ?? ""} ${format ?? ""}`;
    });
    expect(rows.map((row) => `${row.type} ${row.organization} ${row.name} ${row.format}`).sort()).toEqual(
      directory.sort(),
    );
    expect(of("twin-phd").map(({ description }) => description)).toEqual(["newer"]);
    const folders = await finished.organizations();
    expect(await readdir(join(finished.folder, "organizations", folders[0] ?? ""))).not.toContain("organizations.csv");
    const files = await readdir(finished.folder, { recursive: true, withFileTypes: true });
    for (const file of files.filter((entry) => entry.isFile())) {
      const text = await readFile(join(file.parentPath, file.name), "utf8");
      expect({ file: file.name, secret: text.includes(CANARY) }).toEqual({ file: file.name, secret: false });
    }
  });
});
