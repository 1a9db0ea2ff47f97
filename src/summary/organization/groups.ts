import type { ErrorGroupSummary } from "../types.ts";
import type { GroupsSummary } from "./types.ts";

/** So many groups are shown; error-groups.csv has all. */
const SHOWN = 25;

const GRAVITY = ["error", "warning", "info", "filter"];

/** A group, and the organizations that it is about: names alone do not tell. */
export interface OwnedGroup extends ErrorGroupSummary {
  senderOrganization: string;
  receiverOrganization: string;
}

/** The errors and warnings about each sender's submissions; what is internal to ReportStream stays with the operators. */
export function errorsByOrganization(groups: readonly OwnedGroup[]): Map<string, GroupsSummary> {
  return byOrganization(
    groups.filter(({ type, scope }) => type !== "filter" && scope !== "internal"),
    "senderOrganization",
  );
}

/** What each receiver's filters took. */
export function filtersByOrganization(groups: readonly OwnedGroup[]): Map<string, GroupsSummary> {
  return byOrganization(
    groups.filter(({ type }) => type === "filter"),
    "receiverOrganization",
  );
}

function byOrganization(
  groups: readonly OwnedGroup[],
  owner: "senderOrganization" | "receiverOrganization",
): Map<string, GroupsSummary> {
  const organizations = new Map<string, OwnedGroup[]>();
  for (const group of groups) {
    if (group[owner] === "") continue;
    const own = organizations.get(group[owner]);
    if (own) own.push(group);
    else organizations.set(group[owner], [group]);
  }
  return new Map([...organizations].map(([name, own]) => [name, summaryOf(own)]));
}

function summaryOf(groups: OwnedGroup[]): GroupsSummary {
  return {
    groups: groups.length,
    rows: groups.reduce((sum, { count }) => sum + count, 0),
    shown: groups
      .sort(
        (left, right) =>
          GRAVITY.indexOf(left.type) - GRAVITY.indexOf(right.type) ||
          right.items - left.items ||
          right.count - left.count,
      )
      .slice(0, SHOWN)
      .map(({ senderOrganization: _, receiverOrganization: __, ...group }) => group),
  };
}
