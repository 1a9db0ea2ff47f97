import type { OriginFinder } from "../lineage/origins.ts";
import type { Party } from "../lineage/parties.ts";
import type { Micros } from "../time/instant.ts";
import type { Attempt } from "./attempt.ts";
import type { Facts } from "./facts.ts";
import { KIND } from "./kind.ts";

/** One file sent to a receiver, or fetched: a row of deliveries.csv. */
export interface Delivery {
  /** The sent or fetched report's own number; of an e-mail, the batch file's. */
  report: number;
  at: Micros;
  kind: "sent" | "download";
  receiver: Party;
  transport: string;
  /** Tries to send in the last series, the successful one included; 0 for a download. */
  attempts: number;
  /** True when an operator had asked for it to be sent again. */
  resend: boolean;
  submissions: number;
  senders: Party[];
  /** NaN where no submission is known. */
  oldestSubmittedAt: Micros;
}

/**
 * The files delivered in [from, to), ordered by (delivered_at, report_id). One after the other, since
 * a day has hundreds of thousands: until its turn a file is a number.
 */
export function* deliveriesBetween(
  facts: Facts,
  origins: OriginFinder,
  from: Micros,
  to: Micros,
): Generator<Delivery, void, undefined> {
  const { reports, kinds } = facts;
  const files: number[] = [];
  for (let report = 0; report < kinds.length; report++) {
    if (kinds[report] !== KIND.sent && kinds[report] !== KIND.downloaded) continue;
    if (reports.createdAt[report] >= from && reports.createdAt[report] < to) files.push(report);
  }
  files.sort((left, right) => reports.createdAt[left] - reports.createdAt[right] || reports.ids.compare(left, right));
  const mailed = [...facts.attempts]
    .filter(([, attempts]) => attempts.some(({ kind }) => kind === "email"))
    .flatMap(([file, attempts]) => mails(facts, origins, file, attempts, from, to))
    .sort((left, right) => left.at - right.at || reports.ids.compare(left.report, right.report));
  let mail = 0;
  for (const file of files) {
    const at = reports.createdAt[file];
    for (; mail < mailed.length; mail++) {
      const { at: mailedAt, report } = mailed[mail];
      if (mailedAt > at || (mailedAt === at && reports.ids.compare(report, file) > 0)) break;
      yield mailed[mail];
    }
    yield kinds[file] === KIND.sent ? sentFile(facts, origins, file) : fetchedFile(facts, origins, file);
  }
  yield* mailed.slice(mail);
}

function sentFile(facts: Facts, origins: OriginFinder, report: number): Delivery {
  const at = facts.reports.createdAt[report];
  const { attempts, resend } = lastSeries(attemptsOf(facts, readyFile(facts, report)), at);
  return delivery(facts, origins, report, {
    at,
    kind: "sent",
    transport: facts.files.transport(report),
    attempts,
    resend,
  });
}

function fetchedFile(facts: Facts, origins: OriginFinder, report: number): Delivery {
  const at = facts.reports.createdAt[report];
  return delivery(facts, origins, report, { at, kind: "download", transport: "", attempts: 0, resend: false });
}

/** An e-mail leaves no report: its batch file stands in, once it is certain that no other file was sent. */
function mails(
  facts: Facts,
  origins: OriginFinder,
  file: number,
  attempts: readonly Attempt[],
  from: Micros,
  to: Micros,
): Delivery[] {
  const task = facts.tasks.get(file);
  if (!facts.reports.isLoaded(file) || (task && task.step !== "none")) return [];
  return attempts
    .filter(({ kind, at }) => kind === "email" && at >= from && at < to)
    .map(({ at }) => {
      return delivery(facts, origins, file, { at, kind: "sent", transport: "EMAIL", ...lastSeries(attempts, at) });
    });
}

function delivery(
  { reports }: Facts,
  finder: OriginFinder,
  report: number,
  { at, kind, transport, attempts, resend }: Pick<Delivery, "at" | "kind" | "transport" | "attempts" | "resend">,
): Delivery {
  const { roots, senders } = finder.of(report);
  return {
    report,
    at,
    kind,
    receiver: reports.receivers.get(reports.receiver[report]),
    transport,
    attempts,
    resend,
    submissions: roots.length,
    senders,
    oldestSubmittedAt: roots.length === 0 ? Number.NaN : reports.createdAt[roots[0]],
  };
}

/** The file made ready that a sent report is the copy of; -1 when the lineage does not show it. */
export function readyFile({ graph, kinds }: Pick<Facts, "graph" | "kinds">, sent: number): number {
  for (let link = graph.firstParent[sent]; link < graph.firstParent[sent + 1]; link++) {
    if (kinds[graph.parents[link]] === KIND.deliverable) return graph.parents[link];
  }
  return -1;
}

function attemptsOf(facts: Facts, file: number): readonly Attempt[] {
  return facts.attempts.get(file) ?? [];
}

/** Failed attempts since the last request to send again (or since ever) before a success, and the success. */
function lastSeries(attempts: readonly Attempt[], success: Micros): { attempts: number; resend: boolean } {
  if (attempts.length === 0) return FIRST_TRY;
  const before = attempts.filter(({ at }) => at < success);
  const again = before.findLastIndex(({ kind }) => kind === "resend");
  const failed = before.slice(again + 1).filter(({ kind }) => kind === "send_warning" || kind === "send_error");
  return { attempts: failed.length + 1, resend: again >= 0 };
}

const FIRST_TRY = { attempts: 1, resend: false };
