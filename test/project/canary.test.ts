import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { commands } from "../../src/cli/commands.ts";
import { main } from "../../src/cli/program.ts";
import { loadCatalogue } from "../../src/source/catalogue.ts";
import { testContext } from "../cli/test-context.ts";
import { CANARY, writeSecrets } from "../organizations/secrets.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { type HappyPath, scenario } from "../support/rows.ts";

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

/** Commands that read nothing of what can be secret, each with the reason. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  demo: "brings its own data",
  schedule: "calls run",
  "schedule next": "reads the configuration and email_schedule's cron",
  "schedule list": "reads the ledger",
  "ledger init": "makes tables",
};

const WINDOW = ["--date", "2026-11-20"];
const AS_OF = ["--as-of", "2026-11-21T12:00:00Z"];
const NOW = Date.parse("2026-11-21T12:00:00Z");

let database: TestDatabase;
let folder: string;
let path: HappyPath;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "canary-"));
  database = await createTestDatabase();
  const sc = scenario(database.client, "canary");
  await writeSecrets(sc, "secret-phd");
  await sc.receiver("aa-phd.elr");
  await sc.sender("acme-labs.default");
  const at = "2026-11-20T15:00:00Z";
  path = await sc.happyPath({ at, receivers: ["aa-phd.elr", "secret-phd.sftp", "secret-phd.rest"], items: 2 });
  const failed = await sc.happyPath({ at, receivers: ["secret-phd.rest"], until: "batch" });
  await sc.sendError(failed.batches["secret-phd.rest"]!, { kind: "immediate", at: "2026-11-20T17:00:00Z" });
  await sc.rejected({ at });
  const secret = `SFTPTransportType(host=${CANARY}, port=22, filePath=/${CANARY}, credentialName=${CANARY}, type=SFTP)`;
  await database.query(
    `update report_file set transport_params = $1::text, transport_result = 'Success: sftp upload of x to ' || $1::text where transport_result is not null`,
    [secret],
  );
  await database.query(
    `update action set action_params = replace(action_params, '"url":"', $1::text), sender_ip = $2::text where action_params like '%"url":"%'`,
    [`"url":"https://${CANARY}.example/?code=${CANARY}&x=`, CANARY],
  );
  await database.query(`update report_file set body_url = body_url || '?sig=${CANARY}' where body_url is not null`);
  const receivers = await database.query<{ setting_id: number; organization_id: number }>(
    "select setting_id, organization_id from setting where type = 'RECEIVER' and is_active",
  );
  for (const { setting_id, organization_id } of receivers) {
    await sc.insert("receiver_connection_check_results", [
      {
        ...{ organization_id, receiver_id: setting_id, connection_check_successful: false },
        connection_check_result: `Failed: could not connect to ${CANARY} as ${CANARY}: Auth fail for credential ${CANARY}`,
        ...{ connection_check_started_at: at, connection_check_completed_at: at },
      },
    ]);
  }
  await writeFile(join(folder, "theirs.csv"), `id\n${path.root.id}\nnot-there\n`);
});
afterAll(async () => {
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

/** All that a command says, on either stream; the secrets of its own settings are the canary too. */
async function said(...args: string[]): Promise<{ code: number; text: string }> {
  const url = new URL(database.readerUrl);
  const context = testContext({
    env: {
      ...{ PGHOST: url.hostname, PGPORT: url.port, PGDATABASE: url.pathname.slice(1), PGUSER: url.username },
      ...{ PGPASSWORD: url.password, SMTP_URL: "smtp://127.0.0.1:1", SMTP_USER: "u", SMTP_PASSWORD: CANARY },
    },
    cwd: folder,
    now: () => NOW,
  });
  const code = await main(args, context);
  expect(code, `${args.join(" ")}: ${context.err()}`).toBeLessThan(2);
  return { code, text: context.out() + context.err() };
}

async function filesIn(place: string): Promise<string[]> {
  const entries = await readdir(place, { recursive: true });
  const paths = entries.map((name) => join(place, name));
  const kinds = await Promise.all(paths.map((path) => stat(path)));
  return paths.filter((_, index) => kinds[index]?.isFile());
}

