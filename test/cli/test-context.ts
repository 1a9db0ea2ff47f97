import { Writable } from "node:stream";
import type { Context } from "../../src/cli/context.ts";

export interface TestContext extends Context {
  /** What was written so far. */
  out(): string;
  err(): string;
}

/** A context whose streams are kept, with a clock that stands still. */
export function testContext(overrides: Partial<Context> = {}): TestContext {
  const texts = { stdout: "", stderr: "" };
  const stream = (name: "stdout" | "stderr") =>
    new Writable({
      write(chunk, _encoding, callback) {
        texts[name] += String(chunk);
        callback();
      },
    });
  return {
    stdin: process.stdin,
    stdout: stream("stdout"),
    stderr: stream("stderr"),
    env: {},
    cwd: "/srv/ops/reports",
    now: () => Date.parse("2026-11-21T13:00:00Z"),
    signal: new AbortController().signal,
    runtime: "node v0, test",
    ...overrides,
    out: () => texts.stdout,
    err: () => texts.stderr,
  };
}
