import { expect, test } from "vitest";
import { packageIdentity } from "../../src/package.ts";
import { runProgram, startProgram } from "./program.ts";

test("the compiled program runs, and what it says comes apart by stream", async () => {
  const result = await runProgram(["--version"]);
  expect(result).toEqual({
    code: 0,
    signal: null,
    stdout: expect.stringContaining(packageIdentity().version),
    stderr: "",
  });
});

test("a program that is too slow is killed, and says so", async () => {
  const { child, ended } = startProgram(["--version"], { timeoutMs: 1 });
  await expect(ended).rejects.toThrow("lineage-report --version: not done after 1 ms");
  expect(child.killed).toBe(true);
});

test("waiting for words ends when they come, or with the program", async () => {
  const { says } = startProgram(["--version"]);
  await says(packageIdentity().version);
  await expect(startProgram(["--version"]).says("never said")).rejects.toThrow("ended without never said");
});
