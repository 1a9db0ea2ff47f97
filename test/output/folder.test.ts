import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { OutputError } from "../../src/errors.ts";
import { openRunFolder } from "../../src/output/folder.ts";
import { ownName } from "../../src/output/owner.ts";
import { verifyFolder } from "../../src/output/verify.ts";
import { COLUMNS, emptyFolder, HEAD, writeSampleRun } from "./sample-run.ts";
import { watchedFileSystem } from "./watched-file-system.ts";

const NAME = "2026-11-20";

/** All files of a folder with their contents, by path. */
async function contentsOf(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const read = files.sort().map(async (path) => [path.slice(folder.length + 1), await readFile(path, "utf8")] as const);
  return new Map(await Promise.all(read));
}

describe("what a run writes", () => {
  test("appears under its name with every file, whole, and for the owner alone", async () => {
    const parent = await emptyFolder();
    const manifest = await writeSampleRun(join(parent, "new", NAME));
    const target = join(parent, "new", NAME);
    expect(await readdir(join(parent, "new"))).toEqual([NAME]);
    const files = await contentsOf(target);
    expect([...files.keys()].filter((path) => path !== "manifest.json")).toEqual(
      manifest.files.map(({ path }) => path),
    );
    for (const { path, bytes, sha256, rows } of manifest.files) {
      const contents = files.get(path) ?? "";
      expect(Buffer.byteLength(contents)).toBe(bytes);
      expect(createHash("sha256").update(contents).digest("hex")).toBe(sha256);
      if (path.endsWith("items.csv") && !path.includes("/")) expect(rows).toBe(20);
    }
    expect(files.get("organizations/%43%41-dph/failures.csv")).toBe("report_id,message,submitted_at,items\n");
    expect(files.get("errors.csv")?.split("\n")[1]).toBe("error-0,'=not a formula,,20");
    expect((await stat(join(target, "items.csv"))).mode & 0o777).toBe(0o600);
    for (const folder of ["", "organizations", "organizations/ca-dph"]) {
      expect((await stat(join(target, folder))).mode & 0o777).toBe(0o700);
    }
    expect((await verifyFolder(target)).faults).toEqual([]);
  });

  test("is the same bytes for the same rows, whatever memory there is", async () => {
    const parent = await emptyFolder();
    const memories = [1, 3000, 100_000, 32 * 1024 * 1024];
    for (const memory of memories) await writeSampleRun(join(parent, `run-${memory}`), { memory, rows: 3000 });
    const [first, ...others] = await Promise.all(memories.map((memory) => contentsOf(join(parent, `run-${memory}`))));
    expect(first?.get("items.csv")?.length).toBeGreaterThan(150_000);
    for (const other of others) expect(other).toEqual(first);
  });

  test("ends in the middle of a loop once its signal is aborted, with the signal's reason, and leaves nothing", async () => {
    const parent = await emptyFolder();
    const stop = new AbortController();
    const folder = await openRunFolder(join(parent, NAME), { force: false, memory: 2000, signal: stop.signal });
    const items = folder.csv("items.csv", COLUMNS);
    await folder.file("index.html", "<p>");
    stop.abort(new OutputError("stopped"));
    const write = async () => {
      for (let row = 0; row < 10_000; row++) await items.write([`id-${row}`, "x", 0, row]);
    };
    await expect(write()).rejects.toThrow("stopped");
    await expect(folder.publish(HEAD)).rejects.toThrow("stopped");
    await folder.abort();
    expect(await readdir(parent)).toEqual([]);
  });

  test("is synced before it has its name: files, the manifest last, folders, rename, parent", async () => {
    const parent = await emptyFolder();
    const trace: string[] = [];
    const fs = watchedFileSystem(({ name, path }) => trace.push(`${name} ${path}`));
    await writeSampleRun(join(parent, NAME), { fs });
    const steps = trace.filter((step) => /^(?:file\.(?:write|sync)|rename) /.test(step));
    const renamed = steps.findIndex((step) => step.startsWith("rename"));
    const manifestWritten = steps.indexOf("file.write manifest.json");
    expect(renamed).toBe(steps.length - 2);
    expect(steps[steps.length - 1]).toBe(`file.sync ${parent.split("/").at(-1)}`);
    for (const file of [
      "items.csv",
      "errors.csv",
      "received-items.csv",
      "failures.csv",
      "index.html",
      "summary.json",
    ]) {
      const synced = steps.lastIndexOf(`file.sync ${file}`);
      expect(synced, file).toBeGreaterThan(steps.lastIndexOf(`file.write ${file}`));
      expect(synced, file).toBeLessThan(manifestWritten);
    }
    const rest = steps.slice(manifestWritten, renamed).map((step) => step.replace(/ \..*\.tmp$/, " the whole"));
    expect(rest.slice(0, 2)).toEqual(["file.write manifest.json", "file.sync manifest.json"]);
    expect(rest.slice(2).sort()).toEqual(
      ["%43%41-dph", "ca-dph", "organizations", "the whole"].map((folder) => `file.sync ${folder}`),
    );
    expect(rest.at(-1)).toBe("file.sync the whole");
  });

  test("refuses paths that leave the folder, take the manifest's place, or come twice", async () => {
    const folder = await openRunFolder(join(await emptyFolder(), NAME), { force: false });
    const bad = [
      "",
      ".",
      "..",
      "../x",
      "a/../../x",
      "/etc/x",
      "a//b",
      "a/",
      "a\\b",
      "c:x",
      "a\0b",
      "manifest.json",
      "x".repeat(256),
    ];
    for (const path of bad) {
      expect(() => folder.csv(path, COLUMNS), JSON.stringify(path)).toThrow(OutputError);
      expect(() => folder.file(path, ""), JSON.stringify(path)).toThrow(OutputError);
    }
    folder.csv("a.csv", COLUMNS);
    expect(() => folder.file("a.csv", "")).toThrow("written twice");
    await folder.abort();
    expect(existsSync(folder.temporary)).toBe(false);
    expect(() => folder.csv("b.csv", COLUMNS)).toThrow("aborted");
  });
});

