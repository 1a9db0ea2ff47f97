import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** The summary of an earlier run, as it was written. */
export interface EarlierSummary {
  /** The run's folder, its name alone. */
  folder: string;
  text: string;
}

/**
 * The summaries of runs beside a run's folder whose windows are written alike (days, spans of days,
 * instants) and begin before its own, latest first. A run's folder appears whole, so what has a
 * name has a summary; a folder that is something else is passed over.
 *
 * @param folder the run's own folder, which need not exist
 * @throws nothing: history that cannot be read is no reason not to run
 */
export async function* earlierSummaries(folder: string): AsyncGenerator<EarlierSummary, void, undefined> {
  const own = basename(folder);
  const shape = shapeOf(own);
  const beside = dirname(folder);
  const names = await readdir(beside).catch((): string[] => []);
  for (const name of names
    .filter((other) => shapeOf(other) === shape && other < own)
    .sort()
    .reverse()) {
    const text = await readFile(join(beside, name, "summary.json"), "utf8").catch(() => undefined);
    if (text !== undefined) yield { folder: name, text };
  }
}

/** Names of one kind of window have their digits in the same places, and so sort by time. */
function shapeOf(name: string): string {
  return name.replaceAll(/\d/g, "0");
}
