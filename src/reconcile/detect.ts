import { isUuid } from "../trace/asked.ts";
import type { Cell, TheirList } from "./their-list.ts";
import { type KeyKind, readValue } from "./values.ts";

/** How many values are looked at to find out what they are. */
export const VALUES_JUDGED = 200;

/** What the values are taken for, and why. */
export interface Detected {
  kind: KeyKind;
  because: string;
}

export const KIND_WORDS: Readonly<Record<KeyKind, readonly [one: string, many: string]>> = {
  report: ["id of a report", "ids of reports"],
  submission: ["number of a submission", "numbers of submissions"],
  tracking: ["tracking id", "tracking ids"],
  file: ["file name", "file names"],
};

/** The first values of a list. */
export async function sampleOf(list: TheirList): Promise<Cell[]> {
  const sample: Cell[] = [];
  for await (const cells of list.cells()) {
    for (const cell of cells) {
      if (readValue(cell.text, "tracking") === undefined) continue;
      sample.push(cell);
      if (sample.length === VALUES_JUDGED) return sample;
    }
  }
  return sample;
}

/**
 * What the values are: by their form what they could be, and where that leaves a choice (ids of messages are mostly UUIDs, too),
 * by which of these the database knows more.
 *
 * @param known how many of the ids are known as a kind
 */
export async function detectKind(
  sample: readonly Cell[],
  side: "sender" | "receiver",
  known: (kind: Exclude<KeyKind, "file">, keys: readonly string[]) => Promise<number>,
): Promise<Detected> {
  const values = sample.flatMap(({ text }) => readValue(text, "tracking")?.key ?? []);
  const most = (test: (value: string) => boolean): boolean => values.filter(test).length * 2 > values.length;
  const form = most(isUuid)
    ? ("UUIDs" as const)
    : side === "sender" && most((value) => /^\d[\d,. ]*$/.test(value))
      ? ("numbers" as const)
      : most((value) => /[^\s]\.[a-z][a-z0-9]{1,5}$/i.test(value))
        ? ("names with an ending" as const)
        : ("neither UUIDs nor file names" as const);
  const byForm = { UUIDs: "report", numbers: "submission", "names with an ending": "file" } as const;
  const first: KeyKind = form === "neither UUIDs nor file names" ? "tracking" : byForm[form];
  const counted = async (kind: KeyKind): Promise<number> => {
    if (kind === "file") return 0;
    const keys = sample.flatMap(({ text }) => readValue(text, kind)?.key ?? []);
    return known(kind, [...new Set(keys)]);
  };
  const [asFirst, asTracking] = [await counted(first), first === "tracking" ? 0 : await counted("tracking")];
  const kind = asTracking > asFirst ? "tracking" : first;
  const knownAs = Math.max(asFirst, asTracking);
  const told = `most of the first ${sample.length} are ${form}`;
  if (kind === "file") return { kind, because: told };
  const [, words] = KIND_WORDS[kind];
  return { kind, because: `${told}, ${knownAs} of them known as ${words}` };
}
