import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "../../errors.ts";

/** A file of a folder and the lookup table that it is for: its name without the ending, as ReportStream's loader takes it. */
export interface FolderFile {
  table: string;
  path: string;
}

/**
 * The CSV files directly in a folder, by name.
 *
 * @throws UsageError where it cannot be read or holds none
 */
export async function csvFilesOf(folder: string): Promise<FolderFile[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`the folder ${folder} cannot be read (${error.code ?? error.message})`, { cause: error });
  });
  const files = names
    .filter((name) => /^[^.].*\.csv$/i.test(name))
    .sort()
    .map((name) => ({ table: name.slice(0, -".csv".length), path: join(folder, name) }));
  if (files.length === 0) {
    throw new UsageError(`there is no CSV file in ${folder}`, { hint: "a file is named after its table: TABLE.csv" });
  }
  return files;
}
