import type { Graph } from "../../lineage/graph.ts";
import { STEPS, stepNumber } from "../../lineage/steps.ts";
import { type Attempt, compareAttempts, readAttempt } from "../../outcome/attempt.ts";
import { KIND } from "../../outcome/kind.ts";
import type { ReceiverVersion } from "../../outcome/receiver.ts";
import type { Task } from "../../outcome/task.ts";
import { readInstant, readInt4, readText } from "../../source/binary-rows.ts";
import type { Catalogue } from "../../source/catalogue.ts";
import { copyBinaryByKeys } from "../../source/copy-binary.ts";
import { query, rows } from "../../source/row-stream.ts";
import type { Snapshot } from "../../source/snapshot.ts";
import type { Row } from "../../source/value-types.ts";
import type { Micros } from "../../time/instant.ts";
import { reportStreamZone } from "../../time/zone.ts";
import type { LineageRows } from "./lineage-rows.ts";

/** Reads failed attempts, requests to send again and e-mails of [from, to), oldest first. */
export function readAttempts(
  snapshot: Snapshot,
  catalogue: Catalogue,
  from: Micros,
  to: Micros,
  organizations?: readonly string[],
): Promise<Attempt[]> {
  const parameters = { from, to, organizations: organizations ?? null };
  return attemptsOf(rows(snapshot, catalogue.find("attempts"), parameters));
}

/** Reads failures for good and requests to send again of [from, to) alone, oldest first: that is cheap over months. */
export function readFinalAttempts(
  snapshot: Snapshot,
  catalogue: Catalogue,
  from: Micros,
  to: Micros,
): Promise<Attempt[]> {
  return attemptsOf(rows(snapshot, catalogue.find("final-failures"), { from, to }));
}

async function attemptsOf(batches: AsyncIterable<Row[]>): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  for await (const batch of batches) {
    for (const row of batch) {
      const [actionId, actionName, createdAt, httpStatus, username, receiver, params, result] = row;
      const attempt = readAttempt({
        actionId: Number(actionId),
        actionName: String(actionName),
        createdAt: createdAt as number,
        httpStatus: httpStatus as number | null,
        username: username as string | null,
        receiver: receiver as string | null,
        params: params as string | null,
        result: result as string | null,
      });
      if (attempt) attempts.push(attempt);
    }
  }
  return attempts.sort(compareAttempts);
}

/** Attempts by the number of the report that they are about; what names no known report is left out. */
export function byReport(attempts: readonly Attempt[], lineage: LineageRows): Map<number, Attempt[]> {
  const byNumber = new Map<number, Attempt[]>();
  for (const attempt of attempts) {
    const report = attempt.reportId === "" ? -1 : lineage.reports.ids.find(attempt.reportId);
    if (report < 0) continue;
    const known = byNumber.get(report);
    if (known) known.push(attempt);
    else byNumber.set(report, [attempt]);
  }
  return byNumber;
}

/** The reports whose state only the task row tells: work without a child, and files that no row shows as sent. */
export function unsettledReports(lineage: LineageRows, graph: Graph, kinds: Uint8Array): number[] {
  const { reports } = lineage;
  const process = stepNumber("process");
  const unsettled: number[] = [];
  for (let report = 0; report < kinds.length; report++) {
    const first = graph.firstChild[report];
    const end = graph.firstChild[report + 1];
    if (kinds[report] === KIND.step && (first === end || reports.nextAction[report] === process))
      unsettled.push(report);
    else if (kinds[report] === KIND.deliverable) {
      let sent = false;
      for (let link = first; link < end && !sent; link++) sent = kinds[graph.children[link]] === KIND.sent;
      if (!sent) unsettled.push(report);
    }
  }
  return unsettled;
}

/** Reads the tasks of reports, by their numbers. */
export async function readTasks(
  snapshot: Snapshot,
  catalogue: Catalogue,
  lineage: LineageRows,
  of: readonly number[],
): Promise<Map<number, Task>> {
  const { ids } = lineage.reports;
  const tasks = new Map<number, Task>();
  const keys = of.map((report) => ids.text(report));
  await copyBinaryByKeys(snapshot, catalogue.find("tasks"), "ids", keys, ({ buffer, offsets, lengths }) => {
    const instant = (field: number): Micros => (lengths[field] < 0 ? Number.NaN : readInstant(buffer, offsets[field]));
    const step = lengths[1] < 0 ? "" : readText(buffer, offsets[1], lengths[1]);
    tasks.set(ids.add(buffer, offsets[0]), {
      step: STEPS[stepNumber(step)],
      dueAt: instant(2),
      retryCount: lengths[3] < 0 ? -1 : readInt4(buffer, offsets[3]),
      createdAt: instant(4),
      batchedAt: instant(5),
      sentAt: instant(6),
    });
  });
  return tasks;
}

/** Reads every version of every receiver's setting, by party key, oldest first. */
export async function readReceivers(snapshot: Snapshot, catalogue: Catalogue): Promise<Map<string, ReceiverVersion[]>> {
  const history = new Map<string, ReceiverVersion[]>();
  const { rows: settings } = await query(snapshot, catalogue.find("receivers"), {});
  for (const setting of settings) {
    const [receiver, createdAt, , , isDeleted, topic, customerStatus, transport, perDay, timingZone, timeZone] =
      setting;
    const key = String(receiver);
    const version: ReceiverVersion = {
      from: createdAt as number,
      exists: isDeleted !== true,
      topic: text(topic),
      customerStatus: text(customerStatus),
      transport: text(transport).toUpperCase(),
      batchesPerDay: /^[1-9][0-9]{0,4}$/.test(text(perDay)) ? Number(perDay) : 0,
      timeZone: reportStreamZone(text(timingZone)) ?? reportStreamZone(text(timeZone)) ?? "UTC",
    };
    const versions = history.get(key);
    if (versions) versions.push(version);
    else history.set(key, [version]);
  }
  return history;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
