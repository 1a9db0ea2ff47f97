import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inlineStyles } from "../../src/mail/compose.ts";
import { figuresOf } from "../../src/mail/figures.ts";
import { mailView, subjectOf } from "../../src/mail/view.ts";
import { loadTemplates } from "../../src/report/templates.ts";
import type { OrganizationSummary } from "../../src/summary/types.ts";
import { sampleSummary } from "./sample-summary.ts";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

function html(name = "ca-dph"): string {
  const summary = sampleSummary([
    {
      name,
      received: { delivered: 123_456, downloaded: 12, waiting: 3, retrying: 4, stuck: 9, failed: 8, filtered: 29 },
      submitted: { delivered: 149, waiting: 9, stuck: 1, failed: 2, filtered: 14, unrouted: 9, rejected: 3 },
      rejectedSubmissions: 2,
      openFailures: 3,
    },
  ]);
  const view = mailView({
    figures: figuresOf(summary, summary.organizations[0] as OrganizationSummary),
    organization: name,
    window: summary.window,
    snapshot: summary.snapshot,
    provisionalUntil: Date.parse("2026-11-22T06:00:00Z") * 1000,
    attachment: "summary.csv",
    attachmentLeftOut: false,
    footer: {
      reason: "You get this because of a test.",
      owner: "It belongs to the tests.",
      unsubscribe: "Write to nobody.",
    },
  });
  const subject = subjectOf(view.verdict, name, summary.window, "[test]");
  return inlineStyles(loadTemplates()("mail-organization.html", { ...view, subject }));
}

/** Runs in the page: the lowest contrast between any text and what is behind it, as WCAG counts it. */
const LOWEST_CONTRAST = `(() => {
  const channel = (value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  };
  const luminance = (color) => {
    const [red, green, blue] = color.match(/[\\d.]+/g).map(Number);
    return 0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue);
  };
  const behind = (start) => {
    for (let element = start; element; element = element.parentElement) {
      const color = getComputedStyle(element).backgroundColor;
      if (color !== "rgba(0, 0, 0, 0)") return color;
    }
    return "rgb(255, 255, 255)";
  };
  const texts = [...document.querySelectorAll("td, th, p, li, h1, h2, caption, span, strong")].filter((element) =>
    [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()),
  );
  return Math.min(...texts.map((element) => {
    const [dark, bright] = [luminance(getComputedStyle(element).color), luminance(behind(element))].sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
  }));
})()`;

describe("the HTML of a mail", () => {
  it("needs nothing from outside, no script, and has its look in its elements", () => {
    const text = html();
    expect(text).not.toMatch(/<script|<link|<img|url\(|https?:/i);
    expect(text).toMatch(/<td class="mark action" style="[^"]*background-color: #fbe3e0/);
    expect(text).toContain('role="presentation"');
    expect(text).toContain("prefers-color-scheme: dark");
    expect(text.length).toBeLessThan(50_000);
    // Outlook knows none of these.
    expect(text).not.toMatch(/display:\s*(flex|grid)|var\(--/);
  });
});

describe.skipIf(!existsSync(CHROMIUM))("in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  });
  afterAll(() => browser?.close());

  it.each(["light", "dark"] as const)("fits 600 and 360 pixels and has contrast enough, %s", async (colorScheme) => {
    const page = await browser.newPage({ colorScheme });
    for (const width of [600, 360]) {
      await page.setViewportSize({ width, height: 800 });
      for (const name of ["ca-dph", `a-long-name-${"x".repeat(90)}`]) {
        await page.setContent(html(name));
        expect(
          await page.evaluate<number>("document.documentElement.scrollWidth"),
          `${name} at ${width}`,
        ).toBeLessThanOrEqual(width);
      }
    }
    const lowest = await page.evaluate<number>(LOWEST_CONTRAST);
    expect(lowest).toBeGreaterThanOrEqual(4.5);
    const background = await page.evaluate<string>(
      "getComputedStyle(document.querySelector('.sheet')).backgroundColor",
    );
    expect(background).toBe(colorScheme === "dark" ? "rgb(23, 27, 31)" : "rgb(255, 255, 255)");
    await page.close();
  });
});
