import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { MailLedger, type NewMail } from "../../src/ledger/mails.ts";
import { mailSettings } from "../../src/mail/mail-config.ts";
import { deliver } from "../../src/mail/run-mails.ts";
import { smtpServer } from "../../src/mail/smtp.ts";
import { smtpSettings } from "../../src/mail/smtp-settings.ts";
import { DAY, type Micros, parseInstant } from "../../src/time/instant.ts";
import { createTestLedger, type TestLedger } from "../ledger/ledger-fixture.ts";
import { type ScriptedServer, scriptedServer } from "./scripted-server.ts";

const SCRIPT = fileURLToPath(new URL("../faults/send-mails.mjs", import.meta.url));
const FROM = parseInstant("2026-11-20T05:00:00Z") as Micros;

let ledger: TestLedger;
let server: ScriptedServer;
let mails: MailLedger;

beforeAll(async () => {
  ledger = await createTestLedger();
  server = await scriptedServer();
  mails = new MailLedger(await ledger.session());
});
afterEach(async () => {
  await ledger.clear();
  server.script({});
  server.accepted.length = 0;
  server.asked.length = 0;
});
afterAll(async () => {
  await server?.close();
  await ledger?.drop();
});

function mail(organization: string, other: Partial<NewMail> = {}): NewMail {
  return {
    schedule: "nightly",
    window: { from: FROM, to: FROM + DAY, timeZone: "UTC" },
    kind: "organization",
    organization,
    messageId: `<${organization}@y.example>`,
    state: "planned",
    reason: undefined,
    sender: "reports@y.example",
    recipients: [`a@${organization}.example`],
    subject: "s",
    message: Buffer.from(`Message-ID: <${organization}@y.example>\r\n\r\n${"a line of text\r\n".repeat(20)}`),
    figures: { organization },
    ...other,
  };
}

function send(connections = 4, timeoutMs = 30_000) {
  const settings = { ...mailSettings({} as never), connections, giveUpHours: 24 };
  const smtp = { ...smtpSettings({ SMTP_URL: server.url }), timeoutMs };
  return deliver({ ledger: mails, server: smtpServer(smtp), settings, signal: new AbortController().signal });
}

const list = async () =>
  (await mails.list({ limit: 1000 })).map(({ organization, state, attempts }) => ({ organization, state, attempts }));

