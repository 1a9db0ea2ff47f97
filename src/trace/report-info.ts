import { NO_PARTY, type Party, partyOf } from "../lineage/parties.ts";
import type { Catalogue } from "../source/catalogue.ts";
import { query, rowsByKeys } from "../source/row-stream.ts";
import type { Snapshot } from "../source/snapshot.ts";
import type { Row } from "../source/value-types.ts";
import type { Micros } from "../time/instant.ts";

/** A report's row, as far as people want to see it. */
export interface ReportInfo {
  reportId: string;
  actionId: number;
  createdAt: Micros;
  writtenBy: string;
  /** NO_PARTY for what no sender submitted. */
  sender: Party;
  receiver: Party;
  topic: string;
  schema: string;
  format: string;
  items: number;
  itemsBefore: number | null;
  fileName: string;
  /** Without storage account and query string; "" for none. */
  blob: string;
  digest: string;
  nextAction: string;
}

/** An action's row. */
export interface ActionInfo {
  actionId: number;
  name: string;
  at: Micros;
  sender: Party;
  fileName: string;
  httpStatus: number | null;
  params: string | null;
  result: string | null;
}

/** Reads and remembers the rows of reports and actions, by key. */
export class InfoReader {
  readonly #snapshot: Snapshot;
  readonly #catalogue: Catalogue;
  readonly #reports = new Map<string, ReportInfo | null>();

  constructor(snapshot: Snapshot, catalogue: Catalogue) {
    this.#snapshot = snapshot;
    this.#catalogue = catalogue;
  }

  /** The row of a report that was read; undefined when there is none. */
  get(reportId: string): ReportInfo | undefined {
    return this.#reports.get(reportId) ?? undefined;
  }

  async read(reportIds: Iterable<string>): Promise<void> {
    const fresh = [...new Set(reportIds)].filter((id) => !this.#reports.has(id));
    for (const id of fresh) this.#reports.set(id, null);
    const asked = this.#catalogue.find("trace-reports");
    for await (const batch of rowsByKeys(this.#snapshot, asked, "ids", fresh)) {
      for (const row of batch) this.#keep(row);
    }
  }

  /** The reports that actions wrote. */
  async ofActions(actionIds: readonly number[]): Promise<ReportInfo[]> {
    const found: ReportInfo[] = [];
    const asked = this.#catalogue.find("trace-reports");
    for await (const batch of rowsByKeys(this.#snapshot, asked, "actions", actionIds)) {
      for (const row of batch) found.push(this.#keep(row));
    }
    return found;
  }

  async actions(actionIds: readonly number[]): Promise<Map<number, ActionInfo>> {
    if (actionIds.length === 0) return new Map();
    const { rows } = await query(this.#snapshot, this.#catalogue.find("trace-actions"), { ids: actionIds });
    return new Map(
      rows.map(([id, name, at, sender, fileName, httpStatus, params, result]) => [
        Number(id),
        {
          actionId: Number(id),
          name: text(name),
          at: at as number,
          sender: partyOf(text(sender)),
          fileName: text(fileName),
          httpStatus: httpStatus as number | null,
          params: params as string | null,
          result: result as string | null,
        },
      ]),
    );
  }

  #keep(row: Row): ReportInfo {
    const info = readInfo(row);
    this.#reports.set(info.reportId, info);
    return info;
  }
}

function readInfo(row: Row): ReportInfo {
  const [reportId, actionId, createdAt, writtenBy, sender, receiver, topic, schema, format, items, before] = row;
  const [fileName, blob, digest, nextAction] = row.slice(11);
  return {
    reportId: text(reportId),
    actionId: Number(actionId),
    createdAt: createdAt as number,
    writtenBy: text(writtenBy),
    sender: sender === null ? NO_PARTY : partyOf(text(sender)),
    receiver: receiver === null ? NO_PARTY : partyOf(text(receiver)),
    topic: text(topic),
    schema: text(schema),
    format: text(format),
    items: Number(items),
    itemsBefore: before as number | null,
    fileName: text(fileName),
    blob: decoded(text(blob)),
    digest: text(digest),
    nextAction: text(nextAction),
  };
}

function text(value: unknown): string {
  return value === null || value === undefined ? "" : String(value);
}

/** `receive%2Facme.default%2Fid.hl7` as a path. */
function decoded(blob: string): string {
  try {
    return decodeURIComponent(blob);
  } catch {
    return blob.replaceAll(/%2f/gi, "/");
  }
}
