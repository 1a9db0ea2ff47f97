import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import PostalMime from "postal-mime";
import { SMTPServer } from "smtp-server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { main } from "../../src/cli/program.ts";
import { testContext } from "../cli/test-context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { runProgram } from "../support/program.ts";
import { scenario } from "../support/rows.ts";
import { certificate } from "./certificates.ts";
import { type ScriptedServer, scriptedServer } from "./scripted-server.ts";

let database: TestDatabase;
let server: ScriptedServer;
let folder: string;
let run: string;

const CONFIG = {
  mail: {
    from: "reports@example.org",
    operators: ["ops@example.org"],
    holdStaleHours: 8784,
    organizations: {
      "ca-dph": { to: ["elr@ca.example"] },
      hostile: { to: ["a@b.example;evil@z.example"] },
      late: { to: ["late@x.example"] },
    },
  },
};

async function program(...args: string[]) {
  const env = { DATABASE_URL: database.ownerUrl, SMTP_URL: server.url };
  const context = testContext({ env, cwd: folder, now: Date.now });
  return { code: await main(args, context), stdout: context.out(), stderr: context.err() };
}

beforeAll(async () => {
  database = await createTestDatabase();
  server = await scriptedServer();
  folder = await mkdtemp(join(tmpdir(), "mail-"));
  await writeFile(join(folder, "lineage-report.yaml"), JSON.stringify(CONFIG));
  // The database's clock is the real one, so the day is one that is over by it.
  const day = new Date(Date.now() - 2 * 86_400_000).toISOString().slice(0, 10);
  const world = scenario(database.client);
  await world.receiver("ca-dph.elr");
  await world.happyPath({ at: `${day}T14:00:00Z`, items: 3, sender: "acme-labs.default", receivers: ["ca-dph.elr"] });
  expect(await program("ledger", "init")).toMatchObject({ code: 0 });
  const ran = await program("run", "--date", day, "--time-zone", "UTC", "--json", "--quiet");
  expect(ran, ran.stderr).toMatchObject({ code: 0 });
  run = (JSON.parse(ran.stdout) as { folder: string }).folder;
});
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
  await database?.drop();
});

const ids = async (state: string): Promise<string[]> => {
  const { stdout } = await program("mail", "list", "--state", state, "--json");
  return (JSON.parse(stdout) as { mails: { mailId: number }[] }).mails.map(({ mailId }) => String(mailId));
};

