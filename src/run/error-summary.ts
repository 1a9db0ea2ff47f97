import { partyOf } from "../lineage/parties.ts";
import { type EarlierErrors, markCodes, markGroups } from "../summary/error-changes.ts";
import type { ErrorGroupSummary, Summary } from "../summary/types.ts";
import { formatInstant } from "../time/instant.ts";
import type { NamedGroup } from "./error-rows.ts";
import type { ErrorWriter, NamedGroups } from "./write-errors.ts";

/** The parts of the summary that are about errors, marked against the previous run. */
export function errorSummary(
  errors: ErrorWriter,
  { groups, rows, overflowRows }: NamedGroups,
  doubledFilterResults: number,
  previous: EarlierErrors | undefined,
): Pick<Summary, "errorRows" | "errorGroups" | "goneErrorGroups" | "unmappedCodes"> {
  const codes = errors.unmapped.result().map(({ code, sender, count, firstSeen, lastSeen }) => {
    return {
      code,
      sender: partyOf(sender).name,
      count,
      firstSeen: formatInstant(firstSeen),
      lastSeen: formatInstant(lastSeen),
    };
  });
  return {
    errorRows: { rows, doubledFilterResults, withoutMessage: overflowRows },
    ...markGroups(groups.map(groupSummary), previous),
    unmappedCodes: markCodes(codes, previous),
  };
}

function groupSummary(group: NamedGroup): Omit<ErrorGroupSummary, "status"> {
  const { type, scope, errorCode, field, message, sender, receiver, count, submissions, items } = group;
  const seen = { firstSeen: formatInstant(group.firstSeen), lastSeen: formatInstant(group.lastSeen) };
  return { type, scope, errorCode, field, message, sender, receiver, count, submissions, items, ...seen };
}
