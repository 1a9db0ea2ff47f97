import { partyKey } from "../lineage/parties.ts";
import type { Micros } from "../time/instant.ts";
import type { Filter } from "./filters.ts";
import type { Timing } from "./timing.ts";

export type SettingType = "organization" | "sender" | "receiver";

/** What may be known of a setting; nothing else of it is read. Texts are "" where there is none. */
export interface SettingFacts {
  description: string;
  jurisdiction: string;
  state: string;
  county: string;
  topic: string;
  status: string;
  /** What a sender sends, or what a receiver gets: HL7, HL7_BATCH, FHIR, CSV … */
  format: string;
  /** The transport's type; "" where there is none: the member is absent, or null. */
  transport: string;
  /** Null for no timing; a receiver of the newer pipeline without one never gets a file. */
  timing: Timing | { unreadable: string } | null;
  filters: readonly Filter[];
}

/** One version of a setting, tombstones included. */
export interface SettingVersion {
  id: number;
  type: SettingType;
  /** By name, never by id: old versions hang on old rows of their organization. "" where the row hangs on none. */
  organization: string;
  /** The sender's or receiver's own name; "" for an organization. */
  name: string;
  version: number;
  active: boolean;
  deleted: boolean;
  at: Micros;
  by: string;
  facts: SettingFacts;
}

/** A setting in force, and whether it was there before under the same name. */
export interface Setting extends SettingVersion {
  /** `org.service`, or the organization. */
  fullName: string;
  /** For looking up traffic: as `partyKey` makes it. */
  key: string;
  /** When it was deleted last before it was made anew; undefined if it never was. */
  recreatedAfter: Micros | undefined;
}

/** Who was there at a moment. */
export interface Directory {
  /** Undefined for now, where `is_active` decides; else by the history. */
  at: Micros | undefined;
  organizations: readonly { organization: Setting; parties: readonly Setting[] }[];
  /** What is odd, in words, for people to put right. */
  faults: readonly string[];
}

/**
 * The settings in force: now those that are active, and at a moment in the past the newest version of each name that was written
 * before it, unless that is a tombstone. Nothing forbids two active rows of one organization, as the unique index sees two nulls;
 * and its children may then be there twice too. The newest is taken, and the fault told. A sender and a receiver may share a name.
 * (ReportStream: SettingsFacade, DatabaseAccess.)
 */
export function settingsAt(versions: readonly SettingVersion[], at?: Micros): Directory {
  const faults: string[] = [];
  const inForce: Setting[] = [];
  for (const history of byName(versions).values()) {
    const until = at === undefined ? history : history.filter((version) => version.at < at);
    const chosen = at === undefined ? until.findLast(({ active }) => active) : until.at(-1);
    const rivals = until.filter(({ active }) => active);
    if (rivals.length > 1) {
      faults.push(`${says(rivals[0] as SettingVersion)} has ${rivals.length} active rows; the newest is shown`);
    }
    if (!chosen || chosen.deleted) continue;
    const { organization, name, type } = chosen;
    if (organization === "") {
      faults.push(`the ${type} ${name} (setting ${chosen.id}) belongs to no organization, and is left out`);
      continue;
    }
    const earlier = until.slice(0, until.indexOf(chosen)).findLast(({ deleted }) => deleted);
    inForce.push({
      ...chosen,
      fullName: type === "organization" ? organization : `${organization}.${name}`,
      key: partyKey(organization, type === "organization" ? null : name),
      recreatedAfter: earlier?.at,
    });
  }
  const organizations = inForce.filter(({ type }) => type === "organization").sort(compareNames);
  const known = new Set(organizations.map(({ organization }) => organization));
  for (const { type, fullName, organization } of inForce) {
    if (!known.has(organization)) {
      faults.push(`the ${type} ${fullName} is in force, and its organization is not; it is left out`);
    }
  }
  return {
    at,
    organizations: organizations.map((organization) => ({
      organization,
      parties: inForce
        .filter((one) => one.type !== "organization" && one.organization === organization.organization)
        .sort(compareNames),
    })),
    faults: faults.sort(),
  };
}

/** Versions of each setting, oldest first, by type, organization and name. Numbers start again after a deletion: times do not. */
export function byName(versions: readonly SettingVersion[]): Map<string, SettingVersion[]> {
  const histories = new Map<string, SettingVersion[]>();
  for (const version of versions) {
    // Without an organization nothing says that two rows are of one setting.
    const orphan = version.organization === "" ? String(version.id) : "";
    const key = JSON.stringify([version.type, version.organization, version.name, orphan]);
    const history = histories.get(key);
    if (history) history.push(version);
    else histories.set(key, [version]);
  }
  for (const history of histories.values()) history.sort((a, b) => a.at - b.at || a.id - b.id);
  return histories;
}

function says({ type, organization, name }: SettingVersion): string {
  return type === "organization" ? `the organization ${organization}` : `the ${type} ${organization}.${name}`;
}

const TYPES: readonly SettingType[] = ["organization", "sender", "receiver"];

function compareNames(a: Setting, b: Setting): number {
  if (a.organization !== b.organization) return a.organization < b.organization ? -1 : 1;
  if (a.type !== b.type) return TYPES.indexOf(a.type) - TYPES.indexOf(b.type);
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
