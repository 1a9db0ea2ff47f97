import { DAY, MINUTE, type Micros, SECOND } from "../../../time/instant.ts";
import { line, time } from "../copy-text.ts";
import type { World } from "../world.ts";
import type { Version } from "./settings.ts";

const PER_DAY = 12;

/** A check every two hours for each active receiver that takes files by SFTP or REST (ReportStream: CheckFunction). */
export function writeConnectionChecks(world: World, versions: ReadonlyMap<string, readonly Version[]>): void {
  const random = world.random.fork("connection checks");
  let id = 0;
  for (let slot = world.settled.dayStarts[0] as Micros; slot < world.settled.asOf; slot += DAY / PER_DAY) {
    for (const receiver of world.cast.receivers) {
      if (receiver.status !== "active" || (receiver.transport !== "SFTP" && receiver.transport !== "REST")) continue;
      const at = slot + random.int(0, 5 * MINUTE);
      const end = at + random.int(SECOND, 20 * SECOND);
      const row = versions.get(receiver.fullName)?.find((one) => liveAt(one, at));
      if (!row?.parent || end > world.settled.asOf) continue;
      const good = random.chance(0.95);
      const host = `sftp.${receiver.org.replace(/[^a-z-]/gi, "")}.example`;
      const text = good ? `Connected to ${host}\nlisted 3 files` : `java.net.ConnectException: ${host}:22 refused "it"`;
      world.rows.add(
        "receiver_connection_check_results",
        line(++id, row.parent.id, row.id, text, good, time(at), time(end)),
      );
    }
  }
}

function liveAt(version: Version, at: Micros): boolean {
  return !version.deleted && version.from <= at && (version.until === null || at < version.until);
}
