import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { outcomeOf } from "../../src/mail/send.ts";
import { type SmtpResult, smtpServer } from "../../src/mail/smtp.ts";
import { type SmtpSettings, smtpSettings } from "../../src/mail/smtp-settings.ts";
import { HOUR } from "../../src/time/instant.ts";
import { type Certified, certificate } from "./certificates.ts";

const CANARY = "CANARY-pa$$ wörd";
const LOGIN = { SMTP_USER: "reports", SMTP_PASSWORD: CANARY };

/** What a real server saw of one conversation. */
interface Seen {
  secure: boolean;
  login: { method: string; user: string; password: string } | undefined;
  to: string[];
}

let authority: Certified;
let folder: string;
let ca: string;
const seen: Seen[] = [];
const servers: SMTPServer[] = [];

beforeAll(async () => {
  authority = certificate("an authority of the tests");
  folder = await mkdtemp(join(tmpdir(), "tls-"));
  ca = join(folder, "ca.pem");
  await writeFile(ca, authority.cert);
});
beforeEach(() => {
  seen.length = 0;
});
afterAll(async () => {
  await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))));
  await rm(folder, { recursive: true, force: true });
});

/** A certificate for this machine, by name and address. */
const good = (): Certified => certificate("localhost", authority, { names: ["localhost", "127.0.0.1"] });

async function start(certified: Certified, options: SMTPServerOptions = {}): Promise<number> {
  let login: Seen["login"];
  const server = new SMTPServer({
    ...certified,
    authOptional: true,
    closeTimeout: 500,
    logger: false,
    onConnect(_session, done) {
      login = undefined;
      done();
    },
    onAuth({ method, username = "", password = "" }, _session, done) {
      if (password !== CANARY) return done(new Error(`no, ${username} is not ${password}`));
      login = { method, user: username, password };
      done(null, { user: username });
    },
    onData(stream, session, done) {
      stream.resume().on("end", () => {
        seen.push({ secure: session.secure, login, to: session.envelope.rcptTo.map(({ address }) => address) });
        done();
      });
    },
    ...options,
  });
  // Whoever does not trust the certificate goes away in the middle of the handshake.
  server.on("error", () => undefined);
  servers.push(server);
  const listener = server.listen(0, "127.0.0.1");
  if (!listener.listening) await once(listener, "listening");
  return (listener.address() as AddressInfo).port;
}

function send(env: Record<string, string>, change: Partial<SmtpSettings> = {}): Promise<SmtpResult> {
  return smtpServer({ ...smtpSettings(env), timeoutMs: 30_000, ...change }).handOver({
    from: "reports@y.example",
    to: ["a@x.example"],
    message: Buffer.from("Subject: test\r\n\r\ntext\r\n"),
    beforeEnd: async () => true,
    signal: new AbortController().signal,
  });
}

describe("a conversation", () => {
  it.each([
    ["smtps, by name", "smtps", "localhost", true, "PLAIN"],
    ["smtps, by address", "smtps", "127.0.0.1", true, "LOGIN"],
    ["STARTTLS, by name", "smtp", "localhost", false, "LOGIN"],
    ["STARTTLS, by address", "smtp", "127.0.0.1", false, "PLAIN"],
  ])("over %s is encrypted, and logs in as the environment says", async (_, scheme, host, secure, method) => {
    const warnings: Error[] = [];
    const warned = (warning: Error) => warnings.push(warning);
    process.on("warning", warned);
    const port = await start(good(), { secure, authMethods: [method] });
    const result = await send({ SMTP_URL: `${scheme}://${host}:${port}?ca=${encodeURIComponent(ca)}`, ...LOGIN });
    expect(result, JSON.stringify(result)).toMatchObject({ kind: "accepted", refused: [] });
    expect(seen).toEqual([{ secure: true, login: { method, user: "reports", password: CANARY }, to: ["a@x.example"] }]);
    await new Promise(setImmediate);
    process.off("warning", warned);
    expect(warnings).toEqual([]);
  });

  it("with a password in the address is the same", async () => {
    const port = await start(good(), { secure: true });
    const url = new URL(`smtps://reports@localhost:${port}?ca=${encodeURIComponent(ca)}`);
    url.password = encodeURIComponent(CANARY);
    expect(await send({ SMTP_URL: url.href })).toMatchObject({ kind: "accepted" });
    expect(seen[0]?.login).toMatchObject({ password: CANARY });
  });
});

