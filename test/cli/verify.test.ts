import { createHash } from "node:crypto";
import { appendFile, cp, mkdir, mkdtemp, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { main } from "../../src/cli/program.ts";
import { createManifest, formatManifest } from "../../src/output/manifest.ts";
import { testContext } from "./test-context.ts";

const CSV = "a,b\n1,2\n3,4\n";
let root: string;
let clean: string;
let folder: string;
let copies = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "verify-"));
  clean = join(root, "clean");
  await mkdir(join(clean, "organizations", "ca-dph"), { recursive: true });
  const files = { "items.csv": CSV, "index.html": "<p>", "organizations/ca-dph/items.csv": "a,b\n" };
  for (const [path, text] of Object.entries(files)) await writeFile(join(clean, path), text);
  const manifest = createManifest(
    {
      tool: { name: "lineage-report", version: "0.0.0" },
      window: { from: "2026-11-20T05:00:00.000Z", to: "2026-11-21T05:00:00.000Z", timeZone: "America/New_York" },
      snapshot: { at: "2026-11-21T12:00:00.000Z", id: "1:1:" },
      options: {},
      queries: [],
    },
    Object.entries(files).map(([path, text]) => ({
      path,
      ...(path.endsWith(".csv") ? { rows: text.split("\n").length - 2 } : {}),
      bytes: Buffer.byteLength(text),
      sha256: createHash("sha256").update(text).digest("hex"),
    })),
  );
  await writeFile(join(clean, "manifest.json"), formatManifest(manifest));
});
beforeEach(async () => {
  folder = join(root, `copy-${copies++}`);
  await cp(clean, folder, { recursive: true });
});
afterAll(() => rm(root, { recursive: true }));

async function verify(...args: string[]) {
  const context = testContext({ cwd: root });
  const code = await main(["verify", ...args], context);
  return { code, out: context.out(), err: context.err() };
}

describe("lineage-report verify", () => {
  it("says that a clean folder is as the manifest says, by a relative name too", async () => {
    expect(await verify(folder)).toEqual({
      code: 0,
      out: `${folder}: 3 files, 2 rows, ${Buffer.byteLength(CSV) + 7} bytes, all as the manifest says\n`,
      err: "",
    });
    expect((await verify("clean")).code).toBe(0);
  });

  it("names every fault, one a line, and ends with 1", async () => {
    await truncate(join(folder, "items.csv"), 8);
    await rename(join(folder, "index.html"), join(folder, "extra\nname"));
    await appendFile(join(folder, "organizations", "ca-dph", "items.csv"), "x");
    const { code, out, err } = await verify(folder);
    expect([code, err]).toEqual([1, ""]);
    const lines = out.trimEnd().split("\n");
    expect(lines.map((line) => line.replace(/: expected.*/, ""))).toEqual([
      "extra\\nname: added: this file is not in the manifest",
      "index.html: missing",
      "items.csv: truncated",
      "organizations/ca-dph/items.csv: changed",
      `${folder}: 4 faults`,
    ]);
  });

  it("prints the same as JSON", async () => {
    const text = await readFile(join(folder, "items.csv"));
    text[2] = (text[2] ?? 0) ^ 1;
    await writeFile(join(folder, "items.csv"), text);
    const { code, out } = await verify(folder, "--json");
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({
      folder,
      ok: false,
      files: 3,
      rows: 2,
      bytes: Buffer.byteLength(CSV) + 7,
      faults: [{ path: "items.csv", fault: "changed", message: expect.stringContaining("changed: expected 2 rows") }],
    });
    expect(JSON.parse((await verify("clean", "--json")).out)).toMatchObject({ ok: true, faults: [] });
  });

  it("refuses what is no folder of a run, each in its way", async () => {
    const missing = await verify("nowhere");
    expect(missing.code).toBe(1);
    expect(missing.err).toMatch(/^lineage-report: cannot verify .*nowhere/);
    const noRun = await verify(join("clean", "organizations"));
    expect(noRun.code).toBe(1);
    expect(noRun.out).toContain("manifest.json: there is no manifest.json, so this is no finished run");
    expect((await verify()).err).toContain("verify needs FOLDER: the folder of a run");
  });
});
