import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { main } from "../../src/cli/program.ts";
import type { TraceResult } from "../../src/trace/types.ts";
import { testContext } from "../cli/test-context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { runProgram } from "../support/program.ts";
import { type HappyPath, scenario } from "../support/rows.ts";
import { AS_OF } from "./support.ts";

let database: TestDatabase;
let folder: string;
let path: HappyPath;

beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), "lineage-report-trace-"));
  const rows = scenario(database.client);
  await rows.receiver("aa-phd.elr");
  path = await rows.happyPath({
    at: "2026-11-20T14:00:00Z",
    items: 40,
    externalName: "upload.hl7",
    receivers: ["aa-phd.elr"],
    logs: Array.from({ length: 40 }, (_, at) => ({
      ...{ type: "warning" as const, scope: "item" as const, index: at + 1, trackingId: `MSG-${at + 1}` },
      detail: { "@class": "x", message: "a warning" },
    })),
  });
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await database?.drop();
});

const trace = (args: string[], stdin = "") =>
  runProgram(["trace", ...args, "--as-of", AS_OF, "--since", "2026-01-01"], {
    env: { DATABASE_URL: database.readerUrl },
    stdin,
  });

test("a list of 1,000 mixed ids in one call, each answered or explained once, in the order asked", async () => {
  const reports = await database.query<{ id: string }>(
    "select upper(report_id::text) as id from report_file order by report_id",
  );
  const actions = await database.query<{ id: string }>("select action_id::text as id from action order by action_id");
  const known = [...reports, ...actions].map(({ id }) => id);
  const messages = Array.from({ length: 40 }, (_, at) => `MSG-${at + 1}`);
  const rest = Array.from({ length: 1000 - known.length - messages.length - 1 }, (_, at) => `unknown-${at}.hl7`);
  const ids = [...known, ...messages, "upload.hl7", ...rest];
  expect(ids).toHaveLength(1000);
  const file = join(folder, "ids.csv");
  await writeFile(file, `\ufeff${ids.slice(500).join(" ,\r\n")}`);
  const { code, stdout } = await trace(["--list", "-", "--list", file, "--json"], ids.slice(0, 500).join(",\n  "));
  const result = JSON.parse(stdout) as TraceResult;
  expect(code).toBe(3);
  // One action took the submission apart and wrote 40 reports: which of them is meant?
  const [convert] = await database.query<{ id: string }>(
    "select action_id::text as id from action where action_name = 'convert'",
  );
  expect(result.choices).toMatchObject([{ asked: convert!.id, fits: 40 }]);
  const answered = known.filter((id) => id !== convert!.id);
  expect(result.answers.map(({ asked }) => asked)).toEqual([...answered, ...messages, "upload.hl7"]);
  expect(result.notFound.map(({ asked }) => asked)).toEqual(rest);
  for (const { stories } of result.answers) {
    for (const story of stories) if (story.kind === "submission") expect(story.reportId).toBe(path.root.id);
  }
  const third = result.answers.find(({ asked }) => asked === "MSG-3")?.stories[0];
  expect(third).toMatchObject({
    items: "3",
    trackingId: "MSG-3",
    outcomes: [{ outcome: "delivered", files: [{ positions: "3", of: 40 }] }],
  });
});

/** The same in this process: a new one takes longer than the trace. */
async function traceHere(args: string[]): Promise<{ code: number; stdout: string }> {
  const context = testContext({ env: { DATABASE_URL: database.readerUrl }, cwd: folder });
  const code = await main(["trace", ...args, "--as-of", AS_OF, "--since", "2026-01-01"], context);
  return { code, stdout: context.out() };
}

test("ends with 0, 1 and 3, and writes a file whole", async () => {
  const out = join(folder, "trace.html");
  const page = await traceHere([path.root.id, "--format", "html", "--out", out]);
  expect(page).toMatchObject({ code: 0, stdout: "" });
  expect(await readFile(out, "utf8")).toMatch(/^<!doctype html>[\s\S]*40 × convert … translate[\s\S]*<\/html>\n$/);
  expect((await traceHere(["nothing-like-it"])).code).toBe(1);
  const both = await traceHere(["nothing-like-it", path.root.id, "--up"]);
  expect(both.code).toBe(3);
  expect(both.stdout).toContain("lineage:");
});

test("what cannot be meant is refused before connecting", async () => {
  const refused = async (...args: string[]): Promise<string> => {
    const context = testContext({ env: { DATABASE_URL: "postgres://127.0.0.1:1/none" }, cwd: folder });
    expect(await main(["trace", ...args], context)).toBe(2);
    return context.err();
  };
  expect(await refused()).toContain("there is nothing to trace");
  expect(await refused("1", "--item", "0")).toContain("--item 0 is not a whole number above 0");
  expect(await refused("1", "--as", "acme", "--siblings")).toContain("--siblings shows what others sent");
  expect(await refused("1", "--json", "--format", "dot")).toContain("contradict each other");
  expect(await refused("1", "--since", "yesterday")).toContain("neither a date nor an instant");
  expect(await refused("--list", join(folder, "none.csv"))).toContain("cannot be read (ENOENT)");
});

test("siblings on request only", async () => {
  const [one] = path.translated["aa-phd.elr"]!;
  const alone = await traceHere([one!.id, "--format", "json", "--up", "--down"]);
  const with_ = await traceHere([one!.id, "--format", "json", "--up", "--down", "--siblings"]);
  const reports = (text: string): number => (JSON.parse(text) as TraceResult).graph!.reports;
  // Its own way: the submission, five steps, the file and what was sent.
  expect(reports(alone.stdout)).toBe(8);
  expect(reports(with_.stdout)).toBeGreaterThan(80);
});
