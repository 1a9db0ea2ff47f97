import type { LoggedError } from "../../run/log-pass.ts";
import { formatInstant } from "../../time/instant.ts";
import { ranges } from "../ranges.ts";
import type { MessageGroup } from "../types.ts";

const TYPES = ["error", "filter", "warning", "info"];

/** Entries that say the same at the same step, errors first, then by their first time. */
export function groupMessages(entries: readonly LoggedError[]): MessageGroup[] {
  const groups = new Map<string, { first: LoggedError; items: Set<number>; count: number }>();
  for (const entry of entries) {
    const { type, detail, field, message, receiver, action } = entry;
    const key = JSON.stringify([type, detail.errorCode, field, message, receiver.key, action]);
    const group = groups.get(key) ?? { first: entry, items: new Set<number>(), count: 0 };
    group.count++;
    if (entry.item > 0) group.items.add(entry.item);
    groups.set(key, group);
  }
  return [...groups.values()]
    .sort(
      ({ first: left }, { first: right }) =>
        TYPES.indexOf(left.type) - TYPES.indexOf(right.type) ||
        left.at - right.at ||
        (left.message < right.message ? -1 : 1),
    )
    .map(({ first, items, count }) => ({
      type: first.type,
      errorCode: first.detail.errorCode,
      field: first.field,
      message: first.message,
      receiver: first.receiver.name,
      step: first.action,
      items: ranges(items),
      count,
      firstAt: formatInstant(first.at),
    }));
}
