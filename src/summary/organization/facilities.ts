import { Temporal } from "temporal-polyfill";
import { Recent } from "../../action-log/recent.ts";
import type { Party } from "../../lineage/parties.ts";
import type { FacilitiesSummary, FacilityCount, FacilityLine, FacilityWeek } from "./types.ts";

/** A testing lab as covid_result_metadata has it; every field is what a sender wrote. */
export interface Facility {
  name: string;
  clia: string;
  city: string;
  state: string;
}

/** Rules about what is shown, and when a facility is called new or gone. */
export const FACILITY_RULES = {
  /** Counts from 1 up to one less are not shown: they could point at a person. */
  smallest: 11,
  /** A number of a lab with more names than this is one under which senders write other things, people's names perhaps. */
  namesOfOneLab: 5,
  /** Days that must be known of the three weeks before for new, and of the last week for gone. */
  knownBefore: 7,
  knownLast: 5,
  shown: 200,
} as const;

/** No facility is known. */
export const NO_FACILITY = 0;

/** The item was a test or for training, and is not counted. */
export const NOT_PRODUCTION = -1;

const WEEKS = 4;

/** Two digits for the state, D, seven digits. */
export function isClia(text: string): boolean {
  return /^\d{2}D\d{7}$/.test(text);
}

/**
 * Whether a text reads like the name of a facility or a place and like nothing else. Senders have
 * written patients' names into such fields, with dates, numbers and HL7's own separators.
 */
export function isPlainName(text: string): boolean {
  return (
    text.length >= 2 &&
    text.length <= 100 &&
    /^[\p{L}\p{M}\p{N} .,'’&()/#+"-]+$/u.test(text) &&
    /\p{L}{2}/u.test(text) &&
    !/\d{6}|\d[/-]\d{1,2}[/-]\d/.test(text)
  );
}

/** What of a facility may be shown: nothing of one without a valid number, since the number is what tells it from a person. */
export function shownFacility({ name, clia, city, state }: Facility): Omit<FacilityCount, "organization" | "items"> {
  const number = clia.trim().toUpperCase();
  if (!isClia(number)) return { name: "", clia: "", location: "" };
  const plain = (text: string): string => {
    const folded = text.trim().replaceAll(/\s+/g, " ");
    return isPlainName(folded) ? folded : "";
  };
  return { name: plain(name), clia: number, location: [plain(city), plain(state)].filter(Boolean).join(", ") };
}

/** Counts items of facilities by receiver. */
export class FacilityFold {
  readonly #numbers = new Map<string, number>();
  /** By what was written, since a lab writes the same for all of its items. */
  readonly #asWritten = new Recent<number>();
  readonly #facilities: Omit<FacilityCount, "organization" | "items">[] = [{ name: "", clia: "", location: "" }];
  readonly #receivers = new Map<Party, number[]>();
  readonly #notProduction = new Map<string, number>();

  /** The number of a facility, from 1; the same for all that would be shown alike. */
  number(facility: Facility): number {
    const { name, clia, city, state } = facility;
    // Postgres texts hold no NUL, so it separates.
    return this.#asWritten.of(`${clia}\0${name}\0${city}\0${state}`, () => this.#numberOf(facility));
  }

  #numberOf(facility: Facility): number {
    const shown = shownFacility(facility);
    const key = `${shown.clia}\0${shown.name}\0${shown.location}`;
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#facilities.length;
      this.#facilities.push(shown);
      this.#numbers.set(key, number);
    }
    return number;
  }

  /** Adds an item that a receiver got; `facility` is a number or NOT_PRODUCTION. */
  add(receiver: Party, facility: number): void {
    if (facility === NOT_PRODUCTION) {
      const { organization } = receiver;
      this.#notProduction.set(organization, (this.#notProduction.get(organization) ?? 0) + 1);
      return;
    }
    let counts = this.#receivers.get(receiver);
    if (!counts) {
      counts = [];
      this.#receivers.set(receiver, counts);
    }
    counts[facility] = (counts[facility] ?? 0) + 1;
  }

  /** Items that an organization got and that were tests or for training. */
  notProduction(organization: string): number {
    return this.#notProduction.get(organization) ?? 0;
  }

  /** One line for each organization and facility, ordered by organization, number, name and place. */
  counts(): FacilityCount[] {
    const lines = new Map<string, FacilityCount>();
    for (const [{ organization }, counts] of this.#receivers) {
      counts.forEach((items, facility) => {
        const { name, clia, location } = this.#facilities[facility];
        const key = keyOf({ organization, name, clia, location });
        const line = lines.get(key);
        if (line) line.items += items;
        else lines.set(key, { organization, name, clia, location, items });
      });
    }
    return withoutManyNames([...lines.values()]).sort((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1));
  }
}

function keyOf({ organization, name, clia, location }: Omit<FacilityCount, "items">): string {
  return `${organization}\0${clia}\0${name}\0${location}`;
}

