import type { OperatorsSummary } from "../../src/summary/operators/types.ts";

/** The operators' part of a run in which nothing is to be said. */
export function emptyOperators(): OperatorsSummary {
  const counts = { newFiles: 0, newItems: 0, standingFiles: 0, standingItems: 0, resentFiles: 0, recoveredFiles: 0 };
  return {
    verdict: { level: "clear", facts: [] },
    asOf: "2026-11-21T10:30:00.000Z",
    lookedUntil: "2026-11-21T10:30:00.000Z",
    lastMile: { ...counts, maybeDeliveredFiles: 0, expiringFiles: 0, firstExpiresAt: null, receivers: [] },
    earlierFailures: { from: "2026-09-21T05:00:00.000Z", failures: [] },
    connections: { from: "2026-08-23T10:30:00.000Z", up: 0, notChecked: 0, down: [], unchecked: [] },
    stuck: { steps: [], stuckTasks: 0 },
    undelivered: [],
    duplicates: { items: [], files: [], totalItems: 0, totalFiles: 0 },
    settingChanges: { from: "2026-11-19T05:00:00.000Z", to: "2026-11-21T05:00:00.000Z", changes: [] },
    lookupTables: { tables: 0, notActive: [] },
    week: { judged: false, reason: "the window is not made of whole local days" },
    caveats: [],
  };
}
