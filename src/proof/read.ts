import { ErrorGroups } from "../action-log/group.ts";
import { OriginFinder } from "../lineage/origins.ts";
import type { Party } from "../lineage/parties.ts";
import { ReportWalk } from "../lineage/walk.ts";
import { deliveriesBetween } from "../outcome/deliveries.ts";
import type { Judge } from "../outcome/judge.ts";
import { groupedRow, type NamedGroup, namedGroup } from "../run/error-rows.ts";
import type { LoggedError } from "../run/log-pass.ts";
import { type Judging, readDays } from "../run/read/days.ts";
import type { WindowData } from "../run/read/window.ts";
import type { Catalogue } from "../source/catalogue.ts";
import type { Snapshot } from "../source/snapshot.ts";
import type { Micros } from "../time/instant.ts";
import type { Window } from "../time/window.ts";
import { type ProofDelivery, ProofFold, type ProofSubmission, type ProofTotal } from "./fold.ts";
import { type Subject, SubjectRows } from "./subject.ts";

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

/** Reads the evidence of a window a local day at a time, and judges each submission by the rules of `run`. */
export async function readEvidence(
  snapshot: Snapshot,
  catalogue: Catalogue,
  subject: Subject,
  window: Window,
  judging: Judging,
): Promise<Evidence> {
  const fold = new ProofFold(subject.kind);
  const groups = new ErrorGroups();
  const { organizations, has: concerns } = new SubjectRows(subject);
  const onLogged = (error: LoggedError): undefined => {
    // What is internal to the service is not the sender's; of a receiver's only its own filters speak.
    const own =
      subject.kind === "sender"
        ? error.scope !== "internal" && error.type !== "filter" && concerns(error.sender)
        : error.type === "filter" && concerns(error.receiver);
    if (own) groups.add(groupedRow(error));
  };
  for await (const { data, judge, from, to } of readDays(snapshot, catalogue, window, judging, onLogged)) {
    readSubmissions(data, judge, { from, to }, concerns, fold);
    if (subject.kind === "receiver") readDeliveries(data, { from, to }, concerns, fold);
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
