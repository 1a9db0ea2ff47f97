import { total } from "../summary/counts.ts";
import type { Summary } from "../summary/types.ts";
import { type Sparkline, sparkline } from "./charts/sparkline.ts";
import { frameOf } from "./frame.ts";
import { chartsOf } from "./operators/charts.ts";
import { cutPlaced, type Placed, placed } from "./operators/cut.ts";
import { operatorsView } from "./operators/view.ts";
import { cells, RECEIVER_OUTCOMES, sumLine } from "./sums.ts";
import type { Render } from "./templates.ts";

/** So many receivers, and so many senders, are listed on a page: with more it would be larger than a megabyte. */
const MOST_PARTIES = 250;

/** The operators' page. */
export function operatorsPage(summary: Summary, render: Render): string {
  const { totals } = summary;
  return render("index", {
    ...frameOf(summary, summary.window.timeZone),
    title: "Delivery report",
    summary,
    byItem: sumLine("totals.byItem", totals.byItem, totals.items, "totals.items"),
    byItemAndReceiver: sumLine("totals.byItemAndReceiver", totals.byItemAndReceiver, total(totals.byItemAndReceiver)),
    receivers: cutPlaced(
      busiest(placed("receivers", summary.receivers)),
      (row) => ({ ...row, ...lineOf(row), cells: cells(row.byItemAndReceiver, RECEIVER_OUTCOMES) }),
      MOST_PARTIES,
    ),
    senders: cutPlaced(
      busiest(placed("senders", summary.senders)),
      (row) => ({ ...row, ...lineOf(row), sender: row.sender || "unknown sender", cells: cells(row.byItem) }),
      MOST_PARTIES,
    ),
    charts: chartsOf(summary),
    hasDays: (summary.earlierDays ?? []).length > 0,
    ...operatorsView(summary),
  });
}

/** In the summary's order, by name; where not all can be shown, those with most items first. */
function busiest<T extends { items: number }>(parties: readonly Placed<T>[]): readonly Placed<T>[] {
  if (parties.length <= MOST_PARTIES) return parties;
  return [...parties].sort((left, right) => right.row.items - left.row.items);
}

/** A party's items by day, where earlier days are known. */
function lineOf({ earlierItems = [], items }: { earlierItems?: readonly number[]; items: number }): {
  line: Sparkline | null;
} {
  return { line: sparkline(earlierItems.length > 0 ? [...earlierItems, items] : []) };
}
