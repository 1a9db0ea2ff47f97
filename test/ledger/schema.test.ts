import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ledgerSettings, openLedger } from "../../src/ledger/connection.ts";
import { MailLedger } from "../../src/ledger/mails.ts";
import { RunLedger } from "../../src/ledger/runs.ts";
import { initLedger, ledgerSql } from "../../src/ledger/schema.ts";
import { packageRoot } from "../../src/package.ts";
import { connectionSettings } from "../../src/source/connection-settings.ts";
import { HOUR } from "../../src/time/instant.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { urlTo } from "../support/server-fixture.ts";

let database: TestDatabase;
let role: string;
beforeAll(async () => {
  database = await createTestDatabase();
  role = `${database.name}_ledger`;
});
afterAll(async () => {
  await database?.query(`drop owned by ${role}; drop role ${role}`);
  await database?.drop();
});

describe("the ledger", () => {
  it("is made once, by eight that want it at once too", async () => {
    const settings = connectionSettings({ databaseUrl: database.ownerUrl, env: {} });
    await expect(openLedger(settings)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining("there is no ledger"),
    });
    const made = await Promise.all(Array.from({ length: 8 }, () => initLedger(settings)));
    expect(made.filter((one) => one)).toHaveLength(1);
    expect(await initLedger(settings)).toBe(false);
    await database.query(ledgerSql());
  });

  it("of another version is not touched", async () => {
    const settings = connectionSettings({ databaseUrl: database.ownerUrl, env: {} });
    await database.query("insert into lineage_report.ledger (version) values (99)");
    await expect(openLedger(settings)).rejects.toMatchObject({ exitCode: 2, hint: "update the program" });
    await database.query("delete from lineage_report.ledger where version = 99");
  });

  it("works for a role with the rights of deploy/ledger-role.sql and no others, read-only by default", async () => {
    const sql = (await readFile(join(packageRoot, "deploy", "ledger-role.sql"), "utf8")).replaceAll(
      /(?<!schema |on )\blineage_report\b(?!\.)/g,
      role,
    );
    await database.query(sql);
    await database.query(
      `alter role ${role} password 'once'; alter role ${role} set default_transaction_read_only = on`,
    );
    const settings = connectionSettings({
      databaseUrl: urlTo(database.ownerUrl, { user: { name: role, password: "once" } }),
      env: {},
    });
    const session = await openLedger(settings);
    try {
      const runs = new RunLedger(session);
      await runs.meet(["s"]);
      const [state] = await runs.states(["s"]);
      const now = await runs.now();
      const window = { from: now - 2 * HOUR, to: now - HOUR, timeZone: "UTC" };
      const dueAt = Math.floor(now / 60e6) * 60e6;
      expect(state && (await runs.record(state, now, [{ dueAt, startAt: dueAt, window, skip: undefined }]))).toBe(true);
      const claim = await runs.claim(["s"], "h", HOUR);
      expect(claim && (await runs.end(claim, { state: "done" }))).toBe(true);
      const mails = new MailLedger(session);
      const mail = {
        schedule: "s",
        window,
        kind: "organization",
        organization: "o",
        messageId: "<a@b.example>",
        state: "planned",
      } as const;
      await mails.plan({
        ...mail,
        reason: undefined,
        sender: "a@b.example",
        recipients: ["c@d.example"],
        subject: "",
        message: Buffer.from("x"),
        figures: {},
      });
      const taken = await mails.claim("h");
      expect(taken && (await mails.markHandedOver(taken))).toBe(true);
      expect(taken && (await mails.settle(taken, { state: "accepted", phase: "answered", reply: "250" }))).toBe(true);
      const forbidden = session.query("delete from lineage_report.mail_event", [], { what: "changing the trail" });
      await expect(forbidden).rejects.toMatchObject({ message: expect.stringContaining("permission denied") });
    } finally {
      await session.close();
    }
  });
});

describe("ledgerSettings", () => {
  it("takes LEDGER_URL, else the source", () => {
    const env = { DATABASE_URL: "postgres://u@source.example/a", LEDGER_URL: "postgres://v@ledger.example/b" };
    expect(ledgerSettings({ env })).toMatchObject({
      host: "ledger.example",
      database: "b",
      user: "v",
      from: "LEDGER_URL",
    });
    expect(ledgerSettings({ env: { ...env, LEDGER_URL: "" } })).toMatchObject({ host: "source.example" });
    expect(ledgerSettings({ databaseUrl: "postgres://w@flag.example/c", env })).toMatchObject({
      host: "ledger.example",
    });
  });
});
