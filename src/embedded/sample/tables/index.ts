import type { World } from "../world.ts";
import { writeConnectionChecks } from "./connection-checks.ts";
import { writeEmailSchedules } from "./email-schedules.ts";
import { writeLookupTables } from "./lookup-tables.ts";
import { writeSettings } from "./settings.ts";
import { writeTokens } from "./tokens.ts";

/** The tables beside the pipeline's. */
export function writeSideTables(world: World): void {
  const receivers = writeSettings(world);
  writeConnectionChecks(world, receivers);
  writeLookupTables(world);
  writeEmailSchedules(world);
  writeTokens(world);
}
