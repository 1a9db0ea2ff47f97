import { Temporal } from "temporal-polyfill";
import { type Counts, noCounts } from "../../summary/counts.ts";
import { stepsOf } from "../../summary/timeline.ts";
import type { SummaryWindow, Timeline } from "../../summary/types.ts";
import { formatInstant, type Micros, parseInstant } from "../../time/instant.ts";
import { wholeDays } from "../../time/window.ts";
import { formatClock, formatShortDate, inZone } from "../../time/zone.ts";
import type { OutcomeStep } from "./outcome-bars.ts";

const NOTHING: Counts = noCounts();

/** Every hour or day of a window, those without a submission too. */
export function stepsOfWindow(
  window: SummaryWindow,
  timeZone: string,
  { step, steps }: Timeline,
  of: string,
): OutcomeStep[] {
  const [from, to] = [parseInstant(window.from) as Micros, parseInstant(window.to) as Micros];
  const known = new Map(steps.map(({ from: start, counts }, at) => [start, { counts, of: `${of}.${at}.counts` }]));
  return stepsOf({ from, to, timeZone: window.timeZone }).starts.map((start) => {
    const label =
      step === "hour"
        ? formatClock(start, timeZone)
        : formatShortDate(inZone(start, window.timeZone).toPlainDate().toString());
    return { label, of: "", counts: NOTHING, ...known.get(formatInstant(start)) };
  });
}

/** A day with its counts, and where they stand. */
export interface KnownDay {
  date: string;
  counts: Counts;
  of: string;
}

/** The window's own day beside the earlier ones; none for a window that does not end with a local day. */
export function withToday(
  window: SummaryWindow,
  earlier: readonly KnownDay[],
  today: Omit<KnownDay, "date">,
): readonly KnownDay[] {
  const [from, to] = [parseInstant(window.from) as Micros, parseInstant(window.to) as Micros];
  const days = wholeDays({ from, to, timeZone: window.timeZone });
  return days ? [...earlier, { ...today, date: days.last }] : earlier;
}

/** Every day from the first known one to the last; days between of which there is no run have no counts. */
export function stepsOfDays(days: readonly KnownDay[]): OutcomeStep[] {
  if (days.length === 0) return [];
  const known = new Map(days.map((day) => [day.date, day]));
  const last = Temporal.PlainDate.from(days[days.length - 1].date);
  const steps: OutcomeStep[] = [];
  for (
    let date = Temporal.PlainDate.from(days[0].date);
    Temporal.PlainDate.compare(date, last) <= 0;
    date = date.add({ days: 1 })
  ) {
    const day = known.get(date.toString());
    steps.push({ label: formatShortDate(date.toString()), counts: day?.counts, of: day?.of ?? "" });
  }
  return steps;
}
