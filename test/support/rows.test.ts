import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { brokenInvariants, details, type Report, type Scenario, scenario, toMicros, toText } from "./rows.ts";

const AT = "2026-11-20T14:00:00.000001Z";
const ELR = "ny-phd.elr";
const CDC = "cdc.elr";

let database: TestDatabase;
let make: Scenario;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());
beforeEach(async () => {
  await database.query("truncate action, setting, task restart identity cascade");
  make = scenario(database.client);
});

async function taskOf(report: Report): Promise<Record<string, unknown> | undefined> {
  const [task] = await database.query("select *, retry_token::text as token from task where report_id = $1", [
    report.id,
  ]);
  return task;
}

async function descendants(root: Report): Promise<{ action: string; receiver: string | null; items: number }[]> {
  return database.query(
    `with recursive below as (
       select child_report_id as id from report_lineage where parent_report_id = $1
       union select l.child_report_id from report_lineage l join below b on l.parent_report_id = b.id)
     select a.action_name::text as action, f.receiving_org as receiver, f.item_count as items
     from below join report_file f on f.report_id = id join action a using (action_id)
     order by a.action_id, f.item_count, f.receiving_org`,
    [root.id],
  );
}

async function edgesInto(report: Report): Promise<number> {
  return (await database.query("select 1 from item_lineage where child_report_id = $1", [report.id])).length;
}

async function actions(name: string): Promise<Record<string, unknown>[]> {
  return database.query(
    `select action_result, action_params, http_status, created_at::text, receiving_org from action
     where action_name = $1 order by action_id`,
    [name],
  );
}

describe("the walk-through of one submission", () => {
  // Three items: the first to two receivers, of which one filters it; the second to nobody; the
  // third not valid. Two files of another submission share the batch.
  let root: Report;
  let file: Report;
  let sent: Report;
  beforeEach(async () => {
    await make.receiver(ELR, { transport: { type: "REST", reportUrl: "https://in.receiver.example/elr" } });
    await make.receiver(CDC);
    await make.sender("acme-labs.default");
    const other = await make.happyPath({
      at: AT,
      items: 2,
      receivers: [ELR],
      until: "translate",
      sender: "toledo-lab.hl7",
    });
    root = await make.receive({ at: AT, items: 3, externalName: "three.hl7" });
    const [first, second] = await make.convert(root, { failed: [3] });
    await make.destinationFilter(second!, { receivers: [] });
    const [elr, cdc] = await make.destinationFilter(first!, { receivers: [ELR, CDC] });
    await make.receiverFilter(await make.enrich(cdc!), { filtered: { expressions: ["a.exists()", "b.exists()"] } });
    const ready = await make.translate(await make.receiverFilter(await make.enrich(elr!)));
    file = await make.batch([...other.translated[ELR]!, ready]);
    sent = await make.send(file);
  });

  test("has the files of each step", async () => {
    expect(await descendants(root)).toEqual([
      { action: "convert", receiver: null, items: 0 },
      { action: "convert", receiver: null, items: 1 },
      { action: "convert", receiver: null, items: 1 },
      { action: "destination-filter", receiver: null, items: 0 },
      { action: "destination-filter", receiver: "cdc", items: 1 },
      { action: "destination-filter", receiver: "ny-phd", items: 1 },
      { action: "receiver-enrichment", receiver: "cdc", items: 1 },
      { action: "receiver-filter", receiver: "cdc", items: 0 },
      { action: "receiver-enrichment", receiver: "ny-phd", items: 1 },
      { action: "receiver-filter", receiver: "ny-phd", items: 1 },
      { action: "translate", receiver: "ny-phd", items: 1 },
      { action: "batch", receiver: "ny-phd", items: 3 },
      { action: "send", receiver: "ny-phd", items: 3 },
    ]);
  });

  test("keeps what holds for every database", async () => {
    expect(await brokenInvariants(database.client)).toEqual([]);
  });

  test("logs the item that failed about the submission, and the filter about both of its files", async () => {
    const logs = await database.query(
      `select g.type::text, g.scope::text, g.index, a.action_name::text as step, g.report_id = $1 as root
       from action_log g join action a using (action_id) order by action_log_id`,
      [root.id],
    );
    expect(logs).toEqual([
      { type: "error", scope: "item", index: 3, step: "convert", root: true },
      { type: "warning", scope: "item", index: 1, step: "receiver-filter", root: false },
      { type: "warning", scope: "item", index: 1, step: "receiver-filter", root: false },
      { type: "filter", scope: "report", index: null, step: "receiver-filter", root: false },
    ]);
  });

  test("ends with the file sent in the transport's words, and every task done", async () => {
    const [row] = await database.query("select * from report_file where report_id = $1", [sent.id]);
    expect(row).toMatchObject({
      next_action: null,
      receiving_org: "ny-phd",
      receiving_org_svc: "elr",
      transport_params: "apiUrl=https://in.receiver.example/elr",
      item_count_before_qual_filter: null,
      body_format: "HL7_BATCH",
    });
    expect(row?.transport_result).toMatch(/^Success: REST transport of ny-phd-.*\.hl7 to apiUrl=/);
    expect(await taskOf(file)).toMatchObject({ next_action: "none", next_action_at: null, token: null });
    expect(await database.query("select next_action::text, count(*)::int from task group by 1")).toEqual([
      { next_action: "none", count: 21 },
    ]);
  });
});

