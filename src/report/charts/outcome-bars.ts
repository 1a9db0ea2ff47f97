import { scaleBand, scaleLinear } from "d3-scale";
import { stack } from "d3-shape";
import { OUTCOMES, type Outcome } from "../../outcome/words.ts";
import { type Counts, noCounts, total } from "../../summary/counts.ts";
import { helpers } from "../helpers.ts";

/** One bar: what became of the items of an hour or a day. */
export interface OutcomeStep {
  /** Under the bar, and in its row of the table. */
  label: string;
  /** Undefined where nothing is known: a day without a run. */
  counts: Counts | undefined;
  /** Where the counts stand in the page's summary.json; empty for a bar without any. */
  of: string;
}

export interface OutcomeBars {
  width: number;
  height: number;
  /** One path for each outcome: a rectangle a bar. */
  shapes: { outcome: Outcome; d: string }[];
  /** Over each bar, to be pointed at. */
  bars: { x: number; text: string }[];
  barWidth: number;
  /** Lines across, with the number of items that each stands for. */
  levels: { y: number; text: string }[];
  marks: { x: number; text: string }[];
  left: number;
  right: number;
  base: number;
  /** The outcomes that occur, as the key names them. */
  keys: { outcome: Outcome; count: number }[];
  rows: { label: string; of: string; known: boolean; cells: { outcome: Outcome; count: number }[]; total: number }[];
  outcomes: readonly Outcome[];
  description: string;
}

const WIDTH = 760;
const HEIGHT = 230;
const LEFT = 52;
const RIGHT = WIDTH - 16;
const TOP = 12;
const BOTTOM = 26;

/** Thinner than this a part is not seen; one failure among thousands must be. */
const THINNEST = 2;

/** From the base up: what arrived, what was not meant to, then what is open, the worst on top. */
const FROM_BASE: readonly Outcome[] = [
  ...(["delivered", "downloaded", "filtered", "unrouted", "rejected"] as const),
  ...(["waiting", "retrying", "stuck", "failed"] as const),
];

/** The geometry of a stacked bar for each step, and the same as a table. */
export function outcomeBars(steps: readonly OutcomeStep[]): OutcomeBars {
  const all = noCounts();
  for (const { counts } of steps) for (const outcome of OUTCOMES) all[outcome] += counts?.[outcome] ?? 0;
  const most = Math.max(1, ...steps.map(({ counts }) => (counts ? total(counts) : 0)));
  const x = scaleBand<number>(
    steps.map((_, at) => at),
    [LEFT, RIGHT],
  )
    .paddingInner(0.2)
    .paddingOuter(0.1);
  const base = HEIGHT - BOTTOM;
  const y = scaleLinear([0, most], [base, TOP]).nice(4);
  const stacked = stack<OutcomeStep, Outcome>()
    .keys(FROM_BASE)
    .value(({ counts }, outcome) => counts?.[outcome] ?? 0)([...steps]);
  const tops = steps.map(() => base);
  const shapes = stacked.map((series) => ({
    outcome: series.key,
    d: steps.map((_, at) => rectangle(at, series[at])).join(""),
  }));
  const every = Math.ceil(steps.length / 12);
  return {
    ...{ width: WIDTH, height: HEIGHT, left: LEFT, right: RIGHT, base, barWidth: round(x.bandwidth()) },
    shapes: shapes.filter(({ d }) => d !== ""),
    bars: steps.flatMap(({ label, counts }, at) =>
      counts && total(counts) > 0 ? [{ x: round(x(at) ?? 0), text: `${label}: ${words(counts)}` }] : [],
    ),
    levels: y
      .ticks(4)
      .filter(Number.isInteger)
      .map((value) => ({ y: round(y(value)), text: helpers.number(value) })),
    marks: steps.flatMap(({ label }, at) =>
      at % every === 0 ? [{ x: round((x(at) ?? 0) + x.bandwidth() / 2), text: label }] : [],
    ),
    keys: FROM_BASE.filter((outcome) => all[outcome] > 0).map((outcome) => ({ outcome, count: all[outcome] })),
    rows: steps
      .filter(({ counts, of }) => counts === undefined || of !== "")
      .map(({ label, counts, of }) => ({
        ...{ label, of, known: counts !== undefined, total: counts ? total(counts) : 0 },
        cells: OUTCOMES.map((outcome) => ({ outcome, count: counts?.[outcome] ?? 0 })),
      })),
    outcomes: OUTCOMES,
    description: describe(steps, all),
  };

  /** Each outcome stands on the one before it, at its least thickness or more. */
  function rectangle(at: number, [from, to]: Iterable<number> & ArrayLike<number>): string {
    if (to === from) return "";
    const height = Math.max(THINNEST, y(from) - y(to));
    tops[at] -= height;
    return `M${round(x(at) ?? 0)} ${round(tops[at])}h${round(x.bandwidth())}v${round(height)}h-${round(x.bandwidth())}z`;
  }
}

/** What the picture shows, in a sentence. */
function describe(steps: readonly OutcomeStep[], all: Counts): string {
  const items = total(all);
  if (items === 0) return "There were no items.";
  const busiest = steps.reduce((left, right) =>
    right.counts && total(right.counts) > (left.counts ? total(left.counts) : 0) ? right : left,
  );
  const { number, plural } = helpers;
  const most = busiest.counts ? total(busiest.counts) : 0;
  return `${plural(items, "item", "items")}: ${words(all)}; most of them at ${busiest.label} (${number(most)}).`;
}

function words(counts: Counts): string {
  return OUTCOMES.filter((outcome) => counts[outcome] > 0)
    .map((outcome) => `${helpers.number(counts[outcome])} ${outcome}`)
    .join(", ");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
