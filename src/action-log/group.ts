import type { Micros } from "../time/instant.ts";
import { Dictionary, DistinctNumbers } from "./distinct.ts";
import { fingerprint } from "./fingerprint.ts";
import type { Masked } from "./wording.ts";

/** One row of the action log, tied to its submission. */
export type LoggedRow = {
  readonly saying: Saying;
  readonly at: Micros;
  readonly submissionId: number | null;
  /** Stands in for a submission that is not known when items are told apart. */
  readonly reportId: string | null;
  /** Position in the submission as stored; null for rows about no single item. */
  readonly item: number | null;
};

/** What makes rows one group. */
export type GroupKey = {
  readonly type: string;
  readonly scope: string;
  readonly errorCode: string;
  readonly field: string;
  readonly message: string;
  readonly sender: string;
  readonly receiver: string;
};

/** What a row says and between whom, its message masked and not folded yet. Parties by full names or keys, empty where unknown. */
export type Saying = GroupKey & {
  /** What the message stands in. Where it repeats, rows that say the same have one object of this type, and its group is looked up once. */
  readonly masked?: Masked;
};

export type ErrorGroup = GroupKey & {
  /** Rows. */
  readonly count: number;
  /** Distinct submissions and items, exact. Rows of no submission or no item add none. */
  readonly submissions: number;
  readonly items: number;
  readonly firstSeen: Micros;
  readonly lastSeen: Micros;
  /** Several messages in one group, because there were too many to keep apart. */
  readonly overflow: boolean;
};

export type GroupedErrors = {
  /** Most rows first, then by key. */
  readonly groups: readonly ErrorGroup[];
  readonly rows: number;
  /** Rows in groups with `overflow`, never silent: pages and logs say how many. */
  readonly overflowRows: number;
};

export type GroupLimits = {
  /** Groups that keep their message. */
  readonly groups: number;
  /** Groups without message that keep code, field, sender and receiver; beyond, type and scope only. */
  readonly overflowGroups: number;
};

const LIMITS: GroupLimits = { groups: 20_000, overflowGroups: 5_000 };

/** A group as it is folded. */
export type Fold = {
  readonly key: GroupKey;
  readonly overflow: boolean;
  count: number;
  firstSeen: Micros;
  lastSeen: Micros;
  readonly submissions: DistinctNumbers;
  readonly items: DistinctNumbers;
};

/** Items of a submission are told apart by one number: 22 bits of position, 31 of submission. */
const POSITIONS = 2 ** 22;

/**
 * Folds rows to groups, each row to exactly one, so that the groups' counts add up to the rows.
 * Bounded: beyond the limits a new message goes to a group without message. Which messages keep
 * a group of their own then depends on the order of the rows, which the query states.
 */
export class ErrorGroups {
  readonly #limits: GroupLimits;
  readonly #folds = new Map<string, Fold>();
  /** A number for each text of a key: as texts the keys of a day's groups were 15 MB. */
  readonly #texts = new Dictionary();
  readonly #known = new WeakMap<Saying, Fold>();
  readonly #submissions = new Dictionary();
  readonly #items = new Dictionary();
  #kept = 0;
  #overflowing = 0;
  #rows = 0;

  constructor(limits: Partial<GroupLimits> = {}) {
    this.#limits = { ...LIMITS, ...limits };
  }

