import type { Verdict } from "./words.ts";

/**
 * Handed over. Acceptance by the receiver is unknown everywhere, and the reports say so once;
 * the reason says what is special about a transport. `times` counts the files sent.
 */
export function deliveredVerdict(transport: string, times: number): Verdict {
  const often = times > 1 ? `, ${times} times` : "";
  switch (transport) {
    case "NULL":
      return {
        outcome: "delivered",
        reason: `not transmitted (null transport): the file can be downloaded until it expires${often}`,
        acts: "nobody",
      };
    case "EMAIL":
      return { outcome: "delivered", reason: `e-mailed; no file of its own is recorded${often}`, acts: "nobody" };
    case "":
      return { outcome: "delivered", reason: `handed to the receiver's server${often}`, acts: "nobody" };
    default:
      return { outcome: "delivered", reason: `handed to the receiver's server (${transport})${often}`, acts: "nobody" };
  }
}

const DOWNLOADED: Verdict = { outcome: "downloaded", reason: "fetched by the receiver", acts: "nobody" };

export function downloadedVerdict(): Verdict {
  return DOWNLOADED;
}

/** Filters on the data's quality, and on test data, that a sender can do something about. */
const SENDERS_FILTERS = ["QUALITY_FILTER", "PROCESSING_MODE_FILTER"];

const FILTERED = new Map<string, Verdict>();

/** `filters` are filter types joined by ", "; "" where nothing was logged. */
export function filteredVerdict(filters: string): Verdict {
  let verdict = FILTERED.get(filters);
  if (!verdict) {
    verdict = {
      outcome: "filtered",
      reason: filters === "" ? "filtered by the receiver; the filter was not logged" : `filtered by ${filters}`,
      acts: SENDERS_FILTERS.some((filter) => filters.includes(filter)) ? "sender" : "nobody",
    };
    FILTERED.set(filters, verdict);
  }
  return verdict;
}

const UNSENT: Verdict = {
  outcome: "filtered",
  reason: "made for the receiver, but the submission asked not to send it (SkipSend)",
  acts: "nobody",
};

/** Source: SubmissionReceiver.kt and azure/WorkflowEngine.kt: option SkipSend plans `none` for the file. */
export function unsentVerdict(): Verdict {
  return UNSENT;
}

/** Why an item did not enter the pipeline, by the codes of ActionLogDetail. Source: ActionMessages.kt. */
const REJECTIONS: Record<string, string> = {
  INVALID_MSG_PARSE: "not parseable",
  INVALID_MSG_VALIDATION: "not valid",
  INVALID_MSG_CONVERSION: "not convertible",
};

/** `errorCode` is what was logged for the item; "" for nothing. */
export function rejectedVerdict(errorCode: string): Verdict {
  if (errorCode === "") return { outcome: "rejected", reason: "not accepted; no error was logged", acts: "sender" };
  return { outcome: "rejected", reason: `${REJECTIONS[errorCode] ?? "not accepted"} (${errorCode})`, acts: "sender" };
}
