import { describe, expect, test } from "vitest";
import type { Attempt } from "../../src/outcome/attempt.ts";
import { type UnsentFile, unsentFileVerdict } from "../../src/outcome/file.ts";
import type { ReceiverVersion } from "../../src/outcome/receiver.ts";
import type { Task } from "../../src/outcome/task.ts";
import { DAY, MINUTE } from "../../src/time/instant.ts";
import { ago, judgement, NOW } from "./judgement.ts";

const RECEIVER: ReceiverVersion = {
  ...{ from: 0, exists: true, topic: "full-elr", customerStatus: "active", transport: "SFTP" },
  ...{ batchesPerDay: 24, timeZone: "US/Eastern" },
};
const FETCHES = { ...RECEIVER, transport: "" };
const TASK: Task = {
  ...{ step: "send", dueAt: Number.NaN, retryCount: -1, createdAt: ago.day },
  ...{ batchedAt: Number.NaN, sentAt: Number.NaN },
};
const GRACE = 15 * MINUTE;

function attempt(kind: Attempt["kind"], at: number, text = ""): Attempt {
  return { kind, actionId: 1, at, reportId: "", receiver: "", by: "", text };
}

function verdict(change: Partial<UnsentFile>): string {
  const file: UnsentFile = {
    ...{ createdAt: ago.day, plannedAt: Number.NaN, task: undefined, attempts: [], receiver: RECEIVER, ...change },
  };
  const { outcome, acts } = unsentFileVerdict(file, judgement);
  return `${outcome} ${acts}`;
}

describe("a file that is not sent", () => {
  const warned = [attempt("send_warning", ago.hour)];
  const cases: [string, string, Partial<UnsentFile>][] = [
    ["task at send_error", "failed reportstream", { task: { ...TASK, step: "send_error" } }],
    [
      "task at send_error, receiver without transport",
      "failed reportstream",
      { task: { ...TASK, step: "send_error" }, receiver: FETCHES },
    ],
    [
      "sent_at is set and the task has a retry",
      "retrying nobody",
      { task: { ...TASK, retryCount: 2, dueAt: NOW + 1, sentAt: ago.hour }, attempts: warned },
    ],
    [
      "sent_at is set and the task is done",
      "stuck reportstream",
      { task: { ...TASK, step: "none", sentAt: ago.hour } },
    ],
    [
      "a retry at the last instant of grace",
      "retrying nobody",
      { task: { ...TASK, retryCount: 1, dueAt: NOW - GRACE } },
    ],
    ["a retry past grace", "stuck reportstream", { task: { ...TASK, retryCount: 1, dueAt: NOW - GRACE - 1 } }],
    [
      "an exception left the task at send",
      "stuck reportstream",
      { task: { ...TASK, dueAt: NOW }, attempts: [attempt("send_error", NOW)] },
    ],
    [
      "a warning after an old failure",
      "retrying nobody",
      {
        task: { ...TASK, retryCount: 1, dueAt: NOW },
        attempts: [attempt("send_error", ago.day), attempt("resend", ago.hour), attempt("send_warning", ago.minute)],
      },
    ],
    [
      "a resend at the last instant of grace",
      "retrying nobody",
      { task: { ...TASK, retryCount: 0, batchedAt: NOW - GRACE } },
    ],
    ["a resend past grace", "stuck reportstream", { task: { ...TASK, retryCount: 0, batchedAt: NOW - GRACE - 1 } }],
    ["due now", "waiting nobody", { task: { ...TASK, dueAt: NOW } }],
    ["due at the last instant of grace", "waiting nobody", { task: { ...TASK, dueAt: NOW - GRACE } }],
    ["due past grace", "stuck reportstream", { task: { ...TASK, dueAt: NOW - GRACE - 1 } }],
    ["no due time: since the task was made", "stuck reportstream", { task: TASK }],
    ["fetched by the receiver, not expired", "waiting receiver", { receiver: FETCHES, task: TASK }],
    ["expired at this instant", "stuck receiver", { receiver: FETCHES, task: TASK, createdAt: NOW - 60 * DAY }],
    ["a microsecond before", "waiting receiver", { receiver: FETCHES, task: TASK, createdAt: NOW - 60 * DAY + 1 }],
    [
      "no task: last attempt failed for good",
      "failed reportstream",
      { attempts: [attempt("send_warning", ago.day), attempt("send_error", ago.hour)] },
    ],
    [
      "no task: resent a minute ago",
      "retrying nobody",
      { attempts: [attempt("send_error", ago.hour), attempt("resend", ago.minute)] },
    ],
    ["no task: warned a minute ago", "retrying nobody", { attempts: [attempt("send_warning", ago.minute)] }],
    ["no task: warned an hour ago", "stuck reportstream", { attempts: warned }],
    ["no task, no attempt: by its plan", "waiting nobody", { plannedAt: NOW }],
    ["no task, no attempt, no plan: by its age", "stuck reportstream", {}],
    [
      "receiver unknown, task done, nothing tried",
      "waiting receiver",
      { receiver: undefined, task: { ...TASK, step: "none" } },
    ],
  ];
  test.each(cases)("%s: %s", (_, expected, change) => expect(verdict(change)).toBe(expected));

  test("the reason names the family of the last failure, and says when it cannot be sent again", () => {
    const file: UnsentFile = {
      ...{ createdAt: NOW - 61 * DAY, plannedAt: Number.NaN, task: { ...TASK, step: "send_error" as const } },
      attempts: [attempt("send_error", ago.minute, "Exception: Auth fail")],
      receiver: RECEIVER,
    };
    expect(unsentFileVerdict(file, judgement).reason).toBe(
      "the last attempt to send failed -60 s (US/Eastern) (authentication); the file has expired and cannot be sent again",
    );
  });
});
