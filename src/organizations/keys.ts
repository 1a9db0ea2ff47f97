import type { Row } from "../source/value-types.ts";
import type { Micros } from "../time/instant.ts";
import { keyFaults, keySize, type PublicJwk, thumbprint } from "./jwk.ts";

/** A version of an organization, with one of its keys; position 0 where it has none. */
export interface KeyVersion {
  settingId: number;
  organization: string;
  version: number;
  active: boolean;
  deleted: boolean;
  at: Micros;
  scope: string;
  position: number;
  kid: string;
  jwk: PublicJwk;
  /** Names of members that only the owner may have. */
  privateMembers: readonly string[];
}

/** A key in force. */
export interface ListedKey {
  organization: string;
  scope: string;
  keyId: string;
  type: string;
  use: string;
  algorithm: string;
  /** Bits, or the curve. */
  size: string;
  thumbprint: string;
  /** Since when it has been there without a break, and the version that brought it. */
  since: Micros;
  sinceVersion: number;
  /** A secret is in the database. */
  alarm: string;
  notes: readonly string[];
}

/** ReportStream drops the oldest key of a scope beyond this (ReportStream: MAX_NUM_KEY_PER_SCOPE). */
export const KEYS_PER_SCOPE = 10;

/** A row of `organizations-keys` as plain data. */
export function readKeyRow(row: Row): KeyVersion {
  const [settingId, organization, version, active, deleted, at, scope, position, kid, ...members] = row;
  const [kty = "", use = "", alg = "", crv = "", n = "", e = "", x = "", y = "", privateMembers = ""] =
    members.map(text);
  return {
    settingId: Number(settingId),
    organization: text(organization),
    version: Number(version),
    active: active === true,
    deleted: deleted === true,
    at: at as number,
    scope: text(scope),
    position: Number(position ?? 0),
    kid: text(kid).slice(0, 200),
    jwk: { kty, use, alg, crv, n, e, x, y },
    privateMembers: privateMembers.split(" ").filter((name) => name !== ""),
  };
}

/** The keys in force, each judged by itself and beside the others. Rows in the order of time. */
export function listKeys(rows: readonly KeyVersion[], keysPerScope: number): ListedKey[] {
  const histories = byOrganization(rows);
  const current = [...histories.values()].flatMap((versions) => versions.findLast(([row]) => row?.active) ?? []);
  const keys = current.flat().filter(({ position }) => position > 0);
  const owners = ownersByThumbprint(keys);
  return keys
    .map((key): ListedKey => {
      const since = sinceOf(key, histories.get(key.organization) ?? []);
      const { jwk } = key;
      return {
        organization: key.organization,
        scope: key.scope,
        keyId: key.kid,
        type: jwk.kty,
        use: jwk.use,
        algorithm: jwk.alg,
        size: keySize(jwk),
        thumbprint: thumbprint(jwk),
        since: since.at,
        sinceVersion: since.version,
        alarm: alarmOf(key, histories.get(key.organization) ?? []),
        notes: [...keyFaults(jwk), ...placeFaults(key, keys, owners, keysPerScope)],
      };
    })
    .sort((a, b) => compare(a.organization, b.organization) || compare(a.scope, b.scope) || compare(a.keyId, b.keyId));
}

/** A key that was pasted whole and then put right is still whole in the version before, which is never removed. */
function alarmOf(key: KeyVersion, versions: readonly (readonly KeyVersion[])[]): string {
  if (key.privateMembers.length > 0) return `holds private members: ${key.privateMembers.join(", ")}`;
  const print = thumbprint(key.jwk);
  const whole = versions
    .flat()
    .findLast(({ privateMembers, jwk }) => privateMembers.length > 0 && print !== "" && thumbprint(jwk) === print);
  if (!whole) return "";
  return `its version ${whole.version}, kept in the database, holds private members: ${whole.privateMembers.join(", ")}`;
}

/** What is odd about where a key stands. */
function placeFaults(
  key: KeyVersion,
  all: readonly KeyVersion[],
  owners: ReadonlyMap<string, ReadonlySet<string>>,
  keysPerScope: number,
): string[] {
  const { organization, scope, kid } = key;
  const beside = all.filter((other) => other.organization === organization && other.scope === scope);
  const faults: string[] = [];
  if (beside.length > keysPerScope) {
    faults.push(
      `${beside.length} keys in this scope, and ${keysPerScope} are allowed: the oldest goes with the next change`,
    );
  }
  if (kid === "") faults.push("no key id");
  else if (beside.filter((other) => other.kid === kid).length > 1)
    faults.push("its key id is there twice in this scope");
  const parts = scope.split(".");
  if (parts.length !== 3) faults.push("its scope is not of the form organization.sender.detail");
  else if (parts[0] !== organization && parts[0] !== "*") faults.push("its scope is about another organization");
  const others = [...(owners.get(thumbprint(key.jwk)) ?? [])].filter((owner) => owner !== organization).sort();
  if (others.length > 0) faults.push(`the same key as that of ${others.join(", ")}`);
  return faults;
}

function ownersByThumbprint(keys: readonly KeyVersion[]): Map<string, Set<string>> {
  const owners = new Map<string, Set<string>>();
  for (const { jwk, organization } of keys) {
    const print = thumbprint(jwk);
    if (print === "") continue;
    owners.set(print, (owners.get(print) ?? new Set()).add(organization));
  }
  return owners;
}

/** Versions of each organization by name, each with its keys' rows. */
function byOrganization(rows: readonly KeyVersion[]): Map<string, KeyVersion[][]> {
  const histories = new Map<string, KeyVersion[][]>();
  for (const row of rows) {
    const versions = histories.get(row.organization) ?? [];
    const last = versions.at(-1);
    if (last?.[0]?.settingId === row.settingId) last.push(row);
    else versions.push([row]);
    histories.set(row.organization, versions);
  }
  return histories;
}

/** The first of the versions that have had the key without a break. */
function sinceOf(key: KeyVersion, versions: readonly (readonly KeyVersion[])[]): KeyVersion {
  let since = key;
  const now = versions.findIndex(([row]) => row?.settingId === key.settingId);
  for (let index = now - 1; index >= 0; index--) {
    const same = versions[index]?.find((other) => !other.deleted && isSame(other, key));
    if (!same) break;
    since = same;
  }
  return since;
}

function isSame(a: KeyVersion, b: KeyVersion): boolean {
  return a.scope === b.scope && a.kid === b.kid && thumbprint(a.jwk) === thumbprint(b.jwk) && a.position > 0;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
