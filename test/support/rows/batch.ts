import type { Micros } from "../../../src/time/instant.ts";
import { type At, MINUTE, toMicros } from "./instants.ts";
import { batchParams } from "./messages.ts";
import { type FileSpec, finishTask, type Report, recordAction, recordFiles, recordLineage } from "./record.ts";
import { edgesBetween, type StepOptions } from "./steps.ts";
import { factsOf, isLegacy, type Row, type World } from "./world.ts";

/** Puts the waiting files of one receiver into one file to send. */
export async function batch(world: World, inputs: Report[], options: StepOptions = {}): Promise<Report> {
  const { actionId, at, receiver } = await begin(world, inputs, options, 1);
  const items = inputs.flatMap((input) => input.items);
  const [output] = await recordFiles(world, actionId, at, [readyFile(world, inputs[0]!, receiver, items)]);
  let next = 0;
  const edges = inputs.flatMap((input) => {
    const pairs = input.items.map((item, from) => ({ from, to: next++, item }));
    return edgesBetween(at, input, output!, pairs);
  });
  await recordLineage(world, actionId, at, edges);
  await finishInputs(world, inputs, at);
  return output!;
}

/** The same for a receiver that takes one item a file: one action, and a file for each item. */
export async function batchEach(world: World, inputs: Report[], options: StepOptions = {}): Promise<Report[]> {
  const total = inputs.reduce((sum, input) => sum + input.items.length, 0);
  const { actionId, at, receiver } = await begin(world, inputs, options, total);
  const parts = inputs.flatMap((input) => input.items.map((item, from) => ({ input, item, from })));
  const specs = parts.map(({ input, item }) => readyFile(world, input, receiver, [item]));
  const outputs = await recordFiles(world, actionId, at, specs);
  const edges = parts.flatMap(({ input, item, from }, position) =>
    edgesBetween(at, input, outputs[position]!, [{ from, to: 0, item }]),
  );
  await recordLineage(world, actionId, at, edges);
  await finishInputs(world, inputs, at);
  return outputs;
}

/** A file without items for a receiver that wants a sign of life. */
export async function emptyBatch(world: World, { at, receiver }: { at: At; receiver: string }): Promise<Report> {
  const when = toMicros(at);
  const columns = { action_params: batchParams(receiver, when, true) };
  const actionId = await recordAction(world, { name: "batch", at: when, receiver, columns });
  const { topic, format, schema } = factsOf(world, receiver);
  const [output] = await recordFiles(world, actionId, when, [
    { topic, format, nextAction: "send", itemCount: 0, receiver, folder: receiver, schema },
  ]);
  return output!;
}

async function begin(
  world: World,
  inputs: Report[],
  options: StepOptions,
  outputs: number,
): Promise<{ actionId: number; at: Micros; receiver: string }> {
  const receiver = inputs[0]?.receiver;
  if (!receiver || inputs.some((input) => input.receiver !== receiver)) throw new Error("a batch is of one receiver");
  const at = options.at === undefined ? Math.max(...inputs.map((input) => input.at)) + MINUTE : toMicros(options.at);
  const columns: Row = { action_params: batchParams(receiver, at, false) };
  if (isLegacy(inputs[0]!.topic)) {
    const merged = `Success: merged ${inputs.length} reports into ${outputs} reports`;
    const single = inputs.length === 1 && outputs === 1;
    columns.action_result = single ? "Success: No merging needed - batch of 1" : merged;
  }
  return { actionId: await recordAction(world, { name: "batch", at, receiver, columns }), at, receiver };
}

function readyFile(world: World, input: Report, receiver: string, items: Report["items"]): FileSpec {
  return {
    topic: input.topic,
    format: factsOf(world, receiver).format,
    nextAction: "send",
    itemCount: items.length,
    before: isLegacy(input.topic) ? null : items.length,
    items,
    receiver,
    payloadName: input.payloadName,
    folder: receiver,
  };
}

async function finishInputs(world: World, inputs: Report[], at: Micros): Promise<void> {
  for (const input of inputs) await finishTask(world, input.id, "batched_at", at);
}
