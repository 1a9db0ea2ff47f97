import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { main } from "../../src/cli/program.ts";
import { testContext } from "../cli/test-context.ts";
import { queryText } from "../source/fixtures.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

let database: TestDatabase;
let own: string;
beforeAll(async () => {
  database = await createTestDatabase();
  own = mkdtempSync(join(tmpdir(), "own-queries-"));
  writeFileSync(join(own, "many.sql"), queryText("select generate_series(1, 3000000) as n", { columns: ["n number"] }));
  // The same moment in two zones: the 20th in New York began at 05:00 UTC.
  await database.query(`
    insert into action (action_id, action_name, http_status, created_at) overriding system value
    values (1, 'receive', 201, '2026-11-20T04:59:59.999Z'), (2, 'receive', 201, '2026-11-20T05:00:00Z'),
           (3, 'convert', null, '2026-11-21T04:59:59.999999Z')`);
  await database.query(`
    insert into report_file (report_id, action_id, sending_org, sending_org_client, schema_name, schema_topic, body_format, item_count, created_at, external_name)
    select ('00000000-0000-0000-0000-00000000000' || action_id)::uuid, action_id, org, 'default', 'None', 'full-elr', 'HL7', 2, a.created_at, name
    from action a join (values (1, 'early', null), (2, 'ca-dph', '=cmd()'), (3, 'tx-doh', 'b.hl7')) v (id, org, name) on id = action_id`);
});
afterAll(async () => {
  rmSync(own, { recursive: true });
  await database.drop();
});

async function run(args: string[], more: Parameters<typeof testContext>[0] = {}) {
  const context = testContext({ env: { DATABASE_URL: database.readerUrl }, ...more });
  const code = await main(["query", ...args], context);
  return { code, out: context.out(), err: context.err() };
}

describe("query", () => {
  test("lists what people run, and not what only the program works on", async () => {
    const { code, out } = await run([], { env: {} });
    expect(code).toBe(0);
    expect(out).toMatch(/^name,title,row,parameters,file\n/);
    expect(out).toMatch(/^submissions,Submissions of a window,.*,from to \[organization\],queries\/submissions\.sql$/m);
    expect(out).not.toMatch(/^lineage-edges/m);
  });

  test("runs a window's query for yesterday unless told, in the configured zone", async () => {
    const { code, out, err } = await run(["submissions"]);
    expect(code).toBe(0);
    expect(err).toMatch(/yesterday, from 2026-11-20T05:00:00.000Z to 2026-11-21T05:00:00.000Z/);
    expect(out).toBe(
      "submission_id,report_id,submitted_at,action,sending_org,sender,topic,file_name,format,items,http_status\n" +
        "2,00000000-0000-0000-0000-000000000002,2026-11-20T05:00:00.000Z,receive,ca-dph,ca-dph.default,full-elr,'=cmd(),HL7,2,201\n" +
        "3,00000000-0000-0000-0000-000000000003,2026-11-21T04:59:59.999Z,convert,tx-doh,tx-doh.default,full-elr,b.hl7,HL7,2,\n",
    );
  });

  test("takes local dates, the last one included", async () => {
    const { out } = await run([
      "submissions",
      "--param",
      "from=2026-11-19",
      "--param",
      "to=2026-11-19",
      "--format",
      "json",
    ]);
    expect(
      out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).sender),
    ).toEqual(["early.default"]);
  });

  test("prints a table with a parameter, and JSON lines with --json", async () => {
    const table = await run(["submissions", "--param", "organization=tx-doh", "--format", "table"]);
    expect(table.out).toMatch(/tx-doh\.default .*\n\(1 row\)\n$/);
    const json = await run(["submissions", "--param", "organization=tx-doh", "--json"]);
    expect(JSON.parse(json.out)).toMatchObject({ sender: "tx-doh.default", items: 2, http_status: null });
  });

  test.each([
    [["submission"], 2, /no query "submission"/],
    [["submissions", "--param", "form=x"], 2, /no parameter "form"; did you mean "from"/],
    [["submissions", "--param", "from=2026-11-20"], 2, /parameter "to" is missing/],
    [["submissions", "--queries", "/no/such/folder"], 2, /cannot be read \(ENOENT\)/],
    [["submissions", "--database-url", "postgres://nobody@127.0.0.1:1/x"], 5, /refused/],
  ] as const)("%j ends with %d", async (args, code, says) => {
    const result = await run([...args]);
    expect(result.code).toBe(code);
    expect(result.err).toMatch(says);
    expect(result.out).toBe("");
  });

  test("runs a query of one's own", async () => {
    const { code, out } = await run(["many", "--queries", own, "--format", "csv"]);
    expect(code).toBe(0);
    expect(out.length).toBe(
      "n\n".length + 3_000_000 + 9 + 90 * 2 + 900 * 3 + 9000 * 4 + 90_000 * 5 + 900_000 * 6 + 2_000_001 * 7,
    );
  });

  test("stops, on the server too, when its reader has enough", async () => {
    const broken = new AbortController();
    const stdout = new Writable({
      write(_chunk, _encoding, callback) {
        // As bin.ts does for `| head -1`.
        broken.abort(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
        callback();
      },
    });
    const { code, err } = await run(["many", "--queries", own, "--format", "csv"], { stdout, signal: broken.signal });
    expect([code, err]).toEqual([0, ""]);
    const left =
      "select 1 from pg_stat_activity where datname = current_database() and application_name = 'lineage-report query many'";
    await expect.poll(() => database.query(left), { timeout: 5000 }).toEqual([]);
  });
});
