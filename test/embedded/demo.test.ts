import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import PostalMime, { type Email } from "postal-mime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OUTCOMES } from "../../src/outcome/words.ts";
import { verifyFolder } from "../../src/output/verify.ts";
import { total } from "../../src/summary/counts.ts";
import type { OrganizationSummary, Summary } from "../../src/summary/types.ts";
import { runProgram } from "../support/program.ts";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const NAMES = ["acme-labs", "ca-dph", "operators"] as const;

let out: string;
let summary: Summary;
const mails = new Map<string, Email>();

beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), "demo-"));
  const { code, stdout, stderr } = await runProgram(["demo", "--out", out, "--json", "--quiet"], {
    timeoutMs: 540_000,
  });
  expect(code, stderr).toBe(0);
  const { folder } = JSON.parse(stdout) as { folder: string };
  expect((await verifyFolder(folder)).ok).toBe(true);
  summary = JSON.parse(await readFile(join(folder, "summary.json"), "utf8")) as Summary;
  for (const name of NAMES) mails.set(name, await PostalMime.parse(await readFile(join(out, "mails", `${name}.eml`))));
}, 600_000);
afterAll(() => rm(out, { recursive: true, force: true }));

const mailOf = (name: string): Email => mails.get(name) as Email;
const numbers = (text: string): string[] => (text.match(/\d[\d,.]*/g) ?? []).sort();
const visible = (html: string): string =>
  html
    .replace(/<head>.*<\/head>/s, "")
    .replaceAll(/<[^>]+>/g, " ")
    .replaceAll("&amp;", "&")
    .replaceAll("&#x27;", "'");
const grouped = (count: number): string => String(count).replaceAll(/\B(?=(\d{3})+$)/g, ",");
const items = (count: number): string => `${grouped(count)} ${count === 1 ? "item" : "items"}`;

describe("the mails of the demo", () => {
  it("are three, and nothing else is left beside the run", async () => {
    expect((await readdir(join(out, "mails"))).sort()).toEqual(NAMES.map((name) => `${name}.eml`));
    expect(await readdir(out)).toHaveLength(2);
    for (const name of NAMES) expect(mailOf(name).attachments).toEqual([]);
  });

  it.each(["acme-labs", "ca-dph"])("say of %s what its part of summary.json says, in sums that add up", (name) => {
    const { text = "", subject = "" } = mailOf(name);
    const own = summary.organizations.find((one) => one.name === name) as OrganizationSummary;
    for (const counts of [own.received, own.submitted]) {
      const parts = OUTCOMES.filter((outcome) => counts[outcome] > 0).map(
        (outcome) => `${grouped(counts[outcome])} ${outcome}`,
      );
      expect(text).toContain(`${items(total(counts))} = ${parts.length === 0 ? "none" : parts.join(" + ")}`);
    }
    expect(text).toContain(`${grouped(own.filesSent)} ${own.filesSent === 1 ? "file" : "files"} sent to you`);
    expect(text).toContain(
      `${grouped(own.submissions)} submissions, ${grouped(own.rejectedSubmissions)} of them rejected`,
    );
    expect(subject.endsWith(` (${name})`)).toBe(true);
    // Nobody else's name, and nothing of the data.
    const others = summary.organizations.filter((one) => one.name !== name && one.name.length > 3);
    for (const other of others)
      expect(text, other.name).not.toMatch(new RegExp(`\\b${other.name.replaceAll(/\W/g, "\\$&")}\\b`));
    expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}|\.hl7|\.csv\b(?<!errors\.csv)/);
  });

  it("say the operators the window's totals", () => {
    const { text = "" } = mailOf("operators");
    const { totals } = summary;
    expect(text).toContain(
      `${grouped(totals.submissions)} submissions, ${grouped(totals.rejectedSubmissions)} of them rejected`,
    );
    expect(text).toContain(`by item: ${items(total(totals.byItem))} = `);
    expect(text).toMatch(/MAILS\n {2}2 accepted\n/);
  });

  it.each(NAMES)("%s: text and HTML say the same numbers, and the text reads alone", (name) => {
    const { text = "", html = "", subject = "", headers } = mailOf(name);
    expect(numbers(visible(html))).toEqual(numbers(text));
    const lines = text.replaceAll("\r", "").split("\n");
    const verdict = lines[0] ?? "";
    // The verdict comes first, and is what the subject says.
    expect(verdict).toMatch(/^(Action needed|All clear|Nothing): /);
    expect(subject).toContain(verdict.replace(/^[^:]+: /, ""));
    expect(subject).not.toMatch(/\d{5,}|[0-9a-f]{8}/);
    expect(text).not.toMatch(/<[a-z]|&[a-z#]|\{\{|undefined|null|NaN|\n\s*\n\s*\n/);
    expect(text).toMatch(/\n-- \nYou get this because .*\nThese mails belong to ReportStream operations\.\n/);
    const keys = headers.map(({ key }) => key);
    for (const key of ["auto-submitted", "list-id", "list-unsubscribe", "message-id"]) expect(keys).toContain(key);
  });
});

describe.skipIf(!existsSync(CHROMIUM))("the mails of the demo in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  });
  afterAll(() => browser?.close());

  it.each(["light", "dark"] as const)(
    "fit 600 pixels and ask for nothing from outside, %s",
    async (colorScheme) => {
      const page = await browser.newPage({ colorScheme, viewport: { width: 600, height: 800 } });
      const asked: string[] = [];
      page.on("request", (request) => asked.push(request.url()));
      for (const name of NAMES) {
        await page.setContent(mailOf(name).html ?? "");
        expect(await page.evaluate<number>("document.documentElement.scrollWidth"), name).toBe(600);
        const sheet = await page.evaluate<string>("getComputedStyle(document.querySelector('.sheet')).backgroundColor");
        expect(sheet).toBe(colorScheme === "dark" ? "rgb(23, 27, 31)" : "rgb(255, 255, 255)");
      }
      expect(asked).toEqual([]);
      await page.close();
    },
    120_000,
  );
});
