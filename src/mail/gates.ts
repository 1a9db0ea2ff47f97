import { isDeepStrictEqual } from "node:util";
import { median, quietState, SILENCE_LIMITS } from "../summary/silence.ts";
import { DAY, HOUR, type Micros } from "../time/instant.ts";
import { formatMoment, inZone } from "../time/zone.ts";
import { type Figures, isEmpty, itemsOf } from "./figures.ts";

/** What makes a mail wait for a person. */
export interface GateLimits {
  /** Hold when an organization's items are more than so many times the usual. */
  timesUsual: number;
  /** Hold when more than this share of its items is stuck, failed or rejected; 100 never does. */
  errorSharePercent: number;
  /** Hold when the data are older than this. */
  staleHours: number;
}

/** Below so many items a share of errors says nothing. */
const SHARE_FROM = 20;

/** How old the data of a run are. */
export interface DataAge {
  /** When the database was read. */
  readAt: Micros;
  /** Until when a read replica had its primary's transactions; undefined for a primary. */
  replayedAt: Micros | undefined;
  /** The newest row; null for none, undefined where the run is of a version that did not look. */
  newestRowAt: Micros | null | undefined;
}

export interface GateQuestion {
  figures: Figures;
  window: { from: Micros; to: Micros; timeZone: string };
  data: DataAge;
  now: Micros;
  /** Earlier mails of the same organization and schedule, latest window first. */
  history: readonly { from: Micros; figures: Figures }[];
  limits: GateLimits;
}

/**
 * Why a mail should not go out before a person has looked: none, if nothing is doubtful. Compared are windows of the same weekday, when
 * there are four of them; before that there is no usual to be far from.
 */
export function holdReasons(question: GateQuestion): string[] {
  const { figures, limits } = question;
  const reasons = stale(question);
  reasons.push(...farFromUsual(question));
  const counts = [figures.submitted, figures.received];
  const items = itemsOf(figures);
  const errors = counts.reduce((sum, { stuck, failed, rejected }) => sum + stuck + failed + rejected, 0);
  const share = items === 0 ? 0 : (100 * errors) / items;
  if (items >= SHARE_FROM && share > limits.errorSharePercent) {
    reasons.push(`${Math.round(share)} % of its items are stuck, failed or rejected`);
  }
  return reasons;
}

/**
 * Why the data may not be all: read too early or too long ago, from a replica that was behind, or from a database into which nothing comes
 * any more (a copy, or a subscription that has stopped), which no clock of the server's tells.
 */
function stale({ window, data, now, limits }: GateQuestion): string[] {
  const { readAt, replayedAt, newestRowAt } = data;
  const dataAt = endOfData(data);
  const longest = limits.staleHours * HOUR;
  const moment = (at: Micros): string => formatMoment(at, window.timeZone);
  const reasons: string[] = [];
  if (readAt < window.to) reasons.push("the database was read before the window's end");
  else if (dataAt < window.to && replayedAt !== undefined) {
    reasons.push(`the replica had its primary's changes until ${moment(replayedAt)} only, before the window's end`);
  }
  if (now - readAt > longest) reasons.push(`the database was read more than ${limits.staleHours} hours ago`);
  else if (now - dataAt > longest) reasons.push(`the replica's data are more than ${limits.staleHours} hours old`);
  if (newestRowAt === null) reasons.push("nothing at all is recorded in the database");
  else if (newestRowAt !== undefined && readAt - newestRowAt > longest) {
    reasons.push(`nothing is recorded in the database since ${moment(newestRowAt)}`);
  }
  return reasons;
}

/** Until when a run's data go: what came later, it cannot know. */
export function endOfData({ readAt, replayedAt }: Pick<DataAge, "readAt" | "replayedAt">): Micros {
  return replayedAt === undefined ? readAt : Math.min(readAt, replayedAt);
}

function farFromUsual({ figures, window, history, limits }: GateQuestion): string[] {
  const single = window.to - window.from < 2 * DAY;
  const weekday = (at: Micros): number => inZone(at, window.timeZone).dayOfWeek;
  const compared = history
    .filter(({ from }) => !single || weekday(from) === weekday(window.from))
    .slice(0, SILENCE_LIMITS.weeks)
    .map((earlier) => itemsOf(earlier.figures));
  if (compared.length < SILENCE_LIMITS.known) return [];
  const usual = median(compared);
  const items = itemsOf(figures);
  const state = quietState(items, usual);
  if (state === "nothing") return [`it is empty, where ${usual} items are usual`];
  if (state === "far less") return [`${items} items, where ${usual} are usual`];
  if (items >= SILENCE_LIMITS.drop && usual > 0 && items > usual * limits.timesUsual) {
    return [`${items} items, where ${usual} are usual`];
  }
  return [];
}

export const SKIP_RULES = ["empty", "unchanged"] as const;
export type SkipRule = (typeof SKIP_RULES)[number];

/** Why an organization wants no mail this time; undefined if it does. */
export function skipReason(
  figures: Figures,
  previous: Figures | undefined,
  rules: readonly SkipRule[],
): string | undefined {
  if (rules.includes("empty") && isEmpty(figures)) return "empty: nothing was sent or received";
  if (rules.includes("unchanged") && previous && isDeepStrictEqual(previous, figures)) {
    return "unchanged since the mail before";
  }
  return undefined;
}
