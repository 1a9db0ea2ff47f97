import { OUTCOMES } from "../outcome/words.ts";
import { type Counts, total } from "../summary/counts.ts";
import type { OrganizationSummary, ReceiverSummary, Summary } from "../summary/types.ts";

/** What a mail says, as numbers and names of an organization's own; kept in the ledger to compare later ones with. */
export interface Figures {
  submissions: number;
  rejectedSubmissions: number;
  submittedItems: number;
  submitted: Counts;
  received: Counts;
  filesSent: number;
  downloads: number;
  /** Files whose sending failed for good in the window, and of them those that are not made good yet. */
  failures: number;
  openFailures: number;
  receivers: ReceiverFigures[];
  senders: SenderFigures[];
}

export interface ReceiverFigures {
  receiver: string;
  items: number;
  counts: Counts;
  deliveredPercent: number | null;
  filesSent: number;
}

export interface SenderFigures {
  sender: string;
  submissions: number;
  rejectedSubmissions: number;
  items: number;
  counts: Counts;
}

/**
 * Takes an organization's part out of a summary: lines whose organization is exactly it, and of each line only counts and the
 * organization's own names. No id, file name, message or item, and nothing of the other side of a pair.
 */
export function figuresOf(summary: Summary, organization: OrganizationSummary): Figures {
  const { name } = organization;
  const own = summary.failures.filter((failure) => failure.organization === name);
  return {
    submissions: organization.submissions,
    rejectedSubmissions: organization.rejectedSubmissions,
    submittedItems: organization.submittedItems,
    submitted: countsOf(organization.submitted),
    received: countsOf(organization.received),
    filesSent: organization.filesSent,
    downloads: organization.downloads,
    failures: organization.failures,
    openFailures: own.filter(({ state }) => state === "open" || state === "resent").length,
    receivers: summary.receivers.filter((row) => row.organization === name).map(receiverFigures),
    senders: summary.senders
      .filter((row) => row.organization === name)
      .map(({ sender, submissions, rejectedSubmissions, items, byItem }) => {
        return { sender, submissions, rejectedSubmissions, items, counts: countsOf(byItem) };
      }),
  };
}

function receiverFigures({
  receiver,
  byItemAndReceiver,
  deliveredPercent,
  filesSent,
}: ReceiverSummary): ReceiverFigures {
  const counts = countsOf(byItemAndReceiver);
  return { receiver, items: total(counts), counts, deliveredPercent, filesSent };
}

/** The known outcomes only: a summary of a newer version may have members that nobody has judged for mail. */
function countsOf(counts: Counts): Counts {
  return Object.fromEntries(OUTCOMES.map((outcome) => [outcome, counts[outcome]])) as Counts;
}

/** Everything that an organization sent or was to get: what is compared with its history. */
export function itemsOf(figures: Figures): number {
  return figures.submittedItems + total(figures.received);
}

export function isEmpty(figures: Figures): boolean {
  return itemsOf(figures) + figures.submissions + figures.filesSent + figures.downloads + figures.failures === 0;
}
