import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatText } from "../../src/trace/print/text.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { details, type HappyPath, type Report, type Scenario, scenario } from "../support/rows.ts";
import { file, rejected, submission, type TraceSetting, traceIds } from "./support.ts";

let database: TestDatabase;
let rows: Scenario;
/** Two senders' items in one file of aa-phd; the first one's also for bb-phd, whose file failed, was resent and fetched. */
let acme: HappyPath;
let other: Report;
let shared: Report;
let sent: Report;
let sentName: string;
let failed: Report;
let refused: number;

beforeAll(async () => {
  database = await createTestDatabase();
  rows = scenario(database.client);
  await rows.receiver("aa-phd.elr", { timing: { timeZone: "CENTRAL", numberPerDay: 24, operation: "MERGE" } });
  await rows.receiver("bb-phd.elr");
  await rows.receiver("cc-phd.elr");
  await rows.receiver("dd-phd.elr", { customerStatus: "inactive" });
  await rows.receiver("ee-phd.covid", { topic: "covid-19" });
  acme = await rows.happyPath({
    at: "2026-11-20T14:00:00Z",
    items: 3,
    sender: "acme-labs.default",
    externalName: "acme upload, friday.hl7",
    receivers: ["aa-phd.elr", "bb-phd.elr"],
    until: "translate",
  });
  other = await rows.receive({
    at: "2026-11-20T14:01:00Z",
    items: 2,
    sender: "zeta-labs.main",
    externalName: "zeta.hl7",
  });
  const [good] = await rows.convert(other, {
    failed: [2],
    logs: [
      {
        type: "warning",
        scope: "item",
        index: 1,
        trackingId: "ZETA-1",
        detail: details.invalidPhone("555-CALL", "PID-13"),
      },
    ],
  });
  const [toAa, toCc] = await rows.destinationFilter(good!, { receivers: ["aa-phd.elr", "cc-phd.elr"] });
  const passed = await rows.translate(await rows.receiverFilter(await rows.enrich(toAa!)));
  await rows.receiverFilter(await rows.enrich(toCc!), {
    filtered: { type: "QUALITY_FILTER", trackingElement: "ZETA-1" },
  });
  shared = await rows.batch(
    // The other sender's item stands between.
    [acme.translated["aa-phd.elr"]![0]!, passed, ...acme.translated["aa-phd.elr"]!.slice(1)],
    { at: "2026-11-20T15:00:00Z" },
  );
  sent = await rows.send(shared, { at: "2026-11-20T15:00:30Z" });
  const [named] = await database.query<{ name: string }>(
    "select external_name as name from report_file where report_id = $1",
    [sent.id],
  );
  sentName = named!.name;
  failed = await rows.batch(acme.translated["bb-phd.elr"]!, { at: "2026-11-20T15:00:00Z" });
  await rows.exhaust(failed, { at: "2026-11-20T15:01:00Z" });
  await rows.resend(failed, { at: "2026-11-20T20:00:00Z", by: "operator@cdc.example" });
  await rows.send(failed, { at: "2026-11-20T20:00:10Z" });
  await rows.download(failed, { at: "2026-11-21T01:00:00Z" });
  refused = await rows.rejected({
    at: "2026-11-20T16:00:00Z",
    sender: "acme-labs.default",
    externalName: "broken.hl7",
    logs: [{ type: "error", scope: "report", trackingId: "BAD-1", detail: details.invalidReport("The file is empty") }],
  });
});
afterAll(() => database?.drop());

const ask = (ids: string | readonly string[], setting: TraceSetting = {}) =>
  traceIds(database.readerUrl, typeof ids === "string" ? [ids] : ids, setting);