/** Folds the names of a lab that has too many into none. */
function withoutManyNames(lines: readonly FacilityCount[]): FacilityCount[] {
  const names = new Map<string, Set<string>>();
  for (const { clia, name } of lines) {
    const known = names.get(clia);
    if (known) known.add(name);
    else names.set(clia, new Set([name]));
  }
  const folded = new Map<string, FacilityCount>();
  for (const line of lines) {
    const tooMany = (names.get(line.clia)?.size ?? 0) > FACILITY_RULES.namesOfOneLab;
    const shown = tooMany ? { ...line, name: "" } : line;
    const known = folded.get(keyOf(shown));
    if (known) known.items += shown.items;
    else folded.set(keyOf(shown), { ...shown });
  }
  return [...folded.values()];
}

/** What an earlier run of one day counted. */
export interface FacilityDay {
  date: string;
  facilities: readonly FacilityCount[];
}

/**
 * The facilities of one organization: four weeks that end with the window's day, from this run and the
 * earlier ones. Counts below 11 are withheld, week by week.
 *
 * @param date the window's local day; undefined for other windows, which have no weeks
 * @param itemsWithout items that it got of which no facility is known
 */
export function facilitiesOf(
  organization: string,
  date: string | undefined,
  today: readonly FacilityCount[],
  earlier: readonly FacilityDay[],
  itemsWithout: number,
): FacilitiesSummary {
  const own = today.filter((line) => line.organization === organization);
  const items = own.reduce((sum, line) => sum + line.items, 0);
  const base = { items, itemsWithout };
  if (date === undefined) {
    const shown = own.map((line) => ({ ...lineOf(line), weeks: [], items: withheld(line.items), mark: null }));
    return { ...base, weeks: [], count: shown.length, shown: cut(shown, (line) => line.items ?? 0) };
  }
  const day = Temporal.PlainDate.from(date);
  const before = earlier
    .map((other) => ({ ...other, ago: Temporal.PlainDate.from(other.date).until(day).total("days") }))
    .filter(({ ago }) => ago > 0 && ago < WEEKS * 7);
  const weeks = weeksUntil(day, [0, ...before.map(({ ago }) => ago)]);
  const lines = new Map<string, { line: FacilityCount; weeks: number[]; items: number }>();
  const add = (line: FacilityCount, ago: number): void => {
    if (line.organization !== organization) return;
    const key = keyOf(line);
    const known = lines.get(key) ?? { line, weeks: new Array<number>(WEEKS).fill(0), items: 0 };
    known.weeks[WEEKS - 1 - Math.floor(ago / 7)] += line.items;
    if (ago === 0) known.items += line.items;
    lines.set(key, known);
  };
  for (const line of own) add(line, 0);
  for (const { facilities, ago } of before) for (const line of facilities) add(line, ago);
  const shown = [...lines.values()].map((known) => ({
    ...lineOf(known.line),
    weeks: known.weeks.map(withheld),
    items: withheld(known.items),
    mark: markOf(known.weeks, weeks),
    sum: known.weeks.reduce((sum, count) => sum + count, 0),
  }));
  return {
    ...base,
    weeks,
    count: shown.length,
    shown: cut(shown, ({ sum }) => sum).map(({ sum: _, ...line }) => line),
  };
}

function lineOf({ name, clia, location }: FacilityCount): Pick<FacilityLine, "name" | "clia" | "location"> {
  return { name, clia, location };
}

function withheld(count: number): number | null {
  return count > 0 && count < FACILITY_RULES.smallest ? null : count;
}

function weeksUntil(day: Temporal.PlainDate, known: readonly number[]): FacilityWeek[] {
  return Array.from({ length: WEEKS }, (_, at) => {
    const ago = WEEKS - 1 - at;
    const last = day.subtract({ days: ago * 7 });
    return {
      first: last.subtract({ days: 6 }).toString(),
      last: last.toString(),
      knownDays: new Set(known.filter((days) => Math.floor(days / 7) === ago)).size,
    };
  });
}

/** New or gone, where enough days are known to tell. A facility without a valid number is many facilities, and neither. */
function markOf(counts: readonly number[], weeks: readonly FacilityWeek[]): FacilityLine["mark"] {
  const last = counts[WEEKS - 1];
  const before = counts.slice(0, -1).reduce((sum, count) => sum + count, 0);
  const knownBefore = weeks.slice(0, -1).reduce((sum, { knownDays }) => sum + knownDays, 0);
  if (last > 0 && before === 0) return knownBefore >= FACILITY_RULES.knownBefore ? "new" : null;
  if (last === 0 && before > 0) return weeks[WEEKS - 1].knownDays >= FACILITY_RULES.knownLast ? "gone" : null;
  return null;
}

function cut<T extends Pick<FacilityLine, "mark" | "name" | "clia">>(lines: T[], itemsOf: (line: T) => number): T[] {
  const rank = ({ mark }: T): number => (mark === "new" ? 0 : mark === "gone" ? 1 : 2);
  return lines
    .sort(
      (left, right) =>
        rank(left) - rank(right) ||
        itemsOf(right) - itemsOf(left) ||
        (`${left.clia}\0${left.name}` < `${right.clia}\0${right.name}` ? -1 : 1),
    )
    .slice(0, FACILITY_RULES.shown);
}
