import { readFile, stat } from "node:fs/promises";
import { UsageError } from "../../errors.ts";

/** One table of another environment, as `tables list --digest --json` printed it. */
export interface ListedContent {
  table: string;
  version: number | null;
  rows: number;
  digest: string;
}

/** Whether a path is a folder; false also where there is nothing. */
export async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}

/**
 * The listing that `tables list --digest --json` wrote in another environment.
 *
 * @throws UsageError where it is none
 */
export async function readListing(path: string): Promise<ListedContent[]> {
  const refuse = (reason: string, cause?: unknown) =>
    new UsageError(`${path} is no listing of lookup tables: ${reason}`, {
      hint: "make one in the other environment with `lineage-report tables list --digest --json > FILE`",
      cause,
    });
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    throw refuse((error as Error).message, error);
  }
  if (!Array.isArray(value)) throw refuse("it is not a JSON array");
  return value.map((entry: Record<string, unknown> | null, index) => {
    const { table, activeVersion, rows, digest } = entry ?? {};
    if (typeof table !== "string" || typeof rows !== "number" || typeof digest !== "string") {
      throw refuse(`entry ${index + 1} has no table, rows or digest`);
    }
    return { table, version: typeof activeVersion === "number" ? activeVersion : null, rows, digest };
  });
}
