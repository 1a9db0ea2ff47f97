import type { ErrorGroupSummary, Summary } from "../../summary/types.ts";
import { type Cut, cut, cutPlaced, type Placed, placed } from "./cut.ts";

/** The section on errors: against the previous run where there is one. */
export interface ErrorsView {
  /** The previous run's folder; "" for none. */
  comparedWith: string;
  /** Without a previous run, all groups are here. */
  newGroups: Cut<GroupLine>;
  standingGroups: Cut<GroupLine>;
  goneGroups: Cut<GroupLine>;
  codes: Cut<CodeLine>;
}

interface GroupLine {
  of: string;
  type: string;
  errorCode: string;
  field: string;
  message: string;
  sender: string;
  receiver: string;
  count: number;
  submissions: number;
  firstSeen: string;
  lastSeen: string;
  acts: string;
}

interface CodeLine {
  of: string;
  code: string;
  sender: string;
  count: number;
  firstSeen: string;
  lastSeen: string;
  isNew: boolean;
}

/** So many of what is known already, or over. */
const STANDING = 20;

/** Messages can be long: a cell of a table shows their beginning, error-groups.csv all. */
const LONGEST = 300;

export function errorsView({ previousRun, errorGroups, goneErrorGroups, unmappedCodes }: Summary): ErrorsView {
  const groups = gravestFirst(placed("errorGroups", errorGroups));
  const of = (status: ErrorGroupSummary["status"]) => groups.filter(({ row }) => row.status === status);
  return {
    comparedWith: previousRun === null ? "" : previousRun.folder,
    newGroups: cutPlaced(previousRun === null ? groups : of("new"), groupLine),
    standingGroups: cutPlaced(of("standing"), groupLine, STANDING),
    goneGroups: cutPlaced(gravestFirst(placed("goneErrorGroups", goneErrorGroups)), groupLine, STANDING),
    codes: cut("unmappedCodes", unmappedCodes, ({ code, sender, count, firstSeen, lastSeen, isNew }) => ({
      ...{ code: code || "no code", sender: sender || "unknown sender", count, firstSeen, lastSeen },
      isNew: isNew === true,
    })),
  };
}

const GRAVITY = ["error", "warning", "info", "filter"];

/** Errors before warnings before filters, each with most rows first as they come. */
function gravestFirst(groups: readonly Placed<ErrorGroupSummary>[]): Placed<ErrorGroupSummary>[] {
  return [...groups].sort((left, right) => GRAVITY.indexOf(left.row.type) - GRAVITY.indexOf(right.row.type));
}

function groupLine(group: ErrorGroupSummary): Omit<GroupLine, "of"> {
  const { type, errorCode, field, message, sender, receiver, count, submissions, firstSeen, lastSeen } = group;
  const shown = message.length > LONGEST ? `${message.slice(0, LONGEST)}… (cut)` : message;
  return {
    ...{ type, errorCode, field, message: shown, sender: sender || "unknown sender", receiver: receiver || "–" },
    ...{ count, submissions, firstSeen, lastSeen, acts: actsOn(group) },
  };
}

/** A sender corrects what it sent; what is internal, and what a receiver's filters took as they should, is not for it. */
function actsOn({ scope, type }: ErrorGroupSummary): string {
  if (scope === "internal") return "reportstream";
  return type === "filter" || type === "info" ? "nobody" : "sender";
}