describe("mail", () => {
  it("preview writes what would be sent, and sends nothing", async () => {
    const { code, stdout } = await program("mail", "preview", run, "--organization", "ca-dph");
    expect(code).toBe(0);
    expect(stdout).toContain("To: elr@ca.example\nWould be planned\n");
    expect(stdout).toContain("Delivery report of ca-dph");
    const email = await PostalMime.parse(await readFile(join(folder, "ca-dph.eml")));
    expect(email.to).toEqual([{ name: "", address: "elr@ca.example" }]);
    expect(stdout).toContain((email.text ?? "").trimEnd());
    expect(await readdir(folder)).toContain("ca-dph.html");
    expect(server.connections).toBe(0);
    const unknown = await program("mail", "preview", run, "--organization", "nobody");
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining("has no organization nobody") });
  });

  it("send --dry-run says who would get what, and why not", async () => {
    const { code, stdout } = await program("mail", "send", run, "--dry-run");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ca-dph {2}planned {2}elr@ca\.example {2}\[ReportStream\]/m);
    expect(stdout).toMatch(/^hostile {2}refused {2}nobody .*evil@z\.example/m);
    expect(server.connections).toBe(0);
    expect(await ids("planned")).toEqual([]);
  });

  it("send sends each once, tells what it could not, and ends with 3; again it sends nothing", async () => {
    const first = await program("mail", "send", run);
    expect(first.code).toBe(3);
    expect(first.stdout).toContain("ca-dph  accepted  250 2.0.0 queued as 7F3A");
    expect(first.stdout).toMatch(/refused {2}hostile/);
    expect(server.accepted.map(({ to }) => to.join()).sort()).toEqual([
      "elr@ca.example",
      "late@x.example",
      "ops@example.org",
    ]);
    const operators = await PostalMime.parse(
      server.accepted.find(({ to }) => to.includes("ops@example.org"))?.content ?? "",
    );
    expect(operators.subject).toContain("1 mail to look at");
    expect(operators.text).toMatch(/\* hostile: refused, mail \d+\n/);
    expect((await program("mail", "send", run)).code).toBe(3);
    expect(server.accepted).toHaveLength(3);
  });

  it("send as a trial goes to one address alone, and takes no real mail's place", async () => {
    server.asked.length = 0;
    await program("mail", "send", run, "--redirect-all-to", "me@staging.example");
    expect(new Set(server.asked)).toEqual(new Set(["me@staging.example"]));
    expect(server.asked.length).toBeGreaterThan(1);
    const { stdout } = await program("mail", "list", "--organization", "ca-dph", "--json");
    const { mails } = JSON.parse(stdout) as { mails: { schedule: string; recipients: string[] }[] };
    expect(mails.map(({ schedule, recipients }) => `${schedule}: ${recipients.join()}`).sort()).toEqual([
      "by-hand (redirected): me@staging.example",
      "by-hand: elr@ca.example",
    ]);
  });

  it("send of a run that was edited is refused", async () => {
    const file = join(run, "summary.json");
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace('"submissions": 1', '"submissions": 9'));
    const { code, stderr } = await program("mail", "send", run);
    expect(code).toBe(1);
    expect(stderr).toContain("is not as it was written: summary.json");
    await writeFile(file, text);
  });

  it("resolve, release and discard change only what is in doubt, and say so", async () => {
    await database.query("update lineage_report.mail set state = 'held', message = 'x' where organization = 'late'");
    const [held = ""] = await ids("held");
    expect(await program("mail", "resolve", held, "--as", "accepted")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`mail ${held} is not unknown`),
    });
    expect(await program("mail", "discard", held)).toMatchObject({ code: 0, stdout: `${held}  discarded\n` });
    expect(await program("mail", "release", held)).toMatchObject({ code: 1 });
    expect(await program("mail", "release", "x")).toMatchObject({ code: 2 });
    await database.query("update lineage_report.mail set state = 'unknown' where organization = 'late'");
    expect(await program("mail", "resolve", held, "--as", "accepted")).toMatchObject({
      code: 0,
      stdout: `${held}  resolved as accepted\n`,
    });
  });

  it("send over TLS trusts the authority that NODE_EXTRA_CA_CERTS names and no other, and shows no password", async () => {
    const authority = certificate("an authority of the tests");
    const ca = join(folder, "authority.pem");
    await writeFile(ca, authority.cert);
    const taken: string[] = [];
    const encrypted = new SMTPServer({
      ...certificate("localhost", authority, { names: ["localhost"] }),
      secure: true,
      logger: false,
      closeTimeout: 500,
      onAuth: ({ username, password }, _session, done) =>
        password === "CANARY-secret" ? done(null, { user: username ?? "" }) : done(new Error(`not ${password}`)),
      onData(stream, { envelope }, done) {
        stream.resume().on("end", () => {
          taken.push(envelope.rcptTo.map(({ address }) => address).join());
          done();
        });
      },
    });
    encrypted.on("error", () => undefined);
    const listener = encrypted.listen(0, "127.0.0.1");
    if (!listener.listening) await once(listener, "listening");
    const { port } = listener.address() as AddressInfo;
    const env = {
      DATABASE_URL: database.ownerUrl,
      SMTP_URL: `smtps://localhost:${port}`,
      SMTP_USER: "reports",
      SMTP_PASSWORD: "CANARY-secret",
    };
    const send = (more: Record<string, string>) =>
      runProgram(["mail", "send", run, "--schedule", "encrypted"], { env: { ...env, ...more }, cwd: folder });
    try {
      const distrusted = await send({});
      expect(distrusted.code).toBe(3);
      expect(distrusted.stdout).toMatch(/^ca-dph {2}planned {2}the certificate of localhost:\d+ is not accepted/m);
      const refused = await send({ NODE_EXTRA_CA_CERTS: ca, SMTP_PASSWORD: "CANARY-wrong" });
      await database.query("update lineage_report.mail set next_attempt_at = now() where schedule = 'encrypted'");
      const again = await send({ NODE_EXTRA_CA_CERTS: ca, SMTP_PASSWORD: "CANARY-wrong" });
      expect(again.stdout).toMatch(/planned {2}localhost:\d+ refused the login: 535/);
      expect(taken).toEqual([]);
      await database.query("update lineage_report.mail set next_attempt_at = now() where schedule = 'encrypted'");
      const trusted = await send({ NODE_EXTRA_CA_CERTS: ca });
      expect(trusted.stdout).toMatch(/^ca-dph {2}accepted/m);
      expect(taken).toContain("elr@ca.example");
      const trail = await database.query("select reply, reason from lineage_report.mail_event");
      expect(JSON.stringify([distrusted, refused, again, trusted, trail])).not.toMatch(/CANARY|Q0FOQVJZ/);
    } finally {
      await new Promise<void>((resolve) => encrypted.close(() => resolve()));
    }
  });

  it("is not sent without a server or a sender, which is told first", async () => {
    const context = testContext({ env: { DATABASE_URL: database.ownerUrl }, cwd: folder, now: Date.now });
    expect(await main(["mail", "send", run], context)).toBe(2);
    expect(context.err()).toContain("SMTP_URL is not set");
    const redirected = await program("mail", "send", run, "--redirect-all-to", "Me <me@x.example>");
    expect(redirected).toMatchObject({ code: 2, stderr: expect.stringContaining("--redirect-all-to") });
  });
});
