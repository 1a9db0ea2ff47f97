import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { outcomeOf } from "../../src/mail/send.ts";
import { backoff, type SmtpResult, smtpServer } from "../../src/mail/smtp.ts";
import { smtpSettings } from "../../src/mail/smtp-settings.ts";
import { HOUR, MINUTE } from "../../src/time/instant.ts";
import { type Fault, type ScriptedServer, type Step, scriptedServer } from "./scripted-server.ts";

let server: ScriptedServer;
beforeAll(async () => {
  server = await scriptedServer();
});
afterEach(() => {
  server.accepted.length = 0;
});
afterAll(() => server?.close());

const BODY = Buffer.from(
  `Subject: test\r\n\r\n${"some text that is long enough for more than one piece\r\n".repeat(40)}.one dot\r\n`,
);

interface Try {
  user?: boolean;
  to?: string[];
  beforeEnd?: () => Promise<boolean>;
  signal?: AbortSignal;
  timeoutMs?: number;
}

function handOver({
  user = false,
  to = ["a@x.example"],
  beforeEnd = async () => true,
  signal,
  timeoutMs = 20_000,
}: Try = {}): Promise<SmtpResult> {
  const env = { SMTP_URL: server.url, ...(user ? { SMTP_USER: "u", SMTP_PASSWORD: "p" } : {}) };
  const settings = { ...smtpSettings(env), timeoutMs, longestMs: 60_000 };
  return smtpServer(settings).handOver({
    from: "reports@y.example",
    to,
    message: BODY,
    beforeEnd,
    signal: signal ?? new AbortController().signal,
  });
}

/** The state that each fault at each step leads to: nothing is accepted, and only what was handed over whole can be unknown. */
const FAULTS: [string, Fault][] = [
  ["421", { reply: "421 4.3.2 going down" }],
  ["450", { reply: "450 4.2.0 later" }],
  ["451", { reply: "451 4.3.0 later" }],
  ["452", { reply: "452 4.3.1 full" }],
  ["550", { reply: "550 5.1.1 no such" }],
  ["552", { reply: "552 5.3.4 too big" }],
  ["554", { reply: "554 5.7.1 no" }],
  ["drop", { drop: true }],
  ["silence", { silence: true }],
];

const STATES: Record<Exclude<Step, "quit">, Record<string, string>> = {
  connect: {
    421: "planned",
    450: "planned",
    451: "planned",
    452: "planned",
    550: "planned",
    552: "planned",
    554: "planned",
    drop: "planned",
    silence: "planned",
  },
  ehlo: {
    421: "planned",
    450: "planned",
    451: "planned",
    452: "planned",
    550: "planned",
    552: "planned",
    554: "planned",
    drop: "planned",
    silence: "planned",
  },
  auth: {
    421: "planned",
    450: "planned",
    451: "planned",
    452: "planned",
    550: "planned",
    552: "planned",
    554: "planned",
    drop: "planned",
    silence: "planned",
  },
  mail: {
    421: "planned",
    450: "planned",
    451: "planned",
    452: "planned",
    550: "refused",
    552: "refused",
    554: "refused",
    drop: "planned",
    silence: "planned",
  },
  rcpt: {
    421: "planned",
    450: "planned",
    451: "planned",
    452: "planned",
    550: "refused",
    552: "refused",
    554: "refused",
    drop: "planned",
    silence: "planned",
  },
  data: {
    421: "planned",
    450: "planned",
    451: "planned",
    452: "planned",
    550: "refused",
    552: "refused",
    554: "refused",
    drop: "planned",
    silence: "planned",
  },
  message: {
    421: "unknown",
    450: "planned",
    451: "planned",
    452: "planned",
    550: "refused",
    552: "refused",
    554: "refused",
    drop: "unknown",
    silence: "unknown",
  },
};

const CASES = Object.entries(STATES).flatMap(([step, states]) =>
  FAULTS.map(([name, fault]) => [step as Step, name, states[name] as string, fault] as const),
);

