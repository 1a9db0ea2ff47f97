import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findGaps } from "../../src/status/status.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { runProgram } from "../support/program.ts";
import { scenario } from "../support/rows.ts";

const NOW = "2026-11-20T17:30:00Z";
const CANARY = "CANARY-5e0f7b";

describe("gaps", () => {
  const month = (name: string, action: boolean, log: boolean) => ({
    month: name,
    present: { action, action_log: log },
  });

  test("are stretches of months of which one table has nothing and another has", () => {
    const months = [
      month("2022-04", true, true),
      month("2022-05", true, false),
      month("2022-06", true, false),
      month("2022-07", true, true),
      month("2022-08", false, false),
      month("2022-09", false, true),
      month("2022-10", true, false),
    ];
    expect(findGaps(months)).toEqual([
      { table: "action", from: "2022-09", to: "2022-09" },
      { table: "action_log", from: "2022-05", to: "2022-06" },
      { table: "action_log", from: "2022-10", to: "2022-10" },
      { table: "every table", from: "2022-08", to: "2022-08" },
    ]);
    expect(findGaps([])).toEqual([]);
  });
});

describe("status", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
    const sc = scenario(database.client, "status");
    await sc.receiver("oh-odh.elr");
    await sc.receiver("oh-odh.new", {}, { at: "2026-11-20T09:00:00Z" });
    const waits = await sc.happyPath({
      at: "2026-11-20T10:00:00Z",
      sender: "acme-labs.default",
      items: 3,
      receivers: ["oh-odh.elr"],
      until: "batch",
    });
    await sc.orphanTask({ at: "2026-11-19T09:00:00Z" });
    const lost = waits.batches["oh-odh.elr"]!;
    const sender = "acme-labs.default";
    await sc.happyPath({ at: "2026-11-20T11:00:00Z", sender, items: 1, receivers: ["oh-odh.elr"], until: "batch" });
    await database.query(
      `insert into elr_result_metadata (report_id, report_index, created_at)
       values ($1, 1, '2026-11-20T17:29:00'), ($1, 2, '2026-11-20T17:31:00')`,
      [lost.id],
    );
    await database.query("delete from task where report_id = $1", [lost.id]);
    const token = (expires: string) => ({ jti: CANARY, expires_at: expires, created_at: "2026-11-20T12:00:00Z" });
    await sc.insert("jti_cache", [
      token("2026-11-20T12:05:00Z"),
      token("2026-11-20T12:06:00Z"),
      token("2026-11-20T18:00:00Z"),
    ]);
    const schedule = (values: object, active: boolean) => ({
      values,
      is_active: active,
      is_deleted: null,
      version: 1,
      created_by: "ops",
      created_at: "2026-01-01T00:00:00Z",
    });
    const mail = { template: CANARY, type: "DAILY", emails: [CANARY], parameters: { x: CANARY } };
    await sc.insert("email_schedule", [
      schedule({ ...mail, cronSchedule: "0 6 * * *", organizations: ["oh-odh"] }, true),
      schedule({ ...mail, cronSchedule: "0 6 * * * ?" }, true),
      schedule({ ...mail, cronSchedule: "0 7 * * *" }, false),
    ]);
    await database.query(
      "insert into action (action_name, created_at) values ('receive', '2026-08-15T00:00:00Z'), ('receive', '2026-10-15T00:00:00Z')",
    );
  });
  afterAll(() => database?.drop());

  async function status(...args: string[]): Promise<string> {
    const env = { DATABASE_URL: database.readerUrl };
    const { code, stdout, stderr } = await runProgram(["status", "--as-of", NOW, ...args], { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).not.toContain(CANARY);
    return stdout;
  }

  test("tells what waits, what is lost either way, tokens and schedules with their faults", async () => {
    const told = JSON.parse(await status("--json")) as Record<string, unknown[]>;
    const queues = told.queues as Record<string, unknown>[];
    expect(queues.find(({ step }) => step === "convert")).toMatchObject({
      tasks: 1,
      withoutReport: 1,
      oldestAt: "2026-11-19T09:00:00.000Z",
    });
    expect(queues.find(({ step }) => step === "send")).toMatchObject({ tasks: 1, items: 1, withoutReport: 0 });
    expect(told.lost).toEqual([expect.objectContaining({ step: "send", reports: 1 })]);
    expect(told.tokens).toEqual({ kept: 3, expired: 2 });
    expect(told.schedules).toEqual([
      {
        id: 1,
        nextAt: "2026-11-21T06:00:00.000Z",
        cron: "0 6 * * *",
        organizations: ["oh-odh"],
        addresses: 1,
        fault: null,
      },
      expect.objectContaining({ id: 2, nextAt: null, fault: expect.stringContaining("6 fields") }),
    ]);
    expect(told.metadata).toEqual([{ topic: "full-elr", submissions: 2, items: 4, itemsWithMetadata: 0 }]);
  });

  test("says aloud which months are missing, and what grew", async () => {
    const text = await status();
    expect(text).toContain("Data coverage, 4 months from 2026-08 to 2026-11 (UTC)");
    expect(text).toContain("  report_file has nothing of 2026-08: a report");
    expect(text).toContain("  report_file has nothing of 2026-10: a report");
    expect(text).toContain("  every table has nothing of 2026-09: a report");
    const [{ count } = { count: "" }] = await database.query<{ count: string }>("select count(*) from item_lineage");
    expect(text).toMatch(new RegExp(`^ +item_lineage +[0-9.]+ kB +${count}$`, "m"));
    expect(text).toMatch(/^ +setting +[0-9.]+ kB +1$/m);
    expect(text).toMatch(/^ +elr_result_metadata +[0-9.]+ kB +1$/m);
    expect(text).toContain("Used tokens: 3 kept, 2 of them expired");
  });
});
