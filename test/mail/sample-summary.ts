import type { Counts } from "../../src/summary/counts.ts";
import { noCounts } from "../../src/summary/counts.ts";
import { DELIVERY_TIME_LIMITS } from "../../src/summary/fold.ts";
import type {
  FailureSummary,
  OrganizationSummary,
  PairSummary,
  ReceiverSummary,
  SenderSummary,
  Summary,
} from "../../src/summary/types.ts";

export function counts(some: Partial<Counts> = {}): Counts {
  return { ...noCounts(), ...some };
}

export interface SampleOrganization {
  name: string;
  /** A text that may show in nobody else's mail; in every name and text of its own. */
  canary?: string;
  submitted?: Partial<Counts>;
  received?: Partial<Counts>;
  rejectedSubmissions?: number;
  submissions?: number;
  openFailures?: number;
}

const sum = (of: Partial<Counts> = {}): number => Object.values(of).reduce((total, count) => total + count, 0);

/** A summary in which every organization sends and receives, and everybody's lines stand beside each other. */
export function sampleSummary(
  organizations: readonly SampleOrganization[],
  window = { from: "2026-11-20T05:00:00.000Z", to: "2026-11-21T05:00:00.000Z" },
): Summary {
  const parts = organizations.map((organization, index) =>
    partsOf(organization, organizations[(index + 1) % organizations.length] as SampleOrganization),
  );
  return {
    format: 1,
    window: { ...window, timeZone: "America/New_York" },
    snapshot: {
      at: "2026-11-21T10:30:00.000Z",
      id: "1:1:",
      replayedAt: null,
      newestRowAt: "2026-11-21T10:29:00.000Z",
    },
    limitedTo: [],
    totals: {
      submissions: parts.reduce((total, { organization }) => total + organization.submissions, 0),
      rejectedSubmissions: 0,
      items: 0,
      byItem: counts(),
      byItemAndReceiver: counts(),
      filesSent: 0,
      downloads: 0,
    },
    organizations: parts.map(({ organization }) => organization),
    senders: parts.map(({ sender }) => sender),
    receivers: parts.map(({ receiver }) => receiver),
    pairs: parts.map(({ pair }) => pair),
    previousRun: null,
    errorRows: { rows: 0, doubledFilterResults: 0, withoutMessage: 0 },
    errorGroups: [],
    goneErrorGroups: [],
    unmappedCodes: [],
    allFiltered: [],
    failures: parts.flatMap(({ failures }) => failures),
    silence: { judged: false, reason: "a sample" },
    timeline: { step: "hour", steps: [] },
    deliveryTimeLimits: DELIVERY_TIME_LIMITS,
    earlierDays: [],
    facilities: [],
  };
}

function partsOf(given: SampleOrganization, next: SampleOrganization) {
  const { name, canary = "", submitted = { delivered: 7 }, received = { delivered: 5 }, openFailures = 0 } = given;
  const organization: OrganizationSummary = {
    name,
    folder: `organizations/${name}`,
    submissions: given.submissions ?? 3,
    rejectedSubmissions: given.rejectedSubmissions ?? 0,
    submittedItems: sum(submitted),
    submitted: counts(submitted),
    received: counts(received),
    filesSent: sum(received) > 0 ? 2 : 0,
    downloads: 0,
    failures: openFailures,
  };
  const sender: SenderSummary = {
    sender: `${name}.lab${canary}`,
    organization: name,
    submissions: organization.submissions,
    rejectedSubmissions: organization.rejectedSubmissions,
    items: sum(submitted),
    byItem: counts(submitted),
    byItemAndReceiver: counts(submitted),
    earlierItems: [],
  };
  const receiver: ReceiverSummary = {
    receiver: `${name}.elr${canary}`,
    organization: name,
    submissions: 2,
    items: sum(received),
    byItemAndReceiver: counts(received),
    deliveredPercent: sum(received) > 0 ? 100 : null,
    deliveryTimes: [0, sum(received), 0, 0, 0, 0, 0, 0],
    filesSent: organization.filesSent,
    downloads: 0,
    earlierItems: [],
    medianDeliverySeconds: 60,
    p95DeliverySeconds: 120,
  };
  // The other side of a pair is somebody else: it must show in neither's mail.
  const pair: PairSummary = {
    sender: sender.sender,
    senderOrganization: name,
    receiver: `${next.name}.elr${next.canary ?? ""}`,
    receiverOrganization: next.name,
    topic: "full-elr",
    submissions: 1,
    items: 1,
    byItemAndReceiver: counts({ delivered: 1 }),
    deliveredPercent: 100,
    medianDeliverySeconds: 60,
    p95DeliverySeconds: 60,
  };
  const failures: FailureSummary[] = Array.from({ length: openFailures }, (_, index) => ({
    reportId: `00000000-0000-4000-8000-00000000000${index}`,
    receiver: receiver.receiver,
    organization: name,
    fileName: `FILE-NAME-${canary}.hl7`,
    items: 2,
    state: "open",
    firstFailedAt: "2026-11-20T10:00:00.000Z",
    lastFailedAt: "2026-11-20T11:00:00.000Z",
    attempts: 5,
    errorFamily: "connection",
    error: `ERROR-TEXT-${canary}`,
    resentAt: null,
    recoveredAt: null,
    senders: [`${next.name}.lab${next.canary ?? ""}`],
    expiresAt: null,
  }));
  return { organization, sender, receiver, pair, failures };
}