describe("a server that fails", () => {
  it.each(CASES)("at %s with %s: %s", async (step, _, state, fault) => {
    server.script({ [step]: fault }, { auth: true });
    // Only a silence is waited for, and on a busy machine all before it takes its time too.
    const result = await handOver({ user: true, timeoutMs: "silence" in fault ? 1000 : 20_000 });
    expect(outcomeOf(result, { recipients: ["a@x.example"], age: 0 }, HOUR).state, JSON.stringify(result)).toBe(state);
    expect(server.accepted).toEqual([]);
    if (state === "planned") expect(result.kind).toBe("deferred");
  });

  it.each([
    ["drop", { drop: true }],
    ["silence", { silence: true }],
    ["550", { reply: "550 no" }],
  ] as const)("at quit with %s: the mail is accepted all the same", async (_, fault) => {
    server.script({ quit: fault });
    expect(await handOver()).toMatchObject({ kind: "accepted", reply: "250 2.0.0 queued as 7F3A" });
  });

  it("that takes the message and loses the answer: unknown, and it was indeed taken", async () => {
    server.script({ message: { drop: true } }, { acceptSilently: true });
    expect(await handOver()).toMatchObject({ kind: "unknown", phase: "handed over" });
    expect(server.accepted).toHaveLength(1);
  });

  it("that is not there at all: to be tried again", async () => {
    const gone = await scriptedServer();
    await gone.close();
    const settings = smtpSettings({ SMTP_URL: gone.url });
    const result = await smtpServer(settings).handOver({
      from: "a@b.example",
      to: ["c@d.example"],
      message: BODY,
      beforeEnd: async () => true,
      signal: new AbortController().signal,
    });
    expect(result).toMatchObject({ kind: "deferred", phase: "connecting" });
  });
});

describe("a message", () => {
  it("arrives as it was composed, dots included, under the envelope alone", async () => {
    server.script({});
    expect((await handOver({ to: ["a@x.example", "b@x.example"] })).kind).toBe("accepted");
    expect(server.accepted).toEqual([
      { from: "reports@y.example", to: ["a@x.example", "b@x.example"], content: BODY.toString("latin1") },
    ]);
  });

  it("is not completed when the ledger does not let it, or cannot be asked", async () => {
    server.script({});
    expect(await handOver({ beforeEnd: async () => false })).toMatchObject({ kind: "deferred", phase: "message" });
    expect(await handOver({ beforeEnd: () => Promise.reject(new Error("gone")) })).toMatchObject({
      kind: "deferred",
      phase: "message",
    });
    expect(server.accepted).toEqual([]);
  });

  it("larger than the server says it takes is not sent", async () => {
    for (const [size, kind] of [
      [BODY.length - 1, "too large"],
      [BODY.length, "accepted"],
      [BODY.length + 1, "accepted"],
    ] as const) {
      server.script({}, { size });
      expect((await handOver()).kind).toBe(kind);
    }
    expect(server.accepted).toHaveLength(2);
  });

  it("is interrupted before its end, and left to end after it", async () => {
    server.script({ data: { silence: true } });
    const early = new AbortController();
    const first = handOver({ signal: early.signal, timeoutMs: 3000 });
    setTimeout(() => early.abort(), 100);
    expect(await first).toMatchObject({ kind: "deferred", reply: "interrupted" });
    server.script({}, { delayMs: 150 });
    const late = new AbortController();
    const second = handOver({
      signal: late.signal,
      timeoutMs: 3000,
      beforeEnd: async () => {
        setTimeout(() => late.abort(), 20);
        return true;
      },
    });
    expect((await second).kind).toBe("accepted");
  });
});

