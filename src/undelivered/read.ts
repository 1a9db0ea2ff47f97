import { type Party, partyOf } from "../lineage/parties.ts";
import { Judge } from "../outcome/judge.ts";
import { KIND } from "../outcome/kind.ts";
import type { Limits } from "../outcome/limits.ts";
import { readWindow, type WindowData } from "../run/read/window.ts";
import { sayTime } from "../run/say-time.ts";
import type { Catalogue } from "../source/catalogue.ts";
import { query } from "../source/row-stream.ts";
import type { Snapshot } from "../source/snapshot.ts";
import { HOUR, type Micros } from "../time/instant.ts";
import type { Window } from "../time/window.ts";
import { type Waterfall, WaterfallFold } from "./waterfall.ts";

/** What is asked for. */
export interface Scope {
  window: Window;
  /** A sender's or receiver's full name, or its organization; undefined for all. */
  sender: string | undefined;
  receiver: string | undefined;
  /** Senders by full name or organization whose submissions are left out and counted. */
  leaveOut: readonly string[];
}

export interface Undelivered {
  /** Reports as senders submitted them. */
  submissions: number;
  /** Requests that were answered with an error: they have no items, and are in no sum. */
  rejectedRequests: number;
  items: number;
  /** Items times the receivers that they were meant for; an item without any counts once. */
  itemsAndReceivers: number;
  byItem: Waterfall;
  byItemAndReceiver: Waterfall;
  /** What is in none of the sums, by the rule that leaves it out. */
  leftOut: LeftOut;
}

export interface LeftOut {
  /** Requests that were answered with success and left no report. */
  testRequests: number;
  /** Files made ready without any item, which some receivers want as a sign of life. */
  emptyFiles: number;
  /** Of the senders that were to be left out, rejected requests included. */
  submissions: number;
  items: number;
}

export interface Judging {
  limits: Limits;
  settleHours: number;
  asOf: Micros;
  onPhase: (phase: string) => void;
}

/** Reads a window whole, judges each item and adds up; writes nothing. */
export async function readUndelivered(
  snapshot: Snapshot,
  catalogue: Catalogue,
  scope: Scope,
  { limits, settleHours, asOf, onPhase }: Judging,
): Promise<Undelivered> {
  const { from, to, timeZone } = scope.window;
  const span = { from, to, horizon: to + settleHours * HOUR };
  const data = await readWindow(snapshot, catalogue, span, { onLogged: () => undefined, onPhase });
  const testRequests = await countTestRequests(snapshot, catalogue, scope);
  onPhase("outcomes");
  const judge = new Judge(data.facts, { asOf, limits, timeZone, say: sayTime(asOf) });
  const totals = { submissions: 0, items: 0, itemsAndReceivers: 0 };
  const leftOut: LeftOut = { testRequests, emptyFiles: countEmptyFiles(data, scope), submissions: 0, items: 0 };
  const fold = new WaterfallFold();
  const { reports, submissions } = data.rows;
  for (let row = 0; row < submissions.length; row++) {
    const root = submissions.report[row];
    const sender = submissions.senders.get(submissions.sender[row]);
    if (reports.createdAt[root] < from || reports.createdAt[root] >= to || !isNamed(sender, scope.sender)) continue;
    const items = judge.itemCount(root);
    if (isLeftOut(sender, scope)) {
      leftOut.submissions++;
      leftOut.items += items;
      continue;
    }
    let counted = items === 0 && scope.receiver === undefined;
    for (let item = 1; item <= items; item++) {
      const outcomes = judge
        .outcomes(root, item)
        .map(({ receiver, outcome, reason, acts }) => ({
          receiver: reports.receivers.get(receiver),
          outcome,
          reason,
          acts,
        }))
        .filter(({ receiver }) => isNamed(receiver, scope.receiver));
      if (outcomes.length === 0) continue;
      counted = true;
      totals.items++;
      totals.itemsAndReceivers += outcomes.length;
      fold.item(sender, outcomes);
    }
    if (counted) totals.submissions++;
  }
  const rejected = data.rejected.filter(({ sender }) => isNamed(sender, scope.sender));
  const rejectedOut = rejected.filter(({ sender }) => isLeftOut(sender, scope)).length;
  leftOut.submissions += rejectedOut;
  return {
    ...totals,
    rejectedRequests: scope.receiver === undefined ? rejected.length - rejectedOut : 0,
    byItem: fold.byItem(),
    byItemAndReceiver: fold.byItemAndReceiver(),
    leftOut,
  };
}

function isNamed({ name, organization }: Party, wanted: string | undefined): boolean {
  return wanted === undefined || name === wanted || organization === wanted;
}

function isLeftOut(sender: Party, { leaveOut }: Scope): boolean {
  return leaveOut.some((name) => isNamed(sender, name));
}

async function countTestRequests(snapshot: Snapshot, catalogue: Catalogue, scope: Scope): Promise<number> {
  const { from, to } = scope.window;
  const { rows } = await query(snapshot, catalogue.find("test-requests"), { from, to });
  return rows.filter(([, , sender]) => isNamed(partyOf(String(sender ?? "")), scope.sender)).length;
}

function countEmptyFiles({ rows: { reports }, facts: { kinds } }: WindowData, scope: Scope): number {
  const { from, to } = scope.window;
  let files = 0;
  for (let report = 0; report < kinds.length; report++) {
    if (kinds[report] !== KIND.deliverable || reports.itemCount[report] !== 0) continue;
    const at = reports.createdAt[report];
    if (at >= from && at < to && isNamed(reports.receivers.get(reports.receiver[report]), scope.receiver)) files++;
  }
  return files;
}
