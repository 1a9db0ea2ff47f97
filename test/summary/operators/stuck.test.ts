import { describe, expect, test } from "vitest";
import { type QueuedWork, queueSteps } from "../../../src/summary/operators/stuck.ts";
import { DAY, formatInstant, HOUR, MINUTE, parseInstant } from "../../../src/time/instant.ts";
import { DEFAULT_LIMITS } from "../../support/limits.ts";

const NOW = parseInstant("2026-11-21T12:00:00Z") as number;
const RECEIVERS = new Map([
  ["a.elr", { batchesPerDay: 24, transport: "SFTP" }],
  ["a.rare", { batchesPerDay: 1, transport: "SFTP" }],
  ["a.never", { batchesPerDay: 0, transport: "SFTP" }],
  ["a.portal", { batchesPerDay: 24, transport: "" }],
]);
const work = (step: string, dueAt: number, receiver = "", tasks = 1, items = 1): QueuedWork => {
  return { step, receiver, dueAt, tasks, items };
};
const stuck = (...queue: QueuedWork[]) => {
  const [step] = queueSteps(queue, RECEIVERS, { asOf: NOW, limits: DEFAULT_LIMITS });
  return step?.stuckTasks;
};

describe("work of a step inside the pipeline", () => {
  test("is stuck after an hour, and not a moment before", () => {
    expect(stuck(work("convert", NOW - HOUR))).toBe(0);
    expect(stuck(work("convert", NOW - HOUR - 1))).toBe(1);
  });
});

describe("a batch", () => {
  test.each([
    ["within the time that ReportStream looks back", "a.elr", NOW - 6 * HOUR, 0],
    ["past it", "a.elr", NOW - 6 * HOUR - 1, 1],
    ["of a receiver with one batch a day", "a.rare", NOW - 3 * DAY, 0],
    ["of a receiver without a schedule", "a.never", NOW, 1],
    ["of a receiver that is gone", "b.gone", NOW, 1],
    ["without a time", "a.elr", Number.NaN, 1],
  ])("%s", (_, receiver, dueAt, expected) => {
    expect(stuck(work("batch", dueAt, receiver))).toBe(expected);
  });
});

describe("a file to send", () => {
  test("is stuck a quarter of an hour after it was due, unless its receiver fetches files", () => {
    expect(stuck(work("send", NOW - 15 * MINUTE, "a.elr"))).toBe(0);
    expect(stuck(work("send", NOW - 15 * MINUTE - 1, "a.elr"))).toBe(1);
    expect(stuck(work("send", NOW - 15 * MINUTE - 1, "b.gone"))).toBe(1);
    expect(stuck(work("send", NOW - 30 * DAY, "a.portal"))).toBe(0);
  });
});

test("steps come in the order of the pipeline, with sums, the oldest and when its message goes", () => {
  const old = NOW - 2 * DAY;
  const steps = queueSteps(
    [
      work("send", NOW, "a.elr", 2, 20),
      work("batch", Number.NaN, "a.never", 1, 4),
      work("convert", NOW, "", 5, 7),
      work("convert", old, "", 3, 30),
    ],
    RECEIVERS,
    { asOf: NOW, limits: DEFAULT_LIMITS },
  );
  const at = formatInstant(old);
  expect(steps).toEqual([
    {
      ...{ step: "convert", tasks: 8, items: 37, oldestAt: at, stuckTasks: 3, stuckItems: 30, oldestStuckAt: at },
      messageLostAt: formatInstant(old + 7 * DAY),
    },
    {
      ...{ step: "batch", tasks: 1, items: 4, oldestAt: null, stuckTasks: 1, stuckItems: 4, oldestStuckAt: null },
      messageLostAt: null,
    },
    {
      ...{ step: "send", tasks: 2, items: 20, oldestAt: formatInstant(NOW), stuckTasks: 0, stuckItems: 0 },
      ...{ oldestStuckAt: null, messageLostAt: null },
    },
  ]);
  expect(queueSteps([], RECEIVERS, { asOf: NOW, limits: DEFAULT_LIMITS })).toEqual([]);
});
