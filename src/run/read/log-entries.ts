import { Details } from "../../action-log/details.ts";
import { Names } from "../../lineage/names.ts";
import type { UuidTable } from "../../lineage/uuid-table.ts";
import { type BinaryFields, readInstant, readInt4, readInt8, readText, readUuid } from "../../source/binary-rows.ts";
import type { Catalogue } from "../../source/catalogue.ts";
import { binaryBatches } from "../../source/copy-binary.ts";
import { query } from "../../source/row-stream.ts";
import type { Snapshot } from "../../source/snapshot.ts";
import type { Row } from "../../source/value-types.ts";
import type { Micros } from "../../time/instant.ts";
import type { LogEntry } from "../log-pass.ts";

/**
 * Streams the action log of [from, to) by (logged_at, action_log_id), in flat memory: messages can have a megabyte each, and a batch is
 * what the socket hands over at once.
 *
 * @param ids the reports that were read
 */
export function logEntries(
  snapshot: Snapshot,
  catalogue: Catalogue,
  from: Micros,
  to: Micros,
  ids: UuidTable,
): AsyncGenerator<LogEntry[], void, undefined> {
  const words = new Names();
  const details = new Details();
  const nothing = details.once(null);
  const word = ({ buffer, offsets, lengths }: BinaryFields, field: number): string =>
    words.text(words.idOfBytes(buffer, offsets[field], lengths[field]));
  return binaryBatches(snapshot, catalogue.find("log-entries"), { from, to }, (fields) => {
    const { buffer, offsets, lengths } = fields;
    const trackingId = lengths[4] < 0 ? null : readText(buffer, offsets[4], lengths[4]);
    const type = word(fields, 5);
    const { detail, wording } =
      lengths[7] < 0
        ? nothing
        : type === "filter"
          ? details.ofFilter(readText(buffer, offsets[7], lengths[7]), trackingId)
          : details.of(buffer, offsets[7], lengths[7]);
    return {
      actionId: readInt8(buffer, offsets[1]),
      report: lengths[2] < 0 ? null : reportAt(ids, buffer, offsets[2]),
      index: lengths[3] < 0 ? null : readInt4(buffer, offsets[3]),
      trackingId,
      type,
      scope: word(fields, 6),
      detail,
      wording,
      at: readInstant(buffer, offsets[8]),
      action: word(fields, 9),
    };
  });
}

function reportAt(ids: UuidTable, buffer: Buffer, offset: number): number | string {
  const report = ids.findBytes(buffer, offset);
  return report < 0 ? readUuid(buffer, offset) : report;
}

/** The ids of the reports that the action log of [from, to) speaks of. */
export async function readLoggedReports(
  snapshot: Snapshot,
  catalogue: Catalogue,
  from: Micros,
  to: Micros,
): Promise<string[]> {
  const { rows: reports } = await query(snapshot, catalogue.find("logged-reports"), { from, to });
  return reports.map(([id]) => String(id));
}

/**
 * Reads an entry of a query with the columns of log-entries whose rows come as values, and the entry's id: both are the order of the log.
 *
 * @param ids the reports that were read
 */
export function logEntryReader(ids: UuidTable): (row: Row) => { id: number; entry: LogEntry } {
  const details = new Details();
  const reportOf = (id: string): number | string => {
    const report = ids.find(id);
    return report < 0 ? id : report;
  };
  return ([id, actionId, reportId, index, trackingId, type, scope, detail, at, action]) => ({
    id: Number(id),
    entry: {
      actionId: Number(actionId),
      report: reportId === null ? null : reportOf(reportId as string),
      index: index as number | null,
      trackingId: trackingId as string | null,
      type: (type as string | null) ?? "",
      scope: (scope as string | null) ?? "",
      ...details.once(detail as string | null),
      at: at as number,
      action: (action as string | null) ?? "",
    },
  });
}
