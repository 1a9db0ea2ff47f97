import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadSample } from "../../src/embedded/sample/index.ts";
import { OUTCOMES } from "../../src/outcome/words.ts";
import type { OrganizationReport } from "../../src/summary/organization/types.ts";
import { parseInstant } from "../../src/time/instant.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { type CsvRow, type FinishedRun, run } from "../support/run-folder.ts";
import { axe, launch, type OpenPage, open, PHONE, present, tooWide, WIDE } from "./chromium.ts";
import { figuresOf, placelessColumns, wrongFigures } from "./figures.ts";

const AS_OF = "2026-11-21T12:00:00Z";

describe.skipIf(!present)("the pages of a run of the sample", () => {
  let database: TestDatabase;
  let out: string;
  let finished: FinishedRun;
  let browser: Browser;
  const pages = new Map<string, string>();

  beforeAll(async () => {
    database = await createTestDatabase();
    await loadSample(database.client, { seed: "pages", asOf: parseInstant(AS_OF) as number, truth: false });
    out = await mkdtemp(join(tmpdir(), "lineage-report-pages-"));
    await run(database.readerUrl, out, "--date", "2026-11-19", "--as-of", AS_OF);
    finished = await run(database.readerUrl, out, "--date", "2026-11-20", "--as-of", AS_OF);
    pages.set("operators", join(finished.folder, "index.html"));
    pages.set("ca-dph", join(finished.folder, "organizations/ca-dph/index.html"));
    pages.set("acme-labs", join(finished.folder, "organizations/acme-labs/index.html"));
    browser = await launch();
  }, 300_000);

  afterAll(async () => {
    await browser?.close();
    await rm(out, { recursive: true, force: true });
    await database?.drop();
  });

  const within = async (name: string, options: object, look: (page: OpenPage) => Promise<void>): Promise<void> => {
    const page = await open(browser, pages.get(name) as string, options);
    try {
      await look(page);
      expect(page.faults).toEqual([]);
    } finally {
      await page.close();
    }
  };

  describe.each(["operators", "ca-dph"])("%s", (name) => {
    test.each([
      ["light", "wide", WIDE],
      ["dark", "wide", WIDE],
      ["light", "phone", PHONE],
      ["dark", "phone", PHONE],
    ] as const)(
      "%s, %s: no errors, no scrolling sideways, nothing that axe finds",
      { timeout: 300_000 },
      (scheme, _, viewport) =>
        within(name, { colorScheme: scheme, viewport }, async ({ tab }) => {
          expect(await tooWide(tab)).toBe(0);
          // Tables of charts are closed at first, and are looked at too.
          await tab.evaluate(`for (const element of document.querySelectorAll("details")) element.open = true`);
          expect(await tooWide(tab)).toBe(0);
          expect(await axe(tab)).toEqual([]);
        }),
    );

    test("prints black on white, all of it, without what only works on a screen", { timeout: 120_000 }, () =>
      within(name, { colorScheme: "dark" }, async ({ tab }) => {
        await tab.emulateMedia({ media: "print" });
        expect(await tooWide(tab)).toBe(0);
        const seen = await tab.evaluate<Record<string, unknown>>(`(() => {
          const shown = (selector) => [...document.querySelectorAll(selector)].filter((element) => element.checkVisibility()).length;
          const cut = [...document.querySelectorAll(".scroll")].filter((element) => getComputedStyle(element).overflow !== "visible");
          const colours = new Set([...document.querySelectorAll("body *")].map((element) => getComputedStyle(element).color));
          return {
            find: shown(".find"), skip: shown(".skip"), details: shown("details"), cut: cut.length,
            paper: getComputedStyle(document.body).backgroundColor, colours: [...colours].sort(),
            failed: getComputedStyle(document.querySelector("path.o-failed, rect.o-failed") ?? document.body).fill,
          };
        })()`);
        expect(seen).toMatchObject({ find: 0, skip: 0, details: 0, cut: 0, paper: "rgb(255, 255, 255)" });
        for (const colour of seen.colours as string[]) expect(["rgb(0, 0, 0)", "rgb(51, 51, 51)"]).toContain(colour);
        expect(seen.failed).toBe("rgb(0, 0, 0)");
        const pdf = await tab.pdf({ format: "Letter" });
        expect(pdf.length).toBeGreaterThan(10_000);
      }),
    );

    test("is complete without scripts, and has no controls then that would do nothing", () =>
      within(name, { javaScriptEnabled: true }, async ({ tab }) => {
        const bare = await open(browser, pages.get(name) as string, { javaScriptEnabled: false });
        const text = `[...document.querySelectorAll("main p, main caption, main td, main th, main li")].map((element) => element.textContent).join("|")`;
        // Without scripts only the debugger can look, which is one too.
        expect(await bare.tab.locator("main td").allTextContents()).toEqual(
          await tab.locator("main td").allTextContents(),
        );
        expect(await bare.tab.locator("main p").allTextContents()).toEqual(
          await tab.locator("main p").allTextContents(),
        );
        expect(await bare.tab.locator("button, input, select").count()).toBe(0);
        expect((await tab.evaluate<string>(text)).length).toBeGreaterThan(1000);
        expect(bare.faults).toEqual([]);
        await bare.close();
      }));

    test("every figure is the one of summary.json", () =>
      within(name, {}, async ({ tab }) => {
        const file = (pages.get(name) as string).replace("index.html", "summary.json");
        const figures = await figuresOf(tab);
        expect(figures.length).toBeGreaterThan(200);
        expect(wrongFigures(JSON.parse(await readFile(file, "utf8")), figures)).toEqual([]);
        // What a page adds up itself, or says in words, is few and named.
        expect(await placelessColumns(tab)).toEqual(
          (await placelessColumns(tab)).filter((column) =>
            /-table: all$|^flow-table: items$|^facilities-list: four weeks$|^lookup-tables: active$/.test(column),
          ),
        );
      }));
  });

  test("sizes: operators' below a megabyte, an organization's below 200 kB", async () => {
    const size = async (path: string): Promise<number> => (await stat(join(finished.folder, path))).size;
    expect(await size("index.html")).toBeLessThan(1_000_000);
    for (const { folder } of (await finished.summary()).organizations) {
      expect(await size(`${folder}/index.html`), folder).toBeLessThan(200_000);
    }
  });

  test("a table is sorted by a column, down and up, by mouse and by keyboard, and says so", () =>
    within("operators", {}, async ({ tab }) => {
      const column = async (at: number): Promise<string[]> =>
        tab.locator(`#receivers tbody tr > :nth-child(${at})`).allTextContents();
      const numbers = async (): Promise<number[]> => (await column(2)).map((text) => Number(text.replaceAll(",", "")));
      const unsorted = await numbers();
      const ascending = [...unsorted].sort((left, right) => left - right);
      const head = tab.locator("#receivers thead th").nth(1);
      await head.locator("button").click();
      expect([await numbers(), await head.getAttribute("aria-sort")]).toEqual([[...ascending].reverse(), "descending"]);
      await head.locator("button").focus();
      await tab.keyboard.press("Enter");
      expect([await numbers(), await head.getAttribute("aria-sort")]).toEqual([ascending, "ascending"]);
      await tab.locator("#receivers thead th").first().locator("button").click();
      const names = (await column(1)).map((text) => text.toLowerCase());
      expect(names).toEqual([...names].sort());
      expect(await head.getAttribute("aria-sort")).toBeNull();
      // Durations are sorted by their length, whatever their words: 45 s is less than 3 min.
      const times = tab.locator("#receivers thead th").filter({ hasText: "median time" });
      const at = await tab.evaluate<number>(
        `[...document.querySelectorAll("#receivers thead th")].findIndex((head) => head.textContent === "median time") + 1`,
      );
      await times.locator("button").click();
      const shown = (await column(at)).filter((text) => text !== "–");
      expect(shown.map(seconds)).toEqual(shown.map(seconds).sort((left, right) => right - left));
    }));

  test("a search leaves the rows that have every word, and tells how many", () =>
    within("operators", {}, async ({ tab }) => {
      const field = tab.locator("#receivers-section .find input").last();
      const status = tab.locator("#receivers-section .find [role=status]").last();
      const shown = tab.locator("#receivers tbody tr:visible th");
      const all = await shown.allTextContents();
      await field.fill("DPH elr");
      const expected = all.filter((text) => text.toLowerCase().includes("dph") && text.toLowerCase().includes("elr"));
      expect(await shown.allTextContents()).toEqual(expected);
      expect(expected.length).toBeGreaterThan(0);
      expect(await status.textContent()).toBe(`${expected.length} of ${all.length} rows`);
      await field.fill("no such receiver");
      expect(await status.textContent()).toBe(`0 of ${all.length} rows`);
      await field.fill("");
      expect(await shown.allTextContents()).toEqual(all);
    }));

  test("the skip link is the first thing that the keyboard meets, and leads to the report", () =>
    within("operators", {}, async ({ tab }) => {
      await tab.keyboard.press("Tab");
      expect(await tab.evaluate("document.activeElement.textContent")).toBe("Skip to the report");
      expect(await tab.evaluate(`document.querySelector(".skip").getBoundingClientRect().left >= 0`)).toBe(true);
      await tab.keyboard.press("Enter");
      expect(await tab.evaluate("location.hash")).toBe("#main");
    }));

  test("heads of long tables stay in sight", () =>
    within("operators", {}, async ({ tab }) => {
      const top = await tab.evaluate<number>(`(() => {
        const frame = document.querySelector("#receivers").closest(".scroll");
        frame.scrollTop = 300;
        return document.querySelector("#receivers thead th").getBoundingClientRect().top - frame.getBoundingClientRect().top;
      })()`);
      expect(Math.abs(top)).toBeLessThan(4);
    }));

  describe("what the page says equals the CSV files", () => {
    const table = async (page: OpenPage, id: string): Promise<Record<string, string>[]> =>
      page.tab.evaluate(`(() => {
        const table = document.querySelector("#${id}");
        const heads = [...table.tHead.rows[0].cells].map((head) => head.dataset.is ?? head.textContent);
        return [...table.tBodies[0].rows].map((row) => Object.fromEntries([...row.cells].map((cell, at) => [heads[at], cell.textContent.replaceAll(",", "")])));
      })()`);
    const count = (rows: CsvRow[], outcome: string): string =>
      String(rows.filter((row) => row.outcome === outcome).length);

    test("receivers of items.csv and deliveries.csv, senders of submissions.csv", () =>
      within("operators", {}, async (page) => {
        const [items, deliveries, submissions] = (await Promise.all(
          ["items.csv", "deliveries.csv", "submissions.csv"].map((path) => finished.csv(path)),
        )) as [CsvRow[], CsvRow[], CsvRow[]];
        const receivers = await table(page, "receivers");
        const names = new Set([...items, ...deliveries].map(({ receiver }) => receiver).filter(Boolean));
        expect(receivers.map(({ Receiver }) => Receiver).sort()).toEqual([...names].sort());
        for (const row of receivers) {
          const own = items.filter(({ receiver }) => receiver === row.Receiver);
          expect(row.items).toBe(String(own.length));
          for (const outcome of OUTCOMES.slice(0, 7))
            expect(row[`byItemAndReceiver.${outcome}`]).toBe(count(own, outcome));
          const files = deliveries.filter(({ receiver }) => receiver === row.Receiver);
          expect(row.filesSent).toBe(String(files.filter(({ kind }) => kind === "sent").length));
          expect(row.downloads).toBe(String(files.filter(({ kind }) => kind === "download").length));
        }
        for (const row of await table(page, "senders")) {
          const own = submissions.filter(({ sender }) => (sender || "unknown sender") === row.Sender);
          const sum = (column: string): string => String(own.reduce((all, line) => all + Number(line[column]), 0));
          expect(row.items).toBe(sum("items"));
          for (const outcome of OUTCOMES) expect(row[`byItem.${outcome}`]).toBe(sum(outcome));
        }
        for (const [path, expected] of [
          ["totals.items", submissions.reduce((all, row) => all + Number(row.items), 0)],
          ["totals.filesSent", deliveries.filter(({ kind }) => kind === "sent").length],
          ["errorRows.rows", (await finished.csv("errors.csv")).length],
          ["errorGroups.length", (await finished.csv("error-groups.csv")).length],
        ] as const) {
          expect(await page.tab.locator(`[data-of="${path}"]`).first().getAttribute("value"), path).toBe(
            String(expected),
          );
        }
      }));

    test("an organization's page of the files in its folder", () =>
      within("ca-dph", {}, async (page) => {
        const csv = (name: string) => finished.csv(`organizations/ca-dph/${name}`);
        const [items, deliveries, failures] = [
          await csv("received-items.csv"),
          await csv("deliveries.csv"),
          await csv("failures.csv"),
        ];
        for (const row of await table(page, "receivers")) {
          const own = items.filter(({ receiver }) => receiver === row.Receiver);
          for (const outcome of OUTCOMES.slice(0, 7))
            expect(row[`byItemAndReceiver.${outcome}`]).toBe(count(own, outcome));
        }
        const open = (await table(page, "open-list")).reduce((sum, row) => sum + Number(row.items), 0);
        expect(open).toBe(
          items.filter(({ outcome }) => ["waiting", "retrying", "stuck", "failed"].includes(outcome as string)).length,
        );
        const shown = await table(page, "deliveries-list");
        expect(shown).toHaveLength(Math.min(50, deliveries.length));
        expect(shown.map(({ File }) => File)).toEqual(
          deliveries
            .slice(-shown.length)
            .reverse()
            .map(({ file_name }) => file_name?.replaceAll(",", "")),
        );
        expect((await table(page, "failures-list")).map(({ State }) => State)).toEqual(
          failures.map(({ state }) => state),
        );
        const report = JSON.parse(await finished.text("organizations/ca-dph/summary.json")) as OrganizationReport;
        expect(report.errors.rows).toBe((await csv("errors.csv")).filter(({ type }) => type !== "filter").length);
        expect(report.filters.rows).toBe((await csv("filter-results.csv")).length);
      }));
  });
});

function seconds(text: string): number {
  const units: Record<string, number> = { d: 86_400, h: 3600, min: 60, s: 1 };
  return [...text.matchAll(/([\d.]+) (d|h|min|s)/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (units[unit as string] as number),
    0,
  );
}
