import { batch } from "./batch.ts";
import { type At, ERA } from "./instants.ts";
import { type ReceiveOptions, receive } from "./receive.ts";
import type { Report } from "./record.ts";
import { send } from "./send.ts";
import { convert, destinationFilter, enrich, receiverFilter, route, translate } from "./steps.ts";
import { factsOf, type World } from "./world.ts";

export interface HappyPathOptions extends ReceiveOptions {
  receivers: string[];
  /** The last step that is taken; send unless given. */
  until?: "receive" | "convert" | "translate" | "batch" | "send";
  batchAt?: At;
  sendAt?: At;
}

/** What the steps wrote; empty from the first that was not taken. */
export interface HappyPath {
  root: Report;
  converted: Report[];
  /** By receiver, in the order of the items. */
  translated: Record<string, Report[]>;
  batches: Record<string, Report>;
  sent: Record<string, Report>;
}

/** A submission of the universal pipeline of which every item goes to every receiver, in one file each. */
export async function happyPath(world: World, options: HappyPathOptions): Promise<HappyPath> {
  const { receivers, until = "send", batchAt, sendAt, ...received } = options;
  const topic = received.topic ?? factsOf(world, receivers[0] ?? "").topic;
  const path: HappyPath = {
    root: await receive(world, { ...received, topic }),
    converted: [],
    translated: {},
    batches: {},
    sent: {},
  };
  if (until === "receive") return path;
  path.converted = await convert(world, path.root);
  if (until === "convert") return path;
  for (const item of path.converted) {
    for (const file of await toTranslate(world, item, receivers)) {
      const translated = await translate(world, file);
      const list = path.translated[file.receiver!] ?? [];
      path.translated[file.receiver!] = [...list, translated];
    }
  }
  if (until === "translate") return path;
  for (const [receiver, files] of Object.entries(path.translated)) {
    path.batches[receiver] = await batch(world, files, batchAt === undefined ? {} : { at: batchAt });
  }
  if (until === "batch") return path;
  for (const [receiver, file] of Object.entries(path.batches)) {
    path.sent[receiver] = await send(world, file, sendAt === undefined ? {} : { at: sendAt });
  }
  return path;
}

/** The steps between convert and translate, as they were at that time. */
async function toTranslate(world: World, item: Report, receivers: string[]): Promise<Report[]> {
  if (item.at < ERA.filterSteps) return route(world, item, { receivers });
  const passed: Report[] = [];
  for (const file of await destinationFilter(world, item, { receivers })) {
    if (file.receiver === null) continue;
    const ready = item.at < ERA.enrichment ? file : await enrich(world, file);
    passed.push(await receiverFilter(world, ready));
  }
  return passed;
}
