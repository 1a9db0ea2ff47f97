import { actsOnFailure } from "../../summary/operators/acts.ts";
import { timeLeft } from "../../summary/operators/last-mile.ts";
import type { EarlierFailure, LastMileReceiver, OperatorsSummary } from "../../summary/operators/types.ts";
import type { Summary } from "../../summary/types.ts";
import { DAY } from "../../time/instant.ts";
import { type Cut, cut, cutPlaced, placed } from "./cut.ts";

/** The section on last-mile failures: receivers at a glance, then file by file. */
export interface LastMileView {
  /** `, the first in 9 days`; "" where nothing expires soon. */
  firstExpiry: string;
  receivers: Cut<LastMileReceiver & { of: string; errors: string; left: string; acts: string }>;
  files: Cut<FileLine>;
}

interface FileLine {
  of: string;
  receiver: string;
  fileName: string;
  items: number | null;
  state: string;
  isNew: boolean;
  lastFailedAt: string;
  errorFamily: string;
  left: string;
  acts: string;
}

/** What somebody has to do first: what is open, then what may have arrived, then what takes its course. */
const STATES = ["open", "maybe delivered", "resent", "recovered"];

export function lastMileView(summary: Summary, operators: OperatorsSummary): LastMileView {
  const { asOf, lastMile, earlierFailures } = operators;
  const files = [
    ...placed<EarlierFailure>("failures", summary.failures).map((file) => ({ ...file, isNew: true })),
    ...placed("operators.earlierFailures.failures", earlierFailures.failures).map((file) => ({
      ...{ ...file, isNew: false },
    })),
  ].sort((left, right) => STATES.indexOf(left.row.state) - STATES.indexOf(right.row.state));
  const { firstExpiresAt } = lastMile;
  return {
    firstExpiry: firstExpiresAt === null ? "" : `, the first in ${daysLeft(firstExpiresAt, asOf)}`,
    receivers: cut("operators.lastMile.receivers", lastMile.receivers, (row) => ({
      ...row,
      receiver: row.receiver || "not known",
      errors: row.errorFamilies.join(", "),
      left: row.firstExpiresAt === null ? "" : daysLeft(row.firstExpiresAt, asOf),
      acts: row.newFiles + row.standingFiles > 0 ? "reportstream" : row.maybeDeliveredFiles > 0 ? "receiver" : "nobody",
    })),
    files: cutPlaced(
      files.map(({ row, of, isNew }) => ({ row: { ...row, isNew }, of })),
      ({ receiver, fileName, items, state, isNew, lastFailedAt, errorFamily, expiresAt }) => ({
        ...{ receiver: receiver || "not known", fileName: fileName || "not known", items, state, isNew, lastFailedAt },
        ...{ errorFamily, left: state === "recovered" ? "" : daysLeft(expiresAt, asOf), acts: actsOnFailure(state) },
      }),
    ),
  };
}

/** `9 days`, `less than a day`, `expired`; "" where it is not known. */
export function daysLeft(expiresAt: string | null, asOf: string): string {
  const left = timeLeft(expiresAt, asOf);
  if (Number.isNaN(left)) return "";
  if (left <= 0) return "expired";
  const days = Math.floor(left / DAY);
  return days === 0 ? "less than a day" : `${days} ${days === 1 ? "day" : "days"}`;
}
