import type { Judgement } from "../../src/outcome/clock.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../src/time/instant.ts";
import { DEFAULT_LIMITS } from "../support/limits.ts";

/** A round instant, and the words for others: how many seconds from it. */
export const NOW = 1_773_000_000 * SECOND;

export const judgement: Judgement = {
  asOf: NOW,
  limits: DEFAULT_LIMITS,
  timeZone: "UTC",
  say: (at, timeZone) => `${(at - NOW) / SECOND} s (${timeZone})`,
};

export const ago = { second: NOW - SECOND, minute: NOW - MINUTE, hour: NOW - HOUR, day: NOW - DAY };
