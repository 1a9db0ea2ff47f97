import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { main } from "../../src/cli/program.ts";
import { partyOf } from "../../src/lineage/parties.ts";
import type { Change } from "../../src/organizations/changes.ts";
import { changeInWords, explain } from "../../src/organizations/new-pairs.ts";
import { testContext } from "../cli/test-context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { scenario } from "../support/rows.ts";
import { run } from "../support/run-folder.ts";
import { CANARY, writeSecrets } from "./secrets.ts";

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const DAY = ["--date", "2026-11-20"];

interface Pairs {
  pairs: number;
  lookedAt: { days: number; earlierRuns: number; earlierSince: string | null; senderDays: number };
  new: {
    sender: string;
    receiver: string;
    items: number;
    firstSubmittedAt: string;
    senderIsNew: boolean;
    change?: { name: string; version: number; words: string; changedBy: string };
  }[];
}

let database: TestDatabase;
let out: string;

beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), "pairs-"));
  database = await createTestDatabase();
  const sc = scenario(database.client, "pairs");
  await writeSecrets(sc, "secret-phd");
  for (const name of ["or-phd.elr", "wa-doh.elr", "wa-doh-x.elr"]) await sc.receiver(name);
  for (const name of ["pa-lab.default", "acme-labs.default"]) await sc.sender(name);
  const path = (at: string, sender: string, receivers: string[], items = 1) =>
    sc.happyPath({ at, sender, receivers, items });
  // Seen three days before, nine days before, and never.
  await path("2026-11-17T15:00:00Z", "acme-labs.default", ["wa-doh.elr"]);
  await path("2026-11-11T15:00:00Z", "acme-labs.default", ["wa-doh-x.elr"]);
  await path("2026-11-19T16:00:00Z", "pa-lab.default", ["wa-doh.elr"]);
  await path("2026-11-20T15:00:00Z", "acme-labs.default", ["wa-doh.elr", "wa-doh-x.elr"], 2);
  await path("2026-11-20T15:30:00Z", "pa-lab.default", ["or-phd.elr", "wa-doh.elr"], 12);
  await path("2026-11-20T18:00:00Z", "pa-lab.default", ["or-phd.elr"], 1);
  await path("2026-11-20T17:00:00Z", "new-lab.default", ["wa-doh.elr"]);
  // What a filter took is no traffic, before as in the window.
  const taken = async (at: string, receiver: string) => {
    const root = await sc.receive({ at, sender: "pa-lab.default", items: 1 });
    const [converted] = await sc.convert(root);
    const [file] = await sc.destinationFilter(converted!, { receivers: [receiver] });
    await sc.receiverFilter(await sc.enrich(file!), { filtered: {} });
  };
  await taken("2026-11-18T15:00:00Z", "or-phd.elr");
  await taken("2026-11-20T15:00:00Z", "wa-doh-x.elr");
  const [before] = await database.query<{
    setting_id: number;
    organization_id: number;
    values: object;
    version: number;
  }>(
    "select setting_id, organization_id, values, version from setting where type = 'RECEIVER' and name = 'elr' and organization_id in (select setting_id from setting where name = 'or-phd')",
  );
  await database.query("update setting set is_active = false where setting_id = $1", [before!.setting_id]);
  await sc.insert("setting", [
    {
      ...{
        type: "RECEIVER",
        name: "elr",
        organization_id: before!.organization_id,
        is_active: true,
        is_deleted: false,
      },
      values: {
        ...before!.values,
        jurisdictionalFilter: [`matches(x, ${CANARY})`],
        transport: { type: "SFTP", host: CANARY },
      },
      ...{ version: before!.version + 1, created_by: "ann@reportstream.example", created_at: "2026-11-16T21:40:00Z" },
    },
  ]);
}, 120_000);
afterAll(async () => {
  await database?.drop();
  await rm(out, { recursive: true, force: true });
});

async function changes(...args: string[]): Promise<string> {
  const context = testContext({
    env: { DATABASE_URL: database.readerUrl },
    now: () => Date.parse("2026-11-21T20:00:00Z"),
  });
  const code = await main(["organizations", "changes", "--quiet", ...DAY, ...args], context);
  expect({ code, err: context.err() }).toEqual({ code: 0, err: "" });
  expect(context.out()).not.toContain(CANARY);
  return context.out();
}
const pairs = async (...args: string[]) =>
  (JSON.parse(await changes("--json", "--pairs", "--out", join(out, "none"), ...args)) as { pairs: Pairs }).pairs;
const names = (told: Pairs) => told.new.map(({ sender, receiver }) => `${sender} → ${receiver}`);

