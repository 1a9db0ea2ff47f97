import type { Counts } from "../../src/summary/counts.ts";
import { noCounts, total } from "../../src/summary/counts.ts";
import { DELIVERY_TIME_LIMITS } from "../../src/summary/fold.ts";
import type { OrganizationReport } from "../../src/summary/organization/types.ts";
import type { FailureSummary } from "../../src/summary/types.ts";

export const WINDOW = {
  from: "2026-11-20T05:00:00.000Z",
  to: "2026-11-21T05:00:00.000Z",
  timeZone: "America/New_York",
};

/** An organization with one receiver and one sender, or without where the counts are undefined; an empty object is a sender of nothing. */
export function organizationReport(given: {
  name?: string;
  received: Partial<Counts> | undefined;
  submitted: Partial<Counts> | undefined;
  filesSent?: number;
  itemsSent?: number;
  refused?: number;
}): OrganizationReport {
  const { name = "ca-dph", filesSent = 0, itemsSent = 0, refused = 0 } = given;
  const received = { ...noCounts(), ...given.received };
  const submitted = { ...noCounts(), ...given.submitted };
  const isSender = total(submitted) > 0 || refused > 0;
  return {
    format: 1,
    window: WINDOW,
    snapshot: { at: "2026-11-21T10:30:00.000Z", id: "1:1:", replayedAt: null, newestRowAt: null },
    timeZone: "US/Pacific",
    timeZoneOf: "receivers",
    organization: {
      ...{ name, folder: `organizations/${name}`, submissions: isSender ? 1 : 0, rejectedSubmissions: refused },
      ...{ submittedItems: total(submitted), submitted, received, filesSent, downloads: 0, failures: 0 },
    },
    senders: isSender
      ? [
          {
            ...{ sender: `${name}.lab`, organization: name, submissions: 1, rejectedSubmissions: refused },
            ...{ items: total(submitted), byItem: submitted, byItemAndReceiver: submitted, earlierItems: [] },
          },
        ]
      : [],
    receivers: given.received
      ? [
          {
            ...{ receiver: `${name}.elr`, organization: name, submissions: 1, items: total(received) },
            ...{ byItemAndReceiver: received, deliveredPercent: null, medianDeliverySeconds: null },
            ...{ p95DeliverySeconds: null, deliveryTimes: DELIVERY_TIME_LIMITS.map(() => 0).concat(0) },
            ...{ filesSent, downloads: 0, earlierItems: [] },
          },
        ]
      : [],
    submittedPairs: [],
    receivedPairs: [],
    timeline: { step: "hour", submitted: [], received: [] },
    deliveryTimeLimits: DELIVERY_TIME_LIMITS,
    earlierDays: [],
    deliveries: { itemsSent, itemsDownloaded: 0, latest: [] },
    failures: [],
    open: [],
    errors: { groups: 0, rows: 0, shown: [] },
    filters: { groups: 0, rows: 0, shown: [] },
    facilities: { items: 0, itemsWithout: 0, weeks: [], count: 0, shown: [] },
  };
}

export function failure(more: Partial<FailureSummary> = {}): FailureSummary {
  return {
    ...{ reportId: "00000000-0000-4000-8000-000000000001", receiver: "ca-dph.elr", organization: "ca-dph" },
    ...{ fileName: "file.hl7", items: 2, state: "open", firstFailedAt: "2026-11-20T10:00:00.000Z" },
    ...{ lastFailedAt: "2026-11-20T11:00:00.000Z", attempts: 5, errorFamily: "connection refused", error: "refused" },
    ...{ resentAt: null, recoveredAt: null, senders: [], expiresAt: null, ...more },
  };
}