describe("mails in the ledger", () => {
  it("are planned once, whoever plans them again", async () => {
    expect(await mails.plan(mail("o"))).toBe(true);
    expect(await mails.plan(mail("o", { subject: "another" }))).toBe(false);
    await send();
    expect(await mails.plan(mail("o"))).toBe(false);
    await send();
    expect(server.accepted).toHaveLength(1);
  });

  it("that were refused for their addresses are planned when these are right", async () => {
    await mails.plan(mail("o", { state: "refused", reason: "no address", recipients: [] }));
    expect(await mails.plan(mail("o"))).toBe(true);
    await send();
    expect(await list()).toEqual([{ organization: "o", state: "accepted", attempts: 1 }]);
  });

  it("that the server refused go again once the address is another one, and never if somebody has them", async () => {
    await mails.plan(mail("o"));
    await mails.plan(mail("p", { recipients: ["good@p.example", "bad@p.example"] }));
    server.script({}, { recipients: { "a@o.example": "550 5.1.1 no such", "bad@p.example": "550 5.1.1 no such" } });
    await send();
    server.script({});
    expect(await mails.plan(mail("o"))).toBe(false);
    expect(await mails.plan(mail("o", { recipients: ["right@o.example"] }))).toBe(true);
    expect(await mails.plan(mail("p", { recipients: ["right@p.example"] }))).toBe(false);
    await send();
    expect(server.accepted.map(({ to }) => to.join()).sort()).toEqual(["good@p.example", "right@o.example"]);
    expect((await mails.list({ limit: 9 })).find(({ organization }) => organization === "o")).toMatchObject({
      state: "accepted",
      refusedRecipients: [],
    });
  });

  it("go out as they were planned, keep the server's answer, and lose their bytes", async () => {
    const planned = mail("o");
    await mails.plan(planned);
    await send();
    expect(server.accepted).toEqual([
      { from: "reports@y.example", to: ["a@o.example"], content: Buffer.from(planned.message).toString("latin1") },
    ]);
    const [row] = await mails.list({ limit: 1 });
    expect(row).toMatchObject({ state: "accepted", phase: "answered", reply: "250 2.0.0 queued as 7F3A" });
    const [{ message } = { message: 1 }] = await ledger.database.query("select message from lineage_report.mail");
    expect(message).toBeNull();
    const events = await ledger.database.query("select state, phase from lineage_report.mail_event order by at");
    expect(events).toEqual([
      { state: "planned", phase: null },
      { state: "sending", phase: "connecting" },
      { state: "sending", phase: "handed over" },
      { state: "accepted", phase: "answered" },
    ]);
  });

  it("of an unknown end are never sent again by themselves, but by hand", async () => {
    await mails.plan(mail("o"));
    server.script({ message: { drop: true } }, { acceptSilently: true });
    await send();
    server.script({});
    await send();
    expect(await list()).toEqual([{ organization: "o", state: "unknown", attempts: 1 }]);
    expect(server.accepted).toHaveLength(1);
    const [{ mailId } = { mailId: 0 }] = await mails.list({ limit: 1 });
    expect(await mails.resolve([mailId], "again")).toEqual([mailId]);
    await send();
    expect(await list()).toEqual([{ organization: "o", state: "accepted", attempts: 2 }]);
    expect(await mails.resolve([mailId], "accepted")).toEqual([]);
  });

  it("that were held are released with the very bytes that were held, or discarded", async () => {
    const held = mail("o", { state: "held", reason: "empty" });
    await mails.plan(held);
    await mails.plan(mail("p", { state: "held", reason: "empty" }));
    await send();
    expect(server.accepted).toEqual([]);
    const ids = Object.fromEntries(
      (await mails.list({ limit: 9 })).map(({ organization, mailId }) => [organization, mailId]),
    );
    expect(await mails.release([ids.o as number])).toEqual([ids.o]);
    expect(await mails.discard([ids.p as number, ids.o as number])).toEqual([ids.p]);
    await send();
    expect(server.accepted.map(({ content }) => content)).toEqual([Buffer.from(held.message).toString("latin1")]);
    expect(await mails.release([ids.p as number])).toEqual([]);
  });

  it("wait after a no for now, and then go behind what is new", async () => {
    await mails.plan(mail("old"));
    server.script({ mail: { reply: "451 4.3.0 later" } });
    await send();
    expect(await list()).toEqual([{ organization: "old", state: "planned", attempts: 1 }]);
    server.script({});
    await send();
    expect(server.accepted).toEqual([]);
    await mails.plan(mail("new"));
    await ledger.database.query(
      "update lineage_report.mail set next_attempt_at = now() - interval '1 hour' where organization = 'old'",
    );
    await send(1);
    expect(server.accepted.map(({ to }) => to[0])).toEqual(["a@new.example", "a@old.example"]);
  });

  it("to several readers go again to those who were put off, and to nobody twice", async () => {
    const recipients = ["a@x.example", "grey@x.example", "none@x.example"];
    await mails.plan(mail("o", { recipients }));
    server.script(
      {},
      { recipients: { "grey@x.example": "450 4.2.0 greylisted", "none@x.example": "550 5.1.1 no such" } },
    );
    await send();
    expect(await list()).toEqual([{ organization: "o", state: "planned", attempts: 1 }]);
    server.script({});
    await ledger.database.query("update lineage_report.mail set next_attempt_at = now()");
    await send();
    expect(server.accepted.map(({ to }) => to)).toEqual([["a@x.example"], ["grey@x.example"]]);
    expect((await mails.list({ limit: 1 }))[0]).toMatchObject({
      state: "accepted",
      recipients,
      refusedRecipients: ["none@x.example"],
    });
  });

  it("to real addresses are not sent by a trial, even if they were planned before it", async () => {
    await mails.plan(mail("real"));
    await mails.plan(mail("trial", { recipients: ["me@staging.example"] }));
    const settings = { ...mailSettings({} as never, "me@staging.example"), connections: 2, giveUpHours: 24 };
    const smtp = smtpServer(smtpSettings({ SMTP_URL: server.url }));
    await deliver({ ledger: mails, server: smtp, settings, signal: new AbortController().signal });
    expect(server.asked).toEqual(["me@staging.example"]);
    expect((await list()).find(({ organization }) => organization === "real")).toMatchObject({
      state: "planned",
      attempts: 0,
    });
  });

  it("too large for the server go without their attachment, or are refused with the sizes", async () => {
    const smaller = Buffer.from("Subject: small\r\n\r\nsmall\r\n");
    await mails.plan(mail("o", { smaller }));
    await mails.plan(mail("p"));
    server.script({}, { size: 100 });
    await send();
    expect(server.accepted.map(({ content }) => content)).toEqual([smaller.toString()]);
    const rows = Object.fromEntries((await mails.list({ limit: 9 })).map((row) => [row.organization, row]));
    expect(rows.o?.reason).toContain("without its attachment");
    expect(rows.p).toMatchObject({ state: "refused", reason: expect.stringContaining("the server takes 100") });
  });

  it("are not all tried on a server that refuses the login: the rest stays planned, and goes out when it is mended", async () => {
    for (let index = 0; index < 30; index++) await mails.plan(mail(`o${index}`));
    server.script({ mail: { reply: "451 4.3.0 later" } });
    // A no to one mail is about that mail, or about now: everyone is asked.
    await send(1);
    expect((await list()).filter(({ attempts }) => attempts === 0)).toEqual([]);
    await ledger.clear();
    for (let index = 0; index < 30; index++) await mails.plan(mail(`o${index}`));
    server.script({ connect: { reply: "554 5.7.1 not you" } });
    await send(2);
    const tried = (await list()).filter(({ attempts }) => attempts > 0);
    expect(tried.length).toBeGreaterThanOrEqual(3);
    expect(tried.length).toBeLessThanOrEqual(4);
    expect(new Set((await list()).map(({ state }) => state))).toEqual(new Set(["planned"]));
    server.script({});
    await send(2);
    expect(server.accepted).toHaveLength(30 - tried.length);
  });

  it("a hundred and twenty go out once each, over the conversations of two senders", async () => {
    const COUNT = 120;
    for (let index = 0; index < COUNT; index++) await mails.plan(mail(`o${index}`));
    const other = new MailLedger(await ledger.session());
    const settings = { ...mailSettings({} as never), connections: 4, giveUpHours: 24 };
    const smtp = smtpServer(smtpSettings({ SMTP_URL: server.url }));
    const { signal } = new AbortController();
    await Promise.all([send(), deliver({ ledger: other, server: smtp, settings, signal })]);
    expect(new Set(server.accepted.map(({ to }) => to.join())).size).toBe(COUNT);
    expect(server.accepted).toHaveLength(COUNT);
    for (const { to, content } of server.accepted) {
      expect(to).toHaveLength(1);
      expect(content).toContain(`<${/^a@(o\d+)\.example$/.exec(to[0] ?? "")?.[1]}@y.example>`);
    }
  });
});

