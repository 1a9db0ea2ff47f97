import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ProgramResult, runProgram } from "../support/program.ts";
import { type Bench, openBench } from "./lookup-fixture.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
  await bench.file("codes.csv", "code,name\n001,Abbott\n002,BD\n");
  await bench.file("codes-2.csv", "code,name\n001,Abbott\n002,Becton\n003,Cue\n");
});
afterAll(() => bench.close());

function program(...words: string[]): Promise<ProgramResult> {
  return runProgram(["tables", ...words], {
    cwd: bench.folder,
    env: { DATABASE_URL: bench.database.ownerUrl, USER: "ada" },
  });
}

describe("the compiled program", { timeout: 120_000 }, () => {
  it("runs every tables command from end to end, results on stdout and words on stderr", async () => {
    expect(await program("check", "codes.csv", "--table", "codes")).toMatchObject({ code: 0, stderr: "" });
    expect(await program("create", "codes", "codes.csv", "--activate", "--yes")).toMatchObject({ code: 0 });
    expect(await program("create", "codes", "codes-2.csv")).toMatchObject({ code: 0 });

    const list = await program("list", "--json");
    expect(JSON.parse(list.stdout)).toMatchObject([{ table: "codes", activeVersion: 1, newestVersion: 2, rows: 2 }]);
    expect(list.stderr).toBe("lineage-report: warning: codes: the newest version 2 is not active\n");
    expect((await program("history", "codes")).stdout.split("\n")[0]).toBe(
      "table,version,active,rows,created_by,created_at,checksum,note",
    );
    expect(await program("show", "codes", "--where", "code=002")).toMatchObject({
      stdout: "row,code,name\n2,002,BD\n",
    });
    expect(await program("export", "codes")).toMatchObject({ stdout: "code,name\n001,Abbott\n002,BD\n", stderr: "" });
    const diff = await program("diff", "codes", "1", "2", "--json");
    expect(JSON.parse(diff.stdout)).toMatchObject({ summary: { added: 1, changed: 1 }, changes: [{}, {}] });
    expect(await program("activate", "codes", "newest", "--yes")).toMatchObject({ code: 0 });
    expect(await program("revert", "codes", "--yes", "--allow-shrink")).toMatchObject({ code: 0 });
    expect(await program("load", ".", "--dry-run")).toMatchObject({ code: 0 });
    const drift = await program("drift", "--against", `env:OTHER`);
    expect(drift).toMatchObject({ code: 2, stderr: expect.stringContaining("the variable OTHER is not set") });
  });

  it("ends with the documented codes", async () => {
    expect((await program("show", "nothing")).code).toBe(2);
    expect((await program("frobnicate")).code).toBe(2);
    expect((await program("check", "missing.csv", "--table", "codes")).code).toBe(1);
    const unreachable = await runProgram(["tables", "list"], { env: { DATABASE_URL: "postgres://a@127.0.0.1:1/x" } });
    expect(unreachable.code).toBe(5);
  });

  it("answers a reader that has read enough without a word", async () => {
    const { execFile } = await import("node:child_process");
    const { promisify } = await import("node:util");
    const { packageRoot } = await import("../../src/package.ts");
    await bench.file("long.csv", `code,name\n${Array.from({ length: 50_000 }, (_, i) => `${i},name ${i}\n`).join("")}`);
    await program("create", "long", "long.csv");
    const { stdout, stderr } = await promisify(execFile)(
      "/bin/sh",
      ["-c", `"${process.execPath}" src/launch.js tables export long --version 1 | head -n 1`],
      { cwd: packageRoot, env: { ...process.env, DATABASE_URL: bench.database.ownerUrl } },
    );
    expect({ stdout, stderr }).toEqual({ stdout: "code,name\n", stderr: "" });
  });
});
