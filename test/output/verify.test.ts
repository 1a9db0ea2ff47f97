import { link, mkdir, readFile, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { InterruptedError, OutputError } from "../../src/errors.ts";
import type { FileSystem } from "../../src/output/file-system.ts";
import { formatManifest, type Manifest } from "../../src/output/manifest.ts";
import { verifyFolder } from "../../src/output/verify.ts";
import { emptyFolder, writeSampleRun } from "./sample-run.ts";
import { systemError, watchedFileSystem } from "./watched-file-system.ts";

const ITEMS = "items.csv";
const MANIFEST = "manifest.json";

async function sample(): Promise<{ folder: string; manifest: Manifest }> {
  const folder = join(await emptyFolder(), "run");
  return { folder, manifest: await writeSampleRun(folder) };
}

const faultsOf = async (folder: string, fs?: FileSystem) =>
  (await verifyFolder(folder, { ...(fs && { fs }) })).faults.map(({ path, fault }) => `${fault} ${path}`);

describe("faults have names", () => {
  test("a clean run has none, and what was read is counted", async () => {
    const { folder, manifest } = await sample();
    const sum = (of: (file: Manifest["files"][number]) => number) =>
      manifest.files.reduce((total, file) => total + of(file), 0);
    expect(await verifyFolder(folder)).toEqual({
      ok: true,
      faults: [],
      files: 6,
      bytes: sum(({ bytes }) => bytes),
      rows: 20 + 20 + 10,
    });
    expect(sum(({ rows = 0 }) => rows)).toBe(50);
  });

  test("a flipped bit, with both hashes", async () => {
    const { folder, manifest } = await sample();
    const bytes = await readFile(join(folder, ITEMS));
    bytes[100] = (bytes[100] ?? 0) ^ 4;
    await writeFile(join(folder, ITEMS), bytes);
    const { faults } = await verifyFolder(folder);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatchObject({ path: ITEMS, fault: "changed" });
    const expected = manifest.files.find(({ path }) => path === ITEMS)?.sha256;
    expect(faults[0]?.message).toMatch(
      new RegExp(
        `^changed: expected 20 rows, (\\d+) bytes, sha256 ${expected}, found 20 rows, \\1 bytes, sha256 [0-9a-f]{64}$`,
      ),
    );
  });

  test("a cut at a row's end, and a file that lost everything", async () => {
    const { folder } = await sample();
    const text = await readFile(join(folder, ITEMS), "utf8");
    await writeFile(join(folder, ITEMS), text.slice(0, text.indexOf("id-7")));
    await truncate(join(folder, "index.html"), 0);
    const { faults } = await verifyFolder(folder);
    expect(faults.map(({ path, fault }) => `${fault} ${path}`)).toEqual(["truncated index.html", `truncated ${ITEMS}`]);
    expect(faults[1]?.message).toMatch(/expected 20 rows, .* found 7 rows, /);
  });

  test("missing and added files, links and empty folders", async () => {
    const { folder } = await sample();
    await rm(join(folder, "summary.json"));
    await rm(join(folder, "organizations", "ca-dph"), { recursive: true });
    await writeFile(join(folder, "organizations", "note.txt"), "hi");
    await mkdir(join(folder, "empty", "inside"), { recursive: true });
    await rename(join(folder, "index.html"), join(folder, "..", "elsewhere.html"));
    await symlink("../elsewhere.html", join(folder, "index.html"));
    expect(await faultsOf(folder)).toEqual(
      [
        "added empty/inside",
        "special index.html",
        "added organizations/note.txt",
        "missing organizations/ca-dph/received-items.csv",
        "missing summary.json",
      ].sort((a, b) => ((a.split(" ")[1] ?? "") < (b.split(" ")[1] ?? "") ? -1 : 1)),
    );
  });

  test("swapped files are both changed, and say whose contents they hold", async () => {
    const { folder } = await sample();
    await rename(join(folder, ITEMS), join(folder, "x"));
    await rename(join(folder, "errors.csv"), join(folder, ITEMS));
    await rename(join(folder, "x"), join(folder, "errors.csv"));
    const { faults } = await verifyFolder(folder);
    expect(faults.map(({ message }) => message.slice(0, message.indexOf(":", 9)))).toEqual([
      "changed: it holds what items.csv should",
      "changed: it holds what errors.csv should",
    ]);
  });

  test("a hard link to the same bytes is the same file", async () => {
    const { folder } = await sample();
    await rename(join(folder, ITEMS), join(folder, "..", "kept"));
    await link(join(folder, "..", "kept"), join(folder, ITEMS));
    expect(await faultsOf(folder)).toEqual([]);
  });

  test("a file that cannot be read does not hide the others", async () => {
    const { folder } = await sample();
    await rm(join(folder, "summary.json"));
    const fs = watchedFileSystem(({ name, path }) => {
      if (path === ITEMS && name === "open") throw systemError("EACCES");
      if (path === "errors.csv" && name === "file.read") throw systemError("EIO");
    });
    expect(await faultsOf(folder, fs)).toEqual([
      "unreadable errors.csv",
      `unreadable ${ITEMS}`,
      "missing summary.json",
    ]);
  });

  test("a folder that cannot be read", async () => {
    const { folder } = await sample();
    const fs = watchedFileSystem(({ name, path }) => {
      if (name === "readdir" && path === "ca-dph") throw systemError("EACCES");
    });
    expect(await faultsOf(folder, fs)).toEqual([
      "unreadable organizations/ca-dph",
      "missing organizations/ca-dph/received-items.csv",
    ]);
  });
});

describe("the manifest itself", () => {
  async function edited(edit: (text: string) => string): Promise<string[]> {
    const { folder } = await sample();
    await writeFile(join(folder, MANIFEST), edit(await readFile(join(folder, MANIFEST), "utf8")));
    const { faults } = await verifyFolder(folder);
    return faults.map(({ path, fault, message }) => `${fault} ${path} ${message}`);
  }

  test.each<[string, (text: string) => string, RegExp]>([
    ["a name", (text) => text.replace("America/New_York", "Europe/Rome"), /its checksum is/],
    ["a blank more", (text) => text.replace("{\n", "{ \n"), /not as it was written/],
    ["the last line break", (text) => text.trimEnd(), /not as it was written/],
    ["a member more", (text) => text.replace('{\n  "format"', '{\n  "x": 1,\n  "format"'), /no manifest of format 1/],
    ["another format", (text) => text.replace('"format": 1', '"format": 2'), /no manifest of format 1: format/],
    ["half of it", (text) => text.slice(0, text.length / 2), /not JSON/],
    ["nothing", () => "", /not JSON/],
    ["a list", () => "[]\n", /no manifest of format 1/],
    ["a byte order mark", (text) => `\ufeff${text}`, /not JSON/],
  ])("%s", async (_, edit, message) => {
    const [first] = await edited(edit);
    expect(first).toMatch(/^manifest manifest\.json manifest\.json was changed: /);
    expect(first).toMatch(message);
  });

  test("an edit does not hide what else is wrong", async () => {
    const { folder } = await sample();
    const text = await readFile(join(folder, MANIFEST), "utf8");
    await writeFile(join(folder, MANIFEST), text.replace("America/New_York", "Europe/Rome"));
    await rm(join(folder, "index.html"));
    expect(await faultsOf(folder)).toEqual(["missing index.html", "manifest manifest.json"]);
  });

  test("one that was made up leads nowhere outside the folder", async () => {
    const { folder, manifest } = await sample();
    await writeFile(join(folder, "..", "secret"), "x");
    const files = [...manifest.files, { path: "../secret", bytes: 1, sha256: "b".repeat(64) }];
    await writeFile(join(folder, MANIFEST), formatManifest({ ...manifest, files }));
    const { faults } = await verifyFolder(folder);
    expect(faults.map(({ message }) => message)).toEqual([
      expect.stringContaining("checksum"),
      expect.stringContaining('"../secret", which is no path in the folder'),
    ]);
  });

  test("none at all is no finished run", async () => {
    const { folder } = await sample();
    await rm(join(folder, MANIFEST));
    const { ok, faults } = await verifyFolder(folder);
    expect(ok).toBe(false);
    expect(faults).toEqual([
      { path: MANIFEST, fault: "manifest", message: expect.stringContaining("no finished run") },
    ]);
  });

  test("no folder, or a file, is an error of its own", async () => {
    const { folder } = await sample();
    await expect(verifyFolder(join(folder, "nowhere"))).rejects.toThrow(OutputError);
    await expect(verifyFolder(join(folder, ITEMS))).rejects.toThrow("not a folder");
    await expect(verifyFolder(folder, { signal: AbortSignal.abort() })).rejects.toThrow(InterruptedError);
  });
});
