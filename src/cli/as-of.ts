import { UsageError } from "../errors.ts";
import type { Micros } from "../time/instant.ts";

/** The instant that `--as-of` names; undefined if it was not given. Throws UsageError. */
export async function readAsOf(text: string | undefined): Promise<Micros | undefined> {
  if (text === undefined) return undefined;
  const { parseInstant } = await import("../time/instant.ts");
  const instant = parseInstant(text);
  if (instant === undefined) {
    throw new UsageError(`--as-of ${text} is not an instant`, { hint: "write 2026-11-20T14:00:00Z" });
  }
  return instant;
}
