import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadSample } from "../../src/embedded/sample/index.ts";
import { organizationPage } from "../../src/report/organization/page.ts";
import { operatorsPage } from "../../src/report/pages.ts";
import { loadTemplates } from "../../src/report/templates.ts";
import type { OrganizationReport } from "../../src/summary/organization/types.ts";
import { parseInstant } from "../../src/time/instant.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { scenario } from "../support/rows.ts";
import { type FinishedRun, run } from "../support/run-folder.ts";
import { axe, launch, open, PHONE, present, tooWide, WIDE } from "./chromium.ts";
import { figuresOf, wrongFigures } from "./figures.ts";
import { hostile, largeSummary, longName } from "./large-summary.ts";

const AS_OF = "2026-11-21T12:00:00Z";
const DAY = ["--date", "2026-11-20", "--as-of", AS_OF];
const render = loadTemplates();

let folder: string;
let browser: Browser | undefined;
const databases: TestDatabase[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lineage-report-extremes-"));
  if (present) browser = await launch();
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
  for (const database of databases) await database.drop();
});

async function write(name: string, html: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, html);
  return file;
}

async function runOf(name: string, fill: (database: TestDatabase) => Promise<unknown>): Promise<FinishedRun> {
  const database = await createTestDatabase();
  databases.push(database);
  await fill(database);
  return run(database.readerUrl, join(folder, name), ...DAY);
}

describe("a service with ten thousand error groups, 500 organizations and names of 60 characters", () => {
  const summary = largeSummary();
  const html = operatorsPage(summary, render);

  test("is below a megabyte, and says what it leaves out", () => {
    expect(Buffer.byteLength(html)).toBeLessThan(1_000_000);
    expect(html).toContain("4,950 more in");
    // Those with most items, and where the others are.
    for (const at of [300, 499]) expect(html).toContain(`<th scope="row">${longName("receiver", at)}</th>`);
    expect(html.match(/and 250 more in/g)).toHaveLength(2);
  });

  test.skipIf(!present)("can be read, wide and on a phone", { timeout: 300_000 }, async () => {
    const file = await write("large.html", html);
    for (const viewport of [WIDE, PHONE]) {
      const { tab, faults, close } = await open(browser as Browser, file, { viewport });
      expect(await tooWide(tab)).toBe(0);
      const unreadable = await tab.evaluate<
        string[]
      >(`[...document.querySelectorAll("tbody th, tbody td, svg text, caption, p")].filter((element) => {
        if (!element.checkVisibility() || element.textContent === "") return false;
        const small = element.tagName === "text" ? element.getBoundingClientRect().height < 9 : parseFloat(getComputedStyle(element).fontSize) < 11;
        const cut = element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflow !== "visible";
        return small || cut;
      }).map((element) => element.outerHTML.slice(0, 200))`);
      expect(unreadable).toEqual([]);
      // Whole names are there, and labels of charts do not leave their picture.
      const outside = await tab.evaluate<
        string[]
      >(`[...document.querySelectorAll("figure svg[viewBox] text")].filter((text) => {
        if (!text.checkVisibility()) return false;
        const [own, box] = [text.getBoundingClientRect(), text.closest("svg").getBoundingClientRect()];
        return own.left < box.left - 1 || own.right > box.right + 1;
      }).map((text) => text.textContent)`);
      expect(outside).toEqual([]);
      expect(wrongFigures(summary, await figuresOf(tab))).toEqual([]);
      expect(faults).toEqual([]);
      await close();
    }
  });
});

