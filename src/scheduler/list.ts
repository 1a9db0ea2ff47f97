import type { Config } from "../config/schema.ts";
import { type ListedRun, MOST_ATTEMPTS } from "../ledger/runs.ts";
import { formatInstant } from "../time/instant.ts";
import { describeWindow } from "../time/window.ts";
import { commandsByHand } from "./by-hand.ts";

/** A due time and what became of it, for people: one line, and what to type where nobody else will do anything. Pure. */
export function runLines(run: ListedRun, config: Config): string[] {
  const why = run.reason === null ? "" : `: ${run.reason}`;
  const line = `${formatInstant(run.dueAt)}  ${run.schedule}  ${describeWindow(run.window)}  ${stateText(run)}${why}`;
  return [
    line,
    ...byHand(run, config).map((command, index) => `    ${index === 0 ? "by hand" : "   then"}: ${command}`),
  ];
}

/** The same for programs; instants as ISO texts in UTC. */
export function runsJson(runs: readonly ListedRun[], config: Config): string {
  const instant = (at: number | null): string | null => (at === null ? null : formatInstant(at));
  return JSON.stringify({
    runs: runs.map((run) => {
      const { window, dueAt, startAt, claimedAt, leaseUntil, endedAt, ...rest } = run;
      return {
        ...rest,
        dueAt: formatInstant(dueAt),
        startAt: formatInstant(startAt),
        window: { from: formatInstant(window.from), to: formatInstant(window.to), timeZone: window.timeZone },
        claimedAt: instant(claimedAt),
        leaseUntil: instant(leaseUntil),
        endedAt: instant(endedAt),
        final: isFinal(run),
        byHand: byHand(run, config),
      };
    }),
  });
}

function stateText(run: ListedRun): string {
  const { state, attempts, startAt, leaseUntil } = run;
  const tried = `try ${attempts} of ${MOST_ATTEMPTS}`;
  switch (state) {
    case "planned":
      return `planned, from ${formatInstant(startAt)}`;
    case "running":
      if (run.lost) return `lost (${tried}): its process is gone, and the next scheduler decides`;
      return `running (${tried}, its process has it until ${formatInstant(leaseUntil ?? startAt)})`;
    case "done":
      return run.provisional ? "done, provisional" : "done";
    case "failed":
      return isFinal(run) ? "failed for good" : `failed (${tried}, again from ${formatInstant(startAt)})`;
    case "interrupted":
      return "interrupted, taken up again by the next scheduler";
    case "skipped":
      return "skipped";
  }
}

/** Nothing more comes of it by itself. */
function isFinal({ state, attempts }: ListedRun): boolean {
  return state === "done" || state === "skipped" || (state === "failed" && attempts >= MOST_ATTEMPTS);
}

function byHand(run: ListedRun, config: Config): string[] {
  if (run.state !== "failed" || !isFinal(run)) return [];
  const { schedule, window } = run;
  const configured = config.schedules?.find(({ name }) => name === schedule);
  const organizations = [...new Set(configured?.organizations ?? [])].sort();
  const mail = configured === undefined ? schedule.includes("/") : configured.mail === true;
  return commandsByHand({ schedule, window, organizations, mail }, config);
}
