import { MINUTE, type Micros } from "../../../time/instant.ts";
import { type Era, eraAt } from "../era.ts";
import { movePlace } from "../ledger.ts";
import { FIELD_DETAILS, logAbout } from "../logs.ts";
import { blobUrl, processMessage, submitRequest } from "../messages.ts";
import type { LegacyPlan } from "../plan.ts";
import type { Stamp } from "../records.ts";
import type { Task } from "../tasks.ts";
import type { Place } from "../truth.ts";
import { latency, type Submission, type World } from "../world.ts";
import { writeLegacyChildren } from "./legacy-children.ts";
import { writeResultMetadata } from "./result-metadata.ts";
import { ADDRESSES } from "./submit.ts";

/** A submission to the covid pipeline (ReportStream: SubmissionReceiver, ProcessFunction, Translator). */
export function submitLegacy(world: World, plan: LegacyPlan): void {
  world.queue.at(plan.at, (at) => receive(world, plan, at));
}

function receive(world: World, plan: LegacyPlan, at: Micros): void {
  const { records, random, ledger } = world;
  const { sender, rows } = plan;
  const era = eraAt(at);
  const root = random.uuid();
  const stamp = records.action(at, {
    name: "receive",
    params: submitRequest(sender, plan.externalName),
    result: "CREATED",
    http: 201,
    contentLength: rows.length * random.int(600, 1400),
    senderIp: random.pick(ADDRESSES),
    sender,
    externalName: plan.externalName,
  });
  records.report(stamp, {
    id: root,
    nextAction: "none",
    sender,
    schema: `${sender.topic}/sample`,
    topic: sender.topic,
    bodyUrl: blobUrl("receive", sender.fullName, root, "CSV"),
    externalName: plan.externalName,
    format: "CSV",
    items: rows.length,
    before: null,
    digest: random.digest(),
  });
  const submission: Submission = {
    root,
    actionId: stamp.actionId,
    at,
    sender,
    externalName: plan.externalName,
    variant: plan.variant,
    account: ledger.open({
      actionId: stamp.actionId,
      reportId: root,
      sender: sender.fullName,
      topic: sender.topic,
      submittedAt: at,
      items: rows.length,
      httpStatus: 201,
      fileName: plan.externalName,
      format: "CSV",
      errors: 0,
      warnings: 0,
      variant: plan.variant,
    }),
  };
  writeResultMetadata(world, submission, rows, at, era.firstMetadataIndex);
  rows.forEach((_, position) => {
    if (!random.chance(0.02)) return;
    logAbout(records, stamp, submission, {
      report: root,
      index: position + era.firstIndex,
      tracking: plan.rows[position]?.tracking || `row${position + 1}`,
      type: "warning",
      scope: "item",
      detail: random.pick(FIELD_DETAILS),
    });
  });
  if (plan.mode === "sync") writeLegacyChildren(world, stamp, plan, submission, root, null);
  else queueForProcess(world, stamp, plan, submission, era);
}

/** Asynchronous: an internal copy waits for `process`. */
function queueForProcess(world: World, stamp: Stamp, plan: LegacyPlan, submission: Submission, era: Era): void {
  const { records, random, ledger, tasks, queue } = world;
  const { sender } = plan;
  const { at } = stamp;
  const internal = random.uuid();
  const url = blobUrl("process", sender.fullName, internal, "INTERNAL");
  const schema = `${sender.topic}/sample`;
  const items = plan.rows.length;
  records.report(stamp, {
    id: internal,
    nextAction: "process",
    schema,
    topic: sender.topic,
    bodyUrl: url,
    format: "INTERNAL",
    items,
    before: null,
    digest: random.digest(),
  });
  records.reportEdge(stamp, submission.root, internal);
  const place: Place = { kind: "pipeline", since: at };
  plan.rows.forEach((row, position) => {
    const index = position + era.firstIndex;
    const hash = era.itemHash ? random.digest() : "";
    records.itemEdge(stamp, {
      parent: submission.root,
      parentIndex: index,
      child: internal,
      childIndex: index,
      tracking: row.tracking,
      hash,
    });
    const entry = ledger.entry(submission.account, position + 1, null);
    movePlace(entry, null, place);
    if (!entry) return;
    entry.trackingId = row.tracking || null;
    entry.messageId = row.tracking || null;
  });
  const task = tasks.start(at, {
    report: internal,
    nextAction: "process",
    receiverName: "",
    items,
    format: "INTERNAL",
    url,
    schema,
  });
  if (plan.process?.end === "poison") return;
  queue.at(at + latency(world, 5), (then) => process(world, { plan, submission, internal, task, place }, 1, then));
}

type Internal = {
  readonly plan: LegacyPlan;
  readonly submission: Submission;
  readonly internal: string;
  readonly task: Task;
  readonly place: Place;
};

function process(world: World, work: Internal, attempt: number, at: Micros): void {
  const { records, ledger, queue, random } = world;
  const { plan, internal, submission } = work;
  const { warnings, end } = plan.process ?? { warnings: 0, end: "done" };
  const params = processMessage(internal, eraAt(at).jsonMessages);
  if (attempt <= warnings) {
    const result = `Failed to process message ${params} ${attempt} times, setting status to process_warning.`;
    records.action(at, { name: "process_warning", params, result });
    queue.at(at + random.int(MINUTE, 3 * MINUTE), (then) => process(world, work, attempt + 1, then));
    return;
  }
  if (end === "error") {
    const result = `Failed to process ${params} 5 times, setting status to process_error. Mo intervention required.`;
    records.action(at, { name: "process_error", params, result });
    plan.rows.forEach((_, position) => {
      const entry = ledger.entry(submission.account, position + 1, null);
      movePlace(entry, work.place, { kind: "gone", outcome: "failed" });
    });
    return;
  }
  const stamp = records.action(at, { name: "process", params });
  writeLegacyChildren(world, stamp, plan, submission, internal, work.place);
  world.tasks.finish(work.task, "processed_at", at);
}
