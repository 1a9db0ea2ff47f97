import { ErrorGroups } from "../action-log/group.ts";
import { OriginFinder } from "../lineage/origins.ts";
import type { Party } from "../lineage/parties.ts";
import { ReportWalk } from "../lineage/walk.ts";
import { deliveriesBetween } from "../outcome/deliveries.ts";
import { Judge } from "../outcome/judge.ts";
import type { Limits } from "../outcome/limits.ts";
import { groupedRow, type NamedGroup, namedGroup } from "../run/error-rows.ts";
import { readWindow, type WindowData } from "../run/read/window.ts";
import { sayTime } from "../run/say-time.ts";
import type { Catalogue } from "../source/catalogue.ts";
import type { Snapshot } from "../source/snapshot.ts";
import { HOUR, type Micros } from "../time/instant.ts";
import type { Window } from "../time/window.ts";
import { inZone, toMicros } from "../time/zone.ts";
import { type ProofDelivery, ProofFold, type ProofSubmission, type ProofTotal } from "./fold.ts";

/** Whose evidence it is: a sender or receiver by its full name, or by its organization for all of it. */
export interface Subject {
  kind: "sender" | "receiver";
  name: string;
}

export interface Evidence {
  /** A sender's submissions, rejected requests among them; empty for a receiver. */
  submissions: readonly ProofSubmission[];
  /** The files that a receiver was handed or fetched in the window; empty for a sender. */
  deliveries: readonly ProofDelivery[];
  /** By the other side: items submitted in the window, and what became of them. */
  totals: readonly ProofTotal[];
  errors: readonly NamedGroup[];
  /** The organizations that the name meant; more than one where an organization's name holds a dot. */
  organizations: ReadonlySet<string>;
}

export interface Judging {
  limits: Limits;
  settleHours: number;
  asOf: Micros;
  onPhase: (phase: string) => void;
}

/**
 * Reads the evidence of a window a local day at a time, through one snapshot: memory holds one day's lineage, whatever the window, and each
 * submission is judged by the rules of `run`.
 */
export async function readEvidence(
  snapshot: Snapshot,
  catalogue: Catalogue,
  subject: Subject,
  window: Window,
  { limits, settleHours, asOf, onPhase }: Judging,
): Promise<Evidence> {
  const fold = new ProofFold(subject.kind);
  const groups = new ErrorGroups();
  const organizations = new Set<string>();
  const concerns = (party: Party): boolean => {
    const named = party.name === subject.name || party.organization === subject.name;
    if (named) organizations.add(party.organization);
    return named;
  };
  for (const day of localDays(window)) {
    const data = await readWindow(
      snapshot,
      catalogue,
      { ...day, horizon: day.to + settleHours * HOUR },
      {
        onLogged(error) {
          // What is internal to the service is not the sender's; of a receiver's only its own filters speak.
          const own =
            subject.kind === "sender"
              ? error.scope !== "internal" && error.type !== "filter" && concerns(error.sender)
              : error.type === "filter" && concerns(error.receiver);
          if (own) groups.add(groupedRow(error));
          return undefined;
        },
        onPhase,
      },
    );
    const judge = new Judge(data.facts, { asOf, limits, timeZone: window.timeZone, say: sayTime(asOf) });
    readSubmissions(data, judge, day, concerns, fold);
    if (subject.kind === "receiver") readDeliveries(data, day, concerns, fold);
  }
  return { ...fold.result(), errors: groups.result().groups.map(namedGroup), organizations };
}

function readSubmissions(
  data: WindowData,
  judge: Judge,
  { from, to }: { from: Micros; to: Micros },
  concerns: (party: Party) => boolean,
  fold: ProofFold,
): void {
  const { reports, submissions, files } = data.rows;
  const ofSender = fold.kind === "sender";
  for (let row = 0; row < submissions.length; row++) {
    const root = submissions.report[row];
    const at = reports.createdAt[root];
    const sender = submissions.senders.get(submissions.sender[row]);
    if (at < from || at >= to || (ofSender && !concerns(sender))) continue;
    const items = judge.itemCount(root);
    const outcomes = [];
    for (let item = 1; item <= items; item++) {
      for (const { receiver, outcome } of judge.outcomes(root, item)) {
        const party = reports.receivers.get(receiver);
        if (ofSender || concerns(party)) outcomes.push({ receiver: party, outcome });
      }
    }
    if (!ofSender && outcomes.length === 0) continue;
    fold.submission({
      submissionId: reports.actionId[root],
      reportId: reports.ids.text(root),
      at,
      sender,
      topic: files.topic(root),
      fileName: files.name(root),
      items,
      httpStatus: null,
      outcomes,
    });
  }
  if (!ofSender) return;
  for (const { actionId, at, sender, fileName, httpStatus } of data.rejected) {
    if (!concerns(sender)) continue;
    const nothing = { reportId: "", topic: "", items: 0, outcomes: [] };
    fold.submission({ ...nothing, submissionId: actionId, at, sender, fileName: fileName ?? "", httpStatus });
  }
}

function readDeliveries(
  { facts, rows: { reports, submissions, files } }: WindowData,
  { from, to }: { from: Micros; to: Micros },
  concerns: (party: Party) => boolean,
  fold: ProofFold,
): void {
  const origins = new OriginFinder(reports, submissions, new ReportWalk(facts.graph, "up"));
  for (const { report, at, kind, receiver, transport, resend, submissions: count, senders } of deliveriesBetween(
    facts,
    origins,
    from,
    to,
  )) {
    if (!concerns(receiver)) continue;
    fold.delivery({
      reportId: reports.ids.text(report),
      at,
      kind,
      receiver: receiver.name,
      topic: files.topic(report),
      fileName: files.name(report),
      items: reports.itemCount[report],
      transport,
      resend,
      submissions: count,
      senders: [...new Set(senders.map(({ name }) => name))],
    });
  }
}

/** The local days of a window, the first and the last cut to it. */
function* localDays({ from, to, timeZone }: Window): Generator<{ from: Micros; to: Micros }> {
  for (let start = from; start < to; ) {
    const next = toMicros(inZone(start, timeZone).toPlainDate().add({ days: 1 }).toZonedDateTime(timeZone));
    yield { from: start, to: Math.min(next, to) };
    start = next;
  }
}
