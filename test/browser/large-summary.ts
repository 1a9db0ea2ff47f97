import { noCounts } from "../../src/summary/counts.ts";
import { DELIVERY_TIME_LIMITS } from "../../src/summary/fold.ts";
import type { ErrorGroupSummary, Summary } from "../../src/summary/types.ts";
import { sampleSummary } from "../mail/sample-summary.ts";

/** 60 characters, different at both ends. */
export function longName(prefix: string, at: number): string {
  return `${prefix}-${at}-`.padEnd(56, "department-of-public-health-").slice(0, 56) + String(at).padStart(4, "0");
}

/** A day of a service of 500 organizations, with ten thousand error groups and four weeks before it. */
export function largeSummary(parties = 500, groups = 10_000): Summary {
  const summary = sampleSummary(
    Array.from({ length: parties }, (_, at) => ({
      name: longName("organization", at).slice(0, 60),
      submitted: { delivered: 1234 + at, filtered: 56, failed: at % 9 },
      received: { delivered: 1234 + at, stuck: at % 7 },
    })),
  );
  const earlierDays = Array.from({ length: 27 }, (_, at) => ({
    date: new Date(Date.UTC(2026, 9, 24 + at)).toISOString().slice(0, 10),
    byItem: { ...noCounts(), delivered: 100_000 + at },
    byItemAndReceiver: { ...noCounts(), delivered: 100_000 + at },
  }));
  const earlierItems = earlierDays.map((_, at) => 1000 + ((at * 37) % 400));
  const errorGroups: ErrorGroupSummary[] = Array.from({ length: groups }, (_, at) => ({
    status: at % 2 === 0 ? "new" : "standing",
    ...{ type: "error", scope: "item", errorCode: "INVALID_MSG_PARSE_DATE", field: `patient_dob_${at}` },
    message: `Invalid date ‹value› in the field ${at}, which is long enough to need more than one line of a table's cell`,
    ...{ sender: longName("sender", at % parties), receiver: longName("receiver", at % parties) },
    ...{ count: groups - at, submissions: 3, items: 5 },
    ...{ firstSeen: "2026-11-20T10:00:00.000Z", lastSeen: "2026-11-20T20:00:00.000Z" },
  }));
  return {
    ...summary,
    senders: summary.senders.map((row, at) => ({ ...row, sender: longName("sender", at), earlierItems })),
    receivers: summary.receivers.map((row, at) => ({
      ...{ ...row, receiver: longName("receiver", at), earlierItems },
      deliveryTimes: DELIVERY_TIME_LIMITS.map((_, limit) => 10 * (limit + at)).concat(1),
    })),
    pairs: summary.pairs.map((row, at) => ({
      ...{ ...row, sender: longName("sender", at), receiver: longName("receiver", at), items: at + 1 },
    })),
    previousRun: { folder: "2026-11-19", window: summary.window },
    errorGroups,
    goneErrorGroups: errorGroups.slice(0, 300).map((group) => ({ ...group, status: "gone" as const })),
    unmappedCodes: Array.from({ length: 400 }, (_, at) => ({
      ...{ code: String(10_000 + at), sender: longName("sender", at), count: 9, isNew: at % 3 === 0 },
      ...{ firstSeen: "2026-11-20T10:00:00.000Z", lastSeen: "2026-11-20T20:00:00.000Z" },
    })),
    timeline: {
      step: "hour",
      steps: Array.from({ length: 24 }, (_, hour) => ({
        from: new Date(Date.UTC(2026, 10, 20, 5 + hour)).toISOString(),
        counts: { ...noCounts(), delivered: 10_000 + hour, failed: hour, filtered: 10 * hour, stuck: 3 },
      })),
    },
    earlierDays,
  };
}

const HOSTILE = `"><img src=x onerror=hacked=1><script>hacked=1</script><svg onload=hacked=1>'\`{{x}}{{{y}}}</style></title>&lt;‮`;

/** Members that are no free text: times, zones, and words that the program itself chose and compares. */
const KEPT = new Set([
  "window",
  "snapshot",
  "timeline",
  "earlierDays",
  "weeks",
  "timeZone",
  "timeZoneOf",
  "status",
  "previousRun",
]);

/** The same data with hostile text for every text in it. */
export function hostile<T>(value: T): T {
  // Instants and dates are the program's own, printed from numbers.
  if (typeof value === "string") return (/^\d{4}-\d{2}-\d{2}(T|$)/.test(value) ? value : HOSTILE) as T;
  if (Array.isArray(value)) return value.map(hostile) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, KEPT.has(key) ? member : hostile(member)]),
  ) as T;
}
