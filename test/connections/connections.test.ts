import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { foldChecks } from "../../src/connections/checks.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { runProgram } from "../support/program.ts";
import { scenario } from "../support/rows.ts";

const NOW = "2026-11-20T17:30:00Z";
const CANARY = "CANARY-5e0f7b";

describe("checks", () => {
  test("make outages, in whatever order they come", () => {
    const { outage, before, ...rest } = foldChecks([
      { at: 60, failure: "timeout" },
      { at: 10, failure: "authentication" },
      { at: 50, failure: "authentication" },
      { at: 30, failure: undefined },
      { at: 20, failure: "timeout" },
      { at: 40, failure: undefined },
    ]);
    expect(before).toEqual([{ from: 10, to: 20, checks: 2, family: "timeout" }]);
    expect(outage).toEqual({ from: 50, to: 60, checks: 2, family: "timeout" });
    expect(rest).toEqual({ checks: 6, lastCheckAt: 60, lastSuccessAt: 40 });
  });

  test("that all succeed, or none", () => {
    expect(foldChecks([{ at: 1, failure: undefined }])).toMatchObject({
      outage: undefined,
      before: [],
      lastSuccessAt: 1,
    });
    expect(foldChecks([{ at: 1, failure: "DNS" }])).toMatchObject({ lastSuccessAt: Number.NaN, outage: { checks: 1 } });
  });
});

describe("connections", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
    const sc = scenario(database.client, "connections");
    // The same receiver in two versions, the old one under an old row of the organization.
    const oldOrganization = await sc.organization("oh-odh", {}, { active: false });
    const old = await sc.receiver("oh-odh.elr", {}, { active: false });
    const organization = await sc.organization("oh-odh", {}, { version: 1, at: "2026-11-01T00:00:00Z" });
    const elr = await sc.receiver("oh-odh.elr", {}, { version: 1, at: "2026-11-01T00:00:00Z" });
    const up = await sc.receiver("oh-odh.up", { transport: { type: "REST", reportUrl: CANARY } });
    await sc.receiver("oh-odh.as2", { transport: { type: "AS2", receiverUrl: CANARY } });
    await sc.receiver("oh-odh.portal", { transport: null });
    await sc.receiver("oh-odh.testing", { customerStatus: "testing" });
    await sc.receiver("oh-odh.unseen");
    const refused = `java.net.ConnectException: ${CANARY}:22 Connection refused`;
    const rejected = `${CANARY} UserAuthException: Exhausted available authentication methods`;
    const check = (ids: [number, number], at: string, failure?: string) => ({
      organization_id: ids[0],
      receiver_id: ids[1],
      connection_check_result: failure ?? `Connected to ${CANARY}`,
      connection_check_successful: failure === undefined,
      connection_check_started_at: at,
      connection_check_completed_at: at,
    });
    await sc.insert("receiver_connection_check_results", [
      check([oldOrganization, old], "2026-10-01T10:00:00Z", rejected),
      check([oldOrganization, old], "2026-10-02T10:00:00Z"),
      check([organization, elr], "2026-11-18T10:00:00Z", rejected),
      check([oldOrganization, old], "2026-10-31T10:00:00Z", refused),
      check([organization, elr], "2026-11-02T10:00:00Z"),
      check([organization, elr], "2026-11-18T12:00:00Z", rejected),
      check([organization, elr], "2026-11-20T12:00:00Z", rejected),
      check([organization, up], "2026-11-20T12:00:00Z"),
    ]);
    const path = (at: string, items: number) =>
      sc.happyPath({ at, sender: "acme-labs.default", items, receivers: ["oh-odh.elr"], until: "batch" });
    // Failed before it was down, since then and open, and waiting.
    const before = (await path("2026-11-10T10:00:00Z", 7)).batches["oh-odh.elr"]!;
    await sc.sendError(before, { kind: "immediate", at: "2026-11-10T13:00:00Z" });
    const open = (await path("2026-11-18T09:00:00Z", 3)).batches["oh-odh.elr"]!;
    await sc.sendError(open, { kind: "immediate", at: "2026-11-18T13:00:00Z" });
    await path("2026-11-20T09:00:00Z", 2);
  });
  afterAll(() => database?.drop());

  async function connections(...args: string[]): Promise<string> {
    const env = { DATABASE_URL: database.readerUrl };
    const { code, stdout, stderr } = await runProgram(["connections", "--as-of", NOW, ...args], { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).not.toContain(CANARY);
    return stdout;
  }

  test("says who is down since when, what waits and what failed since, by name through the versions", async () => {
    const { receivers } = JSON.parse(await connections("--json")) as { receivers: Record<string, unknown>[] };
    expect(receivers[0]).toEqual({
      receiver: "oh-odh.elr",
      state: "down",
      whyNotChecked: null,
      downSince: "2026-11-18T10:00:00.000Z",
      failedChecks: 3,
      errorFamily: "authentication",
      lastSuccessAt: "2026-11-02T10:00:00.000Z",
      lastCheckAt: "2026-11-20T12:00:00.000Z",
      waitingFiles: 1,
      waitingItems: 2,
      failedFiles: 1,
      failedItems: 3,
      outagesBefore: 2,
      sameErrorBefore: 1,
    });
    expect(receivers.map(({ receiver, state, whyNotChecked }) => [receiver, state, whyNotChecked])).toEqual([
      ["oh-odh.elr", "down", null],
      ["oh-odh.up", "up", null],
      ["oh-odh.as2", "not checked", "its transport is AS2; only SFTP and REST are checked"],
      ["oh-odh.portal", "not checked", "it has no transport: its people fetch their files"],
      ["oh-odh.testing", "not checked", "it is testing; only active ones are checked"],
      ["oh-odh.unseen", "not checked", "no check was recorded in this time, though there should be"],
    ]);
  });

  test("--down leaves the others out, and still counts them", async () => {
    const lines = (await connections("--down", "--format", "table")).trim().split("\n");
    expect(lines[1]).toBe("1 down, 1 up, 4 not checked");
    expect(lines).toHaveLength(5);
    expect(lines[4]).toMatch(/^oh-odh\.elr +down +Nov 18 05:00 +3 +Nov 02 05:00 +Nov 20 07:00 +authentication/);
  });

  test("of a time without a success says that it may have been down before", async () => {
    expect(await connections("--down", "--days", "2", "--format", "table")).toContain("Nov 20 07:00 or before");
    expect(await connections("--date", "2026-11-02", "--down")).not.toContain("oh-odh.elr");
  });
});
