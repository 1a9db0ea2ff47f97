import type { Catalogue } from "../source/catalogue.ts";
import type { ParameterValues } from "../source/parameter-types.ts";
import { query } from "../source/row-stream.ts";
import type { Snapshot } from "../source/snapshot.ts";
import type { Row } from "../source/value-types.ts";
import { formatInstant, type Micros } from "../time/instant.ts";
import { findGaps, type Month, mailSchedule, type Status } from "./status.ts";

/** Reads the back end's state through one snapshot. */
export async function readStatus(
  snapshot: Snapshot,
  catalogue: Catalogue,
  { from, asOf, lostBefore }: { from: Micros; asOf: Micros; lostBefore: Micros },
): Promise<Status> {
  const ask = async (name: string, parameters: ParameterValues): Promise<Row[]> =>
    (await query(snapshot, catalogue.find(name), parameters)).rows;
  const months = await readMonths(snapshot, catalogue, asOf);
  const [tokens] = await ask("status-tokens", { now: asOf });
  return {
    asOf,
    from,
    queues: (await ask("status-tasks", {})).map(([step, tasks, items, oldestAt, withoutReport]) => ({
      step: String(step),
      tasks: Number(tasks),
      items: Number(items),
      oldestAt: instant(oldestAt),
      withoutReport: Number(withoutReport),
    })),
    // What was written a moment ago may be on its way.
    lost: (await ask("status-lost", { from: Math.min(from, lostBefore), to: lostBefore })).map(
      ([step, reports, oldestAt]) => ({ step: String(step), reports: Number(reports), oldestAt: instant(oldestAt) }),
    ),
    tokens: { kept: Number(tokens?.[0] ?? 0), expired: Number(tokens?.[1] ?? 0) },
    schedules: (await ask("email-schedules", {})).map(([id, values]) =>
      mailSchedule({ id: Number(id), values: typeof values === "string" ? values : null }, asOf),
    ),
    metadata: (await ask("status-metadata", { from, to: asOf })).map(([topic, submissions, items, withMetadata]) => ({
      topic: String(topic),
      submissions: Number(submissions),
      items: Number(items),
      itemsWithMetadata: Number(withMetadata),
    })),
    months,
    gaps: findGaps(months),
    tables: (await ask("status-tables", { from, to: asOf })).map(([table, bytes, newRows]) => ({
      table: String(table),
      bytes: bytes === null ? null : Number(bytes),
      newRows: newRows === null ? null : Number(newRows),
    })),
  };
}

/** The months of which each table has rows, up to the present. */
export async function readMonths(snapshot: Snapshot, catalogue: Catalogue, to: Micros): Promise<Month[]> {
  const { rows } = await query(snapshot, catalogue.find("status-months"), { to });
  return rows.map(readMonth);
}

function readMonth([month, action, reportFile, itemLineage, actionLog]: Row): Month {
  return {
    month: formatInstant(month as number).slice(0, 7),
    present: {
      action: action === true,
      report_file: reportFile === true,
      item_lineage: itemLineage === true,
      action_log: actionLog === true,
    },
  };
}

function instant(value: unknown): Micros {
  return typeof value === "number" ? value : Number.NaN;
}
