import type { Config } from "../config/schema.ts";
import type { Limits } from "../outcome/limits.ts";
import { DAY, MINUTE } from "../time/instant.ts";

/** The configuration's limits as the rules take them, in microseconds. */
export function limitsOf({ limits }: Pick<Config, "limits">): Limits {
  return {
    pipeline: limits.pipelineStuckMinutes * MINUTE,
    send: limits.sendGraceMinutes * MINUTE,
    fileLife: limits.fileExpiryDays * DAY,
  };
}
