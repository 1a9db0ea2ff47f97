import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
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
