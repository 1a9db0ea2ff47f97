import type { UuidTable } from "../../lineage/uuid-table.ts";
import type { Catalogue } from "../../source/catalogue.ts";
import { rowsByKeys } from "../../source/row-stream.ts";
import type { Snapshot } from "../../source/snapshot.ts";
import type { Micros } from "../../time/instant.ts";
import type { LogEntry } from "../log-pass.ts";
import { logEntryReader } from "./log-entries.ts";

/** Of which reports, and of which actions without one, entries are asked. */
export interface LogKeys {
  /** Lists of ids, each short enough for one statement. */
  ids: Iterable<readonly string[]>;
  actions: readonly number[];
}

/** Entries outside of a slice, by (logged_at, action_log_id). */
export interface EntriesAround {
  before: LogEntry[];
  after: LogEntry[];
}

/**
 * Reads what the action log of [first, last) says of some reports and actions outside of [from, to): a step logs while it works, so these
 * are few, but one of them may be the first that says something.
 */
export async function readEntriesAround(
  snapshot: Snapshot,
  catalogue: Catalogue,
  { ids, actions }: LogKeys,
  known: UuidTable,
  time: { first: Micros; last: Micros; from: Micros; to: Micros },
): Promise<EntriesAround> {
  const entryOf = logEntryReader(known);
  const found: { id: number; entry: LogEntry }[] = [];
  const asked = catalogue.find("trace-log");
  for (const list of ids) {
    for await (const batch of rowsByKeys(snapshot, asked, "ids", list, time)) found.push(...batch.map(entryOf));
  }
  for await (const batch of rowsByKeys(snapshot, asked, "actions", actions, time)) found.push(...batch.map(entryOf));
  const entries = found
    .sort((left, right) => left.entry.at - right.entry.at || left.id - right.id)
    .map(({ entry }) => entry);
  return {
    before: entries.filter(({ at }) => at < time.from),
    after: entries.filter(({ at }) => at >= time.to),
  };
}
