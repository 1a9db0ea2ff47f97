import { download, resend } from "./rows/afterwards.ts";
import { batch, batchEach, emptyBatch } from "./rows/batch.ts";
import { invalidTranslation } from "./rows/details.ts";
import { happyPath } from "./rows/happy-path.ts";
import { type At, toMicros, toText } from "./rows/instants.ts";
import { covidMetadata, legacyAsync, legacySync, processError, processRows, processWarning } from "./rows/legacy.ts";
import { receive, rejected, sftpDrop, submissionsService, testOption } from "./rows/receive.ts";
import {
  type LogSpec,
  type Report,
  recordAction,
  recordFiles,
  recordLineage,
  recordLogs,
  type Step,
} from "./rows/record.ts";
import { emailSend, exhaust, ghostSend, send, sendError, sendWarning } from "./rows/send.ts";
import { organization, receiver, sender } from "./rows/settings.ts";
import { convert, destinationFilter, enrich, receiverFilter, route, translate, unreadable } from "./rows/steps.ts";
import { createWorld, insert, type Queryable, type Row, type World } from "./rows/world.ts";

export * as details from "./rows/details.ts";
export type { HappyPath, HappyPathOptions } from "./rows/happy-path.ts";
export { type At, toMicros, toText } from "./rows/instants.ts";
export { brokenInvariants } from "./rows/invariants.ts";
export type { ItemEdge, LogSpec, Report } from "./rows/record.ts";

type Recipe<Args extends unknown[], Result> = (world: World, ...args: Args) => Result;
type Recipes = Record<string, Recipe<never[], unknown>>;
type Bound<R extends Recipes> = {
  [Name in keyof R]: R[Name] extends Recipe<infer Args, infer Result> ? (...args: Args) => Result : never;
};

const RECIPES = {
  organization,
  receiver,
  sender,
  receive,
  sftpDrop,
  rejected,
  testOption,
  submissionsService,
  convert,
  unreadable,
  destinationFilter,
  enrich,
  receiverFilter,
  route,
  translate,
  batch,
  batchEach,
  emptyBatch,
  send,
  sendWarning,
  sendError,
  exhaust,
  ghostSend,
  emailSend,
  resend,
  download,
  legacySync,
  legacyAsync,
  processRows,
  processWarning,
  processError,
  covidMetadata,
  happyPath,
  translationFailure,
  orphanTask,
  log,
  insert,
  action: (world: World, step: Omit<Step, "at"> & { at: At }) =>
    recordAction(world, { ...step, at: toMicros(step.at) }),
  files: recordFiles,
  lineage: recordLineage,
};

/**
 * Writes rows as ReportStream does, one recipe a step: each step's rows in its order, at one
 * instant, and the tasks moved on. Steps take the reports of earlier ones and return their own, so
 * that a test reads as the history that it is about. Times are given, or follow the input's.
 *
 * The same seed and calls give the same ids. `insert`, `action`, `files` and `lineage` write what no recipe does.
 */
export function scenario(client: Queryable, seed = "scenario"): Bound<typeof RECIPES> & { uuid(): string } {
  const world = createWorld(client, seed);
  const bound = Object.entries(RECIPES).map(([name, recipe]) => {
    const take = recipe as (world: World, ...args: unknown[]) => unknown;
    return [name, (...args: unknown[]) => take(world, ...args)];
  });
  return { ...Object.fromEntries(bound), uuid: world.uuid };
}

export type Scenario = ReturnType<typeof scenario>;

/** An entry of action_log about an action that is there. */
function log(world: World, entry: LogSpec & { actionId: number; at: At }): Promise<void> {
  const { actionId, at, ...spec } = entry;
  return recordLogs(world, actionId, toMicros(at), [spec]);
}

/** The translation for one receiver of the older pipeline broke: only an info log says so. */
function translationFailure(
  world: World,
  input: Report,
  { actionId, receiver: to }: { actionId: number; receiver: string },
) {
  const spec: LogSpec = {
    type: "info",
    scope: "translation",
    reportId: input.id,
    trackingId: `TO:${to}:schema`,
    detail: invalidTranslation(to),
  };
  return recordLogs(world, actionId, input.at, [spec]);
}

/** What a crash left: a task whose report was never recorded. Returns the report's id. */
async function orphanTask(world: World, { at, ...columns }: { at: At } & Row): Promise<string> {
  const id = world.uuid();
  const row = { report_id: id, next_action: "convert", schema_name: "None", receiver_name: "", item_count: 1 };
  await insert(world, "task", [{ ...row, body_format: "HL7", created_at: toText(at), ...columns }]);
  return id;
}