describe("a submission", () => {
  test("receiver by receiver, with file, position, tries, resend and download", async () => {
    const story = submission(await ask(acme.root.id));
    expect(story).toMatchObject({
      submissionId: acme.root.actionId,
      reportId: acme.root.id,
      sender: "acme-labs.default",
      submittedAt: "2026-11-20T14:00:00.000Z",
      items: null,
      unread: 0,
      contents: {
        topic: "full-elr",
        format: "HL7_BATCH",
        items: 3,
        fileName: "acme upload, friday.hl7",
        results: null,
      },
    });
    expect(story.contents.blob).toBe(`convert/acme-labs.default/${acme.root.id}.hl7`);
    const [aa, bb] = story.outcomes;
    expect(aa).toMatchObject({
      receiver: "aa-phd.elr",
      outcome: "delivered",
      items: "1-3",
      count: 3,
      timesDelivered: 1,
    });
    expect(aa!.files).toMatchObject([
      {
        reportId: shared.id,
        positions: "1, 3-4",
        of: 4,
        timeZone: "US/Central",
        failures: [],
        resends: [],
        downloads: [],
      },
    ]);
    expect(aa!.files[0]!.sends).toMatchObject([
      { reportId: sent.id, at: "2026-11-20T15:00:30.000Z", transport: "SFTP", tries: 1, resend: false },
    ]);
    expect(bb).toMatchObject({ receiver: "bb-phd.elr", outcome: "delivered", items: "1-3" });
    const [retried] = bb!.files;
    expect(retried!.sends).toMatchObject([{ tries: 1, resend: true, at: "2026-11-20T20:00:10.000Z" }]);
    expect(retried!.failures.map(({ final }) => final)).toEqual([false, false, false, false, false, true]);
    expect(retried!.resends).toEqual([{ at: "2026-11-20T20:00:00.000Z", by: "operator@cdc.example" }]);
    expect(retried!.downloads).toHaveLength(1);
    // Inactive receivers and other topics were never asked; the rest is inferred.
    expect(story.notConsidered).toEqual(["cc-phd.elr"]);
  });

  test("in words that can be sent on", async () => {
    const text = formatText(await ask(`${acme.root.id}/2`), { color: false });
    expect(text).toContain("item 2 of 3");
    expect(text).toMatch(
      /aa-phd\.elr +DELIVERED {2}.*\n +row 3 of 4 in \S+\.hl7, sent Nov 20 2026 09:00 \(US\/Central, 15:00Z\), SFTP, first try\n/,
    );
    expect(text).toContain("not considered by cc-phd.elr (inferred");
  });

  test("filters, warnings and items that were not accepted, masked", async () => {
    const story = submission(await ask(String(other.actionId)));
    expect(story.outcomes.map(({ receiver, outcome, items }) => [receiver, outcome, items])).toEqual([
      ["aa-phd.elr", "delivered", "1"],
      ["cc-phd.elr", "filtered", "1"],
      [null, "rejected", "2"],
    ]);
    expect(story.messages.map(({ type, items }) => [type, items])).toEqual(
      expect.arrayContaining([
        ["error", "2"],
        ["filter", "1"],
        ["warning", "1"],
      ]),
    );
    expect(JSON.stringify(story)).not.toContain("555-CALL");
  });

  test("one item; an item that there is not is explained", async () => {
    const story = submission(await ask(other.id, { item: 1 }));
    expect(story).toMatchObject({ items: "1", trackingId: "ZETA-1", status: null });
    expect(story.outcomes).toHaveLength(2);
    const none = await ask(`${other.id}/7`);
    expect(none.notFound).toMatchObject([{ note: `report ${other.id} has 2 items, and no item 7` }]);
  });
});

