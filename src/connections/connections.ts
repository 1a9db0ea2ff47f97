import type { Micros } from "../time/instant.ts";
import { type Check, type Connection, foldChecks } from "./checks.ts";

export interface Count {
  files: number;
  items: number;
}

/** What is asked of a receiver's setting in force. */
export interface CheckedReceiver {
  /** The party key. */
  key: string;
  /** `org.service`. */
  fullName: string;
  /** The customer's status and the transport's type, "" for none. */
  facts: { status: string; transport: string };
}

/** One receiver of the settings, or of the checks alone. */
export interface ListedConnection {
  key: string;
  receiver: string;
  state: "down" | "up" | "not checked";
  /** Why it is not checked; "" where it is. */
  why: string;
  /** ReportStream should have checked it, and no check was recorded. */
  isMissed: boolean;
  /** Undefined where there is no check. */
  connection: Connection | undefined;
  /** Files that wait to be sent now, retries included. */
  waiting: Count;
  /** Files that failed for good since it is down and are still open. */
  failed: Count;
}

/** Transports that ReportStream checks, at active receivers only (ReportStream: CheckFunction.kt). */
const CHECKED: readonly string[] = ["SFTP", "REST"];

/**
 * The receivers in force with what their checks say, those that are down first and the longest of them before the others.
 *
 * @param checks by party key
 * @param waiting by the receiver's full name, as the queue names it
 * @param failures final failures that nobody has made good, with the party key of their receiver
 */
export function listConnections(
  receivers: readonly CheckedReceiver[],
  checks: ReadonlyMap<string, readonly Check[]>,
  waiting: ReadonlyMap<string, Count>,
  failures: readonly { receiverKey: string; at: Micros; items: number }[],
): ListedConnection[] {
  return receivers
    .map((receiver): ListedConnection => {
      const found = checks.get(receiver.key);
      const why = whyNotChecked(receiver, found !== undefined);
      const connection = found && foldChecks(found);
      const down = why === "" ? connection?.outage : undefined;
      const failed = failures.filter(({ receiverKey, at }) => down && receiverKey === receiver.key && at >= down.from);
      return {
        key: receiver.key,
        receiver: receiver.fullName,
        state: why !== "" ? "not checked" : down ? "down" : "up",
        why,
        isMissed: why === MISSED,
        connection,
        waiting: waiting.get(receiver.fullName) ?? { files: 0, items: 0 },
        failed: { files: failed.length, items: failed.reduce((sum, { items }) => sum + items, 0) },
      };
    })
    .sort(compareConnections);
}

const MISSED = "no check was recorded in this time, though there should be";

function whyNotChecked({ facts }: CheckedReceiver, checked: boolean): string {
  if (facts.status !== "active") return `it is ${facts.status || "without a status"}; only active ones are checked`;
  if (facts.transport === "") return "it has no transport: its people fetch their files";
  if (!CHECKED.includes(facts.transport)) return `its transport is ${facts.transport}; only SFTP and REST are checked`;
  return checked ? "" : MISSED;
}

const STATES = ["down", "up", "not checked"];

function compareConnections(a: ListedConnection, b: ListedConnection): number {
  if (a.state !== b.state) return STATES.indexOf(a.state) - STATES.indexOf(b.state);
  const since = (a.connection?.outage?.from ?? 0) - (b.connection?.outage?.from ?? 0);
  if (a.state === "down" && since !== 0) return since;
  return a.receiver < b.receiver ? -1 : a.receiver > b.receiver ? 1 : 0;
}

/** How many earlier outages had the family of the one that goes on. */
export function sameBefore({ outage, before }: Connection): number {
  return before.filter(({ family }) => family === outage?.family).length;
}
