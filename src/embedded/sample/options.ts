import type { Micros } from "../../time/instant.ts";
import { dayStarts } from "./clock.ts";

/** What sample data to make. The same options give the same bytes. */
export type SampleOptions = {
  readonly seed: number | string;
  /** The moment that is "now" in the data: nothing in it is later (batch times and retries that are due aside). */
  readonly asOf: Micros;
  /** Complete local days before the day of `asOf`; that day's own beginning comes on top. Default 3. */
  readonly days?: number;
  /** The zone of these days. Default America/New_York. */
  readonly timeZone?: string;
  /** Multiplies the submissions of a day. Default 1, about 450. */
  readonly scale?: number;
  /**
   * Instead of the small set: about this many items a day, at everyday rates, without recipes and
   * history: for measuring. 300,000 items give about 1.8 million item edges and 1.25 million reports.
   */
  readonly items?: number;
  /** Each recipe of the sample three times on the last complete day. Default: yes, unless `items` is given. */
  readonly variants?: boolean;
  /** A few submissions of former years, written as ReportStream wrote then. Default as `variants`. */
  readonly history?: boolean;
  /** Whether to keep the truth (an object for each item and receiver). Default: yes, unless `items` is given. */
  readonly truth?: boolean;
};

export type Settled = {
  readonly seed: string;
  readonly asOf: Micros;
  readonly timeZone: string;
  /** Starts of the local days; the last one is that of the day of `asOf`. */
  readonly dayStarts: readonly Micros[];
  /** Half-open: the last complete local day. */
  readonly yesterday: { readonly from: Micros; readonly to: Micros };
  readonly submissionsPerDay: number;
  /** Set for a benchmark: decides instead of the submissions. */
  readonly itemsPerDay: number | null;
  readonly variants: boolean;
  readonly history: boolean;
  readonly truth: boolean;
};

const SUBMISSIONS_PER_DAY = 450;

export function settle(options: SampleOptions): Settled {
  const { asOf, days = 3, scale = 1, items, timeZone = "America/New_York" } = options;
  if (!Number.isInteger(days) || days < 1) throw new RangeError(`days must be a whole number from 1, not ${days}`);
  const starts = dayStarts(asOf, days, timeZone);
  const variants = options.variants ?? items === undefined;
  return {
    seed: String(options.seed),
    asOf,
    timeZone,
    dayStarts: starts,
    yesterday: { from: starts[days - 1] as Micros, to: starts[days] as Micros },
    submissionsPerDay: SUBMISSIONS_PER_DAY * scale,
    itemsPerDay: items ?? null,
    variants,
    history: options.history ?? variants,
    truth: options.truth ?? items === undefined,
  };
}