describe("finding", () => {
  test("by every kind of id", async () => {
    const byMessage = await ask("ZETA-1");
    expect(submission(byMessage)).toMatchObject({ reportId: other.id, items: "1" });
    expect(byMessage.answers[0]!.is).toBe("the id of a message");
    expect(submission(await ask("zeta.hl7"))).toMatchObject({ reportId: other.id, items: null });
    expect(file(await ask(sentName))).toMatchObject({ reportId: sent.id, what: "sent" });
    expect(file(await ask(`${shared.id}.hl7`))).toMatchObject({ what: "ready", receiver: "aa-phd.elr" });
    expect(rejected(await ask(String(refused)))).toMatchObject({ fileName: "broken.hl7", httpStatus: 400 });
    expect(rejected(await ask("broken.hl7")).messages).toMatchObject([{ type: "error", count: 1 }]);
    expect(rejected(await ask("BAD-1")).submissionId).toBe(refused);
    const step = acme.translated["bb-phd.elr"]![1]!;
    const story = submission(await ask(step.id));
    expect(story).toMatchObject({
      items: "2",
      step: { reportId: step.id, writtenBy: "translate", receiver: "bb-phd.elr" },
    });
    expect(story.outcomes.map(({ receiver }) => receiver)).toEqual(["bb-phd.elr"]);
  });

  test("in lists with stray blanks, commas, quotes and repetitions; names that hold a comma", async () => {
    const { answers, notFound } = await ask([
      ` ${acme.root.id.toUpperCase()} , `,
      `"zeta.hl7",${refused} ;\n\n{${acme.root.id}}\nacme upload, friday.hl7,\n`,
    ]);
    expect(notFound).toEqual([]);
    expect(answers.map(({ asked }) => asked)).toEqual([
      acme.root.id.toUpperCase(),
      "zeta.hl7",
      String(refused),
      "acme upload, friday.hl7",
    ]);
  });

  test("what fits several things is listed with what to ask for", async () => {
    await rows.receive({ at: "2026-11-20T17:00:00Z", externalName: "daily.hl7" });
    await rows.receive({ at: "2026-11-21T10:00:00Z", externalName: "daily.hl7" });
    const { choices, answers } = await ask("daily.hl7");
    expect(answers).toEqual([]);
    expect(choices).toMatchObject([{ asked: "daily.hl7", fits: 2, options: [{ at: "2026-11-21T10:00:00.000Z" }, {}] }]);
    for (const { ask: one } of choices[0]!.options) {
      expect(submission(await ask(one)).contents.fileName).toBe("daily.hl7");
    }
  });

  test("a report's id that is a message's id as well", async () => {
    await database.query(
      `insert into action_log (action_id, report_id, index, tracking_id, type, scope, detail, created_at)
       select action_id, report_id, 1, $1, 'warning', 'item', '{}', created_at from report_file where report_id = $2`,
      [acme.root.id, other.id],
    );
    const { choices } = await ask(acme.root.id);
    expect(choices[0]!.options.map(({ ask: one }) => one).sort()).toEqual(
      [`report:${acme.root.id}`, `report:${other.id}/1`].sort(),
    );
    await database.query("delete from action_log where tracking_id = $1", [acme.root.id]);
  });

  test("not found: where it was looked for, and how far back each table reaches", async () => {
    const result = await ask(["nope-1", "0b9a0f5e-58e2-4c0e-9d2a-6b1f0c8f4a11", "999999999"]);
    expect(result.notFound.map(({ asked, searched }) => [asked, searched.length])).toEqual([
      ["nope-1", 6],
      ["0b9a0f5e-58e2-4c0e-9d2a-6b1f0c8f4a11", 5],
      ["999999999", 7],
    ]);
    const files = result.coverage.find(({ table }) => table === "report_file");
    expect(files?.from).toBe("2026-11-20T14:00:00.000Z");
    expect(formatText(result, { color: false })).toContain("not found: 3 of 3\n");
  });

  test("names are searched since an instant, and the answer says so", async () => {
    const result = await ask("zeta.hl7", { namesSince: Date.UTC(2026, 10, 21) * 1000 });
    expect(result.namesSince).toBe("2026-11-21T00:00:00.000Z");
    expect(result.notFound[0]?.searched.join()).toContain("since 2026-11-21T00:00:00.000Z");
  });
});

describe("a file", () => {
  test("where its items came from", async () => {
    const story = file(await ask(sent.id));
    expect(story.origins.map(({ reportId, items, positions }) => [reportId, items, positions])).toEqual([
      [acme.root.id, "1-3", "1, 3-4"],
      [other.id, "1", "2"],
    ]);
    expect(story.verdict).toBeNull();
    // A position of it leads to the submission's item.
    expect(submission(await ask(sent.id, { item: 2 }))).toMatchObject({ reportId: other.id, items: "1" });
  });

  test("that is not sent is judged by the rules of the run", async () => {
    const path = await rows.happyPath({
      at: "2026-11-21T11:40:00Z",
      receivers: ["cc-phd.elr"],
      until: "batch",
      batchAt: "2026-11-21T11:59:00Z",
    });
    const story = file(await ask(path.batches["cc-phd.elr"]!.id));
    expect(story).toMatchObject({ what: "ready", verdict: { outcome: "waiting", acts: "nobody" } });
  });
});

