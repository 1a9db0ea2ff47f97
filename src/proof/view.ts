import type { SnapshotIdentity } from "../source/snapshot.ts";
import { formatInstant, type Micros } from "../time/instant.ts";
import { describeWindow, type Window } from "../time/window.ts";
import { formatMoment } from "../time/zone.ts";
import { type ProofTotal, sumOf } from "./fold.ts";
import type { Evidence } from "./read.ts";
import type { Subject } from "./subject.ts";

/** What the page says of itself beside the evidence. */
export interface ProofHead {
  subject: Subject;
  window: Window;
  snapshot: Pick<SnapshotIdentity, "at" | "id">;
  asOf: Micros;
  tool: { name: string; version: string };
  queries: readonly { name: string; sha256: string }[];
  /** The CSV file beside the page, and the SHA-256 of its bytes. */
  data: { file: string; sha256: string };
}

/** The data of templates/proof.hbs: texts and numbers only, every instant with its zone. */
export function proofView(evidence: Evidence, head: ProofHead): object {
  const { window, subject } = head;
  const { timeZone } = window;
  const moment = (at: Micros): string => formatMoment(at, timeZone);
  const sum = sumOf(evidence.totals);
  const isSender = subject.kind === "sender";
  return {
    isSender,
    name: subject.name,
    windowText: describeWindow(window),
    from: moment(window.from),
    to: moment(window.to),
    asOf: moment(head.asOf),
    snapshot: { at: moment(head.snapshot.at), id: head.snapshot.id },
    printedAt: formatInstant(head.snapshot.at),
    tool: head.tool,
    queries: head.queries.map(({ name, sha256 }) => ({ name, shortHash: sha256.slice(0, 16) })),
    data: head.data,
    timeZone,
    submissions: evidence.submissions.map((row) => ({
      ...row,
      time: moment(row.at),
      id: row.reportId || `request ${row.submissionId}`,
      outcomes: row.httpStatus === null ? row.outcomes : [`refused when it was submitted (HTTP ${row.httpStatus})`],
    })),
    deliveries: evidence.deliveries.map((row) => ({
      ...row,
      time: moment(row.at),
      how:
        row.kind === "download"
          ? "fetched"
          : `sent${row.resend ? " again" : ""}${row.transport ? ` by ${row.transport}` : ""}`,
    })),
    counts: {
      submissions: evidence.submissions.filter(({ httpStatus }) => httpStatus === null).length,
      refused: evidence.submissions.filter(({ httpStatus }) => httpStatus !== null).length,
      items: evidence.submissions.reduce((total, { items }) => total + items, 0),
      files: evidence.deliveries.length,
      fileItems: evidence.deliveries.reduce((total, { items }) => total + items, 0),
    },
    totals: evidence.totals.map((total) => totalView(total, total.party || "none, or not known yet")),
    sum: totalView(sum, "all"),
    errors: evidence.errors.map((group) => ({
      ...group,
      errorCode: group.errorCode === "UNKNOWN" ? "" : group.errorCode,
      firstSeen: moment(group.firstSeen),
      lastSeen: moment(group.lastSeen),
    })),
  };
}

function totalView({ counts, intended, delivered, percent }: ProofTotal, party: string): object {
  const { filtered, unrouted, rejected, failed, stuck } = counts;
  const open = counts.waiting + counts.retrying;
  const were = delivered === 1 ? "was" : "were";
  return {
    party,
    intended,
    delivered,
    were,
    percent,
    open,
    failed: failed + stuck,
    filtered,
    unrouted: unrouted + rejected,
  };
}
