import { DAY, type Micros } from "../../time/instant.ts";
import { type Cast, isLegacy, type Receiver, type Sender, type Topic } from "./cast.ts";
import { weekday } from "./clock.ts";
import { HOSTILE_NAMES } from "./hostile-text.ts";
import type { Settled } from "./options.ts";
import { submitLegacy } from "./pipeline/legacy.ts";
import { refuse, testRequest } from "./pipeline/refuse.ts";
import { submit } from "./pipeline/submit.ts";
import type { ItemPlan, LegacyRow, RoutePlan } from "./plan.ts";
import type { Random } from "./random.ts";
import type { World } from "./world.ts";

/**
 * How many receivers an item goes to, of those with any. The benchmark's day is narrower, so that
 * it has the items, edges and reports of the day that the design's figures were measured on.
 */
const FAN_OUT = { everyday: [0.06, 0.66, 0.91], benchmark: [0.06, 0.975, 0.992] } as const;

/** Of all requests, those that are refused; and that and those that only test. */
const REFUSED = 0.03;
const ACCEPTED = 1 - 0.035;

/** The submissions of all days: what arrives when, from whom, with what in it. */
export function planEverydayLoad(world: World): void {
  const { settled } = world;
  const days = settled.dayStarts.slice(0, -1);
  days.forEach((from, day) => {
    const to = settled.dayStarts[day + 1] as Micros;
    // Yesterday is always a working day, whatever the calendar says: it is the day that is reported on.
    const idle = from !== settled.yesterday.from && weekday(from, settled.timeZone) > 5;
    planDay(world, from, to, idle ? 0.15 : 1);
  });
  const from = settled.yesterday.to;
  if (settled.itemsPerDay === null) planDay(world, from, settled.asOf, (settled.asOf - from) / DAY);
}

function planDay(world: World, from: Micros, to: Micros, share: number): void {
  const { settled, cast, queue } = world;
  const random = world.random.fork(`day ${from}`);
  const load = new Load(cast, random, settled.itemsPerDay !== null);
  const sizes = sizesOf(load, settled, share);
  const times = sizes.map(() => from + Math.floor((to - from) * timeOfDay(random)));
  times.sort((one, other) => one - other);
  // One submission at a time: its plan is made when the one before it has arrived.
  const arrive = (position: number): void => {
    const [at, size] = [times[position], sizes[position]];
    if (at === undefined || size === undefined) return;
    queue.at(at, () => {
      arriveOne(world, load, size, at);
      arrive(position + 1);
    });
  };
  arrive(0);
}

/** How many submissions, and how large each: a number of them, or as many as hold the items that are wanted. */
function sizesOf(load: Load, settled: Settled, share: number): number[] {
  if (settled.itemsPerDay === null) {
    const count = Math.round(settled.submissionsPerDay * share * (0.95 + 0.1 * load.random.unit()));
    return Array.from({ length: count }, () => load.size());
  }
  const sizes: number[] = [];
  // What is refused, or only a test, holds no items.
  for (let left = Math.round(settled.itemsPerDay / ACCEPTED); left > 0; left -= sizes.at(-1) as number) {
    sizes.push(Math.min(load.size(), left));
  }
  return sizes;
}

/** Most arrives in the middle of the day. */
function timeOfDay(random: Random): number {
  return random.chance(0.3) ? random.unit() : (random.unit() + random.unit() + random.unit()) / 3;
}

function arriveOne(world: World, load: Load, size: number, at: Micros): void {
  const { random } = load;
  const sender = load.sender();
  const externalName = fileName(random, sender, at);
  const luck = random.unit();
  const common = { at, sender, externalName, variant: null };
  if (luck < REFUSED) {
    refuse(world, { ...common, sender: random.chance(0.05) ? null : sender });
  } else if (luck < 1 - ACCEPTED) {
    testRequest(world, at, sender, null);
  } else if (isLegacy(sender.topic)) {
    submitLegacy(world, { ...common, mode: sender.sync ? "sync" : "async", rows: load.rows(sender, size) });
  } else {
    const via = luck < 0.04 ? "sftp" : luck < 0.07 ? "service" : "http";
    submit(world, { ...common, via, items: Array.from({ length: size }, () => load.item(sender)) });
  }
}

function fileName(random: Random, sender: Sender, at: Micros): string | null {
  const luck = random.unit();
  if (luck < 0.12) return null;
  if (luck < 0.13) return "";
  if (luck < 0.17) return random.pick(HOSTILE_NAMES);
  const day = new Date(at / 1000).toISOString().slice(0, 10).replace(/-/g, "");
  const suffix = { HL7: "hl7", FHIR: "ndjson", CSV: "csv" }[sender.format];
  return `${sender.name}_${day}_${random.int(1, 99_999)}.${suffix}`;
}

