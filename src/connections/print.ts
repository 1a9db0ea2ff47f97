import { resultColumns } from "../organizations/environment.ts";
import { helpers } from "../report/helpers.ts";
import type { Row } from "../source/value-types.ts";
import { alignedTable } from "../terminal/aligned.ts";
import { formatInstant, type Micros } from "../time/instant.ts";
import { formatMoment, formatShortMoment, inZone } from "../time/zone.ts";
import type { Connection } from "./checks.ts";
import { type ListedConnection, sameBefore } from "./connections.ts";

export interface ConnectionsPrint {
  from: Micros;
  to: Micros;
  timeZone: string;
  /** Before `--down` took some out. */
  all: readonly ListedConnection[];
}

/** The connections for a terminal: those that are down or up as a table, then why others are not checked. */
export function printConnections(listed: readonly ListedConnection[], context: ConnectionsPrint): string[] {
  const { from, to, timeZone, all } = context;
  const count = (state: ListedConnection["state"]): number => all.filter((one) => one.state === state).length;
  const { number } = helpers;
  const lines = [
    `Connection checks from ${formatMoment(from, timeZone)} to ${formatMoment(to, timeZone)}`,
    `${count("down")} down, ${count("up")} up, ${count("not checked")} not checked`,
  ];
  const checked = listed.filter(({ state }) => state !== "not checked");
  if (checked.length > 0) {
    const rows = checked.map(({ receiver, state, connection, waiting, failed }) => {
      const { outage, before, lastSuccessAt, lastCheckAt } = connection as Connection;
      return [
        ...[
          receiver,
          state,
          outage ? since(connection as Connection, context) : "",
          outage ? number(outage.checks) : "",
        ],
        moment(lastSuccessAt, context),
        moment(lastCheckAt, context),
        outage?.family ?? "",
        ...[waiting.files, waiting.items, failed.files, failed.items, before.length].map(number),
        outage ? number(sameBefore(connection as Connection)) : "",
      ];
    });
    lines.push("", ...alignedTable(HEADINGS, rows));
  }
  const others = listed.filter(({ state }) => state === "not checked");
  if (others.length > 0) {
    const rows = others.map(({ receiver, why }) => [receiver, why]);
    lines.push("", ...alignedTable([{ title: "Not checked" }, { title: "Why" }], rows));
  }
  return lines;
}

const RIGHT = [
  "Failed checks",
  "Files waiting",
  "Items",
  "Files failed since",
  "Items failed",
  "Outages before",
  "Same error before",
];
const HEADINGS = [
  ...["Receiver", "State", "Down since", "Failed checks", "Last success", "Last check", "Error family"],
  ...["Files waiting", "Items", "Files failed since", "Items failed", "Outages before", "Same error before"],
].map((title) => ({ title, right: RIGHT.includes(title) }));

/** Where no check of the time that was read succeeded, it may have been down before. */
function since({ outage, lastSuccessAt }: Connection, context: ConnectionsPrint): string {
  const text = moment(outage?.from ?? Number.NaN, context);
  return Number.isNaN(lastSuccessAt) ? `${text} or before` : text;
}

function moment(at: Micros, { to, timeZone }: ConnectionsPrint): string {
  if (Number.isNaN(at)) return "none";
  const { year } = inZone(at, timeZone);
  const text = formatShortMoment(at, timeZone);
  return year === inZone(to, timeZone).year ? text : `${text} ${year}`;
}

export const CONNECTION_COLUMNS = resultColumns(
  "receiver:text",
  "state:text",
  "why_not_checked:text",
  "down_since:instant",
  "failed_checks:number",
  "error_family:text",
  "last_success_at:instant",
  "last_check_at:instant",
  "waiting_files:number",
  "waiting_items:number",
  "failed_files:number",
  "failed_items:number",
  "outages_before:number",
  "same_error_before:number",
);

export function connectionRow({ receiver, state, why, connection, waiting, failed }: ListedConnection): Row {
  const outage = state === "down" ? connection?.outage : undefined;
  return [
    ...[receiver, state, why],
    ...[outage?.from ?? null, outage?.checks ?? null, outage?.family ?? ""],
    ...[orNull(connection?.lastSuccessAt), orNull(connection?.lastCheckAt)],
    ...[waiting.files, waiting.items, failed.files, failed.items],
    connection?.before.length ?? null,
    outage && connection ? sameBefore(connection) : null,
  ];
}

/** The connections for programs; instants as ISO texts in UTC, null where there is none. */
export function connectionsJson(listed: readonly ListedConnection[], { from, to, timeZone }: ConnectionsPrint): object {
  const names = CONNECTION_COLUMNS.map(({ name }) =>
    name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
  );
  const receivers = listed.map((one) => {
    const values = connectionRow(one).map((value, index) => {
      if (value === "" || value === null) return null;
      return CONNECTION_COLUMNS[index]?.type === "instant" ? formatInstant(value as number) : value;
    });
    return Object.fromEntries(names.map((name, index) => [name, values[index]]));
  });
  return { window: { from: formatInstant(from), to: formatInstant(to), timeZone }, receivers };
}

function orNull(at: Micros | undefined): Micros | null {
  return at === undefined || Number.isNaN(at) ? null : at;
}
