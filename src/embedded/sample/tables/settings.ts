import { DAY, HOUR, MINUTE, type Micros } from "../../../time/instant.ts";
import type { Organization } from "../cast.ts";
import { line, time } from "../copy-text.ts";
import { isoZ } from "../messages.ts";
import type { Random } from "../random.ts";
import type { World } from "../world.ts";
import { organizationValues, receiverValues, type Stamped, senderValues } from "./setting-values.ts";

type Kind = "ORGANIZATION" | "SENDER" | "RECEIVER";

/** A version of a setting, from when it was written until another took its place. */
export type Version = {
  id: number;
  readonly kind: Kind;
  readonly name: string;
  readonly version: number;
  readonly from: Micros;
  readonly until: Micros | null;
  readonly deleted: boolean;
  readonly values: Record<string, unknown>;
  /** The organization's row that it hangs on; null for an organization. */
  readonly parent: Version | null;
  readonly createdBy: string;
};

const OPERATOR = "operator@ops.example";

/**
 * Organizations, senders and receivers, each with its history as ReportStream keeps it: a new
 * version is a new row; children that are active follow their organization's new row, old versions
 * of children stay with the old one (ReportStream: SettingsFacade). Gives the receivers' rows, by
 * full name, oldest first.
 */
export function writeSettings(world: World): ReadonlyMap<string, readonly Version[]> {
  const random = world.random.fork("settings");
  const versions: Version[] = [];
  const receivers = new Map<string, Version[]>();
  for (const organization of world.cast.organizations) {
    for (const life of livesOf(world, organization)) writeLife(world, random, organization, life, versions, receivers);
  }
  versions.sort((one, other) => one.from - other.from);
  versions.forEach((version, position) => {
    version.id = position + 1;
  });
  for (const version of versions) {
    const active = version.until === null && !version.deleted;
    world.rows.add(
      "setting",
      line(
        version.id,
        version.kind,
        version.name,
        version.parent?.id ?? null,
        JSON.stringify(version.values),
        version.deleted,
        active,
        version.version,
        version.createdBy,
        time(version.from),
      ),
    );
  }
  return receivers;
}

/** One life of an organization, from its creation to its deletion, if it was deleted. */
type Life = {
  readonly from: Micros;
  readonly end: Micros | null;
  readonly firstVersion: number;
  readonly versions: number;
  readonly description: string;
  readonly withChildren: boolean;
};

function livesOf(world: World, organization: Organization): Life[] {
  const random = world.random.fork(`lives ${organization.name}`);
  const begin = world.settled.dayStarts[0] as Micros;
  const from = begin - random.int(300, 1500) * DAY - random.int(0, DAY);
  const versions = random.int(1, 8);
  const { description } = organization;
  const only = { from, end: null, firstVersion: 0, versions, description, withChildren: true };
  if (organization.special === "recreated") {
    const end = begin - 90 * DAY;
    const first = { ...only, versions: 3, end, description: `${description} (first life)` };
    return [first, { ...only, from: end + 5 * DAY, firstVersion: 4, versions: 2 }];
  }
  if (organization.special === "twin") {
    // Nothing in the schema forbids a second active row of the same name, as the unique index sees two nulls.
    return [
      { ...only, withChildren: false, description: `${description} (older twin)` },
      { ...only, from: from + 50 * DAY },
    ];
  }
  return [only];
}

function writeLife(
  world: World,
  random: Random,
  organization: Organization,
  life: Life,
  versions: Version[],
  receivers: Map<string, Version[]>,
): void {
  const latest = life.end ?? (world.settled.dayStarts[0] as Micros);
  const rows: Version[] = [];
  const describe = (stamped: Stamped): Record<string, unknown> =>
    organizationValues(organization, life.description, stamped);
  const moments = changes(random, life.from, latest, life.versions);
  writeVersions(rows, { kind: "ORGANIZATION", name: organization.name, moments, life, values: describe }, null);
  versions.push(...rows);
  if (!life.withChildren) return;
  for (const sender of world.cast.senders.filter((one) => one.org === organization.name)) {
    const child: Version[] = [];
    const moments = changes(random, life.from + HOUR, latest, random.int(1, 8));
    const plan = { kind: "SENDER" as const, name: sender.name, moments, life, values: senderValues.bind(null, sender) };
    writeVersions(child, plan, rows);
    versions.push(...child);
  }
  for (const receiver of world.cast.receivers.filter((one) => one.org === organization.name)) {
    const child: Version[] = [];
    const moments = changes(random, life.from + HOUR, latest, random.int(1, 8));
    // Here and there the last change falls into the sample's days, so that rows of one day speak of two versions.
    const lately = latest + random.int(0, 2 * DAY);
    if (!life.end && !receiver.deleted && random.chance(0.3) && lately < world.settled.asOf) moments.push(lately);
    const end = receiver.deleted ? deletedAt(world) : life.end;
    const values = receiverValues.bind(null, receiver);
    writeVersions(child, { kind: "RECEIVER", name: receiver.name, moments, life: { ...life, end }, values }, rows);
    versions.push(...child);
    receivers.set(receiver.fullName, [...(receivers.get(receiver.fullName) ?? []), ...child]);
  }
}

/** Receivers that are deleted in the sample go on the morning of its last complete day. */
function deletedAt(world: World): Micros {
  return world.settled.yesterday.from + 8 * HOUR + 13 * MINUTE;
}

type Plan = {
  readonly kind: Kind;
  readonly name: string;
  readonly moments: readonly Micros[];
  readonly life: Pick<Life, "end" | "firstVersion">;
  readonly values: (stamped: Stamped) => Record<string, unknown>;
};

function writeVersions(into: Version[], plan: Plan, parents: readonly Version[] | null): void {
  const { moments, life } = plan;
  // After an organization was made anew, its children count from 0 again.
  const first = parents ? 0 : life.firstVersion;
  const write = (from: Micros, until: Micros | null, version: number, deleted: boolean): void => {
    const stamped = { version, createdBy: OPERATOR, createdAt: isoZ(from) };
    const parent = parents ? organizationAt(parents, until ?? life.end) : null;
    const { kind, name } = plan;
    const values = plan.values(stamped);
    into.push({ id: 0, kind, name, version, from, until, deleted, values, parent, createdBy: OPERATOR });
  };
  moments.forEach((from, position) => {
    write(from, moments[position + 1] ?? life.end, first + position, false);
  });
  if (life.end !== null) write(life.end, null, first + moments.length, true);
}

/** The organization's row at a moment; its last one for null, or after its end. */
function organizationAt(rows: readonly Version[], at: Micros | null): Version {
  const live = rows.filter((row) => !row.deleted);
  const found = at === null ? undefined : live.findLast((row) => row.from < at);
  return found ?? (live.at(-1) as Version);
}

function changes(random: Random, from: Micros, to: Micros, count: number): Micros[] {
  const later = Array.from({ length: count - 1 }, () => random.int(from + DAY, to - HOUR));
  return [from, ...later.sort((one, other) => one - other)];
}
