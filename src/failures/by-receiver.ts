import type { Party } from "../lineage/parties.ts";
import type { Failure, FailureState } from "../outcome/failures.ts";
import type { Micros } from "../time/instant.ts";

/** A failure with what is printed of its file. */
export interface FailedFile extends Failure {
  /** "" when the file is not known. */
  fileName: string;
  /** Null when the file is not known. */
  items: number | null;
}

export const STATES: readonly FailureState[] = ["open", "resent", "recovered", "maybe delivered"];

/** One receiver's failures, and what to know of them at one look. */
export interface ReceiverFailures {
  receiver: Party;
  counts: Record<FailureState, number>;
  /** In all of the files, and in the open ones. */
  items: number;
  openItems: number;
  /** By name. */
  senders: Party[];
  firstFailedAt: Micros;
  /** When any file was last handed over to it; NaN for never. */
  lastSentAt: Micros;
  /** The families of its errors, most frequent first. */
  errorFamilies: string[];
  /** When the first of the files that did not recover expires; NaN for none. */
  firstExpiresAt: Micros;
  /** By (last_failed_at, report_id). */
  files: FailedFile[];
}

/** Which failures to show: of a receiver by its full name or its organization, and in a state. */
export function isShown(file: FailedFile, receiver: string | undefined, state: FailureState | undefined): boolean {
  const { name, organization } = file.receiver;
  return (
    (receiver === undefined || name === receiver || organization === receiver) &&
    (state === undefined || file.state === state)
  );
}

/** Groups failures by receiver: those with most open files first, then by name. */
export function byReceiver(files: readonly FailedFile[], lastSent: ReadonlyMap<string, Micros>): ReceiverFailures[] {
  const groups = new Map<string, FailedFile[]>();
  for (const file of files) {
    const group = groups.get(file.receiver.key);
    if (group) group.push(file);
    else groups.set(file.receiver.key, [file]);
  }
  return [...groups]
    .map(([key, group]) => groupOf(group, lastSent.get(key) ?? Number.NaN))
    .sort((left, right) => right.counts.open - left.counts.open || (left.receiver.name < right.receiver.name ? -1 : 1));
}

function groupOf(files: FailedFile[], lastSentAt: Micros): ReceiverFailures {
  const senders = new Map(files.flatMap((file) => file.senders).map((sender) => [sender.key, sender]));
  const expiries = files.filter(({ state }) => state !== "recovered").map(({ expiresAt }) => expiresAt);
  return {
    receiver: (files[0] as FailedFile).receiver,
    counts: countStates(files),
    items: itemsOf(files),
    openItems: itemsOf(files.filter(({ state }) => state === "open")),
    senders: [...senders.values()].sort((left, right) => (left.name < right.name ? -1 : 1)),
    firstFailedAt: Math.min(...files.map(({ firstFailedAt }) => firstFailedAt)),
    lastSentAt,
    errorFamilies: byFrequency(files.map(({ errorFamily }) => errorFamily)),
    firstExpiresAt: earliest(expiries),
    files,
  };
}

/** How many files are in each state. */
export function countStates(files: readonly FailedFile[]): Record<FailureState, number> {
  const counts: Record<FailureState, number> = { open: 0, resent: 0, recovered: 0, "maybe delivered": 0 };
  for (const { state } of files) counts[state]++;
  return counts;
}

/** Items in files of which the row is there. */
export function itemsOf(files: readonly FailedFile[]): number {
  return files.reduce((sum, { items }) => sum + (items ?? 0), 0);
}

function byFrequency(words: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([word]) => word);
}

function earliest(instants: readonly Micros[]): Micros {
  const known = instants.filter((instant) => !Number.isNaN(instant));
  return known.length === 0 ? Number.NaN : Math.min(...known);
}
