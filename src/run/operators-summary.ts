import { type CheckedReceiver, listConnections } from "../connections/connections.ts";
import { type Party, partyOf } from "../lineage/parties.ts";
import type { Limits } from "../outcome/limits.ts";
import { type ReceiverHistory, type ReceiverVersion, receiverAt } from "../outcome/receiver.ts";
import { order } from "../summary/fold.ts";
import { caveatsOf } from "../summary/operators/caveats.ts";
import { connectionsSummary } from "../summary/operators/connections.ts";
import { earlierFailures } from "../summary/operators/earlier-failures.ts";
import { lastMile } from "../summary/operators/last-mile.ts";
import { settingChanges } from "../summary/operators/setting-changes.ts";
import { queueSteps } from "../summary/operators/stuck.ts";
import { lookupTables } from "../summary/operators/tables.ts";
import type { OperatorsSummary } from "../summary/operators/types.ts";
import { verdictOf } from "../summary/operators/verdict.ts";
import { type DayRun, routedCounts, weekSoFar } from "../summary/operators/week.ts";
import type { Summary } from "../summary/types.ts";
import { formatInstant, type Micros } from "../time/instant.ts";
import type { Window } from "../time/window.ts";
import type { OperatorsData } from "./read/operators.ts";
import type { WrittenRows } from "./write-rows.ts";

/** What the operators' part of a summary is made of, beside what was read for it. */
export interface OperatorsContext {
  window: Window;
  written: WrittenRows;
  limits: Limits;
  settle: Micros;
  /** Whether `asOf` was asked for. */
  isAsOfGiven: boolean;
  unmasked: boolean;
  /** Whether the run is for the organization. */
  wants: (organization: string) => boolean;
  /** Runs of single days before this one. */
  earlierDays: readonly DayRun[];
}

/** The operators' part of a summary, the rest of which is there already. */
export function operatorsSummary(data: OperatorsData, summary: Summary, context: OperatorsContext): OperatorsSummary {
  const { window, limits, settle, wants } = context;
  const { readAt, asOf, duplicateItems: items, duplicateFiles: files } = context.written;
  const isWhole = summary.limitedTo.length === 0;
  const inForce = receiversAt(context.written.receivers, data.until);
  const failures = data.failures.filter(({ receiver }) => wants(receiver.organization));
  const listed = listConnections(
    inForce.filter(({ party }) => wants(party.organization)).map(checkedReceiver),
    data.checks,
    data.waiting,
    failures
      .filter(({ state }) => state === "open" || state === "resent")
      .map(({ receiver, lastFailedAt, items }) => ({
        ...{ receiverKey: receiver.key, at: lastFailedAt, items: items ?? 0 },
      })),
  );
  const byName = new Map(inForce.map(({ party, version }) => [party.name, version]));
  const earlier = earlierFailures(failures, { from: data.failuresFrom, windowFrom: window.from });
  const steps = isWhole ? queueSteps(data.queue, byName, { asOf, limits }) : null;
  const operators = {
    asOf: formatInstant(asOf),
    lookedUntil: formatInstant(data.until),
    lastMile: lastMile(summary.failures, earlier.failures, formatInstant(asOf)),
    earlierFailures: earlier,
    connections: connectionsSummary(listed, data.checksFrom),
    stuck: { steps, stuckTasks: (steps ?? []).reduce((sum, { stuckTasks }) => sum + stuckTasks, 0) },
    undelivered: context.written.outcomes,
    duplicates: {
      ...{ items, files },
      totalItems: items.reduce((sum, one) => sum + one.items, 0),
      totalFiles: files.reduce((sum, one) => sum + one.files, 0),
    },
    settingChanges: settingChanges(
      data.changes.filter(({ organization }) => wants(organization)),
      { from: data.changesFrom, to: window.to },
    ),
    lookupTables: isWhole ? lookupTables(data.tables) : null,
    week: weekSoFar(window, { counts: routedCounts(summary.pairs), readAt }, context.earlierDays, settle),
    caveats: caveatsOf({
      ...summary,
      timeZone: window.timeZone,
      settledAt: window.to + settle,
      readAt,
      asOf: context.isAsOfGiven ? asOf : undefined,
      unmasked: context.unmasked,
      gaps: data.gaps,
      knownReceivers: new Set(byName.keys()),
    }),
  };
  return { verdict: verdictOf({ ...summary, operators }), ...operators };
}

interface ReceiverInForce {
  party: Party;
  version: ReceiverVersion;
}

/** Receivers whose setting was there at an instant, by name. */
function receiversAt(history: ReceiverHistory, at: Micros): ReceiverInForce[] {
  return [...history.keys()]
    .flatMap((key) => {
      const version = receiverAt(history, key, at);
      return version?.exists === true && version.from <= at ? [{ party: partyOf(key), version }] : [];
    })
    .sort((left, right) => order(left.party.key, right.party.key));
}

function checkedReceiver({ party, version }: ReceiverInForce): CheckedReceiver {
  const { customerStatus, transport } = version;
  return { key: party.key, fullName: party.name, facts: { status: customerStatus, transport } };
}
