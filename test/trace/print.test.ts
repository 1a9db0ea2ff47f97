import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { beforeAll, describe, expect, test } from "vitest";
import { packageRoot } from "../../src/package.ts";
import { loadTemplates } from "../../src/report/templates.ts";
import type { TraceGraph } from "../../src/trace/graph/types.ts";
import { formatCsv } from "../../src/trace/print/csv.ts";
import { formatDot, formatMermaid } from "../../src/trace/print/diagram.ts";
import { formatHtml } from "../../src/trace/print/html.ts";
import { formatText } from "../../src/trace/print/text.ts";
import type { SubmissionStory, TraceResult } from "../../src/trace/types.ts";
import { createTestDatabase } from "../support/database.ts";
import { details, scenario } from "../support/rows.ts";
import { traceIds } from "./support.ts";

/** What a sender may call a file, and an organization itself, to get out of the text that it stands in. */
const HOSTILE = 'a"]; n9 -->|x| n0["<img src=x onerror=alert(1)>"]\n%% `b` {{c}} \\ =1+1 \u202efdp.hl7';

let result: TraceResult;

beforeAll(async () => {
  const database = await createTestDatabase();
  try {
    const rows = scenario(database.client, "print");
    await rows.receiver("aa-phd.elr", { timing: { timeZone: "CENTRAL", numberPerDay: 24, operation: "MERGE" } });
    await rows.receiver("bb-phd.elr");
    const path = await rows.happyPath({
      at: "2026-11-20T14:00:00Z",
      items: 6,
      externalName: HOSTILE,
      receivers: ["aa-phd.elr"],
      sendAt: "2026-11-20T15:00:30Z",
      logs: [
        {
          type: "warning",
          scope: "item",
          index: 2,
          trackingId: "M-2",
          detail: details.invalidPhone("555-CALL", "PID-13"),
        },
      ],
    });
    await rows.download(path.batches["aa-phd.elr"]!, { at: "2026-11-21T01:00:00Z" });
    const second = await rows.receive({ at: "2026-11-20T14:30:00Z", items: 2, sender: "zeta-labs.main" });
    const [good] = await rows.convert(second, { failed: [2] });
    const [child] = await rows.destinationFilter(good!, { receivers: ["bb-phd.elr"] });
    await rows.receiverFilter(await rows.enrich(child!), { filtered: { type: "QUALITY_FILTER" } });
    const refused = await rows.rejected({
      at: "2026-11-20T16:00:00Z",
      logs: [{ type: "error", scope: "report", detail: details.invalidReport("The file is empty") }],
    });
    await rows.receive({ at: "2026-11-20T17:00:00Z", externalName: "daily.hl7" });
    await rows.receive({ at: "2026-11-21T10:00:00Z", externalName: "daily.hl7" });
    await database.query("update action set created_at = '2026-11-20T16:00:00Z' where created_at > '2026-11-22'");
    result = await traceIds(
      database.readerUrl,
      [path.root.id, path.sent["aa-phd.elr"]!.id, second.id, String(refused), "daily.hl7", "nope.hl7"],
      { graph: { up: true, down: true, siblings: false, depth: 100, nodes: 500 } },
    );
    result = { ...result, snapshot: { at: "2026-11-21T12:00:00.000Z", id: "1:1:" } };
  } finally {
    await database.drop();
  }
});

/** Compares with a file beside this test; UPDATE_GOLDEN writes it. */
async function golden(name: string, text: string): Promise<void> {
  const file = join(packageRoot, "test", "trace", "golden", name);
  if (process.env.UPDATE_GOLDEN) await writeFile(file, text);
  expect(text).toBe(await readFile(file, "utf8"));
}

describe("each format, byte for byte", () => {
  test("text", () => golden("trace.txt", formatText(result, { color: false })));
  test("JSON", () => golden("trace.json", `${JSON.stringify(result, null, 1)}\n`));
  test("CSV", () => golden("trace.csv", formatCsv(result)));
  test("DOT", () => golden("trace.dot", formatDot(result.graph as TraceGraph)));
  test("Mermaid", () => golden("trace.mmd", formatMermaid(result.graph as TraceGraph)));
  test("HTML", () => golden("trace.html", formatHtml(result, loadTemplates())));
});

