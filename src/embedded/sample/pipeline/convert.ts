import type { Micros } from "../../../time/instant.ts";
import type { Era } from "../era.ts";
import { movePlace } from "../ledger.ts";
import { invalidItem, invalidReport, logAbout, unmappedCondition } from "../logs.ts";
import { blobUrl, stepMessage } from "../messages.ts";
import { type ItemPlan, rootFormat, type UpPlan } from "../plan.ts";
import type { Stamp } from "../records.ts";
import type { Place } from "../truth.ts";
import { latency, type Submission, type World } from "../world.ts";
import { destinationFilter } from "./destination-filter.ts";

const REASONS = [
  ["parseable", "exception while parsing HL7: segment 'PID|1||=1+1' is out of place"],
  ["valid", "PID-5 missing, found 'Testlast^T\"est'"],
  ["convertible", "null value"],
] as const;

/**
 * Splits a submission into one report an item (ReportStream: FHIRConverter). `place` is where its
 * items were until now; without one, this is a second delivery of the same message. `within` is the
 * action to write under when the submissions service left that to this step.
 */
export function convert(
  world: World,
  plan: UpPlan,
  era: Era,
  submission: Submission,
  place: Place | null,
  at: Micros,
  within: Stamp | null,
): void {
  const { records, random } = world;
  const { sender, root } = submission;
  const format = rootFormat(sender, plan.items.length);
  const url = blobUrl("receive", sender.fullName, root, format);
  const params = stepMessage("convert", root, url, sender.fullName, sender.topic, null);
  const stamp = within ?? records.action(at, { name: "convert", params });
  if (plan.unreadable) {
    writeUnreadable(world, stamp, submission, plan.items.length);
    return;
  }
  for (const log of plan.logs ?? []) logAbout(records, stamp, submission, { ...log, report: root });
  const items: ItemPlan[] = [...plan.items];
  if (plan.extraLine) items.push({ bad: true, routes: [] });
  items.forEach((item, position) => {
    const index = position + 1;
    const child = random.uuid();
    const common = { id: child, schema: "None", topic: sender.topic, format: "FHIR", before: 1 } as const;
    const good = !item.bad;
    const childUrl = good ? blobUrl("destination-filter", sender.fullName, child, "FHIR") : null;
    records.report(stamp, {
      ...common,
      nextAction: good ? "destination-filter" : "none",
      items: good ? 1 : 0,
      bodyUrl: childUrl,
      digest: good ? random.digest() : null,
    });
    records.reportEdge(stamp, root, child);
    const hash = era.itemHash ? random.uuid() : "";
    records.itemEdge(stamp, { parent: root, parentIndex: index, child, childIndex: 1, tracking: null, hash });
    // On a second delivery the item's entries speak for it; this copy makes its own once it is routed.
    const entry = place || within ? world.ledger.entry(submission.account, index, null) : null;
    if (entry) entry.messageId = `MSH-${root.slice(0, 4)}-${index}`;
    if (!good) {
      movePlace(entry, place, { kind: "gone", outcome: "rejected" });
      const [verb, reason] = random.pick(REASONS);
      logAbout(records, stamp, submission, {
        report: root,
        index,
        tracking: random.chance(0.8) ? `MSH-${root.slice(0, 4)}-${index}` : "",
        type: "error",
        scope: "item",
        detail: invalidItem(index, verb, reason),
      });
      return;
    }
    for (let warning = 0; warning < (item.warnings ?? 0); warning++) {
      logAbout(records, stamp, submission, {
        report: root,
        index,
        tracking: `obs-${random.int(1000, 9999)}`,
        type: "warning",
        scope: "item",
        detail: unmappedCondition(random.pick(["99999-9", "12345-6,=99-1", ""])),
      });
    }
    const task = world.tasks.start(at, {
      report: child,
      nextAction: "destination-filter",
      receiverName: "",
      items: 1,
      format: "FHIR",
      url: childUrl as string,
    });
    const next: Place = { kind: "pipeline", since: at };
    movePlace(entry, place, next);
    if (item.poison) return;
    const copy = { submission, item: index, report: child, plan: item, era, task, place: next };
    world.queue.at(at + latency(world, 2), (then) => destinationFilter(world, copy, then));
  });
}

/** One child without items and an error about the whole file: the report lineage alone ties it to the submission. */
function writeUnreadable(world: World, stamp: Stamp, submission: Submission, items: number): void {
  const { records, random } = world;
  const child = random.uuid();
  records.report(stamp, {
    id: child,
    nextAction: "none",
    schema: "None",
    topic: submission.sender.topic,
    bodyUrl: null,
    format: "FHIR",
    items: 0,
    before: items,
  });
  records.reportEdge(stamp, submission.root, child);
  logAbout(records, stamp, submission, {
    report: submission.root,
    type: "error",
    scope: "report",
    detail: invalidReport('Unable to read the submission: "no messages found"'),
  });
  for (let item = 1; item <= items; item++) {
    const entry = world.ledger.entry(submission.account, item, null);
    entry?.places.clear();
    movePlace(entry, null, { kind: "gone", outcome: "rejected" });
  }
}
