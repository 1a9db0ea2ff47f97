import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { runProgram } from "../support/program.ts";
import { type Report, scenario } from "../support/rows.ts";
import { run } from "../support/run-folder.ts";

const NOW = "2026-11-21T12:00:00Z";

interface Listed {
  totals: Record<string, number>;
  receivers: {
    receiver: string;
    items: number;
    openItems: number;
    senders: string[];
    lastSentAt: string | null;
    errorFamilies: string[];
    files: Record<string, unknown>[];
  }[];
}

let database: TestDatabase;
/** Of the last fifteen days. */
let all: Listed;
const files: Record<string, Report> = {};
/** Named by a failure, but no row of report_file has it. */
const MISSING = "0b0b0b0b-1111-4222-8333-444444444444";

beforeAll(async () => {
  database = await createTestDatabase();
  const sc = scenario(database.client, "failures");
  for (const name of ["oh-odh.elr", "oh-odh-x.elr", "wa-doh.elr"]) await sc.receiver(name);
  const file = async (name: string, receiver: string, at: string, sender = "acme-labs.default", items = 2) => {
    const path = await sc.happyPath({ at, sender, items, receivers: [receiver], until: "batch" });
    files[name] = path.batches[receiver]!;
    return files[name];
  };

  const open = await file("open", "oh-odh.elr", "2026-11-18T10:00:00Z");
  await sc.exhaust(open, { at: "2026-11-18T13:35:00Z" });
  const refused = await file("refused", "oh-odh.elr", "2026-11-18T10:00:00Z", "toledo-lab.csv", 3);
  await sc.sendError(refused, { kind: "immediate", at: "2026-11-18T14:00:00Z" });
  // Neither a rehearsal nor a refusal is a resend.
  await sc.resend(refused, { at: "2026-11-18T15:00:00Z", outcome: "test" });
  await sc.resend(refused, { at: "2026-11-18T15:01:00Z", outcome: "refused" });
  const resent = await file("resent", "oh-odh.elr", "2026-11-18T10:00:00Z");
  await sc.sendError(resent, { kind: "immediate", at: "2026-11-18T14:10:00Z" });
  await sc.resend(resent, { at: "2026-11-19T09:00:00Z", by: "ann@reportstream.example" });
  const again = await file("again", "oh-odh.elr", "2026-11-18T10:00:00Z");
  await sc.sendError(again, { kind: "immediate", at: "2026-11-18T14:20:00Z" });
  await sc.resend(again, { at: "2026-11-19T09:10:00Z" });
  await sc.sendError(again, { kind: "immediate", at: "2026-11-19T09:11:00Z" });
  const recovered = await file("recovered", "wa-doh.elr", "2026-11-18T10:00:00Z");
  await sc.sendError(recovered, { kind: "immediate", at: "2026-11-18T14:30:00Z" });
  await sc.resend(recovered, { at: "2026-11-19T09:20:00Z" });
  await sc.send(recovered, { at: "2026-11-19T09:21:00Z" });
  const fetched = await file("fetched", "wa-doh.elr", "2026-11-18T10:00:00Z");
  await sc.sendError(fetched, { kind: "immediate", at: "2026-11-18T14:40:00Z" });
  await sc.download(fetched, { at: "2026-11-19T10:00:00Z" });
  const maybe = await file("maybe", "wa-doh.elr", "2026-11-18T10:00:00Z");
  const uploaded = `Success: sftp upload of f.hl7 to SFTPTransportType(host=sftp.wa.example, port=22), Send function unrecoverable exception: blob`;
  await sc.sendError(maybe, { kind: "unrecoverable", at: "2026-11-18T14:50:00Z", result: uploaded });
  const under = await file("under", "wa-doh.elr", "2026-11-18T10:00:00Z");
  await sc.send(under, {
    at: "2026-11-18T15:00:00Z",
    under: "send_error",
    result: "Send function unrecoverable exception: blob",
  });
  const expired = await file("expired", "oh-odh-x.elr", "2026-09-01T10:00:00Z");
  await sc.sendError(expired, { kind: "immediate", at: "2026-09-01T14:00:00Z" });
  await sc.resend(expired, { at: "2026-11-18T15:09:00Z" });
  await sc.sendError(expired, { kind: "immediate", at: "2026-11-18T15:10:00Z" });

  const amp = await file("amp", "oh-odh-x.elr", "2026-11-18T10:00:00Z");
  const glued = await file("glued", "oh-odh-x.elr", "2026-11-18T10:00:00Z");
  // A name that would be a line of its own, a request, in the script.
  await database.query("update report_file set body_url = $2 where report_id = $1", [
    glued.id,
    `https://blob.example/reports/ready%2Foh-odh-x.elr%2Fa\nPOST ?reportId=${MISSING}&receiver=oh-odh-x.elr`,
  ]);
  const error = (params: string | null, result: string | null, receiver: string | null = "oh-odh-x.elr") =>
    sc.action({
      name: "send_error",
      at: "2026-11-18T16:00:00Z",
      receiver,
      columns: { action_params: params, action_result: result },
    });
  await error(
    `report&SEND&${amp.id}&false`,
    "FAILED Sftp upload, Exception: java.net.ConnectException: Connection refused",
  );
  await error(`{"type":"report","reportId":"${glued.id}"}, {"method":"POST"}`, "Auth fail");
  await error(`{"type":"report","reportId":"${MISSING}"}`, "Connection timed out");
  await error('{"reportId": not json at all', "PID|1||555-12-1234||DOE^JANE broke it", null);
  await error(null, null);
  // Before the days that are asked for.
  const old = await file("old", "wa-doh.elr", "2026-11-01T10:00:00Z");
  await sc.sendError(old, { kind: "immediate", at: "2026-11-01T14:00:00Z" });
  all = await listed();
});
afterAll(() => database?.drop());

