import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { createProgress } from "../src/progress.ts";

function terminal(isTTY: boolean) {
  let text = "";
  const stderr = Object.assign(
    new Writable({
      write(chunk, _encoding, callback) {
        text += String(chunk);
        callback();
      },
    }),
    { isTTY, columns: 80 },
  );
  let time = 0;
  return {
    options: { stderr, now: () => time, quiet: false },
    wait: (millis: number) => {
      time += millis;
    },
    text: () => text,
  };
}

describe("progress without a terminal", () => {
  it("is a line at the start and at the end of each phase, with how long it took", async () => {
    const { options, wait, text } = terminal(false);
    const progress = await createProgress(options);
    const reading = progress.phase("reading item edges");
    wait(2140);
    reading.done("1,800,000 edges");
    progress.phase("writing");
    wait(60);
    progress.stop();
    expect(text().split("\n")).toEqual([
      "reading item edges ...",
      "reading item edges: 1,800,000 edges in 2.1 s",
      "writing ...",
      "writing: done in 0.1 s",
      "",
    ]);
  });

  it("says now and then that a long phase is alive, without filling the log", async () => {
    const { options, wait, text } = terminal(false);
    const phase = (await createProgress(options)).phase("reading", 1_234_567);
    for (let count = 0; count < 1000; count++) {
      wait(25);
      phase.advance(1000);
    }
    expect(text().split("\n").slice(1, -1)).toEqual(["reading: 400,000 of 1,234,567", "reading: 800,000 of 1,234,567"]);
  });

  it("ends a phase when the next one begins, and each once only", async () => {
    const { options, text } = terminal(false);
    const progress = await createProgress(options);
    const first = progress.phase("first");
    progress.phase("second");
    first.done("too late");
    first.advance(5);
    progress.stop();
    progress.stop();
    expect(text().split("\n")).toEqual([
      "first ...",
      "first: done in 0.0 s",
      "second ...",
      "second: done in 0.0 s",
      "",
    ]);
  });
});

describe("progress on a terminal", () => {
  it("draws a bar, takes it away, and leaves the line of the result", async () => {
    const { options, wait, text } = terminal(true);
    const progress = await createProgress(options);
    const phase = progress.phase("writing files", 10);
    phase.advance(5);
    wait(1500);
    phase.done("10 files");
    expect(text()).toContain("writing files [");
    expect(text()).toMatch(/writing files: 10 files in 1\.5 s\n$/);
  });
});

it("says nothing when quiet", async () => {
  for (const isTTY of [true, false]) {
    const { options, text } = terminal(isTTY);
    const progress = await createProgress({ ...options, quiet: true });
    const phase = progress.phase("anything", 3);
    phase.advance();
    phase.done("done");
    progress.stop();
    expect(text()).toBe("");
  }
});
