import { errorFamily, maskTransportError } from "../action-log/mask.ts";
import type { OriginFinder } from "../lineage/origins.ts";
import { NO_PARTY, type Party } from "../lineage/parties.ts";
import type { Micros } from "../time/instant.ts";
import { type Attempt, compareAttempts } from "./attempt.ts";
import type { Facts } from "./facts.ts";
import { KIND } from "./kind.ts";
import type { Limits } from "./limits.ts";

export type FailureState = "open" | "resent" | "recovered" | "maybe delivered";

/** A file whose sending failed for good: a row of failures.csv. */
export interface Failure {
  /** The file's report number; -1 when the rows do not tell which file it was, or the file is not there. */
  report: number;
  /** The id that the failure names; "" for none. */
  reportId: string;
  receiver: Party;
  state: FailureState;
  firstFailedAt: Micros;
  lastFailedAt: Micros;
  /** Failed attempts, counted by their rows: the texts still speak of minutes that have been seconds since 2025-06-17. */
  attempts: number;
  errorFamily: string;
  /** The last failure's text, masked. */
  error: string;
  /** The last request to send again; NaN for none. */
  resentAt: Micros;
  /** Staff: never for an organization's own file. */
  resentBy: string;
  /** When a file was sent or fetched after the failure; NaN if none was. */
  recoveredAt: Micros;
  senders: Party[];
  submissionIds: number[];
  /** NaN when the file is not known. */
  expiresAt: Micros;
}

/**
 * The files with a final failure in [from, to), each once, ordered by (last_failed_at, report_id).
 * What cannot be tied to a file stands for itself.
 */
export function failuresBetween(
  facts: Facts,
  finder: OriginFinder,
  attempts: readonly Attempt[],
  window: { from: Micros; to: Micros },
  limits: Limits,
): Failure[] {
  const byFile = new Map<string, Attempt[]>();
  const failures: Failure[] = [];
  for (const attempt of attempts) {
    if (attempt.kind !== "send_error" || attempt.at < window.from || attempt.at >= window.to) continue;
    if (attempt.reportId === "") failures.push(unknownFile(facts, attempt));
    else if (!byFile.has(attempt.reportId)) byFile.set(attempt.reportId, []);
  }
  for (const attempt of attempts) byFile.get(attempt.reportId)?.push(attempt);
  for (const [reportId, all] of byFile) {
    failures.push(knownFile(facts, finder, reportId, all.sort(compareAttempts), window, limits));
  }
  return failures.sort(
    (left, right) => left.lastFailedAt - right.lastFailedAt || (left.reportId < right.reportId ? -1 : 1),
  );
}

function unknownFile(facts: Facts, attempt: Attempt): Failure {
  return {
    report: -1,
    reportId: "",
    receiver: receiverOf(facts, [attempt]),
    state: saysSuccess(attempt.text) ? "maybe delivered" : "open",
    firstFailedAt: attempt.at,
    lastFailedAt: attempt.at,
    attempts: 1,
    errorFamily: errorFamily(attempt.text),
    error: maskTransportError(attempt.text),
    resentAt: Number.NaN,
    resentBy: "",
    recoveredAt: Number.NaN,
    senders: [],
    submissionIds: [],
    expiresAt: Number.NaN,
  };
}

function knownFile(
  facts: Facts,
  finder: OriginFinder,
  reportId: string,
  attempts: readonly Attempt[],
  window: { from: Micros; to: Micros },
  limits: Limits,
): Failure {
  const { reports } = facts;
  const id = reports.ids.find(reportId);
  const file = id >= 0 && reports.isLoaded(id) ? id : -1;
  const failed = attempts.filter(({ kind }) => kind === "send_warning" || kind === "send_error");
  const final = failed.filter(({ kind, at }) => kind === "send_error" && at >= window.from && at < window.to);
  const last = final[final.length - 1];
  const resend = attempts.findLast(({ kind }) => kind === "resend");
  const recovery = file < 0 ? { at: Number.NaN, underError: false } : recovered(facts, file, last, attempts);
  const origins = file < 0 ? { roots: [], senders: [] } : finder.of(file);
  return {
    report: file,
    reportId,
    receiver: file < 0 ? receiverOf(facts, attempts) : reports.receivers.get(reports.receiver[file]),
    state: stateOf(attempts, recovery),
    firstFailedAt: failed[0].at,
    lastFailedAt: last.at,
    attempts: failed.length,
    errorFamily: errorFamily(last.text),
    error: maskTransportError(last.text),
    resentAt: resend?.at ?? Number.NaN,
    resentBy: resend?.by ?? "",
    recoveredAt: recovery.underError ? Number.NaN : recovery.at,
    senders: origins.senders,
    submissionIds: origins.roots.map((root) => reports.actionId[root]).sort((left, right) => left - right),
    expiresAt: file < 0 ? Number.NaN : reports.createdAt[file] + limits.fileLife,
  };
}

interface Recovery {
  at: Micros;
  /** The file stands under the failed action itself: the upload worked and what followed did not. */
  underError: boolean;
}

/** The first file sent or fetched after the failure. */
function recovered(facts: Facts, file: number, failure: Attempt, attempts: readonly Attempt[]): Recovery {
  const { graph, kinds, reports } = facts;
  let first = Number.NaN;
  let underError = false;
  const consider = (at: Micros): void => {
    if (Number.isNaN(first) || at < first) first = at;
  };
  for (let link = graph.firstChild[file]; link < graph.firstChild[file + 1]; link++) {
    const child = graph.children[link];
    if (kinds[child] !== KIND.sent && kinds[child] !== KIND.downloaded) continue;
    if (reports.actionId[child] === failure.actionId) underError = true;
    else if (reports.createdAt[child] > failure.at) consider(reports.createdAt[child]);
  }
  for (const { kind, at } of attempts) if (kind === "email" && at > failure.at) consider(at);
  return { at: first, underError: underError && Number.isNaN(first) };
}

function stateOf(attempts: readonly Attempt[], recovery: Recovery): FailureState {
  if (!Number.isNaN(recovery.at)) return "recovered";
  if (recovery.underError) return "maybe delivered";
  const last = attempts.findLast(({ kind }) => kind === "resend" || kind === "send_error");
  if (last?.kind === "resend") return "resent";
  return attempts.some(({ kind, text }) => kind === "send_error" && saysSuccess(text)) ? "maybe delivered" : "open";
}

/**
 * The transport's own success inside the text of a failure: the upload worked, then the send
 * function failed. Source: transport/*.kt, the wording of each success.
 */
function saysSuccess(text: string): boolean {
  return /Success: (?:sftp upload|REST transport|SOAP transport)|Successful (?:upload|exposure notifications) of|Successfully copied/.test(
    text,
  );
}

function receiverOf({ reports: { receivers } }: Facts, attempts: readonly Attempt[]): Party {
  const named = attempts.findLast(({ receiver }) => receiver !== "");
  return named ? receivers.get(receivers.id(named.receiver)) : NO_PARTY;
}
