import type { Micros } from "../time/instant.ts";

/** What an action about sending or processing a report was. */
export type AttemptKind =
  /** A failed attempt that will be repeated. */
  | "send_warning"
  /** A failure for good, whatever its text says. */
  | "send_error"
  /** A `send` that names a receiver and left no file: how an e-mail is recorded. */
  | "email"
  /** An operator's request to send the file again, accepted and queued. */
  | "resend"
  | "process_warning"
  | "process_error";

export interface Attempt {
  kind: AttemptKind;
  actionId: number;
  at: Micros;
  /** The file or report that it is about, in lower case; "" where the row does not tell. */
  reportId: string;
  /** The party key of the receiver that the action row names; "" for none. */
  receiver: string;
  /** Who asked for a resend; "" otherwise. */
  by: string;
  /** The failure's text as it was stored. It quotes hosts, paths and bodies: never print it unmasked. */
  text: string;
}

/** The columns of an action row that an attempt is read from. */
export interface AttemptRow {
  actionId: number;
  actionName: string;
  createdAt: Micros;
  httpStatus: number | null;
  username: string | null;
  receiver: string | null;
  params: string | null;
  result: string | null;
}

/**
 * Reads an action row as an attempt; undefined for a row that is none: a refused or rehearsed
 * resend, and a `send` that only met a task that had moved on.
 *
 * The action's name decides, never its text: an immediate failure's text holds both the sentence
 * of a retry and the one of the final failure. Source: azure/SendFunction.kt, azure/RequeueFunction.kt.
 */
export function readAttempt(row: AttemptRow): Attempt | undefined {
  const kind = attemptKind(row);
  if (!kind) return undefined;
  return {
    kind,
    actionId: row.actionId,
    at: row.createdAt,
    reportId: reportIdOf(row.params, row.result),
    receiver: row.receiver ?? "",
    by: kind === "resend" ? (row.username ?? "") : "",
    text: row.result ?? "",
  };
}

function attemptKind(row: AttemptRow): AttemptKind | undefined {
  switch (row.actionName) {
    case "send_warning":
    case "send_error":
    case "process_warning":
    case "process_error":
      return row.actionName;
    case "send":
      return row.result === null && row.receiver !== null ? "email" : undefined;
    case "resend":
      return row.httpStatus === 200 && queuedAgain(row.result ?? "") ? "resend" : undefined;
    default:
      return undefined;
  }
}

/** A rehearsal (`test`) prints what a real request would, between two sentences of its own. */
function queuedAgain(result: string): boolean {
  return result.includes("has been queued to resend") && !/if this were NOT a test|just a test/.test(result);
}

const UUID = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}";

/**
 * The places that name the report, most trusted first. `action_params` is free text: queue messages
 * as JSON, before 2023-12-21 strings such as `report&SEND&<uuid>&false`, requests with the report in
 * the query, and two of these glued with ", ". Never parsed as JSON, since half of them are none.
 */
const IN_PARAMS = [
  new RegExp(`"reportId"\\s*:\\s*\\[?\\s*"(${UUID})"`),
  new RegExp(`[?&]reportId=(${UUID})`, "i"),
  new RegExp(`^\\s*[A-Za-z]+&[A-Za-z_]+&(${UUID})(?:&|$)`),
];
const IN_RESULT = [
  new RegExp(`(?:sending report|Send Error report for): (${UUID}) to `),
  new RegExp(`inputReportId (${UUID})`),
  new RegExp(`"reportId"\\s*:\\s*"(${UUID})"`),
];

/** The report that an action is about, from its parameters or else from its result; "" if neither tells. */
export function reportIdOf(params: string | null, result: string | null): string {
  return firstMatch(params, IN_PARAMS) ?? firstMatch(result, IN_RESULT) ?? "";
}

function firstMatch(text: string | null, patterns: readonly RegExp[]): string | undefined {
  if (!text) return undefined;
  for (const pattern of patterns) {
    const match = pattern.exec(text);
    if (match) return match[1].toLowerCase();
  }
  return undefined;
}

/** Orders attempts as they happened: by instant, then by action. */
export function compareAttempts(left: Attempt, right: Attempt): number {
  return left.at - right.at || left.actionId - right.actionId;
}

/** The last attempt to send, of those that left no file, and the requests to send again. */
export function newestSendAttempt(attempts: readonly Attempt[]): Attempt | undefined {
  return attempts.findLast(({ kind }) => kind !== "process_warning" && kind !== "process_error");
}
