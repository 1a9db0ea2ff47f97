import type { Outcome } from "../outcome/words.ts";
import { type Judging, readDays } from "../run/read/days.ts";
import type { Catalogue } from "../source/catalogue.ts";
import type { Snapshot } from "../source/snapshot.ts";
import type { Micros } from "../time/instant.ts";
import type { Window } from "../time/window.ts";
import { formatMoment } from "../time/zone.ts";
import { type Known, lookUp, readNames, type Side } from "./elsewhere.ts";
import { type OurEntry, ourEntries } from "./ours.ts";
import { TheirKeys } from "./their-keys.ts";
import type { TheirList } from "./their-list.ts";
import { isShortened, type KeyKind, type Repair, readValue } from "./values.ts";

export const RESULTS = ["matched", "only ours", "only theirs", "not usable"] as const;
export type Result = (typeof RESULTS)[number];

/** One line of the comparison. */
export interface ResultRow extends Omit<OurEntry, "keys" | "at"> {
  result: Result;
  /** As it is compared; of what is not usable, as it stands there. */
  key: string;
  /** The first line of their list that has it; null for what they do not have. */
  line: number | null;
  timesTheirs: number | null;
  /** When ours was submitted or handed over; of what is only theirs, when it was elsewhere. Null for what is not known. */
  at: Micros | null;
  /** An id of theirs that is nearly this one; "" for none. */
  note: string;
}

/** What was counted. Rows of theirs and entries of ours are both in sums that add up; see `addsUp`. */
export interface Sums {
  theirs: {
    rows: number;
    blank: number;
    notUsable: number;
    /** Rows with an id that an earlier row has. */
    repeated: number;
    /** Distinct ids. */
    ids: number;
    matched: number;
    onlyTheirs: number;
    /** Of those only theirs, known beside the window. */
    elsewhere: number;
    /** Ids that look like numbers a spreadsheet shortened. */
    shortened: number;
    repairs: Partial<Record<Repair, number>>;
  };
  ours: {
    entries: number;
    matched: number;
    onlyOurs: number;
    /** Entries that the database has no id for, so that nothing can match them. */
    withoutId: number;
    /** Of those only ours, nearly the same as an id of theirs. */
    near: number;
  };
  /** Entries of ours by outcome: matched, and only ours. An entry without any item has the outcome "". */
  outcomes: Map<Outcome | "", { matched: number; onlyOurs: number }>;
}

export interface ReconcileRequest {
  list: TheirList;
  kind: KeyKind;
  side: Side;
  window: Window;
  judging: Judging;
  /** So many more of their ids were looked up. */
  onLookedUp: (ids: number) => void;
  /** From when on the names of files are searched. */
  namesSince: Micros;
}

const BATCH = 500;
/** Ids looked up at a time. */
const KEYS = 5_000;

/** Compares somebody's list with the rows of a window, row by row; after the last row `sums` is whole. */
export class Reconciliation {
  readonly #request: ReconcileRequest;
  readonly #theirs = new TheirKeys();
  readonly sums: Sums;

  constructor(request: ReconcileRequest) {
    this.#request = request;
    const theirs = { rows: 0, blank: 0, notUsable: 0, repeated: 0, ids: 0, matched: 0, onlyTheirs: 0, elsewhere: 0 };
    const ours = { entries: 0, matched: 0, onlyOurs: 0, withoutId: 0, near: 0 };
    this.sums = { theirs: { ...theirs, shortened: 0, repairs: {} }, ours, outcomes: new Map() };
  }