describe("organizations changes --pairs", () => {
  test("finds the pairs whose first traffic lies in the window, with the change that explains it", async () => {
    const told = await pairs();
    expect(names(told)).toEqual([
      "acme-labs.default → wa-doh-x.elr",
      "pa-lab.default → or-phd.elr",
      "new-lab.default → wa-doh.elr",
    ]);
    expect(told.pairs).toBe(5);
    expect(told.lookedAt).toMatchObject({ days: 7, earlierRuns: 0, earlierSince: null, senderDays: 30 });
    const [, oregon, fresh] = told.new;
    expect(oregon).toMatchObject({
      ...{ items: 13, firstSubmittedAt: "2026-11-20T15:30:00.000Z", senderIsNew: false },
      change: {
        ...{ name: "or-phd.elr", changedBy: "ann@reportstream.example" },
        words: expect.stringMatching(/^receiver or-phd\.elr: jurisdictionalFilter changed \(v\d+→v\d+\)$/),
      },
    });
    expect(fresh).toMatchObject({ items: 1, senderIsNew: true });
  });

  test("looks further back when it is told to, and no further than it must", async () => {
    expect(names(await pairs("--look-back", "12"))).toEqual([
      "pa-lab.default → or-phd.elr",
      "new-lab.default → wa-doh.elr",
    ]);
    const short = await pairs("--look-back", "1");
    expect(names(short)).toContain("acme-labs.default → wa-doh.elr");
    expect(names(short)).not.toContain("pa-lab.default → wa-doh.elr");
    expect(short.lookedAt.days).toBe(1);
  });

  test("takes the pairs of earlier runs for seen", async () => {
    await run(database.readerUrl, out, "--date", "2026-11-11", "--as-of", "2026-11-21T20:00:00Z");
    const told = JSON.parse(await changes("--json", "--pairs", "--out", out)) as { pairs: Pairs };
    expect(told.pairs.lookedAt).toMatchObject({ earlierRuns: 1, earlierSince: "2026-11-11" });
    expect(names(told.pairs)).toEqual(["pa-lab.default → or-phd.elr", "new-lab.default → wa-doh.elr"]);
  });

  test("of one organization, on either side", async () => {
    const told = await pairs("or-phd");
    expect([told.pairs, names(told)]).toEqual([1, ["pa-lab.default → or-phd.elr"]]);
    expect(names(await pairs("wa-doh"))).toEqual(["new-lab.default → wa-doh.elr"]);
  });

  test("for a person and as CSV; without it nothing changes", async () => {
    const text = await changes("--pairs", "--format", "table", "--out", join(out, "none"));
    expect(text).toMatch(/^Settings changed in Fri Nov 20 2026/);
    expect(text).toMatch(
      /\nNew pairs: 3 of 5 pairs of sender and receiver with traffic\n(?:.*\n)* {2}pa-lab\.default → or-phd\.elr {2}13 items since Fri Nov 20 2026 10:30 \(America\/New_York\)\n {4}receiver or-phd\.elr: jurisdictionalFilter changed \(v\d+→v\d+\) Mon Nov 16 2026 16:40 \(America\/New_York\), by ann@/,
    );
    expect(text).toContain("the lineage of 7 days before, since Fri Nov 13 2026; no earlier runs");
    expect(text).toContain("the sender submitted nothing in the 30 days before");
    const rows = parse(await changes("--pairs", "--format", "csv", "--out", join(out, "none")), {
      columns: true,
    }) as object[];
    expect(rows[1]).toMatchObject({
      sender: "pa-lab.default",
      receiver: "or-phd.elr",
      items: "13",
      sender_is_new: "false",
    });
    expect(JSON.parse(await changes("--json"))).toEqual([]);
  });
});

describe("the change that explains a pair", () => {
  const change = (at: number, more: Partial<Change>): Change => ({
    ...{
      at,
      by: "x",
      type: "receiver",
      organization: "or",
      name: "elr",
      fullName: "or.elr",
      version: 4,
      change: "changed",
    },
    ...{ paths: ["routingFilter"], ...more },
  });
  const pair = { sender: partyOf("pa\u0001lab"), receiver: partyOf("or\u0001elr"), items: 1, firstAt: 100 };

  test("is the receiver's latest before the first item that decides what it is sent", () => {
    const list = [
      change(10, {}),
      change(50, { version: 5 }),
      change(60, { paths: ["transport.host"] }),
      change(200, {}),
    ];
    expect(explain(pair, list)?.at).toBe(50);
    expect(changeInWords(list[1]!)).toBe("receiver or.elr: routingFilter changed (v4→v5)");
  });

  test("else that of its organization, of the sender, of the sender's organization", () => {
    const organization = change(20, { type: "organization", name: "", fullName: "or", paths: ["filters"] });
    const sender = change(30, {
      type: "sender",
      organization: "pa",
      name: "lab",
      fullName: "pa.lab",
      change: "created",
      paths: [],
    });
    const look = change(40, { organization: "or-x", fullName: "or-x.elr" });
    expect(explain(pair, [sender, organization, look])).toBe(organization);
    expect(explain(pair, [sender, look])).toBe(sender);
    expect(explain(pair, [look, change(40, { change: "deleted" })])).toBeUndefined();
    expect(changeInWords(sender)).toBe("sender pa.lab created");
  });
});
