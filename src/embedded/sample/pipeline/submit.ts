import type { Micros } from "../../../time/instant.ts";
import { type Era, eraAt } from "../era.ts";
import { movePlace } from "../ledger.ts";
import { blobUrl, serviceMessage, submitRequest } from "../messages.ts";
import { rootFormat, type UpPlan } from "../plan.ts";
import type { Stamp } from "../records.ts";
import type { Task } from "../tasks.ts";
import type { Place } from "../truth.ts";
import { latency, type Submission, type World } from "../world.ts";
import { convert } from "./convert.ts";

/** A submission to the universal pipeline, from the moment it arrives (ReportStream: ReportFunction, SubmissionReceiver). */
export function submit(world: World, plan: UpPlan): void {
  world.queue.at(plan.at, (at) => {
    const era = { ...eraAt(at), ...plan.era };
    if (plan.via === "service") takeFromService(world, plan, era, at);
    else receive(world, plan, era, at);
  });
}

function receive(world: World, plan: UpPlan, era: Era, at: Micros): void {
  const { records, random, tasks, queue } = world;
  const { sender } = plan;
  const items = plan.items.length;
  const sftp = plan.via === "sftp";
  const root = random.uuid();
  const stamp = records.action(at, {
    name: "receive",
    params: sftp ? null : submitRequest(sender, plan.externalName),
    result: sftp ? "OK" : "CREATED",
    http: sftp ? 200 : 201,
    contentLength: sftp ? null : items * random.int(1800, 6200),
    senderIp: sftp ? null : random.pick(ADDRESSES),
    sender,
    externalName: plan.externalName,
  });
  const format = rootFormat(sender, items);
  const url = blobUrl("receive", sender.fullName, root, format);
  records.report(stamp, {
    id: root,
    nextAction: "convert",
    sender,
    schema: "None",
    topic: sender.topic,
    bodyUrl: url,
    externalName: plan.externalName,
    format,
    items,
    before: items,
    digest: random.digest(),
  });
  const task = tasks.start(at, { report: root, nextAction: "convert", receiverName: "", items, format, url });
  const submission = openSubmission(world, plan, stamp, root, items);
  const place: Place = { kind: "pipeline", since: at };
  for (let item = 1; item <= items && submission.account; item++) {
    movePlace(world.ledger.entry(submission.account, item, null), null, place);
  }
  if (plan.poison) return;
  queue.at(at + latency(world, 3), (then) => convertRoot(world, plan, era, submission, task, place, then));
}

function convertRoot(
  world: World,
  plan: UpPlan,
  era: Era,
  submission: Submission,
  task: Task,
  place: Place,
  at: Micros,
): void {
  convert(world, plan, era, submission, place, at, null);
  world.tasks.finish(task, "processed_at", at);
  if (plan.redeliver) {
    world.queue.at(at + latency(world, 60), (again) => convert(world, plan, era, submission, null, again, null));
  }
}

/** The submissions service writes no `receive`: the root appears under `convert`, with an item count of one. */
function takeFromService(world: World, plan: UpPlan, era: Era, at: Micros): void {
  const { records, random } = world;
  const { sender } = plan;
  const root = random.uuid();
  const format = rootFormat(sender, plan.items.length);
  const url = blobUrl("receive", sender.fullName, root, format);
  const stamp = records.action(at, { name: "convert", params: serviceMessage(root, url, sender), sender });
  records.report(stamp, {
    id: root,
    nextAction: "convert",
    sender,
    schema: "None",
    topic: sender.topic,
    bodyUrl: url,
    format,
    items: 1,
    before: 1,
    digest: Buffer.from(random.digest(), "ascii").toString("hex"),
  });
  const submission = openSubmission(world, plan, stamp, root, 1);
  convert(world, plan, era, submission, null, at, stamp);
}

function openSubmission(world: World, plan: UpPlan, stamp: Stamp, root: string, items: number): Submission {
  const { sender } = plan;
  const service = plan.via === "service";
  return {
    root,
    actionId: stamp.actionId,
    at: stamp.at,
    sender,
    externalName: service ? null : plan.externalName,
    variant: plan.variant,
    account: world.ledger.open({
      actionId: stamp.actionId,
      reportId: root,
      sender: sender.fullName,
      topic: sender.topic,
      submittedAt: stamp.at,
      items,
      httpStatus: service ? null : plan.via === "sftp" ? 200 : 201,
      fileName: service ? null : plan.externalName,
      format: rootFormat(sender, plan.items.length),
      errors: 0,
      warnings: 0,
      variant: plan.variant,
    }),
  };
}

export const ADDRESSES = [null, "192.0.2.17", "198.51.100.4", "203.0.113.250", "2001:db8::17"] as const;