  add(row: LoggedRow): void {
    const { saying } = row;
    this.addTo(saying.masked?.repeats ? this.#knownFoldOf(saying) : this.foldOf(saying), row);
  }

  /** Adds a row to the group that `foldOf` gave for its saying. */
  addTo(fold: Fold, row: Omit<LoggedRow, "saying">): void {
    const { at, submissionId } = row;
    this.#rows += 1;
    fold.count += 1;
    if (at < fold.firstSeen) fold.firstSeen = at;
    if (at > fold.lastSeen) fold.lastSeen = at;
    const submission = submissionId === null ? undefined : this.#submissions.of(submissionId);
    if (submission !== undefined) fold.submissions.add(submission);
    const item = this.#itemOf(row, submission);
    if (item !== undefined) fold.items.add(item);
  }

  /** Rows so far. */
  get rows(): number {
    return this.#rows;
  }

  result(): GroupedErrors {
    const groups = [...this.ordered()];
    const overflowRows = groups.reduce((sum, group) => sum + (group.overflow ? group.count : 0), 0);
    return { groups, rows: this.#rows, overflowRows };
  }

  /** The groups in the result's order, each made when it is asked for. */
  *ordered(): Generator<ErrorGroup, void, undefined> {
    for (const fold of [...this.#folds.values()].sort(byCountThenKey)) yield toGroup(fold);
  }

  #knownFoldOf(saying: Saying): Fold {
    const known = this.#known.get(saying);
    if (known !== undefined) return known;
    const fold = this.foldOf(saying);
    this.#known.set(saying, fold);
    return fold;
  }

  /**
   * The group of a saying, which gets a row next. It stays the group ever after: groups are only added, and what found no room
   * finds none later.
   */
  foldOf(saying: Saying): Fold {
    const key = keyOf(saying, saying.masked?.fingerprint ?? fingerprint(saying.message));
    const hasRoom = this.#kept < this.#limits.groups;
    const id = this.#idOf(key, hasRoom);
    const known = this.#folds.get(id);
    if (known !== undefined) return known;
    if (hasRoom) {
      this.#kept += 1;
      return this.#newFold(id, key, false);
    }
    const withoutMessage = keyOf(saying, "");
    const canOverflow = this.#overflowing < this.#limits.overflowGroups;
    const overflowId = `+${this.#idOf(withoutMessage, canOverflow)}`;
    const overflow = this.#folds.get(overflowId);
    if (overflow !== undefined) return overflow;
    if (canOverflow) {
      this.#overflowing += 1;
      return this.#newFold(overflowId, withoutMessage, true);
    }
    const { type, scope } = saying;
    const last = { type, scope, errorCode: "", field: "", message: "", sender: "", receiver: "" };
    const lastId = `*${this.#idOf(last, true)}`;
    return this.#folds.get(lastId) ?? this.#newFold(lastId, last, true);
  }

  /** @param keep whether texts that are new get numbers; without one the key is no group's, and there is no end of texts beyond the limits */
  #idOf({ type, scope, errorCode, field, message, sender, receiver }: GroupKey, keep: boolean): string {
    const number = (text: string): number | "" => (keep ? this.#texts.of(text) : (this.#texts.find(text) ?? ""));
    const what = `${number(type)},${number(scope)},${number(errorCode)},${number(field)}`;
    return `${what},${number(message)},${number(sender)},${number(receiver)}`;
  }

  #newFold(id: string, key: GroupKey, overflow: boolean): Fold {
    const submissions = new DistinctNumbers();
    const items = new DistinctNumbers();
    const seen = { firstSeen: Number.POSITIVE_INFINITY, lastSeen: Number.NEGATIVE_INFINITY };
    const fold: Fold = { key, overflow, count: 0, ...seen, submissions, items };
    this.#folds.set(id, fold);
    return fold;
  }

  /** @param submission the number of its submission, if that is known */
  #itemOf(row: Omit<LoggedRow, "saying">, submission: number | undefined): number | undefined {
    if (row.item === null) return undefined;
    const owner = row.submissionId ?? row.reportId;
    if (owner === null) return undefined;
    const position = row.item + POSITIONS / 2;
    // A position outside of any file's size still is one item; it gets a number of its own below zero.
    if (position < 0 || position >= POSITIONS) return -1 - this.#items.of(`${owner}/${row.item}`);
    return (submission ?? this.#submissions.of(owner)) * POSITIONS + position;
  }
}

function keyOf(saying: Saying, message: string): GroupKey {
  const { type, scope, errorCode, field, sender, receiver } = saying;
  return { type, scope, errorCode, field, message, sender, receiver };
}

/** What makes rows one group, in the order in which groups of one size stand. */
const KEYS = ["type", "scope", "errorCode", "field", "message", "sender", "receiver"] as const;

/** Postgres texts hold no NUL, so it separates. */
function keyText(key: GroupKey): string {
  return KEYS.map((name) => key[name]).join("\0");
}

/** Member by member: with its key spread into it, a group took twelve microseconds instead of two. */
function toGroup(fold: Fold): ErrorGroup {
  const { key } = fold;
  return {
    type: key.type,
    scope: key.scope,
    errorCode: key.errorCode,
    field: key.field,
    message: key.message,
    sender: key.sender,
    receiver: key.receiver,
    count: fold.count,
    submissions: fold.submissions.size,
    items: fold.items.size,
    firstSeen: fold.firstSeen,
    lastSeen: fold.lastSeen,
    overflow: fold.overflow,
  };
}

function byCountThenKey(a: Fold, b: Fold): number {
  if (a.count !== b.count) return b.count - a.count;
  const [left, right] = [a.key, b.key];
  return (
    order(left.type, right.type) ||
    order(left.scope, right.scope) ||
    order(left.errorCode, right.errorCode) ||
    order(left.field, right.field) ||
    order(left.message, right.message) ||
    order(left.sender, right.sender) ||
    order(left.receiver, right.receiver) ||
    Number(a.overflow) - Number(b.overflow)
  );
}

function order(left: string, right: string): number {
  return left === right ? 0 : left < right ? -1 : 1;
}

/** Whether a group was there in the previous run, is there only now, or only was. */
export type GroupStatus = "new" | "standing" | "gone";

export type ComparedGroup<Group extends GroupKey = GroupKey> = { readonly status: GroupStatus; readonly group: Group };

/**
 * The groups of this run in their order, each `new` or `standing`, then those of the previous run
 * that are `gone`, in theirs. Groups are the same when type, scope, code, field, message, sender
 * and receiver are.
 */
export function compareGroups<Group extends GroupKey>(
  previous: readonly Group[],
  current: readonly Group[],
): ComparedGroup<Group>[] {
  const before = new Set(previous.map(keyText));
  const now = new Set(current.map(keyText));
  const present = current.map((group): ComparedGroup<Group> => {
    return { status: before.has(keyText(group)) ? "standing" : "new", group };
  });
  const gone = previous.filter((group) => !now.has(keyText(group)));
  return [...present, ...gone.map((group): ComparedGroup<Group> => ({ status: "gone", group }))];
}
