import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

export const EXECUTABLE = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Whether there is a browser; without one the tests that need it are skipped, and say so. */
export const present = existsSync(EXECUTABLE);
if (!present) process.stderr.write(`pages are not opened: there is no ${EXECUTABLE}; CHROMIUM names another\n`);

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: EXECUTABLE, args: ["--no-sandbox"] });
}

/** A page in a tab, and what went wrong in it: errors, warnings, refusals of its policy, requests to anywhere. */
export interface OpenPage {
  tab: Page;
  faults: string[];
  close(): Promise<void>;
}

export const WIDE = { width: 1280, height: 900 };
export const PHONE = { width: 360, height: 740 };

export async function open(browser: Browser, file: string, options: BrowserContextOptions = {}): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: WIDE, ...options });
  const tab = await context.newPage();
  const faults: string[] = [];
  const address = `file://${file.split("/").map(encodeURIComponent).join("/")}`;
  tab.on("pageerror", (error) => faults.push(String(error)));
  tab.on("console", (message) => faults.push(message.text()));
  tab.on("dialog", (dialog) => {
    faults.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  tab.on("request", (request) => {
    if (request.url() !== address && !request.url().startsWith("data:")) faults.push(request.url());
  });
  await tab.goto(address);
  return { tab, faults, close: () => context.close() };
}

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** What axe finds, each with the first element of it. Evaluated by the debugger, so that the page's policy stays in force. */
export async function axe(tab: Page): Promise<string[]> {
  await tab.evaluate(await readFile(AXE, "utf8"));
  const { violations } = await tab.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>(
    `axe.run(document, { resultTypes: ["violations"] })`,
  );
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

/** How far the page is wider than its window, in pixels. */
export function tooWide(tab: Page): Promise<number> {
  return tab.evaluate<number>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
}