async function failures(...args: string[]): Promise<string> {
  const env = { DATABASE_URL: database.readerUrl };
  const { code, stdout, stderr } = await runProgram(["failures", "--as-of", NOW, ...args], { env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

async function listed(...args: string[]): Promise<Listed> {
  return JSON.parse(await failures("--json", ...args)) as Listed;
}

/** Each file's state by its report id. */
function states({ receivers }: Listed): Record<string, unknown> {
  const all = receivers.flatMap((receiver) => receiver.files);
  return Object.fromEntries(all.filter(({ reportId }) => reportId !== null).map((f) => [f.reportId, f.state]));
}

const idsOf = (...names: string[]): (string | undefined)[] => names.map((name) => files[name]?.id);

describe("failures --json", () => {
  test("tells open, resent, recovered and maybe delivered apart", () => {
    expect(states(all)).toEqual(
      Object.fromEntries([
        ...idsOf("open", "refused", "again", "expired", "amp", "glued").map((id) => [id, "open"]),
        [MISSING, "open"],
        [files.resent?.id, "resent"],
        ...idsOf("recovered", "fetched").map((id) => [id, "recovered"]),
        ...idsOf("maybe", "under").map((id) => [id, "maybe delivered"]),
      ]),
    );
    // Two failures name no report: each is one more.
    expect(all.totals).toEqual({
      ...{ receivers: 4, files: 14, items: 23, open: 9, resent: 1, recovered: 2, "maybe delivered": 2 },
    });
  });

  test("groups by receiver, those with most open first, with senders, last success and families", () => {
    const { receivers } = all;
    expect(receivers.map(({ receiver }) => receiver)).toEqual(["oh-odh-x.elr", "oh-odh.elr", "", "wa-doh.elr"]);
    const [, oh, , wa] = receivers;
    expect(oh).toMatchObject({
      items: 9,
      openItems: 7,
      senders: ["acme-labs.default", "toledo-lab.csv"],
      lastSentAt: null,
    });
    expect(wa).toMatchObject({ openItems: 0, lastSentAt: "2026-11-19T09:21:00.000Z" });
    const file = oh?.files.find(({ reportId }) => reportId === files.open?.id);
    expect(file).toMatchObject({
      attempts: 6,
      items: 2,
      firstFailedAt: "2026-11-18T13:35:00.000Z",
      senders: ["acme-labs.default"],
      expiresAt: "2027-01-17T10:01:11.000Z",
    });
  });

  test("an attempt that failed again after a resend is open, and still names the resend", async () => {
    const { receivers } = await listed("--receiver", "oh-odh.elr");
    const found = receivers[0]?.files.find(({ reportId }) => reportId === files.again?.id);
    expect(found).toMatchObject({ state: "open", attempts: 2, resentAt: "2026-11-19T09:10:00.000Z" });
  });

  test("a file that failed first long before the window counts its attempts from then on", () => {
    const found = all.receivers
      .flatMap((receiver) => receiver.files)
      .find(({ reportId }) => reportId === files.expired?.id);
    expect(found).toMatchObject({ state: "open", attempts: 2, firstFailedAt: "2026-09-01T14:00:00.000Z" });
  });

  test("what cannot be tied to a file stands for itself, masked", () => {
    const { receivers } = all;
    const unknown = receivers.find(({ receiver }) => receiver === "")?.files;
    expect(unknown).toHaveLength(1);
    expect(unknown?.[0]).toMatchObject({ reportId: null, fileName: null, items: null, state: "open", attempts: 1 });
    expect(JSON.stringify(receivers)).not.toMatch(/DOE|555-12-1234|sftp\.wa\.example/);
    const nameless = receivers
      .find(({ receiver }) => receiver === "oh-odh-x.elr")
      ?.files.filter((f) => f.fileName === null);
    expect(nameless?.map(({ reportId }) => reportId).sort()).toEqual([MISSING, null]);
  });

  test("filters by receiver, organization and state, and look-alikes stay apart", async () => {
    expect((await listed("--receiver", "oh-odh")).receivers.map(({ receiver }) => receiver)).toEqual(["oh-odh.elr"]);
    expect((await listed("--receiver", "oh-odh.el")).receivers).toEqual([]);
    const maybe = await listed("--state", "maybe-delivered");
    expect(Object.keys(states(maybe)).sort()).toEqual(idsOf("maybe", "under").sort());
  });

  test("goes back as many days as it is asked, and takes a window too", async () => {
    expect(states(await listed("--days", "30"))).toHaveProperty(files.old?.id as string, "open");
    expect((await listed("--days", "2")).totals).toMatchObject({ files: 1, open: 1 });
    const day = await listed("--date", "2026-11-01");
    expect(Object.keys(states(day))).toEqual([files.old?.id]);
    // What became of it is looked for until now, though the window ended weeks ago.
    const recovered = await listed("--from", "2026-11-18T14:30:00Z", "--to", "2026-11-18T14:31:00Z");
    expect(states(recovered)).toEqual({ [files.recovered?.id as string]: "recovered" });
  });
});

test("a day's failures are those of the run's failures.csv, though its lineage is not read", async () => {
  const out = await mkdtemp(join(tmpdir(), "lineage-report-failures-"));
  try {
    const finished = await run(database.readerUrl, out, "--date", "2026-11-18", "--as-of", NOW);
    const text = (value: unknown): string => (Array.isArray(value) ? value.join("; ") : String(value ?? ""));
    const { receivers } = await listed("--date", "2026-11-18");
    const found = receivers.flatMap(({ receiver, files: ofReceiver }) =>
      ofReceiver.map((file) => ({
        ...{ report_id: text(file.reportId), receiver, file_name: text(file.fileName), items: text(file.items) },
        ...{
          state: text(file.state),
          first_failed_at: text(file.firstFailedAt),
          last_failed_at: text(file.lastFailedAt),
        },
        ...{ attempts: text(file.attempts), error_family: text(file.errorFamily), error: text(file.error) },
        ...{ resent_at: text(file.resentAt), resent_by: text(file.resentBy), recovered_at: text(file.recoveredAt) },
        ...{ senders: text(file.senders), submission_ids: text(file.submissionIds), expires_at: text(file.expiresAt) },
      })),
    );
    const byId = (left: { report_id?: string; error?: string }, right: { report_id?: string; error?: string }) =>
      `${left.report_id}${left.error}` < `${right.report_id}${right.error}` ? -1 : 1;
    const expected = await finished.csv("failures.csv");
    expect(expected).toHaveLength(14);
    expect(found.sort(byId)).toEqual(expected.sort(byId));
  } finally {
    await rm(out, { recursive: true, force: true });
  }
});

describe("failures on a terminal", () => {
  test("names the zone, sums up, and prints each file below its receiver", async () => {
    const lines = (await failures("--time-zone", "America/Chicago")).split("\n");
    expect(lines[0]).toBe(
      "Last-mile failures from Fri Nov 06 2026 00:00 (America/Chicago) to Sat Nov 21 2026 06:00 (America/Chicago)",
    );
    expect(lines[1]).toBe("4 receivers, 14 files, 23 items: 9 open, 1 resent, 2 recovered, 2 maybe delivered");
    const row = lines.find((line) => line.startsWith("oh-odh.elr ")) as string;
    expect(row).toMatch(/^oh-odh\.elr +3 +1 +0 +0 +9 +7 +2 +Nov 18 07:35 +never +/);
    expect(lines.some((line) => line.includes("2 failed attempts since Nov 18 08:20"))).toBe(true);
    expect(lines.some((line) => line.includes("resent    Nov 19 03:00 by ann@reportstream.example"))).toBe(true);
  });

  test("says that there are none", async () => {
    const text = await failures("--receiver", "nobody.elr");
    expect(text).toMatch(/\n0 receivers, 0 files, 0 items: 0 open, 0 resent, 0 recovered, 0 maybe delivered\n$/);
  });

  test.each([
    ["--days and a window", ["--days", "3", "--date", "2026-11-20"], "--days and a window contradict"],
    ["days that are no number", ["--days", "many"], "--days many is not a number of days"],
    ["JSON of a script", ["--json", "--resend-script"], "contradict"],
  ])("refuses %s", async (_, args, message) => {
    const { code, stderr } = await runProgram(["failures", ...args], { env: { DATABASE_URL: database.readerUrl } });
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe("failures --resend-script", () => {
  test("asks for open files only, and says of every other why not", async () => {
    const lines = (await failures("--resend-script")).trimEnd().split("\n");
    const requests = lines.filter((line) => line !== "" && !line.startsWith("#"));
    const asked = (name: string, receiver: string) =>
      `POST /api/adm/resend?reportId=${files[name]?.id}&receiver=${receiver}`;
    expect(requests.sort()).toEqual(
      [
        ...["open", "refused", "again"].map((name) => asked(name, "oh-odh.elr")),
        ...["amp", "glued"].map((name) => asked(name, "oh-odh-x.elr")),
      ].sort(),
    );
    const why = (id: string | undefined) => lines.find((line) => line.startsWith(`# not resent: ${id}`));
    expect(why(files.maybe?.id)).toMatch(/maybe delivered; .* twice$/);
    expect(why(files.under?.id)).toMatch(/maybe delivered; .* twice$/);
    expect(why(files.recovered?.id)).toMatch(/recovered Thu Nov 19 2026 04:21 \(America\/New_York\)/);
    expect(why(files.resent?.id)).toMatch(/resent already, asked for Thu Nov 19 2026 04:00/);
    expect(why(files.expired?.id)).toMatch(/expired Sat Oct 31 2026/);
    expect(why(MISSING)).toMatch(/row is not there/);
    expect(lines.filter((line) => line.startsWith("# not resent: report not known"))).toHaveLength(2);
  });

  test("changes nothing in the database", async () => {
    const count = async () => (await database.query("select count(*)::int as n from action"))[0]?.n;
    const before = await count();
    await failures("--resend-script");
    expect(await count()).toBe(before);
  });
});
