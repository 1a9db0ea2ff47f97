import { partyOf } from "../lineage/parties.ts";
import { type EarlierErrors, markCodes, markGroups } from "../summary/error-changes.ts";
import type { Summary } from "../summary/types.ts";
import { formatInstant } from "../time/instant.ts";
import type { ErrorWriter, SummedGroups } from "./write-errors.ts";

/** The parts of the summary that are about errors, marked against the previous run. */
export function errorSummary(
  errors: ErrorWriter,
  { groups, rows, overflowRows }: SummedGroups,
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
    ...markGroups(
      groups.map(({ summary }) => summary),
      previous,
    ),
    unmappedCodes: markCodes(codes, previous),
  };
}