  /**
   * The rows: ours by time, matched or not, then theirs alone and what is not usable in the order of the list.
   *
   * Their ids are held as numbers, ours a day at a time; texts are read again or forgotten, so that memory grows with the
   * distinct ids (some 70 bytes each) and the busiest day, and not with the rows.
   *
   * @throws what reading the list and the database throws
   */
  async *rows(snapshot: Snapshot, catalogue: Catalogue): AsyncGenerator<ResultRow[], void, undefined> {
    const { kind, side, window, judging } = this.#request;
    judging.onPhase("their list");
    await this.#readTheirs();
    for await (const day of readDays(snapshot, catalogue, window, judging)) {
      yield* inBatches(this.#compare(ourEntries(day, side.subject, kind)));
    }
    judging.onPhase("what is only theirs");
    yield* this.#onlyTheirs(snapshot, catalogue);
  }

  async #readTheirs(): Promise<void> {
    const { list, kind } = this.#request;
    const { theirs } = this.sums;
    for await (const cells of list.cells()) {
      for (const { text, line } of cells) {
        theirs.rows++;
        const value = readValue(text, kind);
        if (value === undefined) theirs.blank++;
        else if (value.key === undefined) theirs.notUsable++;
        else {
          for (const repair of value.repairs) theirs.repairs[repair] = (theirs.repairs[repair] ?? 0) + 1;
          if (!this.#theirs.add(value.key, line)) theirs.repeated++;
          else if (isShortened(value.key)) theirs.shortened++;
        }
      }
    }
    theirs.ids = this.#theirs.size;
  }

  *#compare(entries: Iterable<OurEntry>): Generator<ResultRow> {
    const { ours, theirs, outcomes } = this.sums;
    for (const { keys, ...entry } of entries) {
      ours.entries++;
      const hit = keys.find((key) => this.#theirs.match(key) > 0);
      for (const key of keys) this.#theirs.match(key);
      const key = hit ?? keys[0] ?? "";
      const line = hit === undefined ? 0 : this.#theirs.lineOf(hit);
      const result = line > 0 ? "matched" : "only ours";
      const near = line > 0 || key === "" ? 0 : this.#theirs.nearLine(key);
      if (key === "") {
        ours.withoutId++;
        continue;
      }
      const counts = outcomes.get(entry.outcome ?? "") ?? { matched: 0, onlyOurs: 0 };
      outcomes.set(entry.outcome ?? "", counts);
      if (line > 0) {
        ours.matched++;
        counts.matched++;
      } else {
        ours.onlyOurs++;
        counts.onlyOurs++;
        if (near > 0) ours.near++;
      }
      const at = { line: line || null, timesTheirs: hit === undefined ? null : this.#theirs.timesOf(hit) };
      yield { ...entry, result, key, ...at, note: this.#nearNote(near) };
    }
    theirs.matched = this.#theirs.matched;
    theirs.onlyTheirs = theirs.ids - theirs.matched;
  }

  #nearNote(line: number): string {
    if (line === 0) return "";
    return `${this.#request.list.placeWord} ${line} of their list differs from it only in letter case, zeros in front or ".0" behind`;
  }

  async *#onlyTheirs(snapshot: Snapshot, catalogue: Catalogue): AsyncGenerator<ResultRow[], void, undefined> {
    const { list, kind, side, namesSince, onLookedUp } = this.#request;
    const { theirs } = this.sums;
    theirs.matched = this.#theirs.matched;
    theirs.onlyTheirs = theirs.ids - theirs.matched;
    if (theirs.onlyTheirs + theirs.notUsable === 0) return;
    if (kind === "file" && theirs.onlyTheirs > 0) {
      await readNames(snapshot, catalogue, namesSince, side, (key, known) => this.#theirs.note(key, known));
    }
    let pending: { key: string | undefined; text: string; line: number; problem: string }[] = [];
    const told = async (): Promise<ResultRow[]> => {
      const keys = pending.flatMap(({ key }) => key ?? []);
      const found = kind === "file" ? undefined : await lookUp(snapshot, catalogue, kind, keys, side);
      const rows = pending.map(({ key, text, line, problem }) => {
        if (key === undefined) return this.#theirRow("not usable", text, line, problem, undefined);
        const known = found ? found.get(key) : this.#theirs.knownAs(key);
        if (known) theirs.elsewhere++;
        return this.#theirRow("only theirs", key, line, this.#whereItIs(known), known);
      });
      onLookedUp(keys.length);
      pending = [];
      return rows;
    };
    for await (const cells of list.cells()) {
      for (const { text, line } of cells) {
        const value = readValue(text, kind);
        if (value === undefined) continue;
        if (value.key === undefined) pending.push({ key: undefined, text, line, problem: value.problem });
        else if (!this.#theirs.isMatched(value.key) && this.#theirs.lineOf(value.key) === line) {
          pending.push({ key: value.key, text, line, problem: "" });
        }
        if (pending.length >= KEYS) yield await told();
      }
    }
    if (pending.length > 0) yield await told();
  }

  #theirRow(result: Result, key: string, line: number, reason: string, known: Known | undefined): ResultRow {
    const nothing = { submissionId: null, reportId: "", item: null, party: "", fileName: "", outcome: undefined };
    const acts = known ? "nobody" : this.#request.side.subject.subject.kind;
    const timesTheirs = result === "not usable" ? null : this.#theirs.timesOf(key);
    return { ...nothing, result, key, line, timesTheirs, at: known?.at ?? null, reason, acts, outcomes: "", note: "" };
  }

  #whereItIs(known: Known | undefined): string {
    const { kind, side, window, namesSince } = this.#request;
    const { name } = side.subject.subject;
    if (!known) {
      const since = kind === "file" ? ` since ${formatMoment(namesSince, window.timeZone)}` : "";
      return `not known as one of ${name}'s${since}`;
    }
    const at = formatMoment(known.at, window.timeZone);
    const isOutside = known.at < window.from || known.at >= window.to;
    // The universal pipeline keeps the id of a message only where something was logged about it.
    const outside = isOutside
      ? ", outside of the window"
      : kind === "tracking"
        ? ", by a log entry that has the id"
        : "";
    switch (known.state) {
      case "sent":
        return `handed over ${at}${outside}`;
      case "fetched":
        return `fetched ${at}${outside}`;
      case "submitted":
        return `submitted ${at}${outside}`;
      case "refused":
        return `refused when it was submitted ${at}${outside}`;
      case "ready":
        return `made ready to be sent ${at}, and not handed over`;
      case "step":
        return `on its way to ${name} since ${at}, in no file that was handed over`;
    }
  }
}

/** Whether rows and entries are each in exactly one part. */
export function addsUp({ theirs, ours, outcomes }: Sums): boolean {
  const byOutcome = [...outcomes.values()].reduce((sum, { matched, onlyOurs }) => sum + matched + onlyOurs, 0);
  return (
    theirs.rows === theirs.blank + theirs.notUsable + theirs.repeated + theirs.ids &&
    theirs.ids === theirs.matched + theirs.onlyTheirs &&
    ours.entries === ours.matched + ours.onlyOurs + ours.withoutId &&
    byOutcome === ours.matched + ours.onlyOurs
  );
}

function* inBatches(rows: Iterable<ResultRow>): Generator<ResultRow[]> {
  let batch: ResultRow[] = [];
  for (const row of rows) {
    batch.push(row);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
