import { UsageError } from "../errors.ts";
import type { Micros } from "../time/instant.ts";

/** The instant that `--since` names, a local date's first or one with its zone; undefined if it was not given. Throws UsageError. */
export async function readSince(text: string | undefined, timeZone: string): Promise<Micros | undefined> {
  if (text === undefined) return undefined;
  const { parseInstant } = await import("../time/instant.ts");
  const instant = parseInstant(text);
  if (instant !== undefined) return instant;
  const { startOfDay } = await import("../trace/since.ts");
  const day = startOfDay(text, timeZone);
  if (day === undefined) {
    throw new UsageError(`--since ${text} is neither a date nor an instant`, {
      hint: "write 2026-11-20, or 2026-11-20T14:00:00Z",
    });
  }
  return day;
}