describe("a certificate", () => {
  const CASES: [string, () => Certified, RegExp][] = [
    [
      "of an unknown authority",
      () => certificate("localhost", certificate("another"), { names: ["localhost"] }),
      /UNABLE_TO/,
    ],
    ["that signs itself", () => certificate("localhost", undefined, { names: ["localhost"] }), /SELF_SIGNED/],
    [
      "for another name",
      () => certificate("mail.example", authority, { names: ["mail.example"] }),
      /ALTNAME_INVALID.*mail\.example/,
    ],
    [
      "that has run out",
      () => certificate("localhost", authority, { names: ["localhost"], days: -1 }),
      /CERT_HAS_EXPIRED/,
    ],
  ];

  it.each(CASES.flatMap(([what, make, says]) => [true, false].map((secure) => [what, secure, make, says] as const)))(
    "%s (smtps: %s) is refused before anything is told, and the reply says what to do",
    async (_, secure, make, says) => {
      const port = await start(make(), { secure });
      const query = `ca=${encodeURIComponent(ca)}&tls=require`;
      const result = await send({ SMTP_URL: `${secure ? "smtps" : "smtp"}://localhost:${port}?${query}`, ...LOGIN });
      expect(result.kind).toBe("deferred");
      const { reply } = result as { reply: string };
      expect(reply).toMatch(says);
      expect(reply).toContain(`the certificate of localhost:${port} is not accepted`);
      expect(reply).toContain("NODE_EXTRA_CA_CERTS");
      expect(seen).toEqual([]);
      const outcome = outcomeOf(result, { recipients: ["a@x.example"], age: 0 }, HOUR);
      expect(outcome).toMatchObject({ state: "planned" });
      // Demanded by hand, any is taken.
      expect(
        await send({ SMTP_URL: `${secure ? "smtps" : "smtp"}://localhost:${port}?verify=no`, ...LOGIN }),
      ).toMatchObject({ kind: "accepted" });
      expect(seen).toMatchObject([{ secure: true }]);
    },
  );

  it("of an authority that only Node brings is no more trusted when ca names another", async () => {
    expect(smtpSettings({ SMTP_URL: `smtps://h.example?ca=${encodeURIComponent(ca)}` }).ca).toBe(authority.cert);
    expect(smtpSettings({ SMTP_URL: "smtps://h.example" }).ca).toBeUndefined();
  });

  it("as ca that is none, or not there, is told before any mail", async () => {
    const empty = join(folder, "empty.pem");
    await writeFile(empty, "nothing");
    expect(() => smtpSettings({ SMTP_URL: `smtps://h.example?ca=${empty}` })).toThrow("holds no certificate");
    expect(() => smtpSettings({ SMTP_URL: "smtps://h.example?ca=/no/such.pem" })).toThrow("cannot be read (ENOENT)");
  });
});

/** A server, or who sits before it, that offers no encryption; keeps every line that it is told. */
async function stripped(startTls = "502 5.5.1 not here"): Promise<{ port: number; lines: string[]; close(): void }> {
  const lines: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.write("220 test ESMTP\r\n");
    socket.setEncoding("latin1").on("data", (text: string) => {
      for (const line of text.split("\r\n").filter(Boolean)) {
        lines.push(line);
        if (/^EHLO/.test(line)) socket.write("250-test\r\n250 AUTH PLAIN LOGIN\r\n");
        else if (line === "STARTTLS") socket.write(`${startTls}\r\n`);
        else if (line === "DATA") socket.write("354 go\r\n");
        else if (!/^(Subject|text|$)/.test(line)) socket.write("250 ok\r\n");
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    lines,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

describe("a server that does not encrypt", () => {
  it.each([
    ["by default", "smtp://mail.example", {}],
    ["where a password would be sent", "smtp://mail.example", LOGIN],
    ["also when `offer` is asked, if a password would be sent", "smtp://mail.example?tls=offer", LOGIN],
    ["also when `offer` is asked and the password is in the address", "smtp://u:CANARY@mail.example?tls=offer", {}],
  ])("is told nothing, %s", async (_, url, env) => {
    const server = await stripped();
    try {
      const result = await send({ SMTP_URL: url, ...env }, { host: "127.0.0.1", port: server.port });
      expect(result).toMatchObject({ kind: "deferred", phase: "greeting" });
      expect((result as { reply: string }).reply).toMatch(
        /does not encrypt: it answered 502 5\.5\.1 not here to STARTTLS/,
      );
      expect(server.lines.map((line) => line.split(" ")[0])).toEqual(["EHLO", "STARTTLS"]);
    } finally {
      server.close();
    }
  });

  it("gets the mail in plain text only where that was asked and no password is sent", async () => {
    const server = await stripped();
    try {
      await send(
        { SMTP_URL: "smtp://mail.example?tls=offer" },
        { host: "127.0.0.1", port: server.port, timeoutMs: 3000 },
      );
      expect(server.lines).toContain("DATA");
      expect(server.lines).not.toContain("STARTTLS");
      expect(() => smtpSettings({ SMTP_URL: "smtp://mail.example?tls=off", ...LOGIN })).toThrow("unencrypted");
    } finally {
      server.close();
    }
  });

  it("and is asked to from the first byte is told apart from one whose certificate is wrong", async () => {
    const server = await stripped();
    try {
      const result = await send({ SMTP_URL: `smtps://localhost:${server.port}`, ...LOGIN });
      expect((result as { reply: string }).reply).toMatch(/does not begin with TLS; smtp:\/\/ instead of smtps:\/\//);
      expect(server.lines.join()).not.toContain("AUTH");
    } finally {
      server.close();
    }
  });
});

describe("a login that is refused", () => {
  it.each(["PLAIN", "LOGIN"])(
    "by %s leaves the mail planned and repeats no secret, even if the server does",
    async (method) => {
      const port = await start(good(), { secure: true, authMethods: [method] });
      const wrong = "CANARY-wrong";
      const result = await send({
        SMTP_URL: `smtps://localhost:${port}?ca=${encodeURIComponent(ca)}`,
        SMTP_USER: "reports",
        SMTP_PASSWORD: wrong,
      });
      expect(result).toMatchObject({ kind: "deferred", phase: "login" });
      const outcome = outcomeOf(result, { recipients: ["a@x.example"], age: 0 }, HOUR);
      expect(outcome.state).toBe("planned");
      expect(outcome.reply).toMatch(/refused the login: 535 .*reports is not \*\*redacted\*\*; look at SMTP_USER/);
      const text = JSON.stringify(outcome);
      for (const secret of [wrong, btoa(wrong), btoa(`\0reports\0${wrong}`)]) expect(text).not.toContain(secret);
    },
  );

  it("and a user without a password are told at the start", () => {
    expect(() => smtpSettings({ SMTP_URL: "smtps://reports@h.example" })).toThrow("there is no password for it");
  });
});
