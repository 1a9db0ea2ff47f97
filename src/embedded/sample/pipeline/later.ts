import { type Micros, SECOND } from "../../../time/instant.ts";
import { hasTransport, isLegacy } from "../cast.ts";
import { eraAt } from "../era.ts";
import { noteFetched } from "../ledger.ts";
import { downloadRequest, resendRequest } from "../messages.ts";
import type { Later, Series } from "../plan.ts";
import type { World } from "../world.ts";
import { moveFile, type ReadyFile } from "./file.ts";
import { sources } from "./sources.ts";

/** Starts to send a file again. */
export type Resend = (world: World, file: ReadyFile, series: Series, at: Micros) => void;

/** What people do with a file once the machinery is done with it. */
export function planLater(world: World, file: ReadyFile, at: Micros, again: Resend): void {
  for (const later of file.plan.later ?? []) {
    world.queue.at(later.at ?? at + later.after, (now) => {
      if (later.do === "download") download(world, file, later.by, now);
      else resend(world, file, later, now, again);
    });
  }
}

/**
 * A download writes a report of its own and, since 2023-09-11, every edge into the fetched report
 * once more instead of edges of its own (ReportStream: HistoryFunctions, ActionHistory).
 */
function download(world: World, file: ReadyFile, by: string, at: Micros): void {
  const { records, random, ledger } = world;
  const { receiver } = file;
  const era = { ...eraAt(at), ...file.plan.era };
  const stamp = records.action(at, {
    name: "download",
    params: downloadRequest(file.report),
    result: "OK",
    http: 200,
    username: by,
    receiver,
  });
  const report = random.uuid();
  records.report(stamp, {
    id: report,
    nextAction: null,
    receiver,
    transportParams: `{ "reportRequested": "${file.report}"}`,
    transportResult: `{ "downloadedBy": "${by}"}`,
    schema: receiver.schema,
    topic: receiver.topic,
    bodyUrl: null,
    format: file.format,
    items: file.travellers.length,
    before: null,
    downloadedBy: by,
  });
  records.reportEdge(stamp, file.report, report);
  if (era.downloadsDuplicateEdges) {
    for (let copy = 0; copy < file.edgeCopies; copy++) {
      for (const edge of file.edges) records.itemEdge(stamp, edge);
    }
    file.edgeCopies *= 2;
  } else {
    const base = isLegacy(receiver.topic) ? era.firstIndex : 1;
    file.travellers.forEach(({ tracking, hash }, position) => {
      const index = position + base;
      records.itemEdge(stamp, {
        parent: file.report,
        parentIndex: index,
        child: report,
        childIndex: index,
        tracking,
        hash,
      });
    });
  }
  if (!ledger.collects) return;
  file.travellers.forEach(({ entry }, position) => {
    if (entry) noteFetched(entry, report, position + 1, at);
  });
  if (file.failure) file.failure.recoveredAt ??= at;
  ledger.delivery({
    reportId: report,
    kind: "download",
    at,
    receiver: receiver.fullName,
    items: file.travellers.length,
    sourceReportId: file.report,
    transport: hasTransport(receiver) ? receiver.transport : null,
    fileName: null,
    attempts: 0,
    resend: false,
    ...sources(file),
    variant: file.plan.variant ?? null,
  });
}

/** ReportStream: RequeueFunction. Only the phrase "has been queued to resend" tells that something was queued. */
function resend(world: World, file: ReadyFile, later: Later, at: Micros, again: Resend): void {
  const { records, ledger, random } = world;
  const { receiver, report, task } = file;
  const params = resendRequest(report, receiver, later.do === "resend test");
  const write = (http: number, result: string): number =>
    records.action(at, { name: "resend", params, result, http, username: later.by }).actionId;
  if (later.do === "resend test") {
    const actionId = write(
      200,
      `OK: Here is what would happen if this were NOT a test:\n${report} would be queued to resend immediately to ` +
        `${receiver.fullName}\nNothing sent.  This was just a test`,
    );
    ledger.event({ variant: "resend test", at, actionId, reportId: report });
    return;
  }
  if (later.do === "resend refused") {
    const actionId = random.chance(0.5)
      ? write(200, `OK: Cannot send ${report}. Its already scheduled to send at ${new Date(at / 1000).toISOString()}`)
      : write(400, `BAD_REQUEST: Error: No such receiver ${receiver.fullName}x`);
    ledger.event({ variant: "resend refused", at, actionId, reportId: report });
    return;
  }
  if (later.do !== "resend") return;
  const actionId = write(
    200,
    `OK: Will resend all (${file.travellers.length}) items in ${report}\n${report} has been queued to resend ` +
      `immediately to ${receiver.fullName}`,
  );
  ledger.event({ variant: "resend", at, actionId, reportId: report });
  task.nextAction = "send";
  task.nextActionAt = null;
  task.retryCount = 0;
  task.batchedAt = at;
  if (file.failure) {
    file.failure.resentAt = at;
    file.failure.resentBy = later.by;
  }
  moveFile(file, { kind: "retry", due: at });
  if (later.series !== "not yet") again(world, file, later.series, at + random.int(5 * SECOND, 40 * SECOND));
}