describe("hostile text in every field", () => {
  let database: FinishedRun;
  beforeAll(async () => {
    database = await runOf("hostile", ({ client }) =>
      loadSample(client, { seed: "hostile", asOf: parseInstant(AS_OF) as number, truth: false }),
    );
  }, 240_000);

  const pages = async (): Promise<[string, string][]> => {
    const report = JSON.parse(await database.text("organizations/ca-dph/summary.json")) as OrganizationReport;
    return [
      ["operators.html", operatorsPage(hostile(await database.summary()), render)],
      ["organization.html", organizationPage(hostile(report), render)],
    ];
  };

  test("stays text in the source", async () => {
    for (const [name, html] of await pages()) {
      expect(html.match(/<script/g), name).toHaveLength(1);
      expect(html, name).not.toMatch(/<img|<svg onload/);
      expect(html.match(/&lt;img/g)?.length, name).toBeGreaterThan(100);
    }
  });

  test.skipIf(!present)("runs nothing and shows itself", { timeout: 240_000 }, async () => {
    for (const [name, html] of await pages()) {
      const { tab, faults, close } = await open(browser as Browser, await write(name, html));
      const seen = await tab.evaluate<Record<string, unknown>>(`({
        hacked: typeof hacked,
        images: document.querySelectorAll("img").length,
        handlers: [...document.querySelectorAll("*")].filter((element) => [...element.attributes].some(({ name }) => name.startsWith("on"))).length,
        shown: [...document.querySelectorAll("th")].filter((cell) => cell.textContent.includes("<img src=x onerror=hacked=1>")).length > 5,
      })`);
      expect(seen, name).toEqual({ hacked: "undefined", images: 0, handlers: 0, shown: true });
      expect(faults, name).toEqual([]);
      await close();
    }
  });
});

describe("pages of little or nothing make sense", () => {
  /** Words that only a fault writes. */
  const FAULTS = /\b(NaN|undefined|Infinity)\b|\[object/;

  const look = async (finished: FinishedRun, path: string, summaryPath: string): Promise<string> => {
    const html = await finished.text(path);
    const text = html
      .replaceAll(/<(style|script)>[\s\S]*?<\/\1>/g, "")
      .replaceAll(/<[^>]*>/g, " ")
      .replaceAll(/\s+/g, " ");
    expect(text).not.toMatch(FAULTS);
    if (browser) {
      const { tab, faults, close } = await open(browser, join(finished.folder, path), { viewport: PHONE });
      expect(await tooWide(tab)).toBe(0);
      expect(await axe(tab)).toEqual([]);
      expect(wrongFigures(JSON.parse(await finished.text(summaryPath)), await figuresOf(tab))).toEqual([]);
      const empty = await tab.evaluate<string[]>(
        `[...document.querySelectorAll("section")].filter((section) => section.children.length < 2).map(({ id }) => id)`,
      );
      expect(empty).toEqual([]);
      expect(faults).toEqual([]);
      await close();
    }
    return text;
  };

  test("an empty database", { timeout: 240_000 }, async () => {
    const text = await look(await runOf("empty", async () => undefined), "index.html", "summary.json");
    expect(text.match(/\bnone\b/g)?.length).toBeGreaterThan(10);
    expect(text).toContain("0 submissions");
  });

  test("one submission", { timeout: 240_000 }, async () => {
    const finished = await runOf("one", async ({ client }) => {
      const sc = scenario(client, "one");
      await sc.receiver("ca-dph.elr");
      await sc.happyPath({
        at: "2026-11-20T15:00:00Z",
        sender: "acme-labs.default",
        items: 1,
        receivers: ["ca-dph.elr"],
      });
    });
    expect(await look(finished, "index.html", "summary.json")).toContain("1 submission");
    const receiver = "organizations/ca-dph";
    const text = await look(finished, `${receiver}/index.html`, `${receiver}/summary.json`);
    expect(text).toContain("You were sent 1 file, 1 item; none failed.");
    const sender = "organizations/acme-labs";
    expect(await look(finished, `${sender}/index.html`, `${sender}/summary.json`)).toContain(
      "You submitted 1 file, 1 item; all arrived.",
    );
  });

  test("settings that are all gone", { timeout: 240_000 }, async () => {
    const finished = await runOf("without-settings", async ({ client }) => {
      await loadSample(client, { seed: "without-settings", asOf: parseInstant(AS_OF) as number, truth: false });
      await client.query("truncate setting cascade");
    });
    await look(finished, "index.html", "summary.json");
    const text = await look(finished, "organizations/ca-dph/index.html", "organizations/ca-dph/summary.json");
    expect(text).toContain(
      "Times are in America/New_York, the zone of this report, since no receiver of yours names one.",
    );
    expect(await readFile(join(finished.folder, "summary.json"), "utf8")).toContain('"ca-dph.elr"');
  });
});
