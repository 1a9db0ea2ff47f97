import { formatInstant, type Micros } from "../../time/instant.ts";
import type { LookupTables } from "./types.ts";

/** A lookup table, and which of its versions is read. */
export interface TableVersions {
  table: string;
  activeVersion: number | null;
  newestVersion: number;
  newestCreatedAt: Micros;
  newestCreatedBy: string;
}

/** Tables whose newest version is not the active one: somebody uploaded it and it was not switched on, or went back. */
export function lookupTables(versions: readonly TableVersions[]): LookupTables {
  return {
    tables: versions.length,
    notActive: versions
      .filter(({ activeVersion, newestVersion }) => activeVersion !== newestVersion)
      .map((version) => ({ ...version, newestCreatedAt: formatInstant(version.newestCreatedAt) })),
  };
}
