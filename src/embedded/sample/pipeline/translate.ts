import type { Micros } from "../../../time/instant.ts";
import { batchLookback, nextBatchTime } from "../clock.ts";
import { movePlace } from "../ledger.ts";
import { blobUrl, stepMessage } from "../messages.ts";
import type { Place } from "../truth.ts";
import { latency, type Traveller, type World } from "../world.ts";
import { waitForBatch } from "./batch.ts";
import type { Copy } from "./copy.ts";
import { openFile } from "./open-file.ts";

/** Into the receiver's format (ReportStream: FHIRTranslator). What comes next is a batch, or for elr-elims the send. */
export function translate(world: World, from: Copy, at: Micros): void {
  translateOnce(world, from, at);
  world.tasks.finish(from.task, "translated_at", at);
  if (from.route.redeliver === "translate") {
    world.queue.at(at + latency(world, 30), (again) => translateOnce(world, from, again));
  }
}

function translateOnce(world: World, from: Copy, at: Micros): void {
  const { records, random, tasks } = world;
  const { receiver, lane } = from.route;
  const { submission } = from;
  const params = stepMessage(
    "translate",
    from.report,
    blobUrl("translate", receiver.fullName, from.report, "FHIR"),
    receiver.fullName,
    receiver.topic,
    receiver,
  );
  const stamp = records.action(at, { name: "translate", params, receiver });
  const direct = receiver.topic === "elr-elims";
  const due = direct || receiver.timing === null ? null : nextBatchTime(receiver.timing, at);
  const format = receiver.format === "FHIR" ? "FHIR" : "HL7";
  const child = random.uuid();
  const url = blobUrl(direct ? "ready" : "batch", receiver.fullName, child, format);
  records.report(stamp, {
    id: child,
    nextAction: direct ? "send" : "batch",
    nextActionAt: due,
    receiver,
    schema: "None",
    topic: receiver.topic,
    bodyUrl: url,
    format,
    items: 1,
    before: 1,
    digest: random.digest(),
  });
  const hash = from.era.itemHash ? "0" : "";
  const edge = { parent: from.report, parentIndex: 1, child, childIndex: 1, tracking: null, hash };
  records.reportEdge(stamp, from.report, child);
  records.itemEdge(stamp, edge);
  const task = tasks.start(at, {
    report: child,
    nextAction: direct ? "send" : "batch",
    nextActionAt: due,
    receiverName: receiver.fullName,
    items: 1,
    format,
    url,
  });
  const traveller: Traveller = { submission, item: from.item, entry: from.entry, tracking: null, hash };
  if (direct) {
    openFile(world, {
      report: child,
      receiver,
      format,
      createdAt: at,
      task,
      travellers: [traveller],
      cameFrom: [from.place],
      edges: [edge],
      lane: lane ?? null,
      externalName: submission.externalName,
    });
    return;
  }
  const place: Place = {
    kind: "batch",
    due,
    lookback: receiver.timing ? batchLookback(receiver.timing) : 0,
    orphaned: receiver.deleted,
  };
  movePlace(from.entry, from.place, place);
  if (due === null) return;
  waitForBatch(world, receiver, lane ?? null, due, { report: child, task, place, travellers: [traveller], format });
}