test("colour changes nothing but the colour", () => {
  const colored = formatText(result, { color: true });
  expect(colored).toContain("\u001b[32mDELIVERED");
  const [first, ...rest] = colored.split("\u001b");
  const plain = [first, ...rest.map((part) => part.replace(/^\[\d+m/, ""))].join("");
  expect(plain).toBe(formatText(result, { color: false }));
});

test("CSV is read back, and no cell is a formula", () => {
  const rows = parse(formatCsv(result), { columns: true }) as Record<string, string>[];
  expect(rows.map(({ asked, is }) => [asked, is]).at(-1)).toEqual(["nope.hl7", "not found"]);
  for (const row of rows) for (const cell of Object.values(row)) expect(cell).not.toMatch(/^[=+@-]/);
});

test("the JSON's members are all described", async () => {
  const docs = await readFile(join(packageRoot, "docs", "trace.md"), "utf8");
  const names = new Set<string>();
  JSON.stringify(result, (name, value) => {
    if (name !== "" && !/^\d+$/.test(name)) names.add(name);
    return value;
  });
  for (const name of names) expect(docs).toContain(`\`${name}\``);
});

test("a story of thousands of items stays readable: lists are shortened, and what is left out is counted", () => {
  const [answer] = result.answers;
  const story = answer?.stories[0] as SubmissionStory;
  const [group] = story.outcomes;
  const [file] = group!.files;
  const scattered = Array.from({ length: 3000 }, (_, at) => (at % 3 === 0 ? `${4 * at}-${4 * at + 1}` : `${4 * at}`));
  const many: SubmissionStory = {
    ...story,
    items: null,
    outcomes: Array.from({ length: 30 }, (_, at) => ({
      ...group!,
      receiver: `phd-${at}.elr`,
      items: scattered.join(", "),
      count: 4000,
      files: Array.from({ length: 20 }, () => ({ ...file!, positions: scattered.join(", ") })),
      moreFiles: 7,
    })),
    messages: Array.from({ length: 100 }, (_, at) => ({ ...story.messages[0]!, message: `message ${at}`, count: 2 })),
  };
  const text = formatText({ ...result, graph: null, answers: [{ ...answer!, stories: [many] }] }, { color: false });
  const lines = text.split("\n").filter((line) => !line.startsWith("lineage"));
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(300);
  expect(lines.length).toBeLessThan(30 * 7 + 42 + 40);
  // Twelve ranges of three in a row, 1 + 1 + 2 numbers, are sixteen of the four thousand.
  expect(text.match(/items 0-1, 4, 8, 12-13, .* \+ 3,984 more: /g)).toHaveLength(30);
  expect(text.match(/\+ 25 more files$/gm)).toHaveLength(30);
  expect(text).toContain("message 39 ");
  expect(text).not.toContain("message 40 ");
  expect(text).toContain("+ 120 more (--format json lists them)");
  // For machines nothing is left out.
  expect(formatCsv({ ...result, answers: [{ ...answer!, stories: [many] }] })).toContain("11996");
});

describe("hostile names stay text", () => {
  const graph: TraceGraph = {
    nodes: [HOSTILE, "end", '"', "\\", "#quot;", "<br>", "`md`"].map((label, id) => ({
      ...{ id, kind: "report", reportId: `id-${id}`, reportIds: [], reports: 1, exact: true, what: "submission" },
      ...{ label, detail: "", depth: 0, asked: id === 0, outcome: null },
    })),
    edges: [
      { from: 0, to: 1, items: 3 },
      { from: 1, to: 1, items: 1 },
    ],
    reports: 7,
    hidden: 0,
    cut: false,
  };

  test("in DOT: labels read back as they were, and nothing beside them", () => {
    const text = formatDot(graph);
    const labels = [...text.matchAll(/^ {2}n(\d+) \[label="((?:[^"\\]|\\.)*)"(?:, \w+="\w+")*\];$/gm)];
    expect(labels).toHaveLength(graph.nodes.length);
    for (const [, id, label] of labels) {
      const lines = label!.split("\\n").map((line) => line.replaceAll(/\\(.)/g, "$1"));
      const shown = graph.nodes[Number(id)]!.label.replaceAll("\n", "(U+000A)").replaceAll("\u202e", "(U+202E)");
      // A backslash before an n of the name itself is an escaped one.
      expect(lines.join("\n")).toContain(shown.split("\\n")[0]!.slice(0, 10));
    }
    const rest = text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""');
    expect(rest.match(/->/g)).toHaveLength(2);
    expect(rest).not.toMatch(/[<>`%](?!\s|-)/);
  });

  test("in Mermaid: entities read back as the name, and no syntax inside", () => {
    const text = formatMermaid(graph);
    const labels = [...text.matchAll(/^ {2}n(\d+)\["([^"]*)"\](?::::more)?$/gm)];
    expect(labels).toHaveLength(graph.nodes.length);
    for (const [, id, label] of labels) {
      const lines = label!.split("<br>");
      for (const line of lines) expect(line).not.toMatch(/[<>"`%[\]{}|\\&=]/);
      const read = lines[1]!.replaceAll(/#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
      expect(read).toBe(graph.nodes[Number(id)]!.label.replaceAll("\n", "(U+000A)").replaceAll("\u202e", "(U+202E)"));
    }
    expect(text.match(/-->/g)).toHaveLength(2);
  });

  test("in HTML and text", () => {
    const html = formatHtml({ ...result, graph }, loadTemplates());
    expect(html).not.toContain("<img");
    expect(html).not.toContain("\u202e");
    const text = formatText({ ...result, graph }, { color: false });
    for (const mark of ["\u202e", "\u0007", "\u001b"]) expect(text).not.toContain(mark);
  });

  test("a circle is printed once", () => {
    const text = formatText({ ...result, graph }, { color: false });
    expect(text.match(/as above/g)).toHaveLength(1);
  });
});
