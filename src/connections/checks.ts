import type { ErrorFamily } from "../action-log/transport.ts";
import type { Micros } from "../time/instant.ts";

/** One check of a receiver's connection. */
export interface Check {
  at: Micros;
  /** What went wrong; undefined for a check that succeeded. */
  failure: ErrorFamily | undefined;
}

/** A row of failed checks without a success between them. */
export interface Outage {
  /** The first of its checks. */
  from: Micros;
  /** The last of them. */
  to: Micros;
  checks: number;
  /** As its last check says. */
  family: ErrorFamily;
}

/** What the checks of one receiver say. */
export interface Connection {
  checks: number;
  lastCheckAt: Micros;
  /** NaN for none among the checks that were read. */
  lastSuccessAt: Micros;
  /** The outage that goes on; undefined where the last check succeeded. */
  outage: Outage | undefined;
  /** Outages that are over. */
  before: readonly Outage[];
}

/** Folds the checks of one receiver, in any order: they are recorded when they end, and a slow one ends after the next began. */
export function foldChecks(checks: readonly Check[]): Connection {
  const outages: Outage[] = [];
  let lastSuccessAt = Number.NaN;
  let open: Outage | undefined;
  let lastCheckAt = Number.NaN;
  for (const { at, failure } of [...checks].sort((a, b) => a.at - b.at)) {
    lastCheckAt = at;
    if (failure === undefined) {
      lastSuccessAt = at;
      open = undefined;
      continue;
    }
    if (!open) {
      open = { from: at, to: at, checks: 0, family: failure };
      outages.push(open);
    }
    open.to = at;
    open.checks++;
    open.family = failure;
  }
  return {
    checks: checks.length,
    lastCheckAt,
    lastSuccessAt,
    outage: open,
    before: outages.filter((one) => one !== open),
  };
}
