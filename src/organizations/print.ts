import { printableText } from "../query/table.ts";
import { helpers } from "../report/helpers.ts";
import type { Row } from "../source/value-types.ts";
import { alignedTable } from "../terminal/aligned.ts";
import { formatInstant, type Micros } from "../time/instant.ts";
import { formatDay, formatMoment, formatShortMoment, inZone } from "../time/zone.ts";
import { type DirectoryEntry, nextWords } from "./directory.ts";
import { resultColumns } from "./environment.ts";
import type { Setting } from "./settings.ts";

export interface DirectoryPrint {
  /** What the directory shows: now, or the end of the day that was asked for. */
  asOf: Micros;
  timeZone: string;
  trafficDays: number;
  /** One name was asked for: filters are listed and not only counted. */
  detailed: boolean;
}

/** The directory for a terminal: one block an organization, the columns aligned through all of them. */
export function printDirectory(entries: readonly DirectoryEntry[], context: DirectoryPrint): string[] {
  const { asOf, timeZone, trafficDays } = context;
  const parties = entries.filter(({ setting }) => setting.type !== "organization");
  const organizations = entries.length - parties.length;
  const { plural } = helpers;
  const count = (type: Setting["type"]): number => parties.filter(({ setting }) => setting.type === type).length;
  const lines = [
    `Organizations as of ${formatMoment(asOf, timeZone)}`,
    `${plural(organizations, "organization", "organizations")}, ${plural(count("sender"), "sender", "senders")}, ` +
      `${plural(count("receiver"), "receiver", "receivers")}; last traffic of the ${plural(trafficDays, "day", "days")} before`,
  ];
  const [head = "", ...rows] = alignedTable(
    HEADINGS,
    parties.map((entry) => cells(entry, context)),
  );
  if (parties.length > 0) lines.push("", `  ${head}`);
  let row = 0;
  for (const entry of entries) {
    if (entry.setting.type === "organization") lines.push("", organizationLine(entry), ...details(entry, context));
    else lines.push(`  ${rows[row++] ?? ""}`, ...details(entry, context));
  }
  return lines;
}

const HEADINGS = [
  ...["", "Name", "Topic", "Format", "Status", "Transport", "Schedule", "Next batch", "Filters", "Last traffic"],
].map((title) => ({ title }));

function cells(entry: DirectoryEntry, { asOf, timeZone }: DirectoryPrint): string[] {
  const { setting, transport, schedule, filterCounts, lastTrafficAt } = entry;
  const { topic, format, status } = setting.facts;
  const last = Number.isNaN(lastTrafficAt) ? "none" : moment(lastTrafficAt, asOf, timeZone);
  const next = nextWords(entry, asOf);
  return [setting.type, setting.name, topic, format, status, transport, schedule, next, filterCounts, last];
}

function organizationLine({ setting, filterCounts }: DirectoryEntry): string {
  const { description, jurisdiction, state, county } = setting.facts;
  const place = [jurisdiction, state, county].filter((part) => part !== "").join(", ");
  const parts = [setting.organization, description, place === "" ? "" : `(${place})`, filterCounts];
  return printableText(parts.filter((part) => part !== "").join("  "));
}

function details({ setting, filters }: DirectoryEntry, { asOf, timeZone, detailed }: DirectoryPrint): string[] {
  if (!detailed) return [];
  const again =
    setting.recreatedAfter === undefined
      ? ""
      : `, made anew after it was deleted on ${formatDay(setting.recreatedAfter, timeZone)}`;
  const lines = [`version ${setting.version}, written ${moment(setting.at, asOf, timeZone)} by ${setting.by}${again}`];
  for (const { kind, expression } of filters) lines.push(`${kind}: ${expression}`);
  return lines.map((line) => `      ${printableText(line)}`);
}

function moment(at: Micros, asOf: Micros, timeZone: string): string {
  const { year } = inZone(at, timeZone);
  const text = formatShortMoment(at, timeZone);
  return year === inZone(asOf, timeZone).year ? text : `${text} ${year}`;
}

export const DIRECTORY_COLUMNS = resultColumns(
  "type:text",
  "organization:text",
  "name:text",
  "description:text",
  "jurisdiction:text",
  "state:text",
  "county:text",
  "topic:text",
  "format:text",
  "status:text",
  "transport:text",
  "schedule:text",
  "next_batch_at:instant",
  "filters:text",
  "last_traffic_at:instant",
  "version:number",
  "changed_at:instant",
  "changed_by:text",
);

export function directoryRow(entry: DirectoryEntry): Row {
  const { setting, transport, schedule, filterCounts } = entry;
  const { description, jurisdiction, state, county, topic, format, status } = setting.facts;
  const { type, organization, name, version, at, by } = setting;
  return [
    ...[type, organization, name, description, jurisdiction, state, county, topic, format, status, transport, schedule],
    orNull(entry.nextBatchAt),
    filterCounts,
    orNull(entry.lastTrafficAt),
    ...[version, at, by],
  ];
}

/** The directory for programs: instants as ISO texts in UTC, null where there is none. */
export function directoryJson(entries: readonly DirectoryEntry[]): object[] {
  return entries.map((entry) => {
    const { setting } = entry;
    const { timing, filters: _, transport, ...facts } = setting.facts;
    return {
      type: setting.type,
      organization: setting.organization,
      name: setting.name || null,
      ...Object.fromEntries(Object.entries(facts).map(([name, text]) => [name, text || null])),
      ...(setting.type === "receiver" && {
        transport: transport || null,
        schedule: entry.schedule,
        timing,
        nextBatchAt: isoOrNull(entry.nextBatchAt),
      }),
      ...(setting.type !== "organization" && { lastTrafficAt: isoOrNull(entry.lastTrafficAt) }),
      filters: entry.filters,
      version: setting.version,
      changedAt: formatInstant(setting.at),
      changedBy: setting.by,
      recreatedAfter: setting.recreatedAfter === undefined ? null : formatInstant(setting.recreatedAfter),
    };
  });
}

function orNull(at: Micros): Micros | null {
  return Number.isNaN(at) ? null : at;
}

function isoOrNull(at: Micros): string | null {
  return Number.isNaN(at) ? null : formatInstant(at);
}
