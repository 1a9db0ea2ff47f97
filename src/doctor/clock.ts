import type { ServerFacts } from "../source/doctor-facts.ts";
import { DAY, formatInstant, HOUR, MINUTE, type Micros, SECOND } from "../time/instant.ts";
import { type Finding, findingsOf } from "./finding.ts";

/** What the clocks said: the host's just before and just after the server's. */
export interface Clocks {
  before: Micros;
  server: Micros;
  after: Micros;
}

/** Windows are made from the host's clock and compared with times of the server's. */
export function judgeClock({ before, server, after }: Clocks): Finding {
  const { ok, warning, fault } = findingsOf("database");
  // Where between the two looks the server read its clock is not known.
  const ahead = server < before ? server - before : server > after ? server - after : 0;
  const size = Math.abs(ahead);
  const message =
    size < SECOND
      ? "the clocks of host and server agree within a second"
      : `the server's clock is ${duration(size)} ${ahead > 0 ? "ahead of" : "behind"} this host's`;
  const fix = "set this host's clock by NTP (timedatectl set-ntp true), and see that the server's is";
  if (size >= 10 * MINUTE) return fault("clock", `${message}: windows begin and end at the wrong time`, fix);
  if (size >= 30 * SECOND) return warning("clock", message, fix);
  return ok("clock", message);
}

/** Whether what is read is old: a replica that lags, or a copy that nobody writes to any more. */
export function judgeFreshness(replica: boolean, { replaySeconds, newestAction }: ServerFacts, now: Micros): Finding[] {
  const { ok, warning, fault } = findingsOf("database");
  const findings: Finding[] = [];
  const age = newestAction === undefined ? undefined : Math.max(0, now - newestAction);
  if (replica) {
    const fix = "see pg_stat_replication on the primary; a run of an unfinished day shows less than happened";
    const lag = replaySeconds === undefined ? undefined : replaySeconds * SECOND;
    if (lag === undefined) {
      findings.push(warning("replica", "this is a read replica that has replayed nothing since it started", fix));
    } else if (lag >= HOUR) {
      // A quiet primary sends nothing, so that age alone proves no lag.
      findings.push(fault("replica", `this is a read replica whose last transaction is ${duration(lag)} old`, fix));
    } else if (lag >= 5 * MINUTE) {
      findings.push(warning("replica", `this is a read replica whose last transaction is ${duration(lag)} old`, fix));
    } else findings.push(ok("replica", `this is a read replica, ${duration(lag)} behind at most`));
  }
  if (age === undefined)
    findings.push(warning("freshness", "there is no action: is this ReportStream's own database?"));
  else if (age >= DAY) {
    const message = `nothing was written for ${duration(age)}: the newest action is of ${formatInstant(newestAction as Micros)}`;
    findings.push(warning("freshness", message, "see whether this is an old copy, or ReportStream has stopped"));
  } else findings.push(ok("freshness", `the newest action was written ${duration(age)} ago`));
  return findings;
}

function duration(micros: number): string {
  if (micros < 2 * MINUTE) return `${Math.round(micros / SECOND)} s`;
  if (micros < 2 * HOUR) return `${Math.round(micros / MINUTE)} min`;
  if (micros < 2 * DAY) return `${Math.round(micros / HOUR)} h`;
  return `${Math.round(micros / DAY)} days`;
}
