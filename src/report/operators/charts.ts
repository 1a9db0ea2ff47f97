import type { Summary } from "../../summary/types.ts";
import { parseInstant } from "../../time/instant.ts";
import { wholeDays } from "../../time/window.ts";
import { type DeliveryTimes, deliveryTimes } from "../charts/delivery-times.ts";
import { type Flow, flow } from "../charts/flow.ts";
import { type OutcomeBars, outcomeBars } from "../charts/outcome-bars.ts";
import { stepsOfDays, stepsOfWindow } from "../charts/steps.ts";

/** The charts of the operators' page. */
export interface OperatorsCharts {
  hours: OutcomeBars;
  /** Null without earlier runs of single days. */
  days: OutcomeBars | null;
  times: DeliveryTimes;
  flow: Flow;
}

/** A run of an older version has no timeline, days and delivery times: then these charts are of nothing. */
export function chartsOf(summary: Summary): OperatorsCharts {
  const { window, timeline = { step: "hour", steps: [] }, deliveryTimeLimits = [], receivers, pairs } = summary;
  return {
    hours: outcomeBars(stepsOfWindow(window, window.timeZone, timeline, "timeline.steps")),
    days: daysOf(summary),
    times: deliveryTimes(
      receivers.map((row, at) => ({
        ...{ name: row.receiver, of: `receivers.${at}`, deliveryTimes: row.deliveryTimes ?? [] },
        medianDeliverySeconds: row.medianDeliverySeconds,
      })),
      deliveryTimeLimits,
    ),
    flow: flow(pairs),
  };
}

function daysOf({ window, earlierDays = [], totals }: Summary): OutcomeBars | null {
  if (earlierDays.length === 0) return null;
  const [from, to] = [parseInstant(window.from) as number, parseInstant(window.to) as number];
  const whole = wholeDays({ from, to, timeZone: window.timeZone });
  const known = earlierDays.map(({ date, byItem }, at) => ({ date, counts: byItem, of: `earlierDays.${at}.byItem` }));
  const today = whole ? [{ date: whole.last, counts: totals.byItem, of: "totals.byItem" }] : [];
  return outcomeBars(stepsOfDays([...known, ...today]));
}
