import { execFile, execFileSync } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { packageRoot } from "../../src/package.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ci-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function ci(script: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const program = join(packageRoot, ".ci", script);
  return promisify(execFile)(process.execPath, [program, ...args], { cwd: folder })
    .then((output) => ({ code: 0, ...output }))
    .catch((failed: { code: number; stdout: string; stderr: string }) => failed);
}

describe("the closing line of .ci/run", () => {
  const passed = { status: "passed", assertionResults: [{ status: "passed" }] };
  const report = async (content: unknown) => {
    const file = join(folder, "report.json");
    await writeFile(file, typeof content === "string" ? content : JSON.stringify(content));
    const { code, stdout } = await ci("summary.mjs", file);
    return { code, stdout };
  };

  it("counts what the test runner counted", async () => {
    expect(await report({ numPassedTests: 12, numFailedTests: 0, testResults: [passed] })).toEqual({
      code: 0,
      stdout: "12 passed, 0 failed\n",
    });
    const failed = { status: "failed", assertionResults: [{ status: "failed" }] };
    expect(await report({ numPassedTests: 11, numFailedTests: 1, testResults: [passed, failed] })).toEqual({
      code: 1,
      stdout: "11 passed, 1 failed\n",
    });
  });

  it("counts a test file that could not be loaded as a failure", async () => {
    const broken = { status: "failed", assertionResults: [] };
    expect(await report({ numPassedTests: 3, numFailedTests: 0, testResults: [passed, broken] })).toEqual({
      code: 1,
      stdout: "3 passed, 1 failed\n",
    });
  });

  it("fails without a report, with half of one, and with no test in it", async () => {
    expect(await report("")).toEqual({ code: 1, stdout: "0 passed, 1 failed\n" });
    expect(await report('{"numPassedTests": 5')).toEqual({ code: 1, stdout: "0 passed, 1 failed\n" });
    expect(await report({ numPassedTests: 0, numFailedTests: 0, testResults: [] })).toMatchObject({ code: 1 });
  });
});

describe("the check of a checkout", () => {
  async function checkout(lock: unknown, files: Record<string, string> = {}) {
    execFileSync("git", ["init", "--quiet"], { cwd: folder });
    for (const [name, text] of Object.entries({ "package-lock.json": JSON.stringify(lock), ...files })) {
      await writeFile(join(folder, name), text);
    }
    execFileSync("git", ["add", "."], { cwd: folder });
    const { code, stderr } = await ci("checkout.mjs");
    return { code, faults: stderr.trimEnd().split("\n") };
  }

  it("passes one that is tied to no machine", async () => {
    const lock = { packages: { "": {}, "node_modules/a": { version: "1.0.0" } } };
    expect(await checkout(lock, { "a.txt": "see /etc/passwd and <home>/x" })).toEqual({ code: 0, faults: [""] });
  });

  it("names addresses in the lock, and folders of a machine in any file", async () => {
    const lock = { packages: { "": {}, "node_modules/a": { version: "1.0.0", resolved: "https://host/a.tgz" } } };
    const home = ["", "home", "somebody", "project"].join("/");
    expect(await checkout(lock, { "a.txt": `one\n${home}`, "b.txt": `in ${folder}/x` })).toEqual({
      code: 1,
      faults: [
        'package-lock.json: node_modules/a has a "resolved" address',
        `a.txt:2: names the folder ${home.replace("project", "")}`,
        `b.txt:1: names the folder ${folder}`,
      ],
    });
  });

  it("names packages of other platforms that the lock lacks, and lock.mjs adds them", async () => {
    const lock = {
      packages: {
        "": { optionalDependencies: { tool: "1.2.3" } },
        "node_modules/tool": {
          version: "1.2.3",
          dev: true,
          optionalDependencies: { "@tool/linux-x64-musl": "1.2.3", "@tool/darwin-arm64": "1.2.3" },
        },
        "node_modules/tool/node_modules/@tool/darwin-arm64": { version: "1.2.3" },
      },
    };
    expect(await checkout(lock)).toEqual({
      code: 1,
      faults: ["package-lock.json: @tool/linux-x64-musl is missing, and npm ci would refuse; run `node .ci/lock.mjs`"],
    });
    expect(await ci("lock.mjs")).toMatchObject({ code: 0, stdout: "1 packages added to package-lock.json\n" });
    const mended = JSON.parse(await readFile(join(folder, "package-lock.json"), "utf8"));
    expect(mended.packages["node_modules/@tool/linux-x64-musl"]).toEqual({
      version: "1.2.3",
      cpu: ["x64"],
      dev: true,
      libc: ["musl"],
      optional: true,
      os: ["linux"],
    });
    expect(await ci("checkout.mjs")).toMatchObject({ code: 0 });
  });
});

describe("the check of the docs", () => {
  it("fails for a file that is not what the program says", async () => {
    for (const path of [".ci", "dist", "docs", "queries", "package.json"]) {
      await cp(join(packageRoot, path), join(folder, path), { recursive: true });
    }
    const modules = join(packageRoot, "node_modules");
    execFileSync("ln", ["-s", modules, join(folder, "node_modules")]);
    const docs = (...args: string[]) =>
      promisify(execFile)(process.execPath, [join(folder, ".ci", "docs.mjs"), ...args], { cwd: folder }).then(
        () => "current",
        ({ stderr }: { stderr: string }) => stderr,
      );
    expect(await docs()).toBe("current");
    expect(await docs("--check")).toBe("current");
    const file = join(folder, "docs", "cli.md");
    await writeFile(file, (await readFile(file, "utf8")).replace("--json", "--jason"));
    expect(await docs("--check")).toBe("docs/cli.md is not current; run `npm run docs` and commit it\n");
  });
});
