/** An instant of the day that most cases are about, by the clock of UTC: `at("14:00")`, `at("14:00:30")`. */
export function at(clock: string): string {
  return `2026-03-11T${clock.length === 5 ? `${clock}:00` : clock}Z`;
}

/** The same of the next day, which is still before the moment as of which the run judges (12:00). */
export function nextDay(clock: string): string {
  return at(clock).replace("-11T", "-12T");
}
