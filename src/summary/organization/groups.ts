import type { ErrorGroupSummary } from "../types.ts";
import type { GroupsSummary } from "./types.ts";

/** So many groups are shown; error-groups.csv has all. */
const SHOWN = 25;

const GRAVITY = ["error", "warning", "info", "filter"];

/** A group, and the organizations that it is about: names alone do not tell. */
export interface OwnedGroup {
  group: ErrorGroupSummary;
  senderOrganization: string;
  receiverOrganization: string;
}

/** The errors and warnings about each sender's submissions; what is internal to ReportStream stays with the operators. */
export function errorsByOrganization(groups: readonly OwnedGroup[]): Map<string, GroupsSummary> {
  return byOrganization(
    groups.filter(({ group: { type, scope } }) => type !== "filter" && scope !== "internal"),
    "senderOrganization",
  );
}

/** What each receiver's filters took. */
export function filtersByOrganization(groups: readonly OwnedGroup[]): Map<string, GroupsSummary> {
  return byOrganization(
    groups.filter(({ group: { type } }) => type === "filter"),
    "receiverOrganization",
  );
}

function byOrganization(
  groups: readonly OwnedGroup[],
  owner: "senderOrganization" | "receiverOrganization",
): Map<string, GroupsSummary> {
  const organizations = new Map<string, ErrorGroupSummary[]>();
  for (const { group, [owner]: name } of groups) {
    if (name === "") continue;
    const own = organizations.get(name);
    if (own) own.push(group);
    else organizations.set(name, [group]);
  }
  return new Map([...organizations].map(([name, own]) => [name, summaryOf(own)]));
}

function summaryOf(groups: readonly ErrorGroupSummary[]): GroupsSummary {
  return {
    groups: groups.length,
    rows: groups.reduce((sum, { count }) => sum + count, 0),
    shown: gravest(groups),
  };
}

/** The first of the groups by gravity, items and rows; alike ones in their order. Of thousands few are wanted, so not all are sorted. */
function gravest(groups: readonly ErrorGroupSummary[]): ErrorGroupSummary[] {
  const shown: ErrorGroupSummary[] = [];
  for (const group of groups) {
    let at = shown.length;
    while (at > 0 && byGravity(group, shown[at - 1]) < 0) at--;
    if (at === SHOWN) continue;
    shown.splice(at, 0, group);
    if (shown.length > SHOWN) shown.pop();
  }
  return shown;
}

function byGravity(left: ErrorGroupSummary, right: ErrorGroupSummary): number {
  return (
    GRAVITY.indexOf(left.type) - GRAVITY.indexOf(right.type) || right.items - left.items || right.count - left.count
  );
}
