import { ConfigError } from "../errors.ts";

/** A five-field cron expression, read. */
export interface CronExpression {
  /** As it was written, blanks made single. */
  text: string;
  minutes: readonly number[];
  hours: readonly number[];
  daysOfMonth: ReadonlySet<number>;
  months: ReadonlySet<number>;
  /** 0 is Sunday. */
  daysOfWeek: ReadonlySet<number>;
  /** Both day fields restrict: a day that either of them names is meant, as in every cron. */
  eitherDay: boolean;
}

interface Field {
  name: string;
  least: number;
  most: number;
  /** Names of values, from `least` on. */
  words: readonly string[];
}

const MINUTE: Field = { name: "minute", least: 0, most: 59, words: [] };
const HOUR: Field = { name: "hour", least: 0, most: 23, words: [] };
const DAY: Field = { name: "day of month", least: 1, most: 31, words: [] };
const MONTH: Field = {
  name: "month",
  least: 1,
  most: 12,
  words: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
};
const WEEKDAY: Field = {
  name: "day of week",
  least: 0,
  most: 7,
  words: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
};

/** The most days that each month has in any year. */
const LONGEST = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const DIALECT = "minute, hour, day of month, month, day of week; *, lists, ranges, steps and names such as MON or JAN";

/**
 * Reads the UNIX dialect: five fields; `*`, lists, ranges, steps (`8-18/2`, a star with `/15`, `5/20` from 5 on), names of months and
 * weekdays, Sunday as 0 or 7. No seconds, no `?`, no `L`, `W` or `#`, no `@daily`: the dialect of ReportStream's own
 * schedules (ReportStream: EmailEngineFunction.kt). As in every cron, when day of month and day of week both restrict, a
 * day that either names is meant; a field that begins with `*` does not restrict, even with a step.
 *
 * @throws ConfigError that names the field, and for what no calendar has (February 30)
 */
export function parseCron(text: string): CronExpression {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== 5) {
    const count = text.trim() === "" ? "no fields" : fields.length === 1 ? "1 field" : `${fields.length} fields`;
    throw new ConfigError(`${quote(text)} has ${count}; a schedule has five`, { hint: DIALECT });
  }
  const [minute, hour, day, month, weekday] = fields as [string, string, string, string, string];
  const expression: CronExpression = {
    text: fields.join(" "),
    minutes: sorted(values(minute, MINUTE, text)),
    hours: sorted(values(hour, HOUR, text)),
    daysOfMonth: values(day, DAY, text),
    months: values(month, MONTH, text),
    daysOfWeek: new Set([...values(weekday, WEEKDAY, text)].map((value) => value % 7)),
    eitherDay: !day.startsWith("*") && !weekday.startsWith("*"),
  };
  const some = [...expression.months].some((of) =>
    [...expression.daysOfMonth].some((date) => date <= (LONGEST[of - 1] as number)),
  );
  if (!some && !expression.eitherDay) {
    throw new ConfigError(`${quote(text)} never comes: no calendar has such a day`, { hint: DIALECT });
  }
  return expression;
}

/** Whether the expression means that day of the calendar; `weekday` 0 is Sunday. */
export function matchesDay(cron: CronExpression, month: number, day: number, weekday: number): boolean {
  if (!cron.months.has(month)) return false;
  const byDate = cron.daysOfMonth.has(day);
  const byWeekday = cron.daysOfWeek.has(weekday);
  return cron.eitherDay ? byDate || byWeekday : byDate && byWeekday;
}

function values(text: string, field: Field, whole: string): Set<number> {
  const all = new Set<number>();
  for (const part of text.split(",")) {
    const match = /^(\*|[A-Za-z0-9]+)(?:-([A-Za-z0-9]+))?(?:\/(\d{1,4}))?$/.exec(part);
    if (!match || (match[1] === "*" && match[2] !== undefined)) throw unreadable(part, field, whole);
    const [, start = "", end, step] = match;
    const by = step === undefined ? 1 : Number(step);
    if (by === 0) throw fault(whole, `the ${field.name} has a step of 0`);
    const first = start === "*" ? field.least : numberOf(start, field, whole);
    const last = lastOf(start, end, step, field, whole, first);
    if (last < first) throw fault(whole, `the ${field.name} ${part} runs backwards`);
    for (let value = first; value <= last; value += by) all.add(value);
  }
  return all;
}

function lastOf(
  start: string,
  end: string | undefined,
  step: string | undefined,
  field: Field,
  whole: string,
  first: number,
): number {
  // The week ends on Saturday for `*`, and may end on Sunday when somebody writes it: FRI-SUN, 5-7.
  const most = field === WEEKDAY ? 6 : field.most;
  if (start === "*") return most;
  if (end !== undefined) {
    const last = numberOf(end, field, whole);
    return field === WEEKDAY && last === 0 && first > 0 ? 7 : last;
  }
  return step === undefined ? first : most;
}

function numberOf(text: string, field: Field, whole: string): number {
  const word = field.words.indexOf(text.toUpperCase());
  if (word >= 0) return word + field.least;
  if (!/^\d{1,2}$/.test(text)) throw unreadable(text, field, whole);
  const value = Number(text);
  if (value < field.least || value > field.most) {
    throw fault(whole, `the ${field.name} ${text} is not between ${field.least} and ${field.most}`);
  }
  return value;
}

function sorted(numbers: ReadonlySet<number>): number[] {
  return [...numbers].sort((a, b) => a - b);
}

function unreadable(part: string, field: Field, whole: string): ConfigError {
  return fault(whole, `the ${field.name} ${quote(part)} cannot be read`);
}

function fault(whole: string, what: string): ConfigError {
  return new ConfigError(`${quote(whole)}: ${what}`, { hint: DIALECT });
}

function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
