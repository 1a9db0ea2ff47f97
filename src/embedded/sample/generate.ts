import { type Cast, createCast } from "./cast.ts";
import { EventQueue } from "./event-queue.ts";
import { planEverydayLoad } from "./everyday.ts";
import { Ledger } from "./ledger.ts";
import { type SampleOptions, type Settled, settle } from "./options.ts";
import { planEmptyBatches } from "./pipeline/batch.ts";
import { Random } from "./random.ts";
import { Records } from "./records.ts";
import { RowBuffer, type RowChunk } from "./row-buffer.ts";
import { writeSideTables } from "./tables/index.ts";
import { Tasks } from "./tasks.ts";
import type { Truth } from "./truth.ts";
import { planHistory } from "./variants/history.ts";
import { planVariants } from "./variants/index.ts";
import type { World } from "./world.ts";

/** A sample about to be made. */
export type Sample = {
  readonly settled: Settled;
  readonly cast: Cast;
  /**
   * The rows, as chunks of COPY's text format, table by table as they fill. To be read once, to the
   * end; within a chunk and between chunks the foreign keys do not hold yet.
   */
  readonly chunks: Iterable<RowChunk>;
  /** What became of everything; complete when the chunks have been read. Empty lists when no truth is kept. */
  truth(): Truth;
};

/**
 * Plays the days of a ReportStream service, step by step in the order of time, and writes down
 * both the rows that the service would leave and the truth about them. The same options give the
 * same bytes. Memory holds what is under way at one moment, not the set (the truth aside).
 *
 * Throws RangeError for options that make no sense.
 */
export function generateSample(options: SampleOptions): Sample {
  const settled = settle(options);
  const world = createWorld(settled);
  let truth: Truth | null = null;
  function* play(): Generator<RowChunk> {
    writeSideTables(world);
    yield* world.rows.drainAll();
    if (settled.history) planHistory(world);
    planEverydayLoad(world);
    if (settled.variants) planVariants(world);
    for (const receiver of world.cast.receivers) planEmptyBatches(world, receiver, settled.dayStarts[0] as number);
    while (world.queue.step(settled.asOf)) if (world.rows.full) yield* world.rows.drain();
    world.tasks.closeAll();
    yield* world.rows.drainAll();
    truth = world.ledger.close(settled.asOf);
  }
  return {
    settled,
    cast: world.cast,
    chunks: play(),
    truth() {
      if (!truth) throw new RangeError("the sample's truth is known only after all its rows have been read");
      return truth;
    },
  };
}

function createWorld(settled: Settled): World {
  const random = new Random(settled.seed);
  const rows = new RowBuffer();
  let lastMetadata = 0;
  return {
    settled,
    random: random.fork("pipeline"),
    rows,
    records: new Records(rows, random.fork("records")),
    tasks: new Tasks(rows, random.fork("tasks")),
    queue: new EventQueue(),
    cast: createCast(),
    ledger: new Ledger(settled.truth),
    pools: new Map(),
    served: new Set(),
    lastSent: new Map(),
    nextMetadata: () => ++lastMetadata,
  };
}
