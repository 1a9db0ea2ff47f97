import { ReportWalk } from "../lineage/walk.ts";
import { Judge } from "../outcome/judge.ts";
import { StatusRules } from "../outcome/status.ts";
import type { Micros } from "../time/instant.ts";
import type { WindowData } from "./read/window.ts";
import type { RunRequest } from "./run.ts";
import { sayTime } from "./say-time.ts";
import type { Judging } from "./write-items.ts";

/** The rules with what they walk on, which takes memory and is of no use once the items are written. */
export function judging({ facts, rows }: WindowData, { plan, limits }: RunRequest, asOf: Micros): Judging {
  return {
    judge: new Judge(facts, { asOf, limits, timeZone: plan.window.timeZone, say: sayTime(asOf) }),
    status: new StatusRules(rows.reports, new ReportWalk(facts.graph, "down")),
  };
}
