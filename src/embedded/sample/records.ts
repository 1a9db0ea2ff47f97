import { type Micros, SECOND } from "../../time/instant.ts";
import type { BodyFormat } from "./cast.ts";
import { line, text, time } from "./copy-text.ts";
import { eraAt } from "./era.ts";
import type { Random } from "./random.ts";
import type { RowBuffer } from "./row-buffer.ts";

/** An action as written: what the rows of its transaction share. */
export type Stamp = { readonly actionId: number; readonly at: Micros; readonly text: string };

export type Party = { readonly org: string; readonly name: string };

export type ActionRow = {
  readonly name: string;
  readonly params?: string | null;
  readonly result?: string | null;
  readonly http?: number | null;
  readonly contentLength?: number | null;
  readonly senderIp?: string | null;
  readonly sender?: Party | null;
  readonly externalName?: string | null;
  readonly username?: string | null;
  readonly receiver?: Party | null;
};

export type ReportRow = {
  readonly id: string;
  readonly nextAction: string | null;
  readonly nextActionAt?: Micros | null;
  readonly sender?: Party | null;
  readonly receiver?: Party | null;
  readonly transportParams?: string | null;
  readonly transportResult?: string | null;
  readonly schema: string;
  readonly topic: string;
  readonly bodyUrl: string | null;
  readonly externalName?: string | null;
  readonly format: BodyFormat;
  readonly items: number;
  readonly before: number | null;
  readonly downloadedBy?: string | null;
  /** Hexadecimal. */
  readonly digest?: string | null;
};

export type Edge = {
  readonly parent: string;
  readonly parentIndex: number;
  readonly child: string;
  readonly childIndex: number;
  readonly tracking: string | null;
  readonly hash: string;
};

export type LogRow = {
  readonly report: string | null;
  readonly index?: number | null;
  readonly tracking?: string | null;
  readonly type: "info" | "warning" | "error" | "filter";
  readonly scope: "parameter" | "report" | "item" | "translation" | "internal";
  readonly detail: Record<string, unknown>;
};

/** Writes the rows of the pipeline's tables, and hands out their ids as the sequences of a live database would. */
export class Records {
  private readonly rows: RowBuffer;
  private readonly random: Random;
  private lastAction = 1000;
  private readonly takenActions = new Set<number>();
  private lastReportLineage = 0;
  private lastItemLineage = 0;
  private lastLog = 0;

  constructor(rows: RowBuffer, random: Random) {
    this.rows = rows;
    this.random = random;
  }

  /**
   * An action and the moment that its rows share. `late` marks a long transaction that nothing
   * follows: some of these get an id above that of actions which began after them.
   */
  action(at: Micros, row: ActionRow, late = false): Stamp {
    const actionId = late && this.random.chance(0.25) ? this.laterActionId() : this.nextActionId();
    const stamp = { actionId, at, text: time(at) };
    const receiver = eraAt(at).receiverOnAction ? row.receiver : null;
    this.rows.add(
      "action",
      `${actionId}\t${row.name}\t${text(row.params ?? null)}\t${text(row.result ?? null)}\t${stamp.text}\t` +
        `${row.http ?? "\\N"}\t${row.contentLength ?? "\\N"}\t${row.senderIp ?? "\\N"}\t${row.sender?.org ?? "\\N"}\t` +
        `${row.sender?.name ?? "\\N"}\t${text(row.externalName ?? null)}\t${text(row.username ?? null)}\t` +
        `${receiver?.org ?? "\\N"}\t${receiver?.name ?? "\\N"}\n`,
    );
    return stamp;
  }

  report(stamp: Stamp, row: ReportRow): void {
    this.rows.add(
      "report_file",
      `${row.id}\t${stamp.actionId}\t${row.nextAction ?? "\\N"}\t${time(row.nextActionAt ?? null)}\t` +
        `${row.sender?.org ?? "\\N"}\t${row.sender?.name ?? "\\N"}\t${row.receiver?.org ?? "\\N"}\t` +
        `${row.receiver?.name ?? "\\N"}\t${text(row.transportParams ?? null)}\t${text(row.transportResult ?? null)}\t` +
        `${row.schema}\t${row.topic}\t${row.bodyUrl ?? "\\N"}\t${text(row.externalName ?? null)}\t${row.format}\t` +
        `${row.digest ? `\\\\x${row.digest}` : "\\N"}\t${row.items}\t${stamp.text}\t${text(row.downloadedBy ?? null)}\t` +
        `${row.before ?? "\\N"}\n`,
    );
  }

  reportEdge(stamp: Stamp, parent: string, child: string): void {
    this.rows.add(
      "report_lineage",
      `${++this.lastReportLineage}\t${stamp.actionId}\t${parent}\t${child}\t${stamp.text}\n`,
    );
  }

  itemEdge(stamp: Stamp, edge: Edge): void {
    this.rows.add(
      "item_lineage",
      `${++this.lastItemLineage}\t${edge.parent}\t${edge.parentIndex}\t${edge.child}\t${edge.childIndex}\t` +
        `${text(edge.tracking)}\t${stamp.text}\t${edge.hash}\n`,
    );
  }

  /** The log's own time is when the entry was made, up to three seconds before its transaction's. */
  log(stamp: Stamp, row: LogRow): void {
    const at = stamp.at - this.random.int(0, 3 * SECOND);
    this.rows.add(
      "action_log",
      line(
        ++this.lastLog,
        stamp.actionId,
        row.report,
        row.index ?? null,
        row.tracking ?? null,
        row.type,
        row.scope,
        JSON.stringify({ ...row.detail }),
        time(at),
      ),
    );
  }

  /** Leaves a gap in the ids, as the years between two parts of the sample would. */
  skipActions(count: number): void {
    this.lastAction += count;
  }

  private nextActionId(): number {
    do this.lastAction++;
    while (this.takenActions.delete(this.lastAction));
    return this.lastAction;
  }

  private laterActionId(): number {
    let id = this.lastAction + this.random.int(2, 6);
    while (this.takenActions.has(id)) id++;
    this.takenActions.add(id);
    return id;
  }
}
