import { spawn } from "node:child_process";
import { mkdtemp, open, readdir, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createManifest, formatManifest } from "../../src/output/manifest.ts";
import { packageIdentity, packageRoot } from "../../src/package.ts";
import { runProgram, startProgram } from "../support/program.ts";

const FILES = 4000;
let root: string;
/** A folder with so many faults that naming them takes more than a pipe holds. */
let faulty: string;

async function writeManifest(folder: string, files: { path: string; bytes: number }[]): Promise<void> {
  const head = {
    tool: { name: "lineage-report", version: "0.0.0" },
    window: { from: "2026-11-20T05:00:00.000Z", to: "2026-11-21T05:00:00.000Z", timeZone: "America/New_York" },
    snapshot: { at: "2026-11-21T12:00:00.000Z", id: "1:1:" },
    options: {},
    queries: [],
  };
  const listed = files.map((file) => ({ ...file, sha256: "0".repeat(64) }));
  await writeFile(join(folder, "manifest.json"), formatManifest(createManifest(head, listed)));
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "process-"));
  faulty = await mkdtemp(join(root, "faulty-"));
  const name = (index: number) => `${String(index).padStart(5, "0")}-${"x".repeat(150)}`;
  await writeManifest(
    faulty,
    Array.from({ length: FILES }, (_, index) => ({ path: name(index), bytes: 1 })),
  );
});
afterAll(() => rm(root, { recursive: true }));

describe("the process", () => {
  it("prints help and version, and ends with 2 for a wrong word", async () => {
    const [help, version, wrong] = await Promise.all([
      runProgram(["--help"]),
      runProgram(["--version"]),
      runProgram(["verfy"]),
    ]);
    expect(help).toMatchObject({ code: 0, stderr: "" });
    expect(help.stdout).toContain("Usage: lineage-report COMMAND");
    expect(version).toMatchObject({ code: 0, stdout: `${packageIdentity().version}\n` });
    expect(wrong).toMatchObject({
      code: 2,
      stdout: "",
      stderr: "lineage-report: there is no command verfy\n  hint: did you mean verify?\n",
    });
  });

  it("shows help without loading the parser or any other package", async () => {
    // Not a time, which a busy machine stretches, but what takes it: each module that is loaded.
    const loaded = await new Promise<string>((resolve) => {
      const child = spawn(process.execPath, [join(packageRoot, "dist", "bin.js"), "verify", "--help"], {
        env: { ...process.env, NODE_DEBUG: "esm" },
        stdio: ["ignore", "ignore", "pipe"],
      });
      let text = "";
      child.stderr.on("data", (data) => {
        text += data;
      });
      child.on("close", () => resolve(text));
    });
    expect(loaded).toContain("dist/cli/help.js");
    expect(loaded).not.toContain("node_modules/");
  });

  it("loses no line to a reader that is slow", async () => {
    const child = spawn(process.execPath, [join(packageRoot, "dist", "bin.js"), "verify", faulty], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    const code = new Promise((resolve) => child.on("close", resolve));
    await sleep(500);
    for await (const chunk of child.stdout) {
      text += chunk;
      if (text.length < 300_000) await sleep(20);
    }
    expect(await code).toBe(1);
    expect(text.split("\n").length).toBe(FILES + 2);
    expect(text.endsWith(`${FILES} faults\n`)).toBe(true);
  });

  it("ends quietly when the reader has enough, and with what the check had found", async () => {
    const child = spawn(process.execPath, [join(packageRoot, "dist", "bin.js"), "verify", faulty], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stderr = "";
    child.stderr.on("data", (data) => {
      stderr += data;
    });
    child.stdout.once("data", () => child.stdout.destroy());
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
  });
});

describe.runIf(process.platform === "linux")("a signal", () => {
  /** Waits until the process has the file open, so that it is known to be at work. */
  async function atWorkOn(pid: number | undefined, file: string): Promise<void> {
    const deadline = performance.now() + 20_000;
    while (performance.now() < deadline) {
      const handles = await readdir(`/proc/${pid}/fd`).catch(() => []);
      const targets = await Promise.all(handles.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => "")));
      if (targets.some((target) => target.startsWith(file))) return;
      await sleep(10);
    }
    throw new Error(`the program never opened ${file}`);
  }

  /** A run's folder whose files have holes for bytes: nothing on the disk, and long to read. */
  async function slowFolder(count: number, bytes: number): Promise<string> {
    const folder = await mkdtemp(join(root, "slow-"));
    const files = Array.from({ length: count }, (_, index) => ({ path: `file-${index}`, bytes }));
    for (const { path } of files) {
      const file = await open(join(folder, path), "w");
      await file.truncate(bytes);
      await file.close();
    }
    await writeManifest(folder, files);
    return folder;
  }

  it.each(["SIGINT", "SIGTERM"] as const)("%s stops the work in order and ends with 130", async (signal) => {
    const folder = await slowFolder(400, 32 * 1024 * 1024);
    const { child, ended } = startProgram(["verify", folder]);
    await atWorkOn(child.pid, join(folder, "file-"));
    child.kill(signal);
    const { code, stdout, stderr } = await ended;
    expect({ code, stdout }).toEqual({ code: 130, stdout: "" });
    expect(stderr).toContain(`lineage-report: ${signal}, cleaning up; once more ends at once\n`);
    expect(stderr).toMatch(/lineage-report: .*interrupted/);
  });

  it("given twice ends at once", async () => {
    const folder = await slowFolder(1, 200 * 1024 ** 3);
    const { child, ended, says } = startProgram(["verify", folder]);
    await atWorkOn(child.pid, join(folder, "file-"));
    child.kill("SIGINT");
    await says("cleaning up");
    child.kill("SIGINT");
    expect(await ended).toMatchObject({ code: 130, stdout: "" });
  });
});
