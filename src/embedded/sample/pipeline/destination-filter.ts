import type { Micros } from "../../../time/instant.ts";
import type { Era } from "../era.ts";
import { movePlace } from "../ledger.ts";
import { blobUrl, stepMessage } from "../messages.ts";
import type { ItemPlan, RoutePlan } from "../plan.ts";
import type { Stamp } from "../records.ts";
import type { Task } from "../tasks.ts";
import type { Place } from "../truth.ts";
import { latency, type Submission, type World } from "../world.ts";
import type { Copy } from "./copy.ts";
import { enrich, filterForReceiver, writeFiltered } from "./receiver-steps.ts";
import { translate } from "./translate.ts";

/** SHA-256 of nothing, upper case: what this step stores as every item's hash. */
const EMPTY_HASH = "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855";

/** An item as convert left it. */
export type Converted = {
  readonly submission: Submission;
  readonly item: number;
  readonly report: string;
  readonly plan: ItemPlan;
  readonly era: Era;
  readonly task: Task;
  readonly place: Place;
};

/**
 * Finds the receivers of an item (ReportStream: FHIRDestinationFilter; until 2024-05 the `route`
 * step, which applied the receivers' own filters at once).
 */
export function destinationFilter(world: World, from: Converted, at: Micros): void {
  runOnce(world, from, at);
  world.tasks.finish(from.task, from.era.routeStep ? "routed_at" : "destination_filtered_at", at);
  if (from.plan.redeliver) world.queue.at(at + latency(world, 90), (again) => runOnce(world, from, again));
}

function runOnce(world: World, from: Converted, at: Micros): void {
  const { records } = world;
  const { sender } = from.submission;
  const url = blobUrl("destination-filter", sender.fullName, from.report, "FHIR");
  const params = stepMessage("destination-filter", from.report, url, sender.fullName, sender.topic, null);
  const name = from.era.routeStep ? "route" : "destination-filter";
  const stamp = records.action(at, { name, params }, from.plan.routes.length === 0);
  if (from.plan.routes.length === 0) {
    writeUnrouted(world, stamp, from);
    return;
  }
  for (const route of from.plan.routes) writeRouted(world, stamp, from, route);
}

function writeUnrouted(world: World, stamp: Stamp, from: Converted): void {
  const { records, random } = world;
  const child = random.uuid();
  records.report(stamp, {
    id: child,
    nextAction: "none",
    schema: "None",
    topic: from.submission.sender.topic,
    bodyUrl: null,
    format: "FHIR",
    items: 0,
    before: 1,
  });
  records.reportEdge(stamp, from.report, child);
  records.itemEdge(stamp, {
    parent: from.report,
    parentIndex: 1,
    child,
    childIndex: 1,
    tracking: null,
    hash: from.era.itemHash ? EMPTY_HASH : "",
  });
  const entry = world.ledger.entry(from.submission.account, from.item, null);
  movePlace(entry, from.place, { kind: "gone", outcome: "unrouted" });
}

function writeRouted(world: World, stamp: Stamp, from: Converted, route: RoutePlan): void {
  const { records, random, ledger, tasks, queue } = world;
  const { receiver } = route;
  const { submission, era } = from;
  const entry = ledger.entry(submission.account, from.item, receiver.fullName);
  if (entry) entry.messageId = `MSH-${submission.root.slice(0, 4)}-${from.item}`;
  const child = random.uuid();
  const hash = era.itemHash ? EMPTY_HASH : "";
  const edge = { parent: from.report, parentIndex: 1, child, childIndex: 1, tracking: null, hash };
  if (era.routeStep && route.filtered) {
    const copy = { submission, item: from.item, report: from.report, route, era, entry, hash };
    records.reportEdge(stamp, from.report, child);
    records.itemEdge(stamp, edge);
    writeFiltered(world, stamp, copy, child);
    movePlace(entry, null, { kind: "gone", outcome: "filtered" });
    return;
  }
  const nextAction = era.routeStep ? "translate" : era.enrichment ? "receiver-enrichment" : "receiver-filter";
  const subfolder = submission.sender.fullName;
  const url = blobUrl(nextAction, subfolder, child, "FHIR");
  records.report(stamp, {
    id: child,
    nextAction,
    receiver,
    schema: "None",
    topic: submission.sender.topic,
    bodyUrl: url,
    format: "FHIR",
    items: 1,
    before: 1,
    digest: random.digest(),
  });
  records.reportEdge(stamp, from.report, child);
  records.itemEdge(stamp, edge);
  const receiverName = receiver.fullName;
  const task = tasks.start(stamp.at, { report: child, nextAction, receiverName, items: 1, format: "FHIR", url });
  const place: Place = { kind: "pipeline", since: stamp.at };
  movePlace(entry, null, place);
  if (route.poison === nextAction) return;
  const copy: Copy = { submission, item: from.item, report: child, route, era, entry, hash, task, place };
  queue.at(stamp.at + latency(world, 2), (then) => {
    if (nextAction === "translate") translate(world, copy, then);
    else if (nextAction === "receiver-filter") filterForReceiver(world, copy, then);
    else enrich(world, copy, then);
  });
}
