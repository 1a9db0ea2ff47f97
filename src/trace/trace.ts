import { ReportWalk } from "../lineage/walk.ts";
import { Judge } from "../outcome/judge.ts";
import type { Limits } from "../outcome/limits.ts";
import { StatusRules } from "../outcome/status.ts";
import type { LoggedError } from "../run/log-pass.ts";
import type { RejectedRequest } from "../run/read/rejected.ts";
import { sayTime } from "../run/say-time.ts";
import type { Catalogue } from "../source/catalogue.ts";
import { query } from "../source/row-stream.ts";
import type { Snapshot } from "../source/snapshot.ts";
import { formatInstant, type Micros } from "../time/instant.ts";
import { answerAll } from "./answers.ts";
import type { AskedGroup } from "./asked.ts";
import { readFacts } from "./facts.ts";
import { Finder, type Found } from "./find.ts";
import { traceGraph } from "./graph/trace-graph.ts";
import { type ReadLimit, type ReadPlan, readPlan } from "./read-plan.ts";
import { LineageReader } from "./reader.ts";
import { InfoReader } from "./report-info.ts";
import { Fates } from "./story/fates.ts";
import { readResults } from "./story/results.ts";
import type { Sight } from "./story/sight.ts";
import type { StoryContext } from "./story/story-context.ts";
import { type Target, TargetResolver } from "./targets.ts";
import type { Coverage, TraceResult } from "./types.ts";

/** Which way from what was asked for a graph goes. */
export interface GraphRequest {
  up: boolean;
  down: boolean;
  siblings: boolean;
  depth: number;
  nodes: number;
}

export interface TraceRequest {
  snapshot: Snapshot;
  catalogue: Catalogue;
  asked: readonly AskedGroup[];
  /** The item asked for of every id, from 1. */
  item: number | undefined;
  sight: Sight;
  /** Undefined for no graph. */
  graph: GraphRequest | undefined;
  most: ReadLimit;
  /** Names are searched from here on. */
  namesSince: Micros;
  asOf: Micros | undefined;
  limits: Limits;
  timeZone: string;
}

/** Topics of the older pipeline, which alone keeps facilities and results. Source: Topic.kt. */
const LEGACY_TOPICS = new Set(["covid-19", "monkeypox", "test"]);

/** Answers ids, all of one call together, so that each kind of row is read once and in chunks. */
export async function trace(request: TraceRequest): Promise<TraceResult> {
  const { snapshot, catalogue, sight } = request;
  const infos = new InfoReader(snapshot, catalogue);
  const reader = new LineageReader(snapshot, catalogue);
  const finder = new Finder(snapshot, catalogue, infos, request.namesSince);
  const founds = await finder.find(request.asked);
  const meanings = await new TargetResolver(snapshot, catalogue, reader, infos).resolve(founds, request.item);

  const told = targetsToTell(founds, meanings, sight);
  const plan = await readPlan(told, reader, infos, sight, request.most);
  const rejected = await readRejected(told, infos);
  const siblings = request.graph?.siblings ? await plan.readSiblings() : [];
  const { facts, logged } = await readFacts(snapshot, catalogue, reader, [...rejected.values()]);
  const asOf = request.asOf ?? snapshot.at;
  const judgement = { asOf, limits: request.limits, timeZone: request.timeZone, say: sayTime(asOf) };
  const context: StoryContext = {
    facts,
    rows: reader.rows,
    reader,
    infos,
    judge: new Judge(facts, judgement),
    judgement,
    status: new StatusRules(facts.reports, new ReportWalk(facts.graph, "down")),
    fates: new Fates(facts, reader.rows, request.limits, request.timeZone),
    logged: bySubmission(logged),
    results: await readResults(snapshot, catalogue, legacyRoots(plan, infos)),
    sight,
  };
  const { answers, choices, notFound, answered } = answerAll(founds, meanings, plan, rejected, context);
  return {
    format: 1,
    snapshot: { at: formatInstant(snapshot.at), id: snapshot.id },
    asOf: formatInstant(asOf),
    timeZone: request.timeZone,
    seenBy: sight ?? null,
    answers,
    choices,
    notFound,
    coverage: await readCoverage(snapshot, catalogue),
    namesSince: finder.searchedNames ? formatInstant(request.namesSince) : null,
    graph: request.graph
      ? await traceGraph({ ...request.graph, targets: answered, siblings, plan, context, snapshot, catalogue })
      : null,
  };
}

function bySubmission(entries: readonly LoggedError[]): Map<string | number, LoggedError[]> {
  const found = new Map<string | number, LoggedError[]>();
  for (const entry of entries) {
    const key = entry.reportId ?? entry.submissionId;
    const known = found.get(key);
    if (known) known.push(entry);
    else found.set(key, [entry]);
  }
  return found;
}

/** Targets whose stories are told, or have to be looked at to know whether the asker may see them. */
function targetsToTell(founds: readonly Found[], meanings: ReadonlyMap<Found, Target[][]>, sight: Sight): Target[] {
  return founds.flatMap((found) => {
    const all = meanings.get(found) ?? [];
    return all.length === 1 || sight !== undefined ? all.flat() : [];
  });
}

async function readRejected(targets: readonly Target[], infos: InfoReader): Promise<Map<number, RejectedRequest>> {
  const ids = targets.flatMap((target) => (target.kind === "request" ? [target.actionId] : []));
  const actions = await infos.actions([...new Set(ids)]);
  return new Map(
    [...actions].map(([actionId, { at, sender, fileName, httpStatus }]) => [
      actionId,
      { actionId, at, sender, fileName, httpStatus: httpStatus ?? 0 },
    ]),
  );
}

function legacyRoots(plan: ReadPlan, infos: InfoReader): string[] {
  return plan.roots().filter((root) => LEGACY_TOPICS.has(infos.get(root)?.topic ?? ""));
}

async function readCoverage(snapshot: Snapshot, catalogue: Catalogue): Promise<Coverage[]> {
  const { rows } = await query(snapshot, catalogue.find("trace-coverage"), {});
  const instant = (value: unknown): string | null => (typeof value === "number" ? formatInstant(value) : null);
  return rows.map(([table, from, to]) => ({ table: String(table), from: instant(from), to: instant(to) }));
}
