import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../src/package.ts";
import { operatorsPage } from "../../src/report/pages.ts";
import { loadTemplates } from "../../src/report/templates.ts";
import { sampleSummary } from "../mail/sample-summary.ts";

/** The scripts of a page, and the hash that its policy allows. */
function scripts(html: string): { allowed: string | undefined; hashes: string[] } {
  return {
    allowed: /script-src &#x27;([^&]+)&#x27;|script-src '([^']+)'/
      .exec(html)
      ?.slice(1)
      .find(Boolean)
      ?.replaceAll("&#x3D;", "="),
    hashes: [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(
      ([, text]) =>
        `sha256-${createHash("sha256")
          .update(text as string)
          .digest("base64")}`,
    ),
  };
}

const summary = sampleSummary([{ name: "ca-dph" }]);

test("the policy allows the page's one script and no other", () => {
  const { allowed, hashes } = scripts(operatorsPage(summary, loadTemplates()));
  expect(hashes).toHaveLength(1);
  expect(allowed).toBe(hashes[0]);
});

test("a script of one's own is allowed by its own hash, and the other partials stay", async () => {
  const folder = await mkdtemp(join(tmpdir(), "lineage-report-templates-"));
  try {
    await mkdir(join(folder, "partials"));
    await writeFile(join(folder, "partials/script.hbs"), "document.title += '!';\n");
    const html = operatorsPage(summary, loadTemplates(folder));
    const { allowed, hashes } = scripts(html);
    expect(html).toContain("document.title += '!'");
    expect(hashes).toHaveLength(1);
    expect(allowed).toBe(hashes[0]);
    expect(html).toContain('<caption id="receivers-caption">');
  } finally {
    await rm(folder, { recursive: true });
  }
});

/** Renders the operators' page with files of one's own over the program's. */
async function withOwn(files: Readonly<Record<string, string>>, use: (folder: string) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "lineage-report-templates-"));
  try {
    await mkdir(join(folder, "partials"));
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("a template of one's own that is wrong is named when templates are loaded, not when a page is made", async () => {
  for (const name of ["index.hbs", "partials/table.hbs", "mail-notice.text.hbs"]) {
    await withOwn({ [name]: "{{#if a}} never ends" }, (folder) => {
      expect(() => loadTemplates(folder)).toThrow(`${join(folder, name)} is not a handlebars template`);
    });
  }
});

test("a name that is neither a helper's nor in the data is told with the template's name", async () => {
  for (const text of ["{{shout summary.format}}", "{{sumary}}", "{{summary.formt}}"]) {
    await withOwn({ "index.hbs": text }, (folder) => {
      expect(() => operatorsPage(summary, loadTemplates(folder))).toThrow(
        /index\.hbs cannot be rendered: .*(shout|sumary|formt)/,
      );
    });
  }
});

test("what is compiled before makes the same page, and is what the page and its partials name", () => {
  const ahead = loadTemplates();
  const steps = [...ahead.compiling(["index", "organization"])].length;
  expect(steps).toBeGreaterThan(10);
  expect([...ahead.compiling(["there-is-none"])]).toEqual([]);
  expect(operatorsPage(summary, ahead)).toBe(operatorsPage(summary, loadTemplates()));
});

test("every template that comes with the program compiles, those of mails too", async () => {
  const names = (await readdir(join(packageRoot, "templates"))).filter((name) => name.endsWith(".hbs"));
  expect(names.length).toBeGreaterThan(8);
  for (const name of names) {
    expect([...loadTemplates().compiling([name.slice(0, -".hbs".length)])].length, name).toBeGreaterThan(0);
  }
});
