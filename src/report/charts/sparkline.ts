import { scaleLinear } from "d3-scale";
import { helpers } from "../helpers.ts";

export interface Sparkline {
  width: number;
  height: number;
  /** Of a polyline, in whole pixels: there are thousands of them. */
  points: string;
  lastX: number;
  lastY: number;
  /** What the line shows, for those who do not see it. */
  text: string;
}

const HEIGHT = 18;
const STEP = 4;
const EDGE = 2;

/** A line of counts by day, the last of which is the window's own; null where there is nothing to compare with. */
export function sparkline(counts: readonly number[]): Sparkline | null {
  if (counts.length < 2) return null;
  const most = Math.max(1, ...counts);
  const y = scaleLinear([0, most], [HEIGHT - EDGE, EDGE]);
  const points = counts.map((count, at) => [EDGE + at * STEP, Math.round(y(count))]);
  const [lastX, lastY] = points[points.length - 1];
  const { number } = helpers;
  const before = counts.slice(0, -1);
  return {
    ...{ width: 2 * EDGE + (counts.length - 1) * STEP, height: HEIGHT, lastX, lastY },
    points: points.map((point) => point.join(",")).join(" "),
    text: `${number(Math.min(...before))} to ${number(Math.max(...before))} on the ${before.length} days before`,
  };
}
