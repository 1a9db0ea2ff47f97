import { scaleBand, scaleLinear } from "d3-scale";
import { stack } from "d3-shape";
import { helpers } from "../helpers.ts";
import { shortened } from "./shortened.ts";

export interface DeliveryTimeRow {
  name: string;
  /** Where the row stands in the page's summary.json. */
  of: string;
  deliveryTimes: readonly number[];
  medianDeliverySeconds: number | null;
}

export interface DeliveryTimes {
  width: number;
  height: number;
  left: number;
  rows: {
    label: string;
    name: string;
    of: string;
    y: number;
    middle: number;
    height: number;
    parts: { place: number; x: number; width: number; text: string }[];
    median: string;
    cells: { place: number; count: number }[];
    total: number;
  }[];
  medianAt: number;
  /** Upper limits in words, one more than there are limits: the last is without. */
  keys: { place: number; text: string }[];
  /** How many receivers with deliveries are not drawn. */
  more: number;
  description: string;
}

const WIDTH = 760;
const LEFT = 220;
const RIGHT = 92;
const ROW = 24;

/** So many receivers, those with most deliveries; summary.json has all. */
const SHOWN = 15;

/** The geometry of one bar a receiver, cut by how long its items took. */
export function deliveryTimes(rows: readonly DeliveryTimeRow[], limits: readonly number[]): DeliveryTimes {
  const keys = [
    ...limits.map((limit) => `up to ${words(limit)}`),
    `longer than ${words(limits[limits.length - 1] ?? 0)}`,
  ].map((text, place) => ({ place, text }));
  const known = rows.filter(({ deliveryTimes: times }) => sum(times) > 0);
  const shown = [...known].sort((left, right) => sum(right.deliveryTimes) - sum(left.deliveryTimes)).slice(0, SHOWN);
  const y = scaleBand<number>(
    shown.map((_, at) => at),
    [0, shown.length * ROW],
  ).padding(0.2);
  const x = scaleLinear([0, 1], [LEFT, WIDTH - RIGHT]);
  const stacked = stack<DeliveryTimeRow, number>()
    .keys(keys.map(({ place }) => place))
    .value(({ deliveryTimes: times }, place) => times[place] / sum(times))(shown);
  return {
    ...{ width: WIDTH, height: Math.max(1, shown.length) * ROW, left: LEFT, medianAt: WIDTH - RIGHT + 8, keys },
    rows: shown.map((row, at) => ({
      ...{ label: shortened(row.name, 30), name: row.name, of: row.of },
      y: round(y(at) ?? 0),
      middle: round((y(at) ?? 0) + y.bandwidth() / 2),
      height: round(y.bandwidth()),
      parts: stacked.flatMap((series) => {
        const [from, to] = series[at];
        if (to === from) return [];
        const share = Math.round(1000 * (to - from)) / 10;
        const text = `${keys[series.key].text}: ${helpers.number(row.deliveryTimes[series.key])} (${share} %)`;
        return [{ place: series.key, x: round(x(from)), width: round(x(to) - x(from)), text }];
      }),
      median: helpers.duration(row.medianDeliverySeconds),
      cells: row.deliveryTimes.map((count, place) => ({ place, count })),
      total: sum(row.deliveryTimes),
    })),
    more: known.length - shown.length,
    description:
      shown.length === 0
        ? "Nothing was delivered."
        : `Half of the items were there within: ${shown.map((row) => `${row.name} ${helpers.duration(row.medianDeliverySeconds)}`).join(", ")}.`,
  };
}

function words(seconds: number): string {
  if (seconds < 3600) return helpers.plural(seconds / 60, "minute", "minutes");
  return seconds === 86_400 ? "a day" : helpers.plural(seconds / 3600, "hour", "hours");
}

function sum(counts: readonly number[]): number {
  return counts.reduce((all, count) => all + count, 0);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