/** Draws senders, sizes and destinations. */
export class Load {
  readonly random: Random;
  private readonly cast: Cast;
  /** Larger submissions to fewer receivers, as on the day that the design's figures were measured on. */
  private readonly benchmark: boolean;
  private readonly candidates = new Map<Topic, readonly Receiver[]>();
  private readonly senders: readonly { readonly sender: Sender; readonly weight: number }[];
  private lastAccession = 0;

  constructor(cast: Cast, random: Random, benchmark: boolean) {
    this.cast = cast;
    this.random = random;
    this.benchmark = benchmark;
    const legacy = benchmark ? 0.24 : 0.2;
    const weights = cast.senders.map((sender) => ({ sender, weight: sender.weight, legacy: isLegacy(sender.topic) }));
    const sum = (part: boolean): number =>
      weights.reduce((total, one) => (one.legacy === part ? total + one.weight : total), 0);
    this.senders = weights.map((one) => ({
      sender: one.sender,
      weight: (one.weight / sum(one.legacy)) * (one.legacy ? legacy : 1 - legacy),
    }));
  }

  sender(): Sender {
    return weighted(this.random, this.senders, (one) => one.weight).sender;
  }

  /** The size of a submission: mostly one item, now and then hundreds. */
  size(): number {
    const { random } = this;
    const luck = random.unit();
    if (luck < 0.8) return 1;
    if (this.benchmark) {
      if (luck < 0.92) return random.int(2, 10);
      return luck < 0.9972 ? random.logInt(11, 200) : random.logInt(500, 3000);
    }
    if (luck < 0.95) return random.int(2, 10);
    return luck < 0.9985 ? random.logInt(11, 60) : random.logInt(150, 400);
  }

  item(sender: Sender): ItemPlan {
    const { random } = this;
    if (random.chance(0.015)) return { bad: true, routes: [] };
    const routes = this.receivers(sender.topic).map((receiver): RoutePlan => {
      const filtered = random.chance(0.12);
      return filtered ? { receiver, filtered } : { receiver };
    });
    const luck = random.unit();
    if (luck < 0.0002) return { routes, redeliver: "destination-filter" };
    return luck < 0.03 ? { routes, warnings: random.int(1, 2) } : { routes };
  }

  rows(sender: Sender, size: number): LegacyRow[] {
    const { random } = this;
    const near = this.receivers(sender.topic);
    return Array.from({ length: size }, () => {
      const tracking = `ACC-${sender.name}-${++this.lastAccession}-${random.int(100, 999)}`;
      if (near.length === 0 || random.chance(0.03)) return { tracking, routes: [] };
      const receivers = random.chance(0.05) ? near : [random.pick(near)];
      return { tracking, routes: receivers.map((receiver) => ({ receiver, filtered: random.chance(0.08) })) };
    });
  }

  private receivers(topic: Topic): Receiver[] {
    const { random } = this;
    const [none, one, two] = this.benchmark ? FAN_OUT.benchmark : FAN_OUT.everyday;
    const luck = random.unit();
    const wanted = luck < none ? 0 : luck < one ? 1 : luck < two ? 2 : random.int(3, 5);
    const chosen: Receiver[] = [];
    const candidates = this.candidatesOf(topic);
    for (let attempt = 0; chosen.length < wanted && attempt < wanted + 3; attempt++) {
      const receiver = weighted(random, candidates, (candidate) => candidate.weight);
      if (!chosen.includes(receiver)) chosen.push(receiver);
    }
    return chosen;
  }

  private candidatesOf(topic: Topic): readonly Receiver[] {
    let found = this.candidates.get(topic);
    if (!found) {
      // The covid pipeline considers inactive receivers too; the universal one does not.
      const open = (receiver: Receiver): boolean => isLegacy(topic) || receiver.status !== "inactive";
      found = this.cast.receivers.filter((one) => one.topic === topic && one.weight > 0 && open(one));
      this.candidates.set(topic, found);
    }
    return found;
  }
}

function weighted<T>(random: Random, list: readonly T[], weight: (one: T) => number): T {
  let total = 0;
  for (const one of list) total += weight(one);
  let rest = random.unit() * total;
  for (const one of list) {
    rest -= weight(one);
    if (rest < 0) return one;
  }
  return list[list.length - 1] as T;
}
