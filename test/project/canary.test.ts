import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
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
/** Files whose sending failed, by what was written of it. */
const failedFiles: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "canary-"));
  database = await createTestDatabase();
  const sc = scenario(database.client, "canary");
  await writeSecrets(sc, "secret-phd");
  await sc.receiver("aa-phd.elr");
  await sc.sender("acme-labs.default");
  const at = "2026-11-20T15:00:00Z";
  path = await sc.happyPath({
    at,
    receivers: ["aa-phd.elr", "secret-phd.sftp", "secret-phd.rest"],
    items: 2,
  });
  const secret = `SFTPTransportType(host=${CANARY}, port=22, filePath=/${CANARY}, credentialName=${CANARY}, type=SFTP)`;
  for (const [receiver, result] of failures(secret)) {
    const failed = await sc.happyPath({
      at,
      receivers: [receiver],
      until: "batch",
    });
    failedFiles.push(failed.batches[receiver]!.id);
    await sc.sendError(failed.batches[receiver]!, {
      kind: "immediate",
      at: "2026-11-20T17:00:00Z",
      ...(result !== undefined && { result }),
    });
  }
  // One that is tried again and waits.
  const waits = await sc.happyPath({
    at,
    receivers: ["secret-phd.sftp"],
    until: "batch",
  });
  await sc.sendWarning(waits.batches["secret-phd.sftp"]!, {
    at: "2026-11-20T17:00:00Z",
  });
  await sc.rejected({ at });
  await database.query(
    `update action set action_result = action_result || $1::text where action_result is not null and action_name = 'send'`,
    [`; to ${secret} (orgService = secret-phd.sftp), Exception: java.net.UnknownHostException: ${CANARY}`],
  );
  await database.query(
    `update report_file set transport_params = $1::text, transport_result = 'Success: sftp upload of x to ' || $1::text where transport_result is not null`,
    [secret],
  );
  await database.query(
    `update action set action_params = replace(action_params, '"url":"', $1::text), sender_ip = $2::text where action_params like '%"url":"%'`,
    [`"url":"https://${CANARY}.example/?code=${CANARY}&x=`, CANARY],
  );
  await database.query(`update report_file set body_url = body_url || '?sig=${CANARY}' where body_url is not null`);
  const receivers = await database.query<{
    setting_id: number;
    organization_id: number;
  }>("select setting_id, organization_id from setting where type = 'RECEIVER' and is_active");
  for (const { setting_id, organization_id } of receivers) {
    await sc.insert("receiver_connection_check_results", [
      {
        ...{
          organization_id,
          receiver_id: setting_id,
          connection_check_successful: false,
        },
        connection_check_result: `Failed: could not connect to ${CANARY} as ${CANARY}: Auth fail for credential ${CANARY}`,
        ...{
          connection_check_started_at: at,
          connection_check_completed_at: at,
        },
      },
    ]);
  }
  await writeFile(join(folder, "theirs.csv"), `id\n${path.root.id}\nnot-there\n`);
});
afterAll(async () => {
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

/** What ReportStream writes of a failure, where hosts, credentials, addresses and answers of servers are told; with texts that nobody knows. */
function failures(transport: string): (readonly [receiver: string, result: string | undefined])[] {
  const upload = `FAILED Sftp upload of inputReportId x to ${transport} (orgService = secret-phd.sftp), Exception: `;
  return [
    ["secret-phd.rest", undefined],
    ["secret-phd.sftp", `${upload}java.net.ConnectException: ${CANARY}: Connection refused ('to' "${CANARY}")`],
    [
      "secret-phd.sftp",
      `${upload}net.schmizz.sshj.userauth.UserAuthException: user ${CANARY} with credential ${CANARY}`,
    ],
    [
      "secret-phd.rest",
      `FAILED POST of inputReportId x to RESTTransportType(reportUrl=https://${CANARY}/?code=${CANARY}, headers={x-functions-key=${CANARY}}) ` +
        `(orgService = secret-phd.rest), Exception: Client request(POST https://${CANARY}/?code=${CANARY}) invalid: 401 Unauthorized. Text: "${CANARY}"`,
    ],
    [
      "secret-phd.soap",
      `FAILED SOAP of inputReportId x to SoapTransportType(endpoint=${CANARY}, credentialName=${CANARY}) (orgService = secret-phd.soap), ` +
        `Exception: java.io.IOException: 500 <soap:Fault><faultstring>${CANARY}</faultstring></soap:Fault>`,
    ],
    [
      "secret-phd.gaen",
      `FAILED GAEN of x to GAENTransportType(apiUrl=${CANARY}, uuidFormat=${CANARY}, uuidIV=${CANARY}) (orgService = secret-phd.gaen): ` +
        `response 400 Bad Request\n{"error":"${CANARY}"}`,
    ],
    ["secret-phd.sftp", `Unable to find SFTP credentials for ${CANARY}`],
  ];
}

/** All that a command says, on either stream; the secrets of its own settings are the canary too. */
async function said(...args: string[]): Promise<{ code: number; text: string }> {
  return saidAs(database.readerUrl, ...args);
}

/** The same as another role; a password may be in no output either. */
async function saidAs(address: string, ...args: string[]): Promise<{ code: number; text: string }> {
  const url = new URL(address);
  const context = testContext({
    stdin: Readable.from([]),
    env: {
      ...{
        PGHOST: url.hostname,
        PGPORT: url.port,
        PGDATABASE: url.pathname.slice(1),
        PGUSER: url.username,
      },
      ...{
        PGPASSWORD: url.password,
        SMTP_URL: "smtp://127.0.0.1:1",
        SMTP_USER: "u",
        SMTP_PASSWORD: CANARY,
      },
      ...{ OTHER_URL: database.ownerUrl, USER: "ada" },
    },
    cwd: folder,
    now: () => NOW,
  });
  const code = await main(args, context);
  const text = context.out() + context.err();
  // 3 is "in part": a mail server that is not there.
  expect([0, 1, 3], `${args.join(" ")}: ${context.err()}`).toContain(code);
  for (const password of [url.password, new URL(database.ownerUrl).password]) expect(text).not.toContain(password);
  return { code, text };
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
  ["trace", "FAILED", ...AS_OF],
  ["trace", "FAILED", ...AS_OF, "--json"],
  ["trace", "FAILED", ...AS_OF, "--format", "html"],
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
];

/** Commands that were held against the canary. */
const tried = new Set(LINES.map(([words]) => words));

interface Ledger {
  mails: { mailId: number }[];
}

describe("a canary in every place of a secret", () => {
  test("is there to be found", async () => {
    const [row] = await database.query<{ places: number }>(
      `select ((select count(*) from setting where values::text like $1) * (select count(*) from action where action_params like $1)
        * (select count(*) from action where action_name = 'send_error' and action_result like $1)
        * (select count(*) from action where action_name = 'send_warning' and action_result like $1)
        * (select count(*) from report_file where transport_params like $1)
        * (select count(*) from receiver_connection_check_results where connection_check_result like $1))::int as places`,
      [`%${CANARY}%`],
    );
    expect(row?.places).toBeGreaterThan(0);
  });

  test.each(LINES)("%s %s %s %s %s", async (...line) => {
    const ids: Record<string, string[]> = {
      ...{
        ROOT: [path.root.id],
        SENT: [path.sent["secret-phd.sftp"]!.id],
        FAILED: failedFiles,
      },
    };
    const words = line.flatMap((word) => ids[word] ?? [word]);
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

  test("is in nothing that tables says of a table, a version or a file", async () => {
    const csv = (name: string, rows: string[]) =>
      writeFile(join(folder, name), `${["code,name", ...rows].join("\n")}\n`);
    await csv("v1.csv", ["001,Abbott", "002,BD"]);
    await csv("v2.csv", ["001,Abbott Labs", "002,BD", "003,Cue"]);
    await mkdir(join(folder, "local"));
    await csv("local/colours.csv", ["r,red"]);
    const lines = [
      "create codes v1.csv --activate --yes",
      "create codes v2.csv",
      "activate codes 2 --yes",
      "list --all",
      "list --digest",
      "list --json",
      "history codes",
      "history codes --json",
      "show codes",
      "export codes",
      "export codes --format json",
      "check v1.csv --table codes",
      "diff codes 1 2",
      "diff codes active v1.csv --format html",
      "drift --against env:OTHER_URL",
      "drift --against local",
      "revert codes --yes --allow-shrink",
      "load local --activate --yes",
    ];
    for (const line of lines) {
      const { text } = await saidAs(database.ownerUrl, "tables", ...line.split(" "));
      expect(text.length, line).toBeGreaterThan(0);
      expect(text, line).not.toContain(CANARY);
      tried.add(`tables ${line.split(" ")[0]}`);
    }
  });

  test("is in no mail of any state, and in nothing that mail says of them", async () => {
    const organizations = {
      "secret-phd": { to: ["a@x.example"] },
      "aa-phd": { to: ["b@x.example"] },
      "acme-labs": { to: ["c@x.example"] },
    };
    const mail = { from: "reports@x.example", operators: ["ops@x.example"], organizations };
    await writeFile(join(folder, "lineage-report.yaml"), JSON.stringify({ mail }));
    const run = join(folder, "mailed", "2026-11-20");
    await said("run", ...WINDOW, ...AS_OF, "--out", join(folder, "mailed"));
    const mails = join(folder, "mails");
    await mkdir(mails);
    const owner = (...args: string[]) => saidAs(database.ownerUrl, ...args);
    const ids = async (state: string): Promise<string[]> => {
      const list = JSON.parse((await owner("mail", "list", "--state", state, "--json")).text) as Ledger;
      return list.mails.map(({ mailId }) => String(mailId));
    };
    const texts = [
      await owner("mail", "preview", run, "--organization", "secret-phd", "--out", mails),
      await owner("ledger", "init"),
      await owner("mail", "send", run, "--dry-run"),
      await owner("mail", "send", run),
    ];
    // The day is long over by the database's clock, so that all of them are held for a person to look at.
    const [first = "", second = "", third = ""] = await ids("held");
    texts.push(await owner("mail", "list"), await owner("mail", "list", "--json"));
    texts.push(await owner("mail", "release", first), await owner("mail", "discard", second));
    texts.push(await owner("mail", "send", run));
    await database.query("update lineage_report.mail set state = 'unknown' where mail_id = $1", [third]);
    texts.push(await owner("mail", "resolve", third, "--as", "refused"), await owner("mail", "list", "--json"));
    for (const { text } of texts) {
      expect(text.length).toBeGreaterThan(0);
      expect(text).not.toContain(CANARY);
    }
    const written = await filesIn(mails);
    expect(written).toHaveLength(2);
    for (const file of written) expect(await readFile(file, "utf8"), file).not.toContain(CANARY);
    const [ledger] = await database.query<{ text: string }>(
      "select string_agg(m::text, '') || (select string_agg(e::text, '') from lineage_report.mail_event e) as text from lineage_report.mail m",
    );
    expect(ledger?.text).toContain("a@x.example");
    expect(ledger?.text).not.toContain(CANARY);
    for (const word of ["preview", "send", "list", "release", "discard", "resolve"]) tried.add(`mail ${word}`);
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
    for (const words of ["run", "verify", "render", "proof", "query"]) tried.add(words);
    const left = commands
      .map(({ words }) => words)
      .filter((words) => !tried.has(words) && ELSEWHERE[words] === undefined);
    expect(left).toEqual([]);
  });
});
