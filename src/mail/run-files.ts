import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { OutputError } from "../errors.ts";
import { organizationFolder } from "../output/names.ts";
import type { Summary } from "../summary/types.ts";
import { parseInstant } from "../time/instant.ts";

/** A finished run, as far as mail needs it. */
export interface FinishedRun {
  folder: string;
  summary: Summary;
  /** An organization's summary.csv; undefined when it has none. */
  summaryCsv(organization: string): Promise<Buffer | undefined>;
}

/**
 * Reads a run's folder. It appeared whole, so what is missing was taken away.
 *
 * @throws OutputError that says what is wrong with it
 */
export async function readRun(folder: string): Promise<FinishedRun> {
  const file = join(folder, "summary.json");
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown reason";
    throw new OutputError(`${file} cannot be read (${code})`, {
      hint: "name the folder of a finished run",
      cause: error,
    });
  }
  return {
    folder,
    summary: parseSummary(text, file),
    async summaryCsv(organization) {
      try {
        return await readFile(join(folder, "organizations", organizationFolder(organization), "summary.csv"));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw new OutputError(`the summary.csv of ${organization} in ${folder} cannot be read`, { cause: error });
      }
    },
  };
}

function parseSummary(text: string, file: string): Summary {
  const broken = (why: string): OutputError =>
    new OutputError(`${file} is no summary of a run: ${why}`, {
      hint: "prove the folder with `lineage-report verify`",
    });
  let summary: Partial<Summary>;
  try {
    summary = JSON.parse(text) as Partial<Summary>;
  } catch {
    throw broken("it is not JSON");
  }
  const { format, window, snapshot } = summary;
  if (format !== 1) throw broken(`its format is ${JSON.stringify(format)}, and this program knows format 1`);
  const instants = [window?.from, window?.to, snapshot?.at].map((instant) => parseInstant(String(instant)));
  if (instants.includes(undefined)) throw broken("its window or snapshot has no times");
  const lists = [summary.organizations, summary.senders, summary.receivers, summary.failures];
  if (!lists.every(Array.isArray)) throw broken("its lists are missing");
  return summary as Summary;
}
