import { EdgeList } from "../../src/lineage/edge-list.ts";
import { FileTable } from "../../src/lineage/file-table.ts";
import { buildGraph } from "../../src/lineage/graph.ts";
import { zeroBasedReports } from "../../src/lineage/index-base.ts";
import { partyKey } from "../../src/lineage/parties.ts";
import { FLAG, ReportTable } from "../../src/lineage/report-table.ts";
import { type Step, stepNumber } from "../../src/lineage/steps.ts";
import type { Attempt } from "../../src/outcome/attempt.ts";
import type { Facts } from "../../src/outcome/facts.ts";
import { Judge } from "../../src/outcome/judge.ts";
import { kindOf } from "../../src/outcome/kind.ts";
import type { ReceiverVersion } from "../../src/outcome/receiver.ts";
import type { Task } from "../../src/outcome/task.ts";
import { HOUR, parseInstant } from "../../src/time/instant.ts";
import { DEFAULT_LIMITS } from "../support/limits.ts";
import { type AttemptRow, type Judged, RECEIVERS, type World } from "./rows.ts";

const NOW = parseInstant("2026-11-21T12:00:00Z") as number;
const at = (hours: number): number => NOW + hours * HOUR;
const orNaN = (hours: number | null): number => (hours === null ? Number.NaN : at(hours));

/** A UUID whose order is that of the number, so that ties are broken alike on both sides. */
export const uuidOf = (id: number): string => `00000000-0000-4000-8000-${id.toString(16).padStart(12, "0")}`;

/** Puts the rows into the engine's own tables and judges every item of every submission. */
export function judgeByEngine(world: World): Judged[] {
  const facts = factsOf(world);
  const { reports } = facts;
  const judge = new Judge(facts, { asOf: NOW, limits: DEFAULT_LIMITS, timeZone: "UTC", say: String });
  const judged: Judged[] = [];
  for (const row of world.reports.filter(({ submitted }) => submitted)) {
    const root = reports.ids.find(uuidOf(row.id));
    if (facts.graph.firstParent[root] !== facts.graph.firstParent[root + 1]) continue;
    for (let item = 1; item <= judge.itemCount(root); item++) {
      for (const outcome of judge.outcomes(root, item)) {
        const isDelivered = outcome.deliveredReport >= 0;
        judged.push({
          root: row.id,
          item,
          receiver: reports.receivers.get(outcome.receiver).name,
          outcome: outcome.outcome,
          deliveredReport: isDelivered
            ? Number.parseInt(reports.ids.text(outcome.deliveredReport).slice(-12), 16)
            : null,
          deliveredItem: isDelivered ? outcome.deliveredItem : null,
          timesDelivered: outcome.timesDelivered,
        });
      }
    }
  }
  return judged;
}

function keyOf(name: string): string {
  const [organization, service] = name.split(".");
  return partyKey(organization, service);
}

function factsOf(world: World): Facts {
  const reports = new ReportTable();
  const idOf = (id: number): number => reports.ids.addText(uuidOf(id));
  const edges = new EdgeList();
  for (const { parent, parentIndex, child, childIndex } of world.edges) {
    edges.add(idOf(parent), parentIndex, idOf(child), childIndex, 0);
  }
  for (const row of world.reports) {
    const report = idOf(row.id);
    reports.set(report, {
      actionId: row.actionId,
      createdAt: at(row.at),
      nextAction: stepNumber(row.nextAction),
      nextActionAt: orNaN(row.nextActionAt),
      receiver: row.receiver === null ? 0 : reports.receivers.id(keyOf(row.receiver)),
      itemCount: row.itemCount,
      itemCountBefore: row.before ?? -1,
      flags:
        (row.submitted ? FLAG.submitted : 0) |
        (row.transported ? FLAG.transported : 0) |
        (row.downloaded ? FLAG.downloaded : 0),
      writtenBy: stepNumber(row.writtenBy),
    });
  }
  const links = {
    parent: world.links.map((link) => idOf(link.parent)),
    child: world.links.map((link) => idOf(link.child)),
  };
  reports.reserve();
  const graph = buildGraph(edges, links, reports.size);
  const kinds = Uint8Array.from({ length: reports.size }, (_, report) =>
    kindOf({
      flags: reports.flags[report],
      nextAction: reports.nextAction[report],
      writtenBy: reports.writtenBy[report],
      receiver: reports.receiver[report],
      itemCount: reports.itemCount[report],
    }),
  );
  return {
    reports,
    graph,
    kinds,
    zeroBased: zeroBasedReports(graph, reports),
    files: new FileTable(),
    tasks: new Map(world.tasks.map((row): [number, Task] => [reports.ids.find(uuidOf(row.report)), taskOf(row)])),
    attempts: attemptsByReport(world.attempts, (id) => reports.ids.find(uuidOf(id))),
    receivers: new Map(Object.entries(RECEIVERS).map(([name, setting]) => [keyOf(name), [versionOf(setting)]])),
    log: {
      filtersOf: () => "QUALITY_FILTER",
      filteredElements: () => new Map(),
      errorOf: () => "",
      failedTranslations: () => "",
    },
    trackingId: () => "",
    trackingAt: () => 0,
  };
}

function taskOf(row: World["tasks"][number]): Task {
  return {
    step: row.step as Step,
    dueAt: orNaN(row.dueAt),
    retryCount: row.retryCount ?? -1,
    createdAt: at(row.createdAt),
    batchedAt: orNaN(row.batchedAt),
    // Set by failed attempts too: nothing may depend on it.
    sentAt: NOW,
  };
}

function attemptsByReport(rows: readonly AttemptRow[], numberOf: (id: number) => number): Map<number, Attempt[]> {
  const attempts = new Map<number, Attempt[]>();
  for (const { report, kind, actionId, at: hours } of rows) {
    const attempt = { kind, actionId, at: at(hours), reportId: uuidOf(report), receiver: "", by: "", text: "" };
    attempts.set(numberOf(report), [...(attempts.get(numberOf(report)) ?? []), attempt]);
  }
  for (const list of attempts.values()) list.sort((a, b) => a.at - b.at || a.actionId - b.actionId);
  return attempts;
}

function versionOf(setting: { transport: string; batchesPerDay: number }): ReceiverVersion {
  return { from: 0, exists: true, topic: "full-elr", customerStatus: "active", timeZone: "UTC", ...setting };
}
