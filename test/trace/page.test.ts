import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadTemplates } from "../../src/report/templates.ts";
import type { GraphEdge, GraphNode, TraceGraph } from "../../src/trace/graph/types.ts";
import { formatHtml } from "../../src/trace/print/html.ts";
import type { TraceResult } from "../../src/trace/types.ts";

const EXECUTABLE = process.env.CHROMIUM ?? "/usr/bin/chromium";
const present = existsSync(EXECUTABLE);
if (!present) process.stderr.write(`the page is not opened: there is no ${EXECUTABLE}; CHROMIUM names another\n`);

const render = loadTemplates();

/** A submission of which each item goes some steps on its way, into files of a few receivers. */
function lineage(count: number): TraceGraph {
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  const add = (what: string, more: Partial<GraphNode> = {}): number => {
    const id = nodes.length;
    const reportId = `00000000-0000-4000-8000-${String(id).padStart(12, "0")}`;
    nodes.push({
      ...{ id, kind: "report", reportId, reportIds: [reportId], reports: 1, exact: true, what, label: "", detail: "" },
      ...{ depth: 0, asked: false, outcome: null, ...more },
    });
    return id;
  };
  const root = add("submission", {
    label: "acme-labs.default",
    detail: "400 items, results <b>of</b> friday & monday.hl7",
    asked: true,
  });
  const files = ["aa-phd.elr", "bb-phd.elr", "cc-phd.elr"].map((label) =>
    add("file made ready", { label, detail: "40 items" }),
  );
  for (const file of files) {
    const sent = add("file sent", {
      label: nodes[file]!.label,
      outcome: "delivered",
      detail: "a-rather-long-file-name-20261120150030.hl7",
    });
    edges.push({ from: file, to: sent, items: 40 });
  }
  while (nodes.length < count - 1) {
    const convert = add("convert");
    edges.push({ from: root, to: convert, items: 1 });
    const file = files[nodes.length % 3]!;
    const step = add("destination-filter … translate", { kind: "chain", reports: 4, label: nodes[file]!.label });
    edges.push({ from: convert, to: step, items: 1 }, { from: step, to: file, items: 1 });
  }
  const more = add("+ 312 more", { kind: "more", reportId: "", reportIds: [], reports: 312 });
  edges.push({ from: root, to: more, items: 0 });
  return { nodes, edges, reports: count, hidden: 312, cut: false };
}

async function page(graph: TraceGraph): Promise<string> {
  const golden = new URL("golden/trace.json", import.meta.url);
  const result = JSON.parse(await readFile(golden, "utf8")) as TraceResult;
  return formatHtml({ ...result, graph }, render);
}

test("the page asks nobody for anything, and runs nothing", async () => {
  const html = await page(lineage(40));
  expect(html).not.toMatch(/<script|<link|<img|<iframe|@import|\bon\w+=|javascript:/i);
  for (const [, value] of html.matchAll(/(?:href|src)="([^"]*)"/g))
    expect(value).toMatch(/^#(node|drawn)-\d+$|^#nodes$/);
  expect(html).toContain("results &lt;b&gt;of&lt;/b&gt; friday &amp; monday.hl7");
});

test("a drawing without nodes that lie on each other", async () => {
  const { layOut } = await import("../../src/trace/print/layout.ts");
  for (const size of [40, 500]) {
    const graph = lineage(size);
    const { nodes, width, height } = layOut(
      graph,
      graph.nodes.map(({ what, label }) => [what, label].filter(Boolean)),
    );
    for (const [at, one] of nodes.entries()) {
      expect(one.x >= 0 && one.y >= 0 && one.x + one.width <= width && one.y + one.height <= height).toBe(true);
      for (const other of nodes.slice(at + 1)) {
        const apart =
          one.x + one.width <= other.x ||
          other.x + other.width <= one.x ||
          one.y + one.height <= other.y ||
          other.y + other.height <= one.y;
        expect(apart).toBe(true);
      }
    }
  }
});

describe.skipIf(!present)("in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: EXECUTABLE, args: ["--no-sandbox"] });
  });
  afterAll(() => browser?.close());

  test.each([40, 500])(
    "%i nodes: no errors, nothing that axe finds, and the keyboard gets everywhere",
    { timeout: 120_000 },
    async (size) => {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
      const tab = await context.newPage();
      const faults: string[] = [];
      tab.on("pageerror", (error) => faults.push(String(error)));
      tab.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning") faults.push(message.text());
      });
      tab.on("request", (request) => {
        if (!request.url().startsWith("about:") && !request.url().startsWith("data:")) faults.push(request.url());
      });
      const graph = lineage(size);
      await tab.setContent(await page(graph));
      await tab.addScriptTag({ path: createRequire(import.meta.url).resolve("axe-core/axe.min.js") });
      // Colours are the same however many nodes there are, and to measure those of 500 takes a minute.
      const isSmall = size < 100;
      const rules = isSmall ? "" : `, rules: { "color-contrast": { enabled: false } }`;
      for (const colorScheme of isSmall ? (["light", "dark"] as const) : (["light"] as const)) {
        await tab.emulateMedia({ colorScheme });
        const { violations } = await tab.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>(
          `axe.run(document, { resultTypes: ["violations"]${rules} })`,
        );
        expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
      }
      // Letters are as large as they were laid out for, and stay inside of their boxes.
      const outside = await tab.evaluate<number>(`[...document.querySelectorAll("svg a")].filter((node) => {
      const box = node.querySelector("rect").getBoundingClientRect();
      return [...node.querySelectorAll("text")].some((text) => {
        const own = text.getBoundingClientRect();
        return own.right > box.right + 0.5 || own.bottom > box.bottom + 0.5 || own.height < 9;
      });
    }).length`);
      expect(outside).toBe(0);
      await tab.locator("svg a").first().focus();
      await tab.keyboard.press("Enter");
      expect(await tab.evaluate(`document.querySelector("tr:target th").textContent`)).toBe("0");
      expect(await tab.locator("svg a").count()).toBe(graph.nodes.length);
      expect(faults).toEqual([]);
      if (process.env.TRACE_SCREENSHOTS) {
        await tab.emulateMedia({ colorScheme: "light" });
        await tab.evaluate(`document.querySelector("#lineage").scrollIntoView()`);
        await tab.screenshot({ path: `${process.env.TRACE_SCREENSHOTS}/trace-${size}.png` });
        await tab.evaluate("scrollTo(0, 0)");
        await tab.screenshot({ path: `${process.env.TRACE_SCREENSHOTS}/trace-${size}-top.png` });
      }
      await context.close();
    },
  );
});