describe("several recipients", () => {
  const to = ["good@x.example", "bad@x.example", "grey@x.example"];
  const recipients = { "bad@x.example": "550 5.1.1 no such", "grey@x.example": "450 4.2.0 greylisted" };

  it("those taken are never asked again, those put off are, and the refused are told", async () => {
    server.script({}, { recipients });
    const result = await handOver({ to });
    const outcome = outcomeOf(result, { recipients: to, age: 0 }, HOUR);
    expect(outcome).toMatchObject({
      state: "planned",
      acceptedRecipients: ["good@x.example"],
      refusedRecipients: ["bad@x.example"],
    });
    const old = outcomeOf(result, { recipients: to, age: 2 * HOUR }, HOUR);
    expect(old).toMatchObject({
      state: "accepted",
      acceptedRecipients: ["good@x.example"],
      refusedRecipients: ["bad@x.example", "grey@x.example"],
    });
    expect(old.reason).toContain("grey@x.example (450 4.2.0 greylisted)");
  });

  it("all refused: refused, with each answer; all put off: planned", async () => {
    server.script({}, { recipients: { "bad@x.example": "550 5.1.1 no such" } });
    const refused = await handOver({ to: ["bad@x.example"] });
    expect(outcomeOf(refused, { recipients: ["bad@x.example"], age: 0 }, HOUR)).toMatchObject({ state: "refused" });
    server.script({}, { recipients });
    const mixed = await handOver({ to: ["bad@x.example", "grey@x.example"] });
    expect(outcomeOf(mixed, { recipients: ["bad@x.example", "grey@x.example"], age: 0 }, HOUR).state).toBe("planned");
    expect(server.accepted).toEqual([]);
  });
});

describe("outcomeOf", () => {
  it("gives up by age, and tells so", () => {
    const deferred: SmtpResult = { kind: "deferred", phase: "sender", reply: "451 later" };
    expect(outcomeOf(deferred, { recipients: ["a@b.example"], age: 23 * HOUR }, 24 * HOUR).state).toBe("planned");
    expect(outcomeOf(deferred, { recipients: ["a@b.example"], age: 24 * HOUR }, 24 * HOUR)).toMatchObject({
      state: "refused",
      reason: "not taken within 24 hours",
    });
  });

  it("waits as long as the mail is old, between five minutes and four hours", () => {
    expect(backoff(0)).toBe(5 * MINUTE);
    expect(backoff(HOUR)).toBe(HOUR);
    expect(backoff(30 * HOUR)).toBe(4 * HOUR);
  });
});

describe("smtpSettings", () => {
  it("demands encryption, but for this machine", () => {
    expect(smtpSettings({ SMTP_URL: "smtp://mail.example.org" })).toMatchObject({
      port: 587,
      secure: false,
      tls: "require",
      verify: true,
    });
    expect(smtpSettings({ SMTP_URL: "smtps://u:p%40q@mail.example.org" })).toMatchObject({
      port: 465,
      secure: true,
      user: "u",
    });
    expect(smtpSettings({ SMTP_URL: "smtp://localhost:25" }).tls).toBe("offer");
  });

  it.each([
    [{}, "SMTP_URL is not set"],
    [{ SMTP_URL: "mail.example.org" }, "not an address"],
    [{ SMTP_URL: "http://mail.example.org" }, "smtp://"],
    [{ SMTP_URL: "smtp://u:CANARY@h.example?tsl=off" }, "parameter tsl"],
    [{ SMTP_URL: "smtp://u:CANARY@h.example?tls=off" }, "unencrypted"],
    [{ SMTP_URL: "smtp://u:CANARY%zz@h.example" }, "%"],
  ])("refuses %j without repeating a secret", (env, message) => {
    try {
      smtpSettings(env);
      expect.unreachable();
    } catch (error) {
      expect((error as Error).message).toContain(message);
      expect(JSON.stringify(error) + (error as Error).message).not.toContain("CANARY");
    }
  });

  it("prints no password", () => {
    expect(JSON.stringify(smtpSettings({ SMTP_URL: "smtps://u:CANARY@mail.example.org" }))).not.toContain("CANARY");
  });
});
