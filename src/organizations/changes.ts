import { partyKey } from "../lineage/parties.ts";
import type { Row } from "../source/value-types.ts";
import { HOUR, type Micros } from "../time/instant.ts";
import type { SettingType } from "./settings.ts";

/** A version of a setting that was written, and what it changed. */
export interface Change {
  at: Micros;
  by: string;
  type: SettingType;
  organization: string;
  name: string;
  fullName: string;
  version: number;
  change: "created" | "changed" | "deleted";
  /** Members that differ from the version before; never their values. */
  paths: readonly string[];
}

/** A submission or a file that was sent, of one party. */
export interface TrafficEvent {
  type: "sender" | "receiver";
  party: string;
  at: Micros;
  items: number;
}

/** Submissions or files, and items in them. */
export interface Volume {
  files: number;
  items: number;
}

/** Traffic of what was changed: as long before the change as after it. */
export interface ChangeTraffic {
  change: Change;
  before: Volume;
  after: Volume;
  /** The time after is not over yet. */
  afterIsPartial: boolean;
}

/** How long before and after a change its traffic is looked at. */
export const TRAFFIC_AROUND = 48 * HOUR;

/** A row of `organizations-changes` as plain data. */
export function readChangeRow(row: Row): Change {
  const [at, by, type, organization, name, version, change, paths] = row;
  const own = String(name ?? "");
  return {
    at: at as number,
    by: String(by ?? ""),
    type: type as SettingType,
    organization: String(organization ?? ""),
    name: own,
    fullName: own === "" ? String(organization ?? "") : `${organization ?? ""}.${own}`,
    version: Number(version),
    change: change as Change["change"],
    paths: typeof paths === "string" ? paths.split(", ") : [],
  };
}

/**
 * Each change with the traffic of its sender or receiver in the 48 hours before and after; an organization's change with that of all
 * its senders and receivers.
 */
export function withTraffic(
  changes: readonly Change[],
  events: readonly TrafficEvent[],
  asOf: Micros,
): ChangeTraffic[] {
  return changes.map((change) => {
    const { at, type, organization, name } = change;
    const key = partyKey(organization, name);
    const concerned = events.filter((event) =>
      type === "organization"
        ? event.party === organization || event.party.startsWith(partyKey(organization, ""))
        : event.type === type && event.party === key,
    );
    const volume = (from: Micros, to: Micros): Volume => {
      const within = concerned.filter((event) => event.at >= from && event.at < to);
      return { files: within.length, items: within.reduce((sum, { items }) => sum + items, 0) };
    };
    return {
      change,
      before: volume(at - TRAFFIC_AROUND, at),
      after: volume(at, at + TRAFFIC_AROUND),
      afterIsPartial: at + TRAFFIC_AROUND > asOf,
    };
  });
}
