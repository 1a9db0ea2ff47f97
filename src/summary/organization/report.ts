import { noCounts } from "../counts.ts";
import type { EarlierDayFigures } from "../earlier-days.ts";
import type { TimelineFold } from "../timeline.ts";
import type { FailureSummary, PairSummary, ReceiverSummary, SenderSummary, Summary } from "../types.ts";
import { facilitiesOf } from "./facilities.ts";
import type { OrganizationFold } from "./fold.ts";
import { errorsByOrganization, filtersByOrganization, type OwnedGroup } from "./groups.ts";
import type { GroupsSummary, OrganizationReport } from "./types.ts";

/** What organizations' reports are made from, beside the run's summary. */
export interface OrganizationSources {
  timeline: TimelineFold;
  fold: OrganizationFold;
  groups: readonly OwnedGroup[];
  earlierDays: readonly EarlierDayFigures[];
  /** Zones by organization; others get the run's. */
  zones: ReadonlyMap<string, string>;
  /** The window's local day; undefined for other windows. */
  date: string | undefined;
}

/** Makes each organization's report, in the order of the summary. Everything is told apart by the organization's exact name. */
export function* organizationReports(
  summary: Summary,
  { timeline, fold, groups, earlierDays, zones, date }: OrganizationSources,
): Generator<OrganizationReport, void, undefined> {
  const { window, snapshot, deliveryTimeLimits } = summary;
  const senders = groupedBy<SenderSummary>(summary.senders, ({ organization }) => organization);
  const receivers = groupedBy<ReceiverSummary>(summary.receivers, ({ organization }) => organization);
  const submitted = groupedBy<PairSummary>(summary.pairs, ({ senderOrganization }) => senderOrganization);
  const received = groupedBy<PairSummary>(summary.pairs, ({ receiverOrganization }) => receiverOrganization);
  const failures = groupedBy<FailureSummary>(summary.failures, ({ organization }) => organization);
  const open = fold.open.byOrganization();
  const errors = errorsByOrganization(groups);
  const filters = filtersByOrganization(groups);
  const days = earlierDays.map(({ date: day, facilities }) => ({ date: day, facilities }));
  for (const organization of summary.organizations) {
    const { name } = organization;
    const got = organization.received.delivered + organization.received.downloaded;
    const zone = zones.get(name);
    const known = summary.facilities.filter((line) => line.organization === name);
    const withFacility = known.reduce((sum, { items }) => sum + items, 0);
    const itemsWithout = got - withFacility - fold.facilities.notProduction(name);
    yield {
      ...{ format: 1, window, snapshot, organization, deliveryTimeLimits },
      timeZone: zone ?? window.timeZone,
      timeZoneOf: zone === undefined ? "run" : "receivers",
      senders: senders.get(name) ?? [],
      receivers: receivers.get(name) ?? [],
      submittedPairs: submitted.get(name) ?? [],
      receivedPairs: received.get(name) ?? [],
      timeline: timeline.timelineOf(name),
      earlierDays: earlierDays.map(({ date: day, organizations }) => {
        const own = organizations.get(name);
        return { date: day, submitted: own?.submitted ?? noCounts(), received: own?.received ?? noCounts() };
      }),
      deliveries: fold.deliveries.of(name),
      failures: failures.get(name) ?? [],
      open: open.get(name) ?? [],
      errors: errors.get(name) ?? noGroups(),
      filters: filters.get(name) ?? noGroups(),
      facilities: facilitiesOf(name, date, known, days, itemsWithout),
    };
  }
}

function noGroups(): GroupsSummary {
  return { groups: 0, rows: 0, shown: [] };
}

function groupedBy<T>(rows: readonly T[], ownerOf: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const own = groups.get(ownerOf(row));
    if (own) own.push(row);
    else groups.set(ownerOf(row), [row]);
  }
  return groups;
}
