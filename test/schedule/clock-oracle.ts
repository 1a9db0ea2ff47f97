/**
 * What an independent clock shows: every minute asked of Intl, nothing computed. Slow, plain, and
 * with nothing of the program in it.
 */
export interface WallMinute {
  /** Minutes since the epoch. */
  at: number;
  /** The wall's date and time as minutes of an imagined UTC. */
  wall: number;
}

function wallOf(timeZone: string): (minute: number) => number {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  });
  return (minute) => {
    const [month, day, year, hour, minutes] = (format.format(minute * 60_000).match(/\d+/g) as string[]).map(Number);
    return Date.UTC(year as number, (month as number) - 1, day, hour, minutes) / 60_000;
  };
}

/** The first minutes after each change of a zone's clock between two years. */
export function clockChanges(timeZone: string, fromYear: number, toYear: number): number[] {
  const wall = wallOf(timeZone);
  const offset = (minute: number): number => wall(minute) - minute;
  const changes: number[] = [];
  const step = 12 * 60;
  const end = Date.UTC(toYear, 0, 1) / 60_000;
  for (let from = Date.UTC(fromYear, 0, 1) / 60_000; from < end; from += step) {
    if (offset(from) === offset(from + step)) continue;
    let [before, after] = [from, from + step];
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      if (offset(middle) === offset(from)) before = middle;
      else after = middle;
    }
    changes.push(after);
  }
  return changes;
}

/** Every minute of a span with what the wall shows. */
export function wallMinutes(timeZone: string, from: number, to: number): WallMinute[] {
  const wall = wallOf(timeZone);
  return Array.from({ length: to - from }, (_, index) => ({ at: from + index, wall: wall(from + index) }));
}

/**
 * When the wall minutes that `means` names are due, by the stated rule: at the first time the wall
 * shows the minute, or if it is never shown, at the first minute after the place where it is missing.
 */
export function dueByWall(minutes: readonly WallMinute[], means: (wall: Date) => boolean): number[] {
  const due = new Set<number>();
  const shown = new Set<number>();
  let highest = (minutes[0] as WallMinute).wall - 1;
  for (const { at, wall } of minutes) {
    for (let missing = highest + 1; missing < wall; missing++) if (means(new Date(missing * 60_000))) due.add(at);
    if (!shown.has(wall) && means(new Date(wall * 60_000))) due.add(at);
    shown.add(wall);
    highest = Math.max(highest, wall);
  }
  return [...due].sort((a, b) => a - b);
}
