import type { Temporal } from "temporal-polyfill";
import { OUTCOMES, type Outcome } from "../outcome/words.ts";
import { DAY, formatInstant, HOUR, type Micros } from "../time/instant.ts";
import type { Window } from "../time/window.ts";
import { inZone, toMicros } from "../time/zone.ts";
import { type Counts, noCounts } from "./counts.ts";
import type { Timeline } from "./types.ts";

/** Windows of up to three days are shown by the hour: 73 of them when the clock is put back. */
const LONGEST_BY_HOUR = 3 * DAY + HOUR;

const WIDTH = OUTCOMES.length;

/** The place of an outcome in a step's counts. */
const PLACES = Object.fromEntries(OUTCOMES.map((outcome, place) => [outcome, place])) as Record<Outcome, number>;

/** The steps of a window: when each begins, ascending, the first at the window's start. */
export interface Steps {
  step: Timeline["step"];
  starts: readonly Micros[];
}

/** Hours from the window's start, or for longer windows local days of its zone. */
export function stepsOf({ from, to, timeZone }: Window): Steps {
  const starts: Micros[] = [];
  if (to - from <= LONGEST_BY_HOUR) {
    for (let at = from; at < to; at += HOUR) starts.push(at);
    return { step: "hour", starts };
  }
  let day: Temporal.PlainDate = inZone(from, timeZone).toPlainDate();
  for (let at = from; at < to; at = toMicros(day.toZonedDateTime(timeZone))) {
    starts.push(at);
    day = day.add({ days: 1 });
  }
  return { step: "day", starts };
}

/** Counts by step and outcome in one array of integers, so that a row costs one addition and no object. */
export type StepCounts = Uint32Array;

/** Adds up outcomes by the step in which a submission lies. */
export class TimelineFold {
  readonly total: StepCounts;
  readonly #steps: Steps;
  readonly #submitted = new Map<string, StepCounts>();
  readonly #received = new Map<string, StepCounts>();

  constructor(steps: Steps) {
    this.#steps = steps;
    this.total = this.#none();
  }

  /** Where the counts of the step begin in which an instant lies. */
  placeOf(at: Micros): number {
    const { starts } = this.#steps;
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle] <= at) low = middle;
      else high = middle - 1;
    }
    return low * WIDTH;
  }

  /** Adds one row to counts of which the step begins at `place`. */
  static add(counts: StepCounts, place: number, outcome: Outcome): void {
    counts[place + PLACES[outcome]]++;
  }

  /** Adds a submission's items to the total and to its organization's. */
  submission(organization: string, place: number, byItem: Counts): void {
    const own = this.#of(this.#submitted, organization);
    for (const outcome of OUTCOMES) {
      const count = byItem[outcome];
      if (count === 0) continue;
      this.total[place + PLACES[outcome]] += count;
      own[place + PLACES[outcome]] += count;
    }
  }

  /** What an organization's receivers got, to be added to row by row. */
  received(organization: string): StepCounts {
    return this.#of(this.#received, organization);
  }

  /** The steps that had anything, by item. */
  timeline(): Timeline {
    return { step: this.#steps.step, steps: this.#listed(this.total) };
  }

  /** The same of what one organization submitted (by item), and of what was meant for it (by item and receiver). */
  timelineOf(organization: string): {
    step: Timeline["step"];
    submitted: Timeline["steps"];
    received: Timeline["steps"];
  } {
    return {
      step: this.#steps.step,
      submitted: this.#listed(this.#submitted.get(organization)),
      received: this.#listed(this.#received.get(organization)),
    };
  }

  #listed(counts: StepCounts | undefined): Timeline["steps"] {
    if (!counts) return [];
    return this.#steps.starts.flatMap((start, step) => {
      const own = noCounts();
      let any = false;
      for (const outcome of OUTCOMES) {
        own[outcome] = counts[step * WIDTH + PLACES[outcome]];
        any ||= own[outcome] > 0;
      }
      return any ? [{ from: formatInstant(start), counts: own }] : [];
    });
  }

  #of(map: Map<string, StepCounts>, organization: string): StepCounts {
    let counts = map.get(organization);
    if (!counts) {
      counts = this.#none();
      map.set(organization, counts);
    }
    return counts;
  }

  #none(): StepCounts {
    return new Uint32Array(Math.max(1, this.#steps.starts.length) * WIDTH);
  }
}
