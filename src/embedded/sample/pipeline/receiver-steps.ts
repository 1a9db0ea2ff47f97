import type { Micros } from "../../../time/instant.ts";
import { movePlace } from "../ledger.ts";
import { filterResult, itemNotRouted, logAbout } from "../logs.ts";
import { blobUrl, stepMessage } from "../messages.ts";
import type { Stamp } from "../records.ts";
import type { Place } from "../truth.ts";
import { latency, type World } from "../world.ts";
import type { Copy } from "./copy.ts";
import { translate } from "./translate.ts";

const FILTERS = [
  ["ROUTING_FILTER", "Bundle.entry.resource.ofType(Patient).exists()"],
  ["QUALITY_FILTER", "%performerState = 'XX' and %note != \"a,b\""],
  ["PROCESSING_MODE_FILTER", "%processingId.exists()"],
  ["CONDITION_FILTER", "%resource.code.coding.code in ('840539006'|'=1+1')"],
  ["county <b>only</b>", "Bundle.entry.resource.ofType(Location).address.district = 'Testcounty'"],
] as const;

/** ReportStream: FHIRReceiverEnrichment, since 2025-01. */
export function enrich(world: World, from: Copy, at: Micros): void {
  const stamp = beginStep(world, "receiver-enrichment", from, at);
  const hash = from.era.itemHash ? from.hash : "";
  const next = writeChild(world, stamp, from, "receiver-filter", hash);
  world.tasks.finish(from.task, "receiver_enriched_at", at);
  if (from.route.poison === "receiver-filter") return;
  world.queue.at(at + latency(world, 2), (then) => filterForReceiver(world, next, then));
}

/** The receiver's own filters (ReportStream: FHIRReceiverFilter). */
export function filterForReceiver(world: World, from: Copy, at: Micros): void {
  filterOnce(world, from, at);
  world.tasks.finish(from.task, "receiver_filtered_at", at);
  if (from.route.redeliver === "receiver-filter") {
    world.queue.at(at + latency(world, 45), (again) => filterOnce(world, from, again));
  }
}

function filterOnce(world: World, from: Copy, at: Micros): void {
  const { records, random } = world;
  const stamp = beginStep(world, "receiver-filter", from, at);
  const hash = from.era.itemHash ? random.uuid() : "";
  if (from.route.filtered) {
    const child = random.uuid();
    records.reportEdge(stamp, from.report, child);
    records.itemEdge(stamp, { parent: from.report, parentIndex: 1, child, childIndex: 1, tracking: null, hash });
    writeFiltered(world, stamp, from, child);
    movePlace(from.entry, from.place, { kind: "gone", outcome: "filtered" });
    return;
  }
  const next = writeChild(world, stamp, from, "translate", hash);
  if (from.route.poison === "translate") return;
  world.queue.at(at + latency(world, 2), (then) => translate(world, next, then));
}

/** A warning for each failing expression, on the report that came in; one filter result, on the empty child. */
export function writeFiltered(
  world: World,
  stamp: Stamp,
  from: Pick<Copy, "submission" | "item" | "report" | "route">,
  child: string,
): void {
  const { records, random } = world;
  const { receiver } = from.route;
  records.report(stamp, {
    id: child,
    nextAction: "none",
    receiver,
    schema: "None",
    topic: from.submission.sender.topic,
    bodyUrl: null,
    format: "FHIR",
    items: 0,
    before: 1,
  });
  const [type] = random.pick(FILTERS);
  const expressions = random.sample(FILTERS, random.pick([1, 1, 2, 3])).map(([, expression]) => expression);
  const bundle = `b-${random.int(1, 999_999)}`;
  for (const expression of expressions) {
    logAbout(records, stamp, from.submission, {
      report: from.report,
      index: 1,
      tracking: bundle,
      type: "warning",
      scope: "item",
      detail: itemNotRouted(receiver, type, expression),
    });
  }
  logAbout(records, stamp, from.submission, {
    report: child,
    tracking: bundle,
    type: "filter",
    scope: "report",
    detail: filterResult(receiver, "report", { name: expressions.join("\n"), args: [], type }, bundle, 1),
  });
}

function beginStep(world: World, step: "receiver-enrichment" | "receiver-filter", from: Copy, at: Micros): Stamp {
  const { receiver } = from.route;
  const { sender } = from.submission;
  const url = blobUrl(step, sender.fullName, from.report, "FHIR");
  const params = stepMessage(step, from.report, url, sender.fullName, sender.topic, receiver);
  const last = step === "receiver-filter" && from.route.filtered === true;
  return world.records.action(at, { name: step, params, receiver }, last);
}

function writeChild(
  world: World,
  stamp: Stamp,
  from: Copy,
  nextAction: "receiver-filter" | "translate",
  hash: string,
): Copy {
  const { records, random, tasks } = world;
  const { receiver } = from.route;
  const child = random.uuid();
  const subfolder = nextAction === "translate" ? receiver.fullName : from.submission.sender.fullName;
  const url = blobUrl(nextAction, subfolder, child, "FHIR");
  records.report(stamp, {
    id: child,
    nextAction,
    receiver,
    schema: "None",
    topic: from.submission.sender.topic,
    bodyUrl: url,
    format: "FHIR",
    items: 1,
    before: 1,
    digest: random.digest(),
  });
  records.reportEdge(stamp, from.report, child);
  records.itemEdge(stamp, { parent: from.report, parentIndex: 1, child, childIndex: 1, tracking: null, hash });
  const receiverName = receiver.fullName;
  const task = tasks.start(stamp.at, { report: child, nextAction, receiverName, items: 1, format: "FHIR", url });
  const place: Place = { kind: "pipeline", since: stamp.at };
  movePlace(from.entry, from.place, place);
  return { ...from, report: child, task, place, hash };
}