describe("as an organization may see it", () => {
  test("a sender sees its own items' fate, and nothing of the file that others share", async () => {
    const result = await ask(acme.root.id, {
      sight: "acme-labs",
      graph: { up: true, down: true, siblings: false, depth: 100, nodes: 500 },
    });
    const story = submission(result);
    expect(story.outcomes.map(({ receiver }) => receiver)).toEqual(["aa-phd.elr", "bb-phd.elr"]);
    for (const { files } of story.outcomes) expect(files).toMatchObject([{ positions: null, of: null }]);
    const text = JSON.stringify(result);
    for (const secret of ["zeta", "operator@cdc", other.id, "4 items", "cc-phd"]) expect(text).not.toContain(secret);
    expect(story.outcomes[1]!.files[0]!.failures.every(({ error }) => error === null)).toBe(true);
  });

  test("a sender that asks for the shared file is told of its own items in it", async () => {
    const result = await ask(shared.id, {
      sight: "zeta-labs",
      graph: { up: true, down: true, siblings: false, depth: 100, nodes: 500 },
    });
    const story = submission(result);
    expect(story).toMatchObject({ reportId: other.id, items: "1" });
    expect(JSON.stringify(result)).not.toMatch(/acme/);
    expect(JSON.stringify(result)).not.toContain(acme.root.id);
    for (const step of [...acme.converted, ...acme.translated["aa-phd.elr"]!])
      expect(JSON.stringify(result)).not.toContain(step.id);
  });

  test("a receiver sees its files and their origins, and not what others got", async () => {
    const story = file(await ask(sent.id, { sight: "aa-phd" }));
    expect(story.origins.map(({ sender, fileName }) => [sender, fileName])).toEqual([
      ["acme-labs.default", null],
      ["zeta-labs.main", null],
    ]);
    const graph = { up: true, down: true, siblings: false, depth: 100, nodes: 500 };
    const result = await ask(other.id, { sight: "aa-phd", graph });
    const items = submission(result);
    expect(items).toMatchObject({
      items: "1",
      status: null,
      contents: { items: null, fileName: null, blob: null, digest: null },
    });
    expect(items.outcomes.map(({ receiver }) => receiver)).toEqual(["aa-phd.elr"]);
    expect(JSON.stringify(result)).not.toMatch(/cc-phd|rejected|zeta\.hl7/);
    // What its own filters took is its to know; the warning about the sender's item is not.
    const taken = submission(await ask(other.id, { sight: "cc-phd" }));
    expect(taken.outcomes).toMatchObject([{ outcome: "filtered" }]);
    expect(taken.messages.every(({ type }) => type === "filter")).toBe(true);
  });

  test("what it may not see is as if it were not there", async () => {
    const ids = [acme.root.id, failed.id, String(refused), "ZETA-1", "zeta.hl7", acme.converted[0]!.id, sentName];
    const foreign = await ask(ids, { sight: "cc-other" });
    expect(foreign.answers).toEqual([]);
    expect(foreign.choices).toEqual([]);
    const missing = await ask(["0b9a0f5e-58e2-4c0e-9d2a-6b1f0c8f4a11"], { sight: "cc-other" });
    const searched = foreign.notFound.find(({ asked }) => asked === failed.id);
    expect({ ...searched, asked: "" }).toEqual({ ...missing.notFound[0], asked: "" });
    // Look-alikes are others.
    for (const sight of ["acme", "acme-labs.default", "ACME-LABS", "acme-labs ", ""]) {
      expect((await ask(acme.root.id, { sight })).answers).toEqual([]);
    }
  });
});

describe("the older pipeline", () => {
  test("facilities and results by the pair of report and position, small counts left out", async () => {
    const ids = Array.from({ length: 14 }, (_, at) => `COV-${at + 1}`);
    const { root } = await rows.legacySync({
      at: "2026-11-20T18:00:00Z",
      items: ids,
      receivers: [{ receiver: "ee-phd.covid", next: "batch" }],
    });
    await database.query(
      `insert into covid_result_metadata (report_id, report_index, message_id, testing_lab_name, testing_lab_clia, test_result, processing_mode_code)
       select $1, n, 'COV-' || n, case when n <= 12 then 'Big Lab' else 'Small Lab' end, '11D1111111',
         case when n % 7 = 0 then 'Detected' else 'Not detected' end, case when n = 14 then 'T' else 'P' end
       from generate_series(1, 14) n on conflict do nothing`,
      [root.id],
    );
    const { contents } = submission(await ask(root.id));
    expect(contents.results?.least).toBe(11);
    expect(contents.results?.notProduction).toBeGreaterThan(0);
    const numbers = [...(contents.results?.facilities ?? []), ...(contents.results?.results ?? [])].map(
      ({ items }) => items,
    );
    expect(numbers.every((items) => items === null || items >= 11)).toBe(true);
    const byMessage = submission(await ask("COV-3"));
    expect(byMessage).toMatchObject({ reportId: root.id, items: "3", trackingId: "COV-3" });
    expect(byMessage.contents.results?.facilities.every(({ items }) => items === null)).toBe(true);
  });
});
