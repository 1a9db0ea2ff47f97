import { compareGroups } from "../action-log/group.ts";
import type { AllFilteredSummary, ErrorGroupSummary, SenderSummary, UnmappedCodeSummary } from "./types.ts";

/** What an earlier run said of errors. */
export interface EarlierErrors {
  errorGroups: readonly ErrorGroupSummary[];
  unmappedCodes: readonly UnmappedCodeSummary[];
}

/**
 * Marks each group as new or standing against the previous run, and adds the groups that are gone.
 * Without a previous run nothing is new: status is null.
 */
export function markGroups(
  current: readonly Omit<ErrorGroupSummary, "status">[],
  previous: EarlierErrors | undefined,
): { errorGroups: ErrorGroupSummary[]; goneErrorGroups: ErrorGroupSummary[] } {
  if (!previous) return { errorGroups: current.map(unmarked), goneErrorGroups: [] };
  const compared = compareGroups<Omit<ErrorGroupSummary, "status">>(previous.errorGroups, current).map(
    ({ status, group }): ErrorGroupSummary => ({ ...group, status }),
  );
  return {
    errorGroups: compared.filter(({ status }) => status !== "gone"),
    goneErrorGroups: compared.filter(({ status }) => status === "gone"),
  };
}

/** Field by field: a spread behind another field gives each of ten thousand groups a shape of its own, and takes a tenth of a run's memory. */
function unmarked(group: Omit<ErrorGroupSummary, "status">): ErrorGroupSummary {
  const { type, scope, errorCode, field, message, sender, receiver, count, submissions, items, firstSeen, lastSeen } =
    group;
  return {
    status: null,
    type,
    scope,
    errorCode,
    field,
    message,
    sender,
    receiver,
    count,
    submissions,
    items,
    firstSeen,
    lastSeen,
  };
}

/** Tells which codes the previous run did not have from the same sender. */
export function markCodes(
  current: readonly Omit<UnmappedCodeSummary, "isNew">[],
  previous: EarlierErrors | undefined,
): UnmappedCodeSummary[] {
  const key = ({ code, sender }: { code: string; sender: string }): string => `${code}\0${sender}`;
  const before = previous && new Set(previous.unmappedCodes.map(key));
  return current.map((code) => ({ ...code, isNew: before ? !before.has(key(code)) : null }));
}

/**
 * The senders of which nothing gets through: every item that any receiver wanted was filtered, and
 * there was one. What nobody wanted (unrouted) or could read (rejected) says nothing about filters.
 */
export function allFiltered(
  senders: readonly SenderSummary[],
  filtersOf: (sender: { name: string; organization: string }) => string[],
): AllFilteredSummary[] {
  return senders
    .filter(({ items, byItem }) => {
      return byItem.filtered > 0 && byItem.filtered + byItem.unrouted + byItem.rejected === items;
    })
    .map(({ sender, organization, items, byItem }) => ({
      sender,
      organization,
      filtered: byItem.filtered,
      items,
      filters: filtersOf({ name: sender, organization }),
    }));
}
