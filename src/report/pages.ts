import { total } from "../summary/counts.ts";
import type { Summary } from "../summary/types.ts";
import { frameOf } from "./frame.ts";
import { cut } from "./operators/cut.ts";
import { operatorsView } from "./operators/view.ts";
import { cells, RECEIVER_OUTCOMES, sumLine } from "./sums.ts";
import type { Render } from "./templates.ts";

/** So many receivers, and so many senders, are listed on a page: more would make it larger than a megabyte. */
const MOST_PARTIES = 500;

/** The operators' page. */
export function operatorsPage(summary: Summary, render: Render): string {
  const { totals } = summary;
  return render("index", {
    ...frameOf(summary, summary.window.timeZone),
    title: "Delivery report",
    summary,
    byItem: sumLine("totals.byItem", totals.byItem, totals.items, "totals.items"),
    byItemAndReceiver: sumLine("totals.byItemAndReceiver", totals.byItemAndReceiver, total(totals.byItemAndReceiver)),
    receivers: cut(
      "receivers",
      summary.receivers,
      (row) => ({ ...row, cells: cells(row.byItemAndReceiver, RECEIVER_OUTCOMES) }),
      MOST_PARTIES,
    ),
    senders: cut(
      "senders",
      summary.senders,
      (row) => ({ ...row, sender: row.sender || "unknown sender", cells: cells(row.byItem) }),
      MOST_PARTIES,
    ),
    ...operatorsView(summary),
  });
}
