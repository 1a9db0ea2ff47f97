import fc from "fast-check";
import { type EdgeRow, RECEIVERS, type ReceiverName, type ReportRow, type World } from "./rows.ts";

/**
 * One thing that happens. `pick` and `more` choose among whatever is there at that moment, so that
 * every list of happenings is a possible history, and a shorter one is a smaller history.
 */
interface Happening {
  kind: (typeof KINDS)[number];
  pick: number;
  more: number;
  flag: boolean;
}

const KINDS = [
  ...["submit", "submit", "convert", "convert", "convert", "route", "route", "route", "route"],
  ...["step", "step", "step", "filter", "translate", "translate", "translate", "batch", "batch", "batch"],
  ...["send", "send", "warn", "warn", "warn", "fail", "throw", "mail", "ghost", "resend", "download", "download"],
  ...["again", "double", "cycle", "forget task", "orphan task", "lose link", "wait"],
] as const;

const NAMES = Object.keys(RECEIVERS) as ReceiverName[];

const happening: fc.Arbitrary<Happening> = fc.record({
  kind: fc.constantFrom(...KINDS),
  pick: fc.nat(1000),
  more: fc.nat(1000),
  flag: fc.boolean(),
});

/** Random lineages: fan-out, merges, diamonds, cycles, doubled edges, repeated steps, lost and stray tasks, rows in any order. */
export const randomWorld: fc.Arbitrary<World> = fc
  .tuple(fc.array(happening, { minLength: 1, maxLength: 70, size: "max" }), fc.nat(1000))
  .map(([happenings, order]) => shuffled(history(happenings, order % 3 === 0 ? 0 : order % 40), order));

/** `since` is how many hours before the snapshot the last thing happened. */
function history(happenings: readonly Happening[], since: number): World {
  const world: World = { reports: [], edges: [], links: [], tasks: [], attempts: [] };
  const story = new Story(world);
  story.happen({ kind: "submit", pick: 0, more: 1, flag: true });
  for (const next of happenings) story.happen(next);
  return moved(world, -since - story.clock);
}

/** All times later by so many hours. */
function moved(world: World, hours: number): World {
  const later = <T extends number | null>(at: T): T => (at === null ? at : at + hours) as T;
  return {
    ...world,
    reports: world.reports.map((row) => ({ ...row, at: later(row.at), nextActionAt: later(row.nextActionAt) })),
    tasks: world.tasks.map((row) => {
      return { ...row, dueAt: later(row.dueAt), batchedAt: later(row.batchedAt), createdAt: later(row.createdAt) };
    }),
    attempts: world.attempts.map((row) => ({ ...row, at: later(row.at) })),
  };
}

/** Keeps what is open, and writes rows as ReportStream's steps would; now and then as no step would. */
class Story {
  readonly #world: World;
  /** Hours since the story began. */
  #clock = 0;
  #action = 0;

  constructor(world: World) {
    this.#world = world;
  }

  get clock(): number {
    return this.#clock;
  }

