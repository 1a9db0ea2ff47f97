import { describe, expect, test } from "vitest";
import type { Attempt } from "../../src/outcome/attempt.ts";
import { batchLookBack, type ReceiverVersion, receiverAt } from "../../src/outcome/receiver.ts";
import type { Task } from "../../src/outcome/task.ts";
import { type OpenWork, openWorkVerdict } from "../../src/outcome/work.ts";
import { DAY, HOUR, MINUTE } from "../../src/time/instant.ts";
import { ago, judgement, NOW } from "./judgement.ts";

const RECEIVER: ReceiverVersion = {
  ...{ from: 0, exists: true, topic: "full-elr", customerStatus: "active", transport: "SFTP" },
  ...{ batchesPerDay: 24, timeZone: "US/Eastern" },
};
const TASK: Task = {
  ...{ step: "batch", dueAt: Number.NaN, retryCount: -1, createdAt: ago.day },
  ...{ batchedAt: Number.NaN, sentAt: Number.NaN },
};

function verdict(change: Partial<OpenWork>): string {
  const work: OpenWork = {
    ...{ step: "batch", createdAt: ago.day, plannedAt: Number.NaN, task: undefined, attempts: [] },
    ...{ receiver: RECEIVER, hasReceiver: true, ...change },
  };
  const { outcome, acts } = openWorkVerdict(work, judgement);
  return `${outcome} ${acts}`;
}

function attempt(kind: Attempt["kind"], at: number): Attempt {
  return { kind, actionId: 1, at, reportId: "", receiver: "", by: "", text: "" };
}

describe("work before a batch", () => {
  const lookBack = 6 * HOUR;
  const cases: [string, string, Partial<OpenWork>][] = [
    ["due later", "waiting nobody", { task: { ...TASK, dueAt: NOW + 1 } }],
    ["at the last instant of the look-back", "waiting nobody", { task: { ...TASK, dueAt: NOW - lookBack } }],
    ["past the look-back", "stuck reportstream", { task: { ...TASK, dueAt: NOW - lookBack - 1 } }],
    ["without a time", "stuck reportstream", { task: TASK }],
    ["without a task, planned by the row", "waiting nobody", { plannedAt: NOW + HOUR }],
    ["without a task or a plan", "stuck reportstream", {}],
    ["the task's time, not the row's", "stuck reportstream", { plannedAt: NOW, task: { ...TASK, dueAt: NOW - DAY } }],
    ["taken by a batch that left no file", "stuck reportstream", { task: { ...TASK, step: "none", dueAt: NOW } }],
    [
      "the receiver has no timing",
      "stuck reportstream",
      { task: { ...TASK, dueAt: NOW + HOUR }, receiver: { ...RECEIVER, batchesPerDay: 0 } },
    ],
    [
      "the receiver was deleted",
      "stuck reportstream",
      { task: { ...TASK, dueAt: NOW + HOUR }, receiver: { ...RECEIVER, exists: false } },
    ],
    ["the receiver is not known", "stuck reportstream", { task: { ...TASK, dueAt: NOW + HOUR }, receiver: undefined }],
  ];
  test.each(cases)("%s: %s", (_, expected, change) => expect(verdict(change)).toBe(expected));
});

describe("work inside the pipeline", () => {
  const step = { step: "translate" as const, receiver: undefined };
  const cases: [string, string, Partial<OpenWork>][] = [
    ["an hour old", "waiting nobody", { ...step, createdAt: NOW - HOUR }],
    ["older", "stuck reportstream", { ...step, createdAt: NOW - HOUR - 1 }],
    [
      "planned for later than it was written",
      "waiting nobody",
      { ...step, createdAt: ago.day, plannedAt: NOW - MINUTE },
    ],
    ["the task has moved on", "stuck reportstream", { ...step, createdAt: NOW, task: { ...TASK, step: "none" } }],
    ["the task is there", "waiting nobody", { ...step, createdAt: NOW, task: { ...TASK, step: "translate" } }],
    ["failed for good", "failed reportstream", { ...step, createdAt: NOW, attempts: [attempt("process_error", NOW)] }],
    ["a warning only", "waiting nobody", { ...step, createdAt: NOW, attempts: [attempt("process_warning", NOW)] }],
  ];
  test.each(cases)("%s: %s", (_, expected, change) => expect(verdict(change)).toBe(expected));
});

describe("a receiver's setting", () => {
  test.each([
    [1, 4500],
    [4, 1260],
    [7, 795],
    [12, 540],
    [24, 360],
    [1440, 183],
  ])("%i batches a day are looked for %i minutes", (perDay, minutes) => {
    expect(batchLookBack(perDay)).toBe(minutes * MINUTE);
  });

  test("the version in force is the last one written at or before the instant", () => {
    const versions = [100, 200, 300].map((from) => ({ ...RECEIVER, from }));
    const history = new Map([["a", versions]]);
    const at = (instant: number) => receiverAt(history, "a", instant)?.from;
    expect([at(99), at(100), at(199), at(200), at(1000)]).toEqual([100, 100, 100, 200, 300]);
    expect(receiverAt(history, "b", 100)).toBeUndefined();
  });
});
