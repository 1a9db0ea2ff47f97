import { MINUTE, type Micros, SECOND } from "../../../time/instant.ts";
import { isLegacy, type Receiver } from "../cast.ts";
import { nextBatchTime } from "../clock.ts";
import { eraAt } from "../era.ts";
import { batchMessage, blobUrl } from "../messages.ts";
import type { Lane } from "../plan.ts";
import type { Edge, Stamp } from "../records.ts";
import type { Traveller, Waiting, World } from "../world.ts";
import { openFile } from "./open-file.ts";

/** A place in the file that a batch makes: which item, and where it came from. */
type Slot = { readonly traveller: Traveller; readonly from: Waiting; readonly parentIndex: number };

/** Puts a report among those that the receiver's next batch takes. */
export function waitForBatch(world: World, receiver: Receiver, lane: Lane | null, due: Micros, waiting: Waiting): void {
  if (lane?.neverBatched || receiver.deleted) return;
  const key = `${receiver.fullName}|${due}|${lane?.key ?? ""}`;
  const pool = world.pools.get(key);
  if (pool) {
    pool.waiting.push(waiting);
    return;
  }
  world.pools.set(key, { receiver, lane, waiting: [waiting] });
  if (receiver.timing?.whenEmpty === "SEND") world.served.add(`${receiver.fullName}|${due}`);
  world.queue.at(due + world.random.int(0, MINUTE), (at) => takePool(world, key, at));
}

function takePool(world: World, key: string, at: Micros): void {
  const pool = world.pools.get(key);
  if (!pool) return;
  world.pools.delete(key);
  const size = pool.receiver.timing?.maxReportCount ?? 1;
  for (let first = 0; first < pool.waiting.length; first += size) {
    const part = pool.waiting.slice(first, first + size);
    const begin = at + (first / size) * 60 * SECOND;
    world.queue.at(begin, (then) => makeBatch(world, pool.receiver, pool.lane, part, then));
  }
}

/** One batch action: all in one file, or each item in its own (ReportStream: UniversalBatchFunction, CovidBatchFunction). */
function makeBatch(world: World, receiver: Receiver, lane: Lane | null, waiting: Waiting[], at: Micros): void {
  const legacy = isLegacy(receiver.topic);
  const base = eraAt(at).firstIndex;
  const slots = waiting.flatMap((from) =>
    from.travellers.map((traveller, position) => ({ traveller, from, parentIndex: position + (legacy ? base : 1) })),
  );
  const files = receiver.batching ? [slots] : slots.map((slot) => [slot]);
  const stamp = world.records.action(at, {
    name: "batch",
    params: batchMessage(receiver, false, eraAt(at).jsonMessages),
    result: legacy ? resultText(waiting.length, files.length) : null,
    receiver,
  });
  for (const file of files) writeFile(world, stamp, receiver, lane, file, base);
  for (const { task } of waiting) {
    task.nextAction = "none";
    task.nextActionAt = null;
    task.batchedAt = at;
    world.tasks.close(task);
  }
}

function resultText(inputs: number, outputs: number): string {
  if (inputs === 1 && outputs === 1) return "Success: No merging needed - batch of 1";
  return `Success: merged ${inputs} reports into ${outputs} reports`;
}

function writeFile(
  world: World,
  stamp: Stamp,
  receiver: Receiver,
  lane: Lane | null,
  slots: readonly Slot[],
  base: number,
): void {
  const { records, random } = world;
  const legacy = isLegacy(receiver.topic);
  const report = random.uuid();
  const schema = legacy ? receiver.schema : "None";
  const url = writeReport(world, stamp, receiver, report, slots.length, schema);
  const edges: Edge[] = slots.map(({ traveller, from, parentIndex }, position) => ({
    parent: from.report,
    parentIndex,
    child: report,
    childIndex: position + (legacy ? base : 1),
    tracking: traveller.tracking,
    hash: traveller.hash,
  }));
  for (const parent of new Set(edges.map((edge) => edge.parent))) records.reportEdge(stamp, parent, report);
  for (const edge of edges) records.itemEdge(stamp, edge);
  const task = world.tasks.start(stamp.at, {
    report,
    nextAction: "send",
    receiverName: receiver.fullName,
    items: slots.length,
    format: receiver.format,
    url,
    schema,
  });
  openFile(world, {
    report,
    receiver,
    format: receiver.format,
    createdAt: stamp.at,
    task,
    travellers: slots.map(({ traveller }) => traveller),
    cameFrom: slots.map(({ from }) => from.place),
    edges,
    lane,
    externalName: null,
  });
}

function writeReport(
  world: World,
  stamp: Stamp,
  receiver: Receiver,
  report: string,
  items: number,
  schema: string,
): string {
  const { format } = receiver;
  const url = blobUrl("ready", receiver.fullName, report, format);
  world.records.report(stamp, {
    id: report,
    nextAction: "send",
    receiver,
    schema,
    topic: receiver.topic,
    bodyUrl: url,
    format,
    items,
    before: isLegacy(receiver.topic) ? null : items,
    digest: world.random.digest(),
  });
  return url;
}

/** From `from` to the end of the sample: an empty file at each batch time that had nothing, for receivers who want one. */
export function planEmptyBatches(world: World, receiver: Receiver, from: Micros): void {
  const { timing } = receiver;
  if (timing?.whenEmpty !== "SEND") return;
  const due = nextBatchTime(timing, from);
  world.queue.at(due + world.random.int(10 * SECOND, 50 * SECOND), (at) => {
    const before = world.lastSent.get(receiver.fullName);
    const recently = timing.onlyOncePerDay && before !== undefined && at - before < 24 * 60 * MINUTE;
    if (!world.served.delete(`${receiver.fullName}|${due}`) && !recently) emptyBatch(world, receiver, at);
    planEmptyBatches(world, receiver, due);
  });
}

export function emptyBatch(world: World, receiver: Receiver, at: Micros): void {
  const { records, random, tasks } = world;
  const params = batchMessage(receiver, true, eraAt(at).jsonMessages);
  const stamp = records.action(at, { name: "batch", params, receiver });
  const report = random.uuid();
  const url = writeReport(world, stamp, receiver, report, 0, receiver.schema);
  world.ledger.event({ variant: "empty batch", at, actionId: stamp.actionId, reportId: report });
  const task = tasks.start(at, {
    report,
    nextAction: "send",
    receiverName: receiver.fullName,
    items: 0,
    format: receiver.format,
    url,
    schema: receiver.schema,
  });
  openFile(world, {
    report,
    receiver,
    format: receiver.format,
    createdAt: at,
    task,
    travellers: [],
    cameFrom: [],
    edges: [],
    lane: { key: "", file: { series: { failures: 0, end: "sent" }, variant: "empty batch" } },
    externalName: null,
  });
}