  happen({ kind, pick, more, flag }: Happening): void {
    this.#clock += flag ? 0 : more % 3;
    this.#action++;
    const waiting = (step: string): ReportRow | undefined => choose(this.#withStep(step), pick);
    switch (kind) {
      case "submit":
        this.#report({ writtenBy: "receive", nextAction: "convert", itemCount: 1 + (more % 3), submitted: true });
        return;
      case "convert": {
        const root = waiting("convert");
        for (let index = 1; root && index <= root.itemCount + (flag && more % 5 === 0 ? 1 : 0); index++) {
          const bad = (more + index) % 7 === 0;
          this.#child(root, index, {
            writtenBy: "convert",
            nextAction: bad ? "none" : "destination-filter",
            itemCount: bad ? 0 : 1,
          });
        }
        return;
      }
      case "route": {
        const item = waiting("destination-filter");
        if (!item) return;
        const receivers = NAMES.filter((_, at) => (more >> at) & 1);
        for (const receiver of receivers) {
          this.#child(item, 1, {
            writtenBy: "destination-filter",
            nextAction: "receiver-filter",
            receiver,
            itemCount: 1,
          });
        }
        if (receivers.length === 0)
          this.#child(item, 1, { writtenBy: "destination-filter", nextAction: "none", itemCount: 0 });
        return;
      }
      case "filter":
      case "step": {
        const item = waiting("receiver-filter");
        const passes = kind === "step";
        if (item) {
          const next = { nextAction: passes ? "translate" : "none", itemCount: passes ? 1 : 0 };
          this.#child(item, 1, { writtenBy: "receiver-filter", receiver: item.receiver, ...next });
        }
        return;
      }
      case "translate": {
        const item = waiting("translate");
        if (!item) return;
        const direct = more % 6 === 0;
        this.#child(item, 1, {
          writtenBy: "translate",
          receiver: item.receiver,
          nextAction: direct ? "send" : "batch",
          nextActionAt: direct || item.receiver === "dd.untimed" ? null : this.#clock + (more % 8),
          itemCount: 1,
        });
        return;
      }
      case "batch": {
        const first = waiting("batch");
        if (!first) return;
        const all = this.#withStep("batch").filter(({ receiver }) => receiver === first.receiver);
        const taken = flag ? all : [first];
        const file = this.#report({
          writtenBy: "batch",
          nextAction: "send",
          receiver: first.receiver,
          itemCount: taken.length,
        });
        taken.forEach((item, at) => {
          this.#edge(item, 1, file, at + 1);
        });
        return;
      }
      case "send": {
        const file = choose(this.#files(), pick);
        if (file) this.#copy(file, "send", { transported: true });
        return;
      }
      case "throw": {
        const file = choose(this.#files(), pick);
        if (!file) return;
        this.#attempt(file, "send_error");
        if (flag) this.#copy(file, "send_error", { transported: true });
        return;
      }
      case "warn": {
        const file = choose(this.#files(), pick);
        if (!file) return;
        this.#attempt(file, "send_warning");
        this.#task(file, { step: "send", dueAt: this.#clock + (more % 80), retryCount: 1 + (more % 5) });
        return;
      }
      case "fail": {
        const file = choose(this.#files(), pick);
        if (!file) return;
        this.#attempt(file, "send_error");
        this.#task(file, { step: "send_error", dueAt: null, retryCount: null });
        return;
      }
      case "mail": {
        const file = choose(this.#files(), pick);
        if (!file) return;
        this.#attempt(file, "email");
        if (flag) this.#task(file, { step: "none", dueAt: null, retryCount: null });
        return;
      }
      case "ghost":
        // A send action that met nothing to send leaves no row that anybody could count.
        return;
      case "resend": {
        const file = choose(this.#files(), pick);
        if (!file) return;
        this.#attempt(file, "resend");
        this.#task(file, { step: "send", dueAt: null, retryCount: 0, batchedAt: this.#clock });
        return;
      }
      case "download": {
        const file = choose(this.#files(), pick);
        if (!file) return;
        const copy = this.#report({
          writtenBy: "download",
          nextAction: null,
          receiver: file.receiver,
          itemCount: file.itemCount,
          transported: true,
          downloaded: true,
        });
        this.#world.links.push({ parent: file.id, child: copy.id });
        // The defect of 2023-09-11: the edges into the file are written again.
        this.#world.edges.push(...this.#world.edges.filter((edge) => edge.child === file.id));
        return;
      }
      case "again": {
        const item = choose(
          this.#world.reports.filter(({ nextAction, submitted }) => nextAction === "destination-filter" && !submitted),
          pick,
        );
        if (item) {
          const receiver = NAMES[more % NAMES.length];
          this.#child(item, 1, {
            writtenBy: "destination-filter",
            nextAction: "receiver-filter",
            receiver,
            itemCount: 1,
          });
        }
        return;
      }
      case "double": {
        const edge = choose(this.#world.edges, pick);
        if (edge) this.#world.edges.push({ ...edge });
        return;
      }
      case "cycle": {
        const from = choose(this.#world.edges, pick);
        const to = choose(this.#world.edges, more);
        // Not into a submission: it would no longer be nobody's child.
        const target = to && this.#world.reports.find(({ id }) => id === to.child);
        if (from && to && target && !target.submitted) {
          this.#world.edges.push({
            parent: from.child,
            parentIndex: from.childIndex,
            child: to.child,
            childIndex: to.childIndex,
          });
        }
        return;
      }
      case "forget task":
        this.#world.tasks.splice(pick % Math.max(1, this.#world.tasks.length), 1);
        return;
      case "orphan task":
        this.#world.tasks.push({
          report: 900_000 + this.#action,
          step: "convert",
          dueAt: null,
          retryCount: null,
          batchedAt: null,
          createdAt: this.#clock,
        });
        return;
      case "lose link":
        this.#world.links.splice(pick % Math.max(1, this.#world.links.length), 1);
        return;
      case "wait":
        this.#clock += more % 1600;
    }
  }

  #withStep(step: string): ReportRow[] {
    return this.#world.reports.filter(
      ({ id, nextAction }) => nextAction === step && !this.#world.edges.some((edge) => edge.parent === id),
    );
  }

  #files(): ReportRow[] {
    return this.#world.reports.filter(({ nextAction }) => nextAction === "send");
  }

  #report(row: Partial<ReportRow> & Pick<ReportRow, "writtenBy" | "nextAction" | "itemCount">): ReportRow {
    const report: ReportRow = {
      id: this.#world.reports.length + 1,
      actionId: this.#action,
      at: this.#clock,
      nextActionAt: null,
      receiver: null,
      before: row.itemCount,
      submitted: false,
      transported: false,
      downloaded: false,
      ...row,
    };
    this.#world.reports.push(report);
    if (report.nextAction !== null && report.nextAction !== "none") {
      this.#task(report, { step: report.nextAction, dueAt: report.nextActionAt, retryCount: null });
    }
    return report;
  }

  #child(
    parent: ReportRow,
    index: number,
    row: Partial<ReportRow> & Pick<ReportRow, "writtenBy" | "nextAction" | "itemCount">,
  ): void {
    const child = this.#report(row);
    this.#edge(parent, index, child, 1);
  }

  #copy(file: ReportRow, writtenBy: string, row: Partial<ReportRow>): void {
    const copy = this.#report({
      writtenBy,
      nextAction: null,
      receiver: file.receiver,
      itemCount: file.itemCount,
      ...row,
    });
    for (const edge of this.#into(file)) this.#edge(file, edge.childIndex, copy, edge.childIndex);
    if (writtenBy === "send") this.#task(file, { step: "none", dueAt: null, retryCount: null });
  }

  #into(file: ReportRow): EdgeRow[] {
    return this.#world.edges.filter((edge) => edge.child === file.id);
  }

  #edge(parent: ReportRow, parentIndex: number, child: ReportRow, childIndex: number): void {
    this.#world.edges.push({ parent: parent.id, parentIndex, child: child.id, childIndex });
    if (parent.nextAction !== "send") this.#task(parent, { step: "none", dueAt: null, retryCount: null });
  }

  #task(
    report: ReportRow,
    state: { step: string; dueAt: number | null; retryCount: number | null; batchedAt?: number },
  ): void {
    const task = this.#world.tasks.find((row) => row.report === report.id);
    const batchedAt = state.batchedAt ?? task?.batchedAt ?? null;
    if (task) Object.assign(task, state, { batchedAt });
    else this.#world.tasks.push({ report: report.id, createdAt: this.#clock, ...state, batchedAt });
  }

  #attempt(file: ReportRow, kind: World["attempts"][number]["kind"]): void {
    this.#world.attempts.push({ actionId: this.#action, at: this.#clock, kind, report: file.id });
  }
}

function choose<T>(from: readonly T[], pick: number): T | undefined {
  return from.length === 0 ? undefined : from[pick % from.length];
}

/** The rows in another order: no result may depend on how a database happens to return them. */
function shuffled(world: World, order: number): World {
  const shuffle = <T>(rows: readonly T[]): T[] =>
    rows
      .map((row, at) => ({ row, key: ((at + 1) * (order * 2 + 1) * 7919) % 10_007 }))
      .sort((a, b) => a.key - b.key)
      .map(({ row }) => row);
  return {
    reports: shuffle(world.reports),
    edges: shuffle(world.edges),
    links: shuffle(world.links),
    tasks: shuffle(world.tasks),
    attempts: shuffle(world.attempts),
  };
}