test("the same seed makes the same rows, another seed other ids", async () => {
  const ids = async () =>
    (await database.query("select report_id from report_file order by 1")).map((row) => row.report_id);
  await make.happyPath({ at: AT, receivers: [ELR] });
  const first = await ids();
  await database.query("truncate action, task restart identity cascade");
  await scenario(database.client).happyPath({ at: AT, receivers: [ELR] });
  expect(await ids()).toEqual(first);
  await database.query("truncate action, task restart identity cascade");
  await scenario(database.client, "other").happyPath({ at: AT, receivers: [ELR] });
  expect(await ids()).not.toEqual(first);
  expect(first.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab]/.test(String(id)))).toBe(true);
});

test("instants keep their microseconds", async () => {
  await make.receive({ at: AT });
  expect(
    await database.query("select created_at at time zone 'UTC' = '2026-11-20 14:00:00.000001' as kept from action"),
  ).toEqual([{ kept: true }]);
  expect(toText(toMicros("1999-12-31T23:59:59.9Z"))).toBe("1999-12-31T23:59:59.900000Z");
  expect(() => toMicros("2026-11-20 14:00")).toThrow("not an instant in UTC");
});

describe("the age of rows", () => {
  test.each([
    ["2023-08-01T12:00:00Z", ["receive", "convert", "route", "translate", "batch", "send"]],
    [
      "2024-08-01T12:00:00Z",
      ["receive", "convert", "destination-filter", "receiver-filter", "translate", "batch", "send"],
    ],
  ])("a submission of %s takes the steps of its time", async (at, steps) => {
    const { sent } = await make.happyPath({ at, receivers: [ELR] });
    expect(
      (await database.query("select action_name::text as name from action order by action_id")).map((row) => row.name),
    ).toEqual(steps);
    const [row] = await database.query("select body_url is null as bare from report_file where report_id = $1", [
      sent[ELR]!.id,
    ]);
    expect(row?.bare).toBe(at < "2023-09-11");
    const [send] = await actions("send");
    expect(String(send?.action_params).startsWith("{")).toBe(at > "2023-12-21");
    expect(await brokenInvariants(database.client)).toEqual([]);
  });

  test("a submission of 2021 counts its rows from 0 and has no receiver on its actions", async () => {
    const at = "2021-11-01T12:00:00Z";
    const { root, children } = await make.legacySync({ at, items: 2, receivers: [{ receiver: ELR }] });
    await make.covidMetadata(root);
    const file = await make.batch(children);
    expect(
      await database.query("select parent_index, child_index, item_hash from item_lineage where child_report_id = $1", [
        file.id,
      ]),
    ).toEqual([
      { parent_index: 0, child_index: 0, item_hash: "" },
      { parent_index: 1, child_index: 1, item_hash: "" },
    ]);
    expect(
      (await database.query("select report_index from covid_result_metadata order by 1")).map(
        (row) => row.report_index,
      ),
    ).toEqual([0, 1]);
    expect(await actions("batch")).toMatchObject([
      { receiving_org: null, action_params: "receiver&BATCH&ny-phd.elr&false" },
    ]);
    expect(await brokenInvariants(database.client)).toEqual([]);
  });
});

