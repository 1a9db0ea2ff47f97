import type { Catalogue } from "../source/catalogue.ts";
import { query } from "../source/row-stream.ts";
import type { Snapshot } from "../source/snapshot.ts";
import type { Window } from "../time/window.ts";

/** How many rows a run of the window would read, at least. */
export interface WindowSize {
  submissions: number;
  submittedItems: number;
  reports: number;
  itemEdges: number;
  logEntries: number;
}

/** Counts a window's rows: what a plan shows of its size. */
export async function windowSize(
  snapshot: Snapshot,
  catalogue: Catalogue,
  { from, to }: Pick<Window, "from" | "to">,
): Promise<WindowSize> {
  const { rows } = await query(snapshot, catalogue.find("window-size"), { from, to });
  const [submissions, submittedItems, reports, itemEdges, logEntries] = rows[0].map(Number);
  return { submissions, submittedItems, reports, itemEdges, logEntries };
}