describe("killed with -9", () => {
  function child(crashAt: number) {
    const process_ = spawn(process.execPath, [SCRIPT, ledger.database.ownerUrl, server.url, String(crashAt)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    process_.stdout.on("data", (text) => (output += text));
    return new Promise<{ signal: NodeJS.Signals | null; effects: number }>((resolve) => {
      process_.once("close", (_, signal) => resolve({ signal, effects: Number(/effects (\d+)/.exec(output)?.[1]) }));
    });
  }

  it("before every effect: never two accepted mails, never one lost", async () => {
    const seen: string[] = [];
    for (let crashAt = 1; ; crashAt++) {
      await ledger.clear();
      server.accepted.length = 0;
      await mails.plan(mail("o"));
      const { signal } = await child(crashAt);
      await send();
      const state = (await list())[0]?.state;
      const taken = server.accepted.length;
      seen.push(`${state} ${taken}`);
      // Either it is accepted and was taken once, or a person is asked and it was taken at most once.
      expect(["accepted 1", "unknown 0", "unknown 1"], `effect ${crashAt}`).toContain(`${state} ${taken}`);
      if (signal === null) break;
    }
    expect(seen.length).toBeGreaterThan(10);
    expect(seen.at(-1)).toBe("accepted 1");
    // Just around the end of the message nobody can know; everywhere else everything is known.
    expect(seen.filter((one) => one.startsWith("unknown")).length).toBeLessThanOrEqual(4);
    expect(seen).toContain("unknown 0");
    expect(seen).toContain("unknown 1");
  }, 180_000);
});
