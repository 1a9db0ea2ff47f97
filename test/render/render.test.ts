import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { verifyFolder } from "../../src/output/verify.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { runProgram, startProgram } from "../support/program.ts";
import { scenario } from "../support/rows.ts";
import { run } from "../support/run-folder.ts";

let database: TestDatabase;
let root: string;
let clean: string;
let folder: string;
let templates: string;
let copies = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  root = await mkdtemp(join(tmpdir(), "lineage-report-render-"));
  const sc = scenario(database.client, "render");
  await sc.receiver("ca-dph.elr");
  await sc.happyPath({ at: "2026-11-20T15:00:00Z", sender: "acme-labs.default", items: 3, receivers: ["ca-dph.elr"] });
  const finished = await run(database.readerUrl, root, "--date", "2026-11-20", "--as-of", "2026-11-21T12:00:00Z");
  clean = finished.folder;
}, 120_000);

beforeEach(async () => {
  const copy = join(root, `copy-${copies++}`);
  folder = join(copy, "2026-11-20");
  templates = join(copy, "templates");
  await cp(clean, folder, { recursive: true });
  await mkdir(join(templates, "partials"), { recursive: true });
});

afterAll(async () => {
  await rm(root, { recursive: true, force: true });
  await database?.drop();
});

const PAGES = ["index.html", "organizations/ca-dph/index.html", "organizations/acme-labs/index.html"];
const textOf = (path: string, of = folder): Promise<string> => readFile(join(of, path), "utf8");
const render = (...args: string[]) => runProgram(["render", folder, ...args]);

/** A partial of one's own. */
const write = (name: string, text: string): Promise<void> => writeFile(join(templates, "partials", name), text);

describe("render", () => {
  test("makes the same pages without a database, and the manifest stays true", async () => {
    const before = await Promise.all(PAGES.map((path) => textOf(path)));
    const { code, stdout } = await render();
    expect([code, stdout]).toEqual([0, `3 pages in ${folder}\n`]);
    expect(await Promise.all(PAGES.map((path) => textOf(path)))).toEqual(before);
    expect((await verifyFolder(folder)).faults).toEqual([]);
    const [manifest, old] = await Promise.all([textOf("manifest.json"), textOf("manifest.json", clean)]);
    const { options, checksum: _, ...rest } = JSON.parse(manifest);
    const { options: oldOptions, checksum: __, ...oldRest } = JSON.parse(old);
    expect(rest).toEqual(oldRest);
    expect(options).toEqual({ ...oldOptions, pagesRenderedAgain: { version: "0.1.0", templates: "built-in" } });
  });

  test("takes a single partial from a folder of one's own, and verify holds", async () => {
    await write("footer.hbs", "<footer><p>Ask the data desk.</p></footer>\n");
    const { code, stdout } = await render("--templates", templates, "--json");
    expect([code, JSON.parse(stdout)]).toEqual([0, { folder, pages: 3 }]);
    for (const path of PAGES) {
      const [page, old] = await Promise.all([textOf(path), textOf(path, clean)]);
      expect(page).toContain("Ask the data desk.");
      expect(page.slice(0, page.indexOf("<footer>"))).toBe(old.slice(0, old.indexOf("<footer>")));
    }
    expect((await runProgram(["verify", folder])).code).toBe(0);
  });

  test("changes nothing when a template is wrong, and names it", async () => {
    for (const text of ["{{#if}}", "{{nobody.has.this}}"]) {
      await write("footer.hbs", text);
      const { code, stderr } = await render("--templates", templates);
      expect(code).toBe(2);
      expect(stderr).toMatch(/footer\.hbs|index\.hbs/);
      expect((await verifyFolder(folder)).ok).toBe(true);
      expect(await textOf("manifest.json")).toBe(await textOf("manifest.json", clean));
    }
  });

  test("makes no page of data that the run did not write", async () => {
    for (const path of ["summary.json", "organizations/ca-dph/summary.json"]) {
      const whole = await textOf(path);
      await writeFile(join(folder, path), whole.replace('"items": 3', '"items": 4'));
      const { code, stderr } = await render();
      expect([code, stderr]).toEqual([1, expect.stringContaining(`${path} is not what the run wrote`)]);
      await writeFile(join(folder, path), whole);
    }
    await writeFile(join(folder, "manifest.json"), (await textOf("manifest.json")).replace("0.1.0", "0.1.1"));
    expect((await render()).code).toBe(1);
  });

  test("mends pages that a crash, or somebody, left behind", async () => {
    await writeFile(join(folder, "index.html"), "half");
    expect((await render()).code).toBe(0);
    expect((await verifyFolder(folder)).ok).toBe(true);
    expect(await textOf("index.html")).toBe(await textOf("index.html", clean));
  });

  test("elsewhere leaves the run as it is, and is not inside of it", async () => {
    const out = join(folder, "..", "preview");
    await write("footer.hbs", "<footer>elsewhere</footer>\n");
    expect((await render("--templates", templates, "--out", out)).code).toBe(0);
    for (const path of PAGES) expect(await textOf(path, out)).toContain("elsewhere");
    expect(await textOf("manifest.json")).toBe(await textOf("manifest.json", clean));
    expect((await verifyFolder(folder)).ok).toBe(true);
    const { code, stderr } = await render("--out", join(folder, "pages"));
    expect([code, stderr]).toEqual([1, expect.stringContaining("inside the run's folder")]);
  });

  test("of what is no run says so", async () => {
    const { code, stderr } = await runProgram(["render", templates]);
    expect([code, stderr]).toEqual([1, expect.stringContaining("name the folder of a finished run")]);
  });
});

describe("render --watch", () => {
  test("makes the pages again when a template changes, however it is saved, and outlives a wrong one", async () => {
    await write("footer.hbs", "<footer>first</footer>\n");
    const program = startProgram(["render", folder, "--templates", templates, "--watch"], { timeoutMs: 120_000 });
    const shows = async (text: string): Promise<void> => {
      while (!(await textOf("index.html")).includes(text)) await new Promise((resolve) => setTimeout(resolve, 50));
    };
    await program.says("3 pages in");
    await shows("<footer>first</footer>");
    await write("footer.hbs", "<footer>second</footer>\n");
    await shows("<footer>second</footer>");
    await write("footer.hbs", "{{#if}}");
    await program.says("footer.hbs is not a handlebars template");
    expect(await textOf("index.html")).toContain("<footer>second</footer>");
    // As editors save: a file beside it, renamed over it.
    await write("footer.new", "<footer>third</footer>\n");
    await rename(join(templates, "partials/footer.new"), join(templates, "partials/footer.hbs"));
    await shows("<footer>third</footer>");
    program.child.kill("SIGTERM");
    const { code, signal } = await program.ended;
    expect([code, signal]).toEqual([130, null]);
    expect((await verifyFolder(folder)).ok).toBe(true);
  });
});
