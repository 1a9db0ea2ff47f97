import type { Change } from "../../organizations/changes.ts";
import { formatInstant, type Micros } from "../../time/instant.ts";
import type { SettingChanges } from "./types.ts";

/** Versions of settings that were written in a time, with the paths that differ; values are never read. */
export function settingChanges(changes: readonly Change[], { from, to }: { from: Micros; to: Micros }): SettingChanges {
  return {
    from: formatInstant(from),
    to: formatInstant(to),
    changes: changes.map(({ at, by, type, organization, fullName, version, change, paths }) => ({
      ...{ changedAt: formatInstant(at), changedBy: by, type, organization, fullName, version, change },
      paths: [...paths],
    })),
  };
}
