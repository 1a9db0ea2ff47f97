import { MINUTE, type Micros } from "../time/instant.ts";

/** What one version of a receiver's setting says that outcomes depend on. Nothing secret. */
export interface ReceiverVersion {
  /** When the version was written. */
  from: Micros;
  /** False for a tombstone: the receiver was deleted with this version. */
  exists: boolean;
  topic: string;
  customerStatus: string;
  /** SFTP, REST, …, NULL; "" when the receiver has no transport and fetches its files. */
  transport: string;
  /** Batches a day; 0 when the receiver has no timing, so that it is never batched. */
  batchesPerDay: number;
  /** The IANA zone of its batch times, or the one of its own setting; "UTC" where neither is known. */
  timeZone: string;
}

/** The versions of every receiver by its party key, oldest first. */
export type ReceiverHistory = ReadonlyMap<string, readonly ReceiverVersion[]>;

/** The version in force at an instant; the oldest known one for instants before it. */
export function receiverAt(history: ReceiverHistory, key: string, at: Micros): ReceiverVersion | undefined {
  const versions = history.get(key);
  if (!versions || versions.length === 0) return undefined;
  let found = versions[0];
  for (const version of versions) {
    if (version.from > at) break;
    found = version;
  }
  return found;
}

/**
 * How long ReportStream goes on looking for a report that is due for a batch.
 * Source: common/BaseEngine.kt and azure/batch/BatchDeciderFunction.kt: (NUM_BATCH_RETRIES 2 + 1)
 * periods of floor(1440 / numberPerDay) minutes, and three hours.
 */
export function batchLookBack(batchesPerDay: number): Micros {
  return (3 * Math.floor(1440 / batchesPerDay) + 180) * MINUTE;
}