describe("a name that is taken", () => {
  test("is an error that says how to replace it, and leaves what is there", async () => {
    const parent = await emptyFolder();
    await writeSampleRun(join(parent, NAME));
    const before = await contentsOf(join(parent, NAME));
    await expect(writeSampleRun(join(parent, NAME), { rows: 3 })).rejects.toMatchObject({
      name: "OutputError",
      message: expect.stringContaining("exists already"),
      hint: expect.stringContaining("--force"),
    });
    expect(await contentsOf(join(parent, NAME))).toEqual(before);
    expect(await readdir(parent)).toEqual([NAME]);
  });

  test("is an error also when another run took it meanwhile", async () => {
    const parent = await emptyFolder();
    const slow = await openRunFolder(join(parent, NAME), { force: false });
    await writeSampleRun(join(parent, NAME));
    await expect(slow.publish(HEAD)).rejects.toThrow("exists already");
    await slow.abort();
    expect(await readdir(parent)).toEqual([NAME]);
    expect((await verifyFolder(join(parent, NAME))).files).toBe(6);
  });

  test("--force replaces a run, and an empty folder", async () => {
    const parent = await emptyFolder();
    await mkdir(join(parent, NAME));
    await writeSampleRun(join(parent, NAME), { force: true, rows: 5 });
    await writeSampleRun(join(parent, NAME), { force: true, rows: 7 });
    expect(await readdir(parent)).toEqual([NAME]);
    const { ok, rows } = await verifyFolder(join(parent, NAME));
    expect({ ok, rows }).toEqual({ ok: true, rows: 7 + 7 + 4 });
  });

  test("--force replaces nothing that is no run", async () => {
    const parent = await emptyFolder();
    await mkdir(join(parent, "photos"));
    await writeFile(join(parent, "photos", "cat.jpg"), "meow");
    await writeFile(join(parent, "file"), "text");
    await symlink(join(parent, "photos"), join(parent, "link"));
    for (const name of ["photos", "file", "link"]) {
      await expect(openRunFolder(join(parent, name), { force: true })).rejects.toThrow("is not a run's folder");
    }
    expect(await readFile(join(parent, "photos", "cat.jpg"), "utf8")).toBe("meow");
    expect((await readdir(parent)).sort()).toEqual(["file", "link", "photos"]);
  });
});

