import { UsageError } from "../errors.ts";
import { nearestWord } from "../nearest-word.ts";
import { DAY, type Micros } from "../time/instant.ts";
import { formatMoment, formatShortMoment, inZone } from "../time/zone.ts";
import { countFilters, type Filter } from "./filters.ts";
import type { Directory, Setting } from "./settings.ts";
import { nextBatchAt, timingWords } from "./timing.ts";

/** One line of the directory. Instants are NaN, and texts "", where there is none. */
export interface DirectoryEntry {
  setting: Setting;
  /** The transport's type; `none` for a receiver that has none, "" for others. */
  transport: string;
  /** When files are made, in words; for a receiver only. */
  schedule: string;
  nextBatchAt: Micros;
  filters: readonly Filter[];
  filterCounts: string;
  /** Its last submission or its last file sent, of the days that were looked at. */
  lastTrafficAt: Micros;
}

/** The directory's lines: each organization, then what it has, senders first. */
export function directoryEntries(
  directory: Directory,
  traffic: { sent: ReadonlyMap<string, Micros>; submitted: ReadonlyMap<string, Micros> },
  asOf: Micros,
): DirectoryEntry[] {
  return directory.organizations.flatMap(({ organization, parties }) =>
    [organization, ...parties].map((setting) => entryOf(setting, traffic, asOf)),
  );
}

function entryOf(
  setting: Setting,
  { sent, submitted }: { sent: ReadonlyMap<string, Micros>; submitted: ReadonlyMap<string, Micros> },
  asOf: Micros,
): DirectoryEntry {
  const { facts, type, key } = setting;
  const receiver = type === "receiver";
  const readable = facts.timing !== null && !("unreadable" in facts.timing) ? facts.timing : undefined;
  const lastTrafficAt = (receiver ? sent : type === "sender" ? submitted : undefined)?.get(key);
  return {
    setting,
    transport: receiver ? facts.transport || "none" : "",
    schedule: receiver ? scheduleWords(setting) : "",
    nextBatchAt: readable && facts.status !== "inactive" ? nextBatchAt(readable, asOf) : Number.NaN,
    filters: facts.filters,
    filterCounts: countFilters(facts.filters),
    lastTrafficAt: lastTrafficAt ?? Number.NaN,
  };
}

function scheduleWords({ facts: { timing } }: Setting): string {
  if (timing === null) return "no timing";
  return "unreadable" in timing ? `timing cannot be read: ${timing.unreadable}` : timingWords(timing);
}

/** When the next batch is due, on the clock of the receiver's own zone: `14:00`, with its day where that is not today. */
export function nextWords({ setting, nextBatchAt: next }: DirectoryEntry, asOf: Micros): string {
  const { timing } = setting.facts;
  if (Number.isNaN(next) || timing === null || "unreadable" in timing) return "";
  const { timeZone } = timing;
  const sameDay = inZone(next, timeZone).toPlainDate().equals(inZone(asOf, timeZone).toPlainDate());
  const text = formatShortMoment(next, timeZone);
  return sameDay && next - asOf < DAY ? text.slice(text.indexOf(" ", 4) + 1) : text;
}

/**
 * The directory of one name: an organization with all that it has, or one sender or receiver (`org.name`).
 *
 * @throws UsageError with the nearest name where there is none
 */
export function narrow(directory: Directory, name: string | undefined, timeZone: string): Directory {
  if (name === undefined) return directory;
  const whole = directory.organizations.filter(({ organization }) => organization.organization === name);
  if (whole.length > 0) return { ...directory, organizations: whole };
  const parts = directory.organizations
    .map(({ organization, parties }) => ({
      organization,
      parties: parties.filter(({ fullName }) => fullName === name),
    }))
    .filter(({ parties }) => parties.length > 0);
  if (parts.length > 0) return { ...directory, organizations: parts };
  const near = nearestWord(
    name,
    directory.organizations.flatMap(({ organization, parties }) => [
      organization.fullName,
      ...parties.map(({ fullName }) => fullName),
    ]),
  );
  const when = directory.at === undefined ? "" : ` as of ${formatMoment(directory.at, timeZone)}`;
  throw new UsageError(`there is no organization, sender or receiver "${name}"${when}`, {
    hint:
      near === undefined
        ? "`lineage-report organizations` lists them; --at DATE shows what was there on a day"
        : `did you mean "${near}"?`,
  });
}
