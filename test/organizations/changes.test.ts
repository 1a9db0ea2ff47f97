import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { runProgram } from "../support/program.ts";
import { scenario } from "../support/rows.ts";
import { CANARY } from "./secrets.ts";

interface Listed {
  changedAt: string;
  changedBy: string;
  type: string;
  organization: string;
  name: string | null;
  version: number;
  change: string;
  paths: string[];
  before: { files: number; items: number };
  after: { files: number; items: number };
  afterIsPartial: boolean;
}

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  const sc = scenario(database.client, "changes");
  const old = "2026-01-01T00:00:00Z";
  const at = "2026-11-18T15:00:00Z";
  const first = await sc.organization("or-phd", {}, { active: false, at: old });
  const transport = { type: "REST", reportUrl: "a", headers: { key: "a" }, parameters: {} };
  await sc.receiver("or-phd.elr", { transport }, { active: false, at: old });
  await sc.receiver("or-phd.gone", {}, { active: false, at: old });
  await sc.sender("or-phd.elr", {}, { at: old });
  // A change of the organization gives it a new row, and the receiver's next version hangs on that.
  await sc.organization(
    "or-phd",
    { description: CANARY, keys: [{ k: CANARY }] },
    { version: 1, at: "2026-11-18T14:00:00Z" },
  );
  await sc.receiver(
    "or-phd.elr",
    {
      transport: { ...transport, reportUrl: CANARY, headers: { [CANARY]: "a" }, [`not a name ${CANARY}`]: 1 },
      routingFilter: [CANARY],
      [`${CANARY} ${CANARY}`]: 7,
      // As stale as upstream leaves it, and a null that is written out here and left out before.
      version: 9,
      createdBy: CANARY,
      appName: null,
    },
    { version: 1, at, createdBy: "ann@reportstream.example" },
  );
  await sc.receiver("or-phd-x.elr", {}, { at: "2026-11-18T16:00:00Z" });
  await sc.insert("setting", [
    {
      type: "RECEIVER",
      name: "gone",
      organization_id: first,
      values: {},
      is_active: false,
      is_deleted: true,
      version: 1,
      created_by: "ops",
      created_at: "2026-11-18T17:00:00Z",
    },
  ]);
  const path = (when: string, items: number) =>
    sc.happyPath({ at: when, sender: "or-phd.elr", items, receivers: ["or-phd.elr"] });
  await path("2026-11-16T10:00:00Z", 5); // more than 48 hours before
  await path("2026-11-17T10:00:00Z", 2);
  await path("2026-11-19T10:00:00Z", 30);
});
afterAll(() => database?.drop());

async function changes(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runProgram(["organizations", "changes", ...args], {
    env: { DATABASE_URL: database.readerUrl },
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).not.toContain(CANARY);
  return stdout;
}

const json = async (...args: string[]) => JSON.parse(await changes("--json", ...args)) as Listed[];

describe("organizations changes", () => {
  test("names what differs, by whom and when, and no value", async () => {
    const listed = await json("--date", "2026-11-18", "--as-of", "2026-11-19T12:00:00Z");
    const told = listed.map(({ changedAt, type, organization, name, change, paths }) => [
      changedAt.slice(11, 13),
      `${change} ${type} ${organization}.${name}`,
      paths,
    ]);
    expect(told).toEqual([
      ["14", "changed organization or-phd.null", ["description", "keys"]],
      ["15", "changed receiver or-phd.elr", ["routingFilter", "transport.headers", "transport.reportUrl"]],
      ["16", "created receiver or-phd-x.elr", []],
      ["17", "deleted receiver or-phd.gone", []],
    ]);
    expect(listed[1]).toMatchObject({ changedBy: "ann@reportstream.example", version: 1 });
  });

  test("tells the traffic of the 48 hours before and after, by name", async () => {
    const [organization, receiver] = await json("or-phd", "--date", "2026-11-18", "--as-of", "2026-11-22T12:00:00Z");
    expect(receiver).toMatchObject({
      before: { files: 1, items: 2 },
      after: { files: 1, items: 30 },
      afterIsPartial: false,
    });
    // Submissions and files together.
    expect(organization).toMatchObject({ before: { files: 2, items: 4 }, after: { files: 2, items: 60 } });
    const [early] = await json("or-phd", "--date", "2026-11-18", "--as-of", "2026-11-19T12:00:00Z");
    expect(early?.afterIsPartial).toBe(true);
  });

  test("for a terminal, and of a day without changes", async () => {
    const text = await changes("--date", "2026-11-18", "--format", "table", "--as-of", "2026-11-22T12:00:00Z");
    expect(text).toContain("Wed Nov 18 2026 10:00 (America/New_York)  receiver or-phd.elr, version 1, by ann@");
    expect(text).toContain("  48 h before: 1 file, 2 items; 48 h after: 1 file, 30 items\n");
    expect(await json("--date", "2026-11-17")).toEqual([]);
    expect(await json("or", "--date", "2026-11-18")).toEqual([]);
  });
});