const LINES: readonly (readonly string[])[] = [
  ["trace", "ROOT", "SENT", ...AS_OF],
  ["trace", "SENT", ...AS_OF, "--json", "--up", "--down", "--siblings"],
  ["trace", "ROOT", ...AS_OF, "--format", "html"],
  ["lineage check", ...WINDOW],
  ["failures", ...WINDOW],
  ["failures", ...WINDOW, "--json"],
  ["undelivered", ...WINDOW, ...AS_OF],
  ["errors", ...WINDOW],
  ["errors", ...WINDOW, "--group"],
  ["organizations", "--format", "table"],
  ["organizations", "secret-phd", "--format", "table"],
  ["organizations", "--format", "csv"],
  ["organizations", "--json"],
  ["organizations keys", "--format", "table"],
  ["organizations keys", "--json"],
  ["organizations changes", "--from", "2021-01-01", "--to", "2026-11-20", "--json"],
  ["organizations changes", ...WINDOW, "--pairs", "--format", "table"],
  ["connections", "--format", "table"],
  ["connections", "--json"],
  ["status"],
  ["status", "--json"],
  ["reconcile", "--file", "theirs.csv", "--sender", "acme-labs.default", ...WINDOW],
  ["reconcile", "--file", "theirs.csv", "--receiver", "secret-phd", ...WINDOW, "--json"],
  ["doctor"],
  ["doctor", "--json"],
  ["tables list"],
];

describe("a canary in every place of a secret", () => {
  test("is there to be found", async () => {
    const [row] = await database.query<{ places: number }>(
      `select ((select count(*) from setting where values::text like $1) * (select count(*) from action where action_params like $1)
        * (select count(*) from report_file where transport_params like $1)
        * (select count(*) from receiver_connection_check_results where connection_check_result like $1))::int as places`,
      [`%${CANARY}%`],
    );
    expect(row?.places).toBeGreaterThan(0);
  });

  test.each(LINES)("%s %s %s %s %s", async (...line) => {
    const words = line.map((word) =>
      word === "ROOT" ? path.root.id : word === "SENT" ? path.sent["secret-phd.sftp"]!.id : word,
    );
    const { text } = await said(...words.flatMap((word, place) => (place === 0 ? word.split(" ") : [word])));
    expect(text.length).toBeGreaterThan(0);
    expect(text).not.toContain(CANARY);
  });

  test("is in no file of a run, of a proof, or of their mails", async () => {
    const out = join(folder, "out");
    const texts = [
      await said("run", ...WINDOW, ...AS_OF, "--out", out),
      await said("verify", join(out, "2026-11-20")),
      await said("render", join(out, "2026-11-20")),
      await said("proof", "--sender", "acme-labs.default", ...WINDOW, ...AS_OF, "--out", out),
      await said("proof", "--receiver", "secret-phd", ...WINDOW, ...AS_OF, "--out", out),
    ];
    for (const { text } of texts) expect(text).not.toContain(CANARY);
    const files = await filesIn(out);
    expect(files.length).toBeGreaterThan(20);
    for (const file of files) expect(await readFile(file, "utf8"), file).not.toContain(CANARY);
  });

  test("is in the result of no query that can be run by hand", async () => {
    const adhoc = loadCatalogue().queries.filter(({ header }) => header.uses.includes("adhoc"));
    expect(adhoc.length).toBeGreaterThan(10);
    let run = 0;
    for (const { name, header } of adhoc) {
      const required = header.parameters.filter(({ presence }) => presence === "required");
      if (required.some(({ type }) => type !== "timestamptz")) continue;
      const values = required.flatMap(({ name: parameter }) => {
        return ["--param", `${parameter}=${parameter === "from" ? "2021-01-01T00:00:00Z" : "2026-11-21T12:00:00Z"}`];
      });
      run++;
      const { text } = await said("query", name, ...values, "--format", "csv");
      expect(text, name).not.toContain(CANARY);
    }
    expect(run).toBeGreaterThan(10);
  });

  test("no command is left out", () => {
    const tried = new Set([...LINES.map(([words]) => words), "run", "verify", "render", "proof", "query"]);
    const left = commands
      .map(({ words }) => words)
      .filter((words) => !tried.has(words) && ELSEWHERE[words] === undefined)
      .filter((words) => !words.startsWith("tables ") && !words.startsWith("mail "));
    expect(left).toEqual([]);
  });
});