describe("leftovers of killed runs", () => {
  /** A name as a process that is gone would have left it: ours, with a start that no process has. */
  const ofDead = (of: string, kind: "tmp" | "old") => ownName(of, kind).replace(/-\d+-([0-9a-f]{12}\.)/, "-1-$1");
  const ofElsewhere = (of: string, kind: "tmp" | "old") =>
    ownName(of, kind).replace(/report-[0-9a-f]{12}/, "report-0123456789ab");
  const hours = (count: number) => () => Date.now() + count * 3_600_000;

  async function leave(parent: string, name: string): Promise<void> {
    await mkdir(join(parent, name, "organizations"), { recursive: true });
    await writeFile(join(parent, name, "organizations", "x.csv"), "a\n");
  }

  test("of a dead process go, of a live one and of anybody else stay", async () => {
    const parent = await emptyFolder();
    const live = await openRunFolder(join(parent, "2026-11-19"), { force: false });
    const others = [".2026-11-20.tmp", ".x.lineage-report-1.tmp", "a.lineage-report.tmp", ".DS_Store"];
    for (const name of others) await leave(parent, name);
    for (const name of [ofDead(NAME, "tmp"), ofDead("2026-01-01", "tmp")]) await leave(parent, name);
    await writeFile(join(parent, ofDead("table.csv", "tmp")), "half a fi");
    await writeSampleRun(join(parent, NAME));
    expect((await readdir(parent)).sort()).toEqual([...others, NAME, live.temporary.slice(parent.length + 1)].sort());
    await live.publish(HEAD);
    expect((await verifyFolder(live.target)).ok).toBe(true);
  });

  test("of another host go when nothing in them has changed for hours", async () => {
    const parent = await emptyFolder();
    const name = ofElsewhere(NAME, "tmp");
    expect(name).not.toContain(hostname());
    await leave(parent, name);
    await utimes(join(parent, name), 0, 0);
    await writeSampleRun(join(parent, "one"), { now: hours(5) });
    expect(await readdir(parent)).toContain(name);
    await writeSampleRun(join(parent, "two"), { now: hours(7) });
    expect(await readdir(parent)).not.toContain(name);
  });

  test("a run that was moved aside by a process that died takes its name back", async () => {
    const parent = await emptyFolder();
    await writeSampleRun(join(parent, NAME));
    const { rename } = await import("node:fs/promises");
    await rename(join(parent, NAME), join(parent, ofDead(NAME, "old")));
    await leave(parent, ofDead(NAME, "tmp"));
    await expect(openRunFolder(join(parent, NAME), { force: false })).rejects.toThrow("exists already");
    expect(await readdir(parent)).toEqual([NAME]);
    expect((await verifyFolder(join(parent, NAME))).ok).toBe(true);
  });

  test("a run that was replaced already is cleared from aside", async () => {
    const parent = await emptyFolder();
    await writeSampleRun(join(parent, NAME), { rows: 3 });
    await leave(parent, ofDead(NAME, "old"));
    await writeSampleRun(join(parent, "other"));
    expect((await readdir(parent)).sort()).toEqual([NAME, "other"]);
    expect((await verifyFolder(join(parent, NAME))).rows).toBe(3 + 3 + 2);
  });
});

describe("a file that is ended before the others", () => {
  test("is written and synced while they are still filled, and is in the manifest with its rows", async () => {
    const parent = await emptyFolder();
    const synced: string[] = [];
    const fs = watchedFileSystem(({ name, path }) => {
      if (name === "file.sync") synced.push(path);
    });
    const folder = await openRunFolder(join(parent, NAME), { force: false, fs });
    const errors = folder.csv("errors.csv", COLUMNS);
    const items = folder.csv("items.csv", COLUMNS);
    await errors.write(["a", "text", null, 1]);
    errors.end();
    errors.end();
    while (!synced.includes("errors.csv")) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(synced).not.toContain("items.csv");
    await items.write(["b", "text", null, 2]);
    const { files } = await folder.publish(HEAD);
    expect(files.map(({ path, rows }) => [path, rows])).toEqual([
      ["errors.csv", 1],
      ["items.csv", 1],
    ]);
    expect(synced.filter((path) => path === "errors.csv")).toHaveLength(1);
    expect((await verifyFolder(join(parent, NAME))).faults).toEqual([]);
  });

  test("takes no row any more: it would not be synced again", async () => {
    const folder = await openRunFolder(join(await emptyFolder(), NAME), { force: false });
    const sink = folder.csv("errors.csv", COLUMNS);
    sink.end();
    sink.write(["a", "text", null, 1]);
    await expect(folder.publish(HEAD)).rejects.toThrow("written to after its end");
    await folder.abort();
  });
});
