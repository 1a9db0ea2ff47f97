import { type Micros, SECOND } from "../../time/instant.ts";
import type { BodyFormat } from "./cast.ts";
import { time } from "./copy-text.ts";
import type { Random } from "./random.ts";
import type { RowBuffer } from "./row-buffer.ts";

/** The columns in which `task` notes when a step was finished. */
export type Finished =
  | "translated_at"
  | "processed_at"
  | "routed_at"
  | "destination_filtered_at"
  | "receiver_filtered_at"
  | "receiver_enriched_at";

/** A row of `task`, the only rows that change: written when nothing more can happen to it. */
export type Task = {
  readonly report: string;
  nextAction: string;
  nextActionAt: Micros | null;
  readonly receiverName: string;
  readonly items: number;
  readonly format: BodyFormat;
  readonly url: string;
  readonly createdAt: Micros;
  schema: string;
  batchedAt: Micros | null;
  sentAt: Micros | null;
  retryCount: number | null;
  finished: Finished | null;
  finishedAt: Micros | null;
};

export class Tasks {
  private readonly open = new Set<Task>();
  private readonly rows: RowBuffer;
  private readonly random: Random;

  constructor(rows: RowBuffer, random: Random) {
    this.rows = rows;
    this.random = random;
  }

  start(
    at: Micros,
    task: Pick<Task, "report" | "nextAction" | "receiverName" | "items" | "format" | "url"> & {
      nextActionAt?: Micros | null;
      schema?: string;
    },
  ): Task {
    // Spelled out: spreading costs a second in a million.
    const started: Task = {
      report: task.report,
      nextAction: task.nextAction,
      receiverName: task.receiverName,
      items: task.items,
      format: task.format,
      url: task.url,
      schema: task.schema ?? "None",
      nextActionAt: task.nextActionAt ?? null,
      createdAt: at - this.random.int(5000, 0.8 * SECOND),
      batchedAt: null,
      sentAt: null,
      retryCount: null,
      finished: null,
      finishedAt: null,
    };
    this.open.add(started);
    return started;
  }

  /** A step of the pipeline is done with the task's report. */
  finish(task: Task, column: Finished, at: Micros): void {
    task.nextAction = "none";
    task.nextActionAt = null;
    task.finished = column;
    task.finishedAt = at;
    this.close(task);
  }

  /** Writes the row; the task must not change after. */
  close(task: Task): void {
    if (this.open.delete(task)) this.write(task);
  }

  /** Writes what is still open, at the end of the sample's time. */
  closeAll(): void {
    for (const task of this.open) this.write(task);
    this.open.clear();
  }

  private write(task: Task): void {
    const done = (column: Finished): string => (task.finished === column ? time(task.finishedAt) : "\\N");
    const token = task.retryCount === null ? "\\N" : `{"retryCount":${task.retryCount},"items":["*"]}`;
    this.rows.add(
      "task",
      `${task.report}\t${task.nextAction}\t${time(task.nextActionAt)}\t${task.schema}\t${task.receiverName}\t` +
        `${task.items}\t${task.format}\t${task.url}\t${time(task.createdAt)}\t${done("translated_at")}\t` +
        `${time(task.batchedAt)}\t${time(task.sentAt)}\t${token}\t${done("processed_at")}\t${done("routed_at")}\t` +
        `${done("destination_filtered_at")}\t${done("receiver_filtered_at")}\t${done("receiver_enriched_at")}\n`,
    );
  }
}
