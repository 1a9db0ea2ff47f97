import type { Counts } from "./counts.ts";
import type { FacilityCount } from "./organization/types.ts";
import type { DaySummary, ReceiverSummary, SenderSummary, Summary } from "./types.ts";

/** So many days before the window's own are shown: with it, four weeks. */
export const EARLIER_DAYS = 27;

/** What charts and organizations' reports take from an earlier run of one day. */
export interface EarlierDayFigures extends DaySummary {
  /** Items by `keyOf` the party. */
  senders: ReadonlyMap<string, number>;
  receivers: ReadonlyMap<string, number>;
  organizations: ReadonlyMap<string, { submitted: Counts; received: Counts }>;
  facilities: readonly FacilityCount[];
}

/** The figures of an earlier summary; a run of an older version may lack some of them. */
export function figuresOf(date: string, summary: Partial<Summary>): EarlierDayFigures | undefined {
  const { totals, senders = [], receivers = [], organizations = [], facilities = [] } = summary;
  if (!totals?.byItem || !totals.byItemAndReceiver) return undefined;
  return {
    date,
    byItem: totals.byItem,
    byItemAndReceiver: totals.byItemAndReceiver,
    senders: new Map(senders.map((row) => [keyOf(row.organization, row.sender), row.items])),
    receivers: new Map(receivers.map((row) => [keyOf(row.organization, row.receiver), row.items])),
    organizations: new Map(organizations.map(({ name, submitted, received }) => [name, { submitted, received }])),
    facilities,
  };
}

/** The days for the run's summary, oldest first. */
export function daySummaries(days: readonly EarlierDayFigures[]): DaySummary[] {
  return days.map(({ date, byItem, byItemAndReceiver }) => ({ date, byItem, byItemAndReceiver }));
}

/** Adds what each sender had on the earlier days. */
export function sendersWithDays(
  rows: readonly Omit<SenderSummary, "earlierItems">[],
  days: readonly EarlierDayFigures[],
): SenderSummary[] {
  return rows.map((row) => ({
    ...row,
    earlierItems: days.map(({ senders }) => senders.get(keyOf(row.organization, row.sender)) ?? 0),
  }));
}

/** Adds what each receiver had on the earlier days. */
export function receiversWithDays(
  rows: readonly Omit<ReceiverSummary, "earlierItems">[],
  days: readonly EarlierDayFigures[],
): ReceiverSummary[] {
  return rows.map((row) => ({
    ...row,
    earlierItems: days.map(({ receivers }) => receivers.get(keyOf(row.organization, row.receiver)) ?? 0),
  }));
}

/** Names alone are not distinct: an organization's name may hold dots. */
function keyOf(organization: string, name: string): string {
  return `${organization}\n${name}`;
}