describe("sending", () => {
  let file: Report;
  beforeEach(async () => {
    const path = await make.happyPath({ at: AT, receivers: [ELR], until: "batch", batchAt: "2026-11-20T15:00:00Z" });
    file = path.batches[ELR]!;
  });

  test("a failed attempt plans the next, and success clears the token", async () => {
    const next = await make.sendWarning(file, { at: "2026-11-20T15:00:10Z" });
    expect(toText(next)).toBe("2026-11-20T15:00:20.000000Z");
    expect(await taskOf(file)).toMatchObject({ next_action: "send", token: '{"retryCount":1,"items":["*"]}' });
    expect(toText(await make.sendWarning(file))).toBe("2026-11-20T15:01:20.000000Z");
    await make.send(file);
    const sends = await database.query(
      "select action_params from action where action_name in ('send', 'send_warning') order by action_id",
    );
    expect(sends.map((row) => (JSON.parse(String(row.action_params)) as { at: string }).at)).toEqual([
      "",
      "2026-11-20T15:00:20.000000Z",
      "2026-11-20T15:01:20.000000Z",
    ]);
    expect(await taskOf(file)).toMatchObject({ next_action: "none", next_action_at: null, token: null });
  });

  test("five warnings and an error end it", async () => {
    const end = await make.exhaust(file, { at: "2026-11-20T15:00:00Z" });
    expect(toText(end)).toBe("2026-11-20T15:41:10.000000Z");
    const warnings = await actions("send_warning");
    expect(warnings.map((row) => /in (\d+) minutes/.exec(String(row.action_result))?.[1])).toEqual([
      "10",
      "60",
      "240",
      "720",
      "1440",
    ]);
    expect(await actions("send_error")).toMatchObject([
      {
        action_result: expect.stringMatching(
          /^FAILED Sftp upload .*, All retries failed\. {2}Manual Intervention Required\./,
        ),
      },
    ]);
    expect(await taskOf(file)).toMatchObject({
      next_action: "send_error",
      next_action_at: null,
      token: null,
      errored_at: null,
    });
  });

  test("before June 2025 the delays were minutes", async () => {
    const old = await make.happyPath({ at: "2025-03-01T12:00:00Z", receivers: [CDC], until: "batch" });
    const end = await make.exhaust(old.batches[CDC]!, { at: "2025-03-01T13:00:00Z" });
    expect(toText(end)).toBe("2025-03-03T06:10:00.000000Z");
  });

  test("an immediate failure has both sentences, an unrecoverable one leaves the task", async () => {
    await make.sendError(file, { kind: "unrecoverable" });
    expect(await taskOf(file)).toMatchObject({ next_action: "send", sent_at: null });
    await make.sendError(file, { kind: "immediate", transport: { type: "REST", reportUrl: "https://x.example" } });
    expect(await taskOf(file)).toMatchObject({ next_action: "send_error" });
    const [unrecoverable, immediate] = await actions("send_error");
    expect(unrecoverable?.action_result).toMatch(/Send function unrecoverable exception: .* Event: \{"type":"report"/);
    expect(immediate).toMatchObject({
      http_status: 401,
      action_result: expect.stringMatching(/Will retry sending report: .*All retries failed/),
    });
  });

  test("a mail and a repeated message leave no file", async () => {
    await make.ghostSend(file);
    expect(await taskOf(file)).toMatchObject({ next_action: "send" });
    await make.emailSend(file);
    expect(await taskOf(file)).toMatchObject({ next_action: "none" });
    expect(await actions("send")).toMatchObject([
      { receiving_org: null, action_result: null },
      { receiving_org: "ny-phd", action_result: null },
    ]);
    expect(await database.query("select 1 from report_lineage where parent_report_id = $1", [file.id])).toEqual([]);
  });

  test("a resend is queued or not, and the file then sent has clean edges", async () => {
    await make.send(file);
    for (const outcome of ["test", "scheduled", "refused"] as const) {
      await make.resend(file, { at: "2026-11-21T09:00:00Z", outcome });
      expect(await taskOf(file)).toMatchObject({ next_action: "none" });
    }
    await make.download(file, { at: "2026-11-21T09:30:00Z" });
    await make.resend(file, { at: "2026-11-21T10:00:00Z", by: "ops@reportstream.example" });
    expect(await taskOf(file)).toMatchObject({ next_action: "send", token: '{"retryCount":0,"items":["*"]}' });
    const again = await make.send(file, { at: "2026-11-21T10:01:00Z" });
    expect(await edgesInto(again)).toBe(1);
    expect((await actions("resend")).map((row) => row.http_status)).toEqual([200, 200, 400, 200]);
    expect(await brokenInvariants(database.client)).toEqual([]);
  });

  test("each download doubles the edges into the file, or in 2023 had its own", async () => {
    await make.download(file, { at: "2026-11-21T09:00:00Z" });
    await make.download(file, { at: "2026-11-21T10:00:00Z" });
    const third = await make.download(file, { at: "2026-11-21T11:00:00Z" });
    expect([await edgesInto(file), await edgesInto(third)]).toEqual([8, 0]);
    const own = await make.download(file, { at: "2026-11-21T12:00:00Z", edges: "own" });
    expect([await edgesInto(file), await edgesInto(own)]).toEqual([8, 1]);
    expect(await brokenInvariants(database.client)).toEqual([]);
  });
});

describe("submissions that are not the usual ones", () => {
  test("rejected, only tested, by SFTP, through the submissions service", async () => {
    await make.rejected({
      at: AT,
      sender: null,
      logs: [
        { type: "error", scope: "parameter", detail: details.invalidParam("no such option") },
        { type: "info", scope: "report", detail: details.invalidReport("unexpected") },
      ],
    });
    await make.testOption({ at: AT });
    expect(await database.query("select 1 from report_file")).toEqual([]);
    expect(await database.query("select type::text, report_id from action_log order by 1")).toEqual([
      { type: "error", report_id: null },
      { type: "info", report_id: null },
    ]);
    await make.sftpDrop({ at: AT });
    const { root, converted } = await make.submissionsService({ at: AT, items: 2, failed: [2] });
    expect([root.itemCount, ...converted.map((child) => child.itemCount)]).toEqual([1, 1, 0]);
    expect(await taskOf(root)).toBeUndefined();
    expect(
      await database.query("select action_name::text as name, http_status, sending_org from action order by action_id"),
    ).toEqual([
      { name: "receive", http_status: 400, sending_org: null },
      { name: "receive", http_status: 200, sending_org: "acme-labs" },
      { name: "receive", http_status: 200, sending_org: "acme-labs" },
      { name: "convert", http_status: null, sending_org: "acme-labs" },
    ]);
    expect(await brokenInvariants(database.client)).toEqual([]);
  });

  test("an empty line is one more item that fails, an unreadable file a child without items", async () => {
    const root = await make.receive({ at: AT, items: 2, format: "FHIR" });
    expect((await make.convert(root, { emptyLine: true })).map((child) => child.nextAction)).toEqual([
      "destination-filter",
      "destination-filter",
      "none",
    ]);
    expect(await database.query("select index from action_log")).toEqual([{ index: 3 }]);
    const child = await make.unreadable(await make.receive({ at: AT }));
    expect([child.itemCount, await edgesInto(child)]).toEqual([0, 0]);
    expect(await brokenInvariants(database.client)).toEqual([]);
  });

  test("a file without timing, an elr-elims file, an empty batch, a task without a file", async () => {
    await make.receiver(CDC, { topic: "elr-elims" });
    const path = await make.happyPath({ at: AT, receivers: [CDC], externalName: "mine.hl7", until: "translate" });
    const direct = path.translated[CDC]![0]!;
    expect(direct.nextAction).toBe("send");
    await make.send(direct);
    expect(await database.query("select external_name from action where action_name = 'send'")).toEqual([
      { external_name: "mine.hl7" },
    ]);
    const empty = await make.emptyBatch({ at: AT, receiver: ELR });
    const sent = await make.send(empty);
    expect([sent.itemCount, await edgesInto(sent)]).toEqual([0, 0]);
    const plain = await make.happyPath({ at: AT, receivers: [ELR], until: "convert" });
    const [routed] = await make.destinationFilter(plain.converted[0]!, { receivers: [ELR] });
    const stuck = await make.translate(await make.receiverFilter(await make.enrich(routed!)), { nextActionAt: null });
    expect(await taskOf(stuck)).toMatchObject({ next_action: "batch", next_action_at: null, receiver_name: ELR });
    expect(await brokenInvariants(database.client)).toEqual([]);
    const id = await make.orphanTask({ at: AT });
    expect(await database.query("select 1 from report_file where report_id = $1", [id])).toEqual([]);
  });
});

describe("the older pipeline", () => {
  test("filters rows in part or wholly, and merges the files of a batch", async () => {
    await make.receiver(ELR, {
      topic: "covid-19",
      translation: { type: "CUSTOM", format: "CSV", schemaName: "ny-covid-19" },
    });
    const receivers = [
      { receiver: ELR, rows: [1, 2, 3], filtered: [{ row: 2 }], doubledLogs: true },
      { receiver: CDC, rows: [3], filtered: [{ row: 3 }] },
    ];
    const { root, children } = await make.legacySync({ at: AT, items: ["a", "", "c", "d"], receivers });
    expect(
      await database.query(
        "select item_count, item_count_before_qual_filter as before, next_action::text, body_format from report_file where receiving_org is not null order by 1 desc",
      ),
    ).toEqual([
      { item_count: 2, before: 3, next_action: "batch", body_format: "INTERNAL" },
      { item_count: 0, before: 1, next_action: null, body_format: "INTERNAL" },
    ]);
    expect(await database.query("select tracking_id, type::text from action_log order by 1")).toEqual([
      { tracking_id: "MissingID", type: "filter" },
      { tracking_id: "MissingID", type: "filter" },
      { tracking_id: "c", type: "filter" },
    ]);
    const { internal } = await make.legacyAsync({ at: AT, items: 2 });
    await make.processWarning(internal);
    expect(await taskOf(internal)).toMatchObject({ next_action: "process" });
    const [processed] = await make.processRows(internal, { receivers: [{ receiver: ELR }] });
    const file = await make.batch([children[0]!, processed!]);
    expect(await actions("batch")).toMatchObject([{ action_result: "Success: merged 2 reports into 1 reports" }]);
    expect(
      await database.query("select child_index, tracking_id from item_lineage where child_report_id = $1 order by 1", [
        file.id,
      ]),
    ).toEqual([
      { child_index: 1, tracking_id: "a" },
      { child_index: 2, tracking_id: "c" },
      { child_index: 3, tracking_id: "ACC-1" },
      { child_index: 4, tracking_id: "ACC-2" },
    ]);
    await make.covidMetadata(root);
    await make.translationFailure(root, { actionId: root.actionId, receiver: CDC });
    expect(await brokenInvariants(database.client)).toEqual([]);
  });

  test("one item a file", async () => {
    const { children } = await make.legacySync({ at: AT, items: 3, receivers: [{ receiver: ELR }] });
    const files = await make.batchEach(children);
    expect(files.map((file) => file.itemCount)).toEqual([1, 1, 1]);
    expect(await actions("batch")).toMatchObject([{ action_result: "Success: merged 1 reports into 3 reports" }]);
    expect(await brokenInvariants(database.client)).toEqual([]);
  });
});

test("the invariants notice what breaks them", async () => {
  const { batches } = await make.happyPath({ at: AT, items: 2, receivers: [ELR], until: "batch" });
  await database.query("delete from item_lineage where child_report_id = $1 and child_index = 1", [batches[ELR]!.id]);
  await database.query("update report_file set body_url = null where report_id = $1", [batches[ELR]!.id]);
  expect((await brokenInvariants(database.client)).map((text) => text.replace(/ \(.*$/, ""))).toEqual([
    "the items of a file to send are numbered without gaps",
    "a file to send has as many edges as items",
    "a file to send has a body",
    "a report edge has item edges",
  ]);
});

test("settings: two active organizations of one name, values left out or null, old versions", async () => {
  await make.organization("gaen-demo");
  await make.organization("gaen-demo", {}, { at: "2026-01-01T00:00:00Z" });
  await make.receiver("gaen-demo.x", { timing: null, transport: undefined });
  await make.sender("gaen-demo.x", { customerStatus: "inactive" }, { active: false, version: 3 });
  const rows = await database.query(
    `select type::text, organization_id as org, is_active as active, version, "values" ? 'transport' as transport,
       jsonb_typeof("values" -> 'timing') as timing from setting order by setting_id`,
  );
  expect(rows).toEqual([
    { type: "ORGANIZATION", org: null, active: true, version: 0, transport: false, timing: null },
    { type: "ORGANIZATION", org: null, active: true, version: 0, transport: false, timing: null },
    { type: "RECEIVER", org: 2, active: true, version: 0, transport: false, timing: "null" },
    { type: "SENDER", org: 2, active: false, version: 3, transport: false, timing: null },
  ]);
});
