import { printableText } from "../query/table.ts";
import { helpers } from "../report/helpers.ts";
import { alignedTable } from "../terminal/aligned.ts";
import { formatInstant, type Micros, SECOND } from "../time/instant.ts";
import { formatMoment } from "../time/zone.ts";
import type { Status } from "./status.ts";

/** The back end's state for a terminal. Every part is there; one without anything says so. */
export function printStatus(status: Status, timeZone: string): string[] {
  const { number, plural } = helpers;
  const { asOf } = status;
  const age = (at: Micros): string =>
    Number.isNaN(at) ? "" : `${helpers.duration((asOf - at) / SECOND)}, since ${formatMoment(at, timeZone)}`;
  const since = `since ${formatMoment(status.from, timeZone)}`;
  return [
    `The back end as of ${formatMoment(asOf, timeZone)}`,
    ...part(
      "Tasks by the step that comes next",
      ["Step", "Tasks", "Items", "Oldest", "Without a report"],
      [1, 2, 4],
      status.queues,
      (queue) => [
        queue.step,
        number(queue.tasks),
        number(queue.items),
        age(queue.oldestAt),
        number(queue.withoutReport),
      ],
    ),
    ...part(`Reports that nothing works on, ${since}`, ["Step", "Reports", "Oldest"], [1], status.lost, (lost) => [
      lost.step,
      number(lost.reports),
      age(lost.oldestAt),
    ]),
    ...part(
      "Mail schedules (their times are UTC)",
      ["Number", "When", "Next", "Organizations", "Addresses"],
      [0, 4],
      status.schedules,
      (one) => [
        String(one.id),
        one.cron,
        one.fault || formatMoment(one.nextAt, timeZone),
        one.fault ? "" : one.organizations.join(", ") || "all",
        number(one.addresses),
      ],
    ),
    ...part(
      `Items with result metadata, submitted ${since}`,
      ["Topic", "Submissions", "Items", "With metadata", ""],
      [1, 2, 3, 4],
      status.metadata,
      (one) => [
        one.topic,
        number(one.submissions),
        number(one.items),
        number(one.itemsWithMetadata),
        helpers.percent(one.items === 0 ? null : (100 * one.itemsWithMetadata) / one.items),
      ],
    ),
    "",
    `Data coverage, ${plural(status.months.length, "month", "months")}` +
      (status.months.length === 0 ? "" : ` from ${status.months[0]?.month} to ${status.months.at(-1)?.month} (UTC)`),
    ...(status.gaps.length === 0 ? ["  each table has rows of each month"] : []),
    ...status.gaps.map(({ table, from, to }) => {
      const months = from === to ? from : `${from} to ${to}`;
      return `  ${table} has nothing of ${months}: a report of that time says less than happened`;
    }),
    ...part(`Tables, new rows ${since}`, ["Table", "Size", "New rows"], [1, 2], status.tables, (one) => [
      one.table,
      one.bytes === null ? "not here" : size(one.bytes),
      one.newRows === null ? "" : number(one.newRows),
    ]),
    "",
    `Used tokens: ${number(status.tokens.kept)} kept, ${number(status.tokens.expired)} of them expired`,
  ];
}

function part<T>(
  title: string,
  headings: readonly string[],
  right: readonly number[],
  rows: readonly T[],
  cells: (row: T) => string[],
): string[] {
  if (rows.length === 0) return ["", `${title}: none`];
  const table = alignedTable(
    headings.map((heading, index) => ({ title: heading, right: right.includes(index) })),
    rows.map(cells),
  );
  return ["", title, ...table.map((line) => `  ${printableText(line)}`)];
}

function size(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const unit = bytes === 0 ? 0 : Math.min(units.length - 1, Math.floor(Math.log(bytes) / Math.log(1024)));
  return `${(bytes / 1024 ** unit).toFixed(unit === 0 ? 0 : 1)} ${units[unit]}`;
}

/** The state for programs; instants as ISO texts in UTC, null where there is none. */
export function statusJson(status: Status): object {
  const iso = (at: Micros): string | null => (Number.isNaN(at) ? null : formatInstant(at));
  return {
    asOf: formatInstant(status.asOf),
    from: formatInstant(status.from),
    queues: status.queues.map((queue) => ({ ...queue, oldestAt: iso(queue.oldestAt) })),
    lost: status.lost.map((lost) => ({ ...lost, oldestAt: iso(lost.oldestAt) })),
    tokens: status.tokens,
    schedules: status.schedules.map((one) => ({ ...one, nextAt: iso(one.nextAt), fault: one.fault || null })),
    metadata: status.metadata,
    coverage: { months: status.months, gaps: status.gaps },
    tables: status.tables,
  };
}
