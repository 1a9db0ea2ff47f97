import { HOUR, MINUTE, type Micros, SECOND } from "../../../time/instant.ts";
import { hasTransport, type Receiver } from "../cast.ts";
import { movePlace } from "../ledger.ts";
import type { FilePlan, Lane, Later } from "../plan.ts";
import type { Place } from "../truth.ts";
import type { World } from "../world.ts";
import type { ReadyFile } from "./file.ts";
import { planLater } from "./later.ts";
import { resendFile, startSeries } from "./send.ts";

type Opening = Pick<
  ReadyFile,
  "report" | "receiver" | "format" | "createdAt" | "task" | "travellers" | "edges" | "externalName"
> & {
  readonly lane: Lane | null;
  /** Where each traveller was until now. */
  readonly cameFrom: readonly Place[];
};

export function openFile(world: World, opening: Opening): void {
  const { receiver, createdAt: at } = opening;
  const reachable = hasTransport(receiver);
  const place: Place = reachable ? { kind: "send", since: at } : { kind: "ready", since: at };
  const plan = opening.lane?.file ?? everydayPlan(world, receiver, at);
  opening.travellers.forEach((traveller, position) => {
    movePlace(traveller.entry, opening.cameFrom[position] ?? null, place);
  });
  const file: ReadyFile = {
    report: opening.report,
    receiver,
    format: opening.format,
    createdAt: at,
    task: opening.task,
    travellers: opening.travellers,
    edges: opening.edges,
    externalName: opening.externalName,
    edgeCopies: 1,
    plan,
    place,
    failedAttempts: [],
    failure: null,
    sentOnce: false,
  };
  if (!reachable) planLater(world, file, at, resendFile);
  else if (!plan.lost) startSeries(world, file, plan.series, at + world.random.int(5 * SECOND, 40 * SECOND));
}

/** What happens to a file on an ordinary day. */
function everydayPlan(world: World, receiver: Receiver, at: Micros): FilePlan {
  const { random, settled } = world;
  const luck = random.unit();
  const later = everydayLater(world, receiver);
  // An exception just before the sample's now could not be told from a send that is under way.
  const settledBy = at < settled.asOf - HOUR;
  if (luck < 0.96 || !settledBy) {
    return { series: { failures: 0, end: "sent" }, later, ghost: random.chance(0.003) };
  }
  if (luck < 0.985) return { series: { failures: random.int(1, 3), end: "sent" }, later };
  if (luck < 0.992) return { series: random.chance(0.5) ? EXHAUSTED : { failures: 0, end: "refused" }, later };
  if (luck < 0.994) return { series: { failures: 0, end: "exception" } };
  if (luck < 0.995) return { series: { failures: 0, end: "sent" }, lost: true };
  return { series: { failures: 0, end: "sent" }, later };
}

const EXHAUSTED = { failures: 6, end: "sent" } as const;

function everydayLater(world: World, receiver: Receiver): Later[] {
  const { random } = world;
  const later: Later[] = [];
  if (random.chance(hasTransport(receiver) ? 0.02 : 0.3)) {
    const times = Math.min(6, 1 + Math.floor(-Math.log(1 - random.unit())));
    for (let time = 0; time < times; time++) {
      const by = `reader${random.int(1, 3)}@${receiver.org.replace(/[^a-z-]/gi, "")}.example`;
      later.push({ do: "download", after: random.int(10 * MINUTE, 18 * HOUR), by });
    }
  }
  if (random.chance(0.001)) {
    const series = { failures: 0, end: "sent" } as const;
    later.push({ do: "resend", after: random.int(HOUR, 6 * HOUR), by: "operator@ops.example", series });
  }
  return later;
}
