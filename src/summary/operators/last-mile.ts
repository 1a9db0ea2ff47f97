import { DAY, parseInstant } from "../../time/instant.ts";
import { order } from "../fold.ts";
import type { FailureSummary } from "../types.ts";
import type { EarlierFailure, LastMile, LastMileCounts, LastMileReceiver } from "./types.ts";

/** Files that can be sent again for less than this are called out. */
const EXPIRES_SOON = 14 * DAY;

/** As much of a failure as is counted; `isNew` for those of the window. */
type Counted = EarlierFailure & { isNew: boolean };

/** Counts last-mile failures, the window's and earlier ones, in all and by receiver. `asOf` is an instant of summary.json. */
export function lastMile(
  failures: readonly FailureSummary[],
  earlier: readonly EarlierFailure[],
  asOf: string,
): LastMile {
  const all: Counted[] = [
    ...failures.map((failure) => ({ ...failure, isNew: true })),
    ...earlier.map((failure) => ({ ...failure, isNew: false })),
  ];
  const byReceiver = new Map<string, Counted[]>();
  for (const failure of all) {
    const key = `${failure.organization}\n${failure.receiver}`;
    byReceiver.set(key, [...(byReceiver.get(key) ?? []), failure]);
  }
  const receivers = [...byReceiver.values()].map((own) => receiverLine(own, asOf));
  return {
    ...countsOf(all, asOf),
    receivers: receivers.sort((left, right) => toDo(right) - toDo(left) || order(left.receiver, right.receiver)),
  };
}

function toDo({ newFiles, standingFiles, maybeDeliveredFiles }: LastMileCounts): number {
  return newFiles + standingFiles + maybeDeliveredFiles;
}

function receiverLine(own: readonly Counted[], asOf: string): LastMileReceiver {
  const [{ receiver, organization }] = own as [Counted];
  const families = new Map<string, number>();
  for (const { errorFamily } of own) families.set(errorFamily, (families.get(errorFamily) ?? 0) + 1);
  return {
    ...{ receiver, organization },
    ...countsOf(own, asOf),
    firstFailedAt: own.map(({ lastFailedAt }) => lastFailedAt).sort()[0] as string,
    errorFamilies: [...families].sort(([a, m], [b, n]) => n - m || order(a, b)).map(([family]) => family),
  };
}

function countsOf(failures: readonly Counted[], asOf: string): LastMileCounts {
  const inState = (state: string): Counted[] => failures.filter((failure) => failure.state === state);
  const open = inState("open");
  const [fresh, standing] = [open.filter(({ isNew }) => isNew), open.filter(({ isNew }) => !isNew)];
  const expiring = [...open, ...inState("resent")].filter((failure) => expiresSoon(failure, asOf));
  const expiries = expiring.map(({ expiresAt }) => expiresAt as string).sort();
  return {
    newFiles: fresh.length,
    newItems: itemsOf(fresh),
    standingFiles: standing.length,
    standingItems: itemsOf(standing),
    resentFiles: inState("resent").length,
    recoveredFiles: inState("recovered").length,
    maybeDeliveredFiles: inState("maybe delivered").length,
    expiringFiles: expiring.length,
    firstExpiresAt: expiries[0] ?? null,
  };
}

function itemsOf(failures: readonly Counted[]): number {
  return failures.reduce((sum, { items }) => sum + (items ?? 0), 0);
}

/** Whether an unsent file's content is deleted within two weeks; what is gone already cannot be saved. */
function expiresSoon({ expiresAt }: Counted, asOf: string): boolean {
  const left = timeLeft(expiresAt, asOf);
  return left > 0 && left <= EXPIRES_SOON;
}

/** Microseconds until a file expires; negative once it has, NaN where it is not known. */
export function timeLeft(expiresAt: string | null, asOf: string): number {
  if (expiresAt === null) return Number.NaN;
  return (parseInstant(expiresAt) ?? Number.NaN) - (parseInstant(asOf) ?? Number.NaN);
}
