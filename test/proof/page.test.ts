import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OUTCOMES } from "../../src/outcome/words.ts";
import type { ProofSubmission, ProofTotal } from "../../src/proof/fold.ts";
import type { Evidence } from "../../src/proof/read.ts";
import { proofView } from "../../src/proof/view.ts";
import { loadTemplates } from "../../src/report/templates.ts";

const EXECUTABLE = process.env.CHROMIUM ?? "/usr/bin/chromium";
const present = existsSync(EXECUTABLE);
if (!present) process.stderr.write(`the proof is not opened: there is no ${EXECUTABLE}; CHROMIUM names another\n`);

const AT = Date.parse("2026-11-20T15:00:00Z") * 1000;
const RECEIVERS = Array.from({ length: 6 }, (_, place) => `${"abcdef"[place]}-public-health.elr`);

const submission = (place: number): ProofSubmission => ({
  ...{ submissionId: 1000 + place, reportId: `00000000-0000-4000-8000-${String(place).padStart(12, "0")}` },
  ...{ at: AT + place * 60_000_000, sender: "acme-labs.default", topic: "full-elr", items: 3, httpStatus: null },
  fileName: place % 7 === 0 ? `<b>a rather_long_file_name_without_any_blank_${place}</b>.hl7` : `elr-${place}.hl7`,
  ...{ intended: 3, delivered: 3, outcomes: RECEIVERS.map((name) => `${name}: 3 delivered, 12 filtered`) },
});

const total = (party: string): ProofTotal => ({
  ...{ party, intended: 12_345, delivered: 12_345, percent: 100 },
  counts: Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 1234])) as unknown as ProofTotal["counts"],
});

const EVIDENCE: Evidence = {
  submissions: Array.from({ length: 60 }, (_, place) => submission(place)),
  ...{ deliveries: [], totals: RECEIVERS.map(total), errors: [], organizations: new Set(["acme-labs"]) },
};

const page = loadTemplates()(
  "proof",
  proofView(EVIDENCE, {
    ...{ subject: { kind: "sender", name: "acme-labs.default" }, asOf: AT, snapshot: { at: AT, id: "1:1:" } },
    window: { from: AT, to: AT + 86_400_000_000, timeZone: "America/New_York" },
    ...{ tool: { name: "lineage-report", version: "0" }, queries: [{ name: "tasks", sha256: "0".repeat(64) }] },
    data: { file: "submissions.csv", sha256: "0".repeat(64) },
  }),
);

describe.skipIf(!present)("a proof in Chromium", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: EXECUTABLE, args: ["--no-sandbox"] });
  }, 120_000);
  afterAll(() => browser?.close());

  test("has nothing that axe finds, and asks nobody for anything", { timeout: 120_000 }, async () => {
    const tab = await browser.newPage();
    const asked: string[] = [];
    tab.on("request", (request) => asked.push(request.url()));
    await tab.setContent(page);
    await tab.addScriptTag({ path: createRequire(import.meta.url).resolve("axe-core/axe.min.js") });
    const { violations } = await tab.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>(
      `axe.run(document, { resultTypes: ["violations"] })`,
    );
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    expect(asked.filter((url) => !/^(about|data):/.test(url))).toEqual([]);
    expect(page).toContain("&lt;b&gt;a rather_long");
    await tab.close();
  });

  test.each([
    ["A4", 210],
    ["Letter", 215.9],
  ] as const)(
    "fits on %s: no word of a heading is broken, nothing is cut off",
    { timeout: 120_000 },
    async (format, millimetres) => {
      const width = Math.floor(((millimetres - 24) / 25.4) * 96);
      const tab = await browser.newPage({ viewport: { width, height: 1000 } });
      await tab.emulateMedia({ media: "print" });
      await tab.setContent(page);
      const broken = await tab.evaluate<string[]>(`[...document.querySelectorAll("thead th")].flatMap((cell) => {
      const text = cell.firstChild;
      return [...text.data.matchAll(/\\S+/g)].flatMap(({ 0: word, index }) => {
        const range = document.createRange();
        range.setStart(text, index);
        range.setEnd(text, index + word.length);
        return range.getClientRects().length > 1 ? [word] : [];
      });
    })`);
      expect(broken).toEqual([]);
      const [inside, whole] = await tab.evaluate<[number, number]>(
        "[document.documentElement.clientWidth, document.documentElement.scrollWidth]",
      );
      expect(whole).toBeLessThanOrEqual(inside);
      const pdf = await tab.pdf({ format });
      expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
      const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length ?? 0;
      // Sixty submissions with six receivers each: a page holds several.
      expect(pages).toBeGreaterThan(1);
      expect(pages).toBeLessThan(30);
      await tab.close();
    },
  );
});
