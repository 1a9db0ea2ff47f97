import type { ErrorGroup, LoggedRow } from "../action-log/group.ts";
import type { Masked } from "../action-log/wording.ts";
import { partyOf } from "../lineage/parties.ts";
import type { CsvValue } from "../output/csv.ts";
import type { LoggedError } from "./log-pass.ts";

/** The columns of ERROR_COLUMNS that hold what a detail says, masked: code, field and message. */
export const SAID_CELLS = { from: 3, to: 6 } as const;

/** A row in the order of ERROR_COLUMNS of which these cells alone are known. */
export function saidCells({ errorCode, field, message }: Masked): CsvValue[] {
  return [null, null, null, errorCode, field, message];
}

/** An entry in the order of ERROR_COLUMNS, masked. */
export function errorRow(error: LoggedError): CsvValue[] {
  return rowWith(error, error.field, error.message);
}

/** The same with field and message as they were stored: for the operators, and only if they asked for it. */
export function storedRow(error: LoggedError): CsvValue[] {
  return rowWith(error, error.detail.field, error.detail.message);
}

function rowWith(error: LoggedError, field: string, message: string): CsvValue[] {
  return [
    error.at,
    error.type,
    error.scope,
    error.detail.errorCode,
    field,
    message,
    Number.isNaN(error.submissionId) ? null : error.submissionId,
    error.reportId,
    error.item === 0 ? null : error.item,
    error.trackingId,
    error.sender.name,
    error.receiver.name,
    error.action,
  ];
}

/** A group in the order of ERROR_GROUP_COLUMNS. */
export function groupRow(group: ErrorGroup): CsvValue[] {
  return [
    ...[group.type, group.scope, group.errorCode, group.field, group.message, group.sender, group.receiver],
    ...[group.count, group.submissions, group.items, group.firstSeen, group.lastSeen],
  ];
}

/** A group of a run, with names for keys. */
export interface NamedGroup extends ErrorGroup {
  /** Whose submissions it is about: names alone do not tell, since an organization's name may hold dots. */
  readonly senderOrganization: string;
  /** Whose filters it is about; empty for what has no receiver. */
  readonly receiverOrganization: string;
}

/** A group of entries that were grouped as `groupedRow` says. */
export function namedGroup(group: ErrorGroup): NamedGroup {
  const sender = partyOf(group.sender);
  const receiver = partyOf(group.receiver);
  // Field by field: with a spread each of ten thousand groups gets a shape of its own.
  return {
    type: group.type,
    scope: group.scope,
    errorCode: group.errorCode,
    field: group.field,
    message: group.message,
    sender: sender.name,
    receiver: receiver.name,
    count: group.count,
    submissions: group.submissions,
    items: group.items,
    firstSeen: group.firstSeen,
    lastSeen: group.lastSeen,
    overflow: group.overflow,
    senderOrganization: sender.organization,
    receiverOrganization: receiver.organization,
  };
}

/** An entry as it is grouped: masked, since what differs only in values is one group. */
export function groupedRow(error: LoggedError): LoggedRow {
  return {
    saying: error.saying,
    at: error.at,
    submissionId: Number.isNaN(error.submissionId) ? null : error.submissionId,
    reportId: error.reportId,
    item: error.item === 0 ? null : error.item,
  };
}
