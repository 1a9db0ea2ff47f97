import type { Micros } from "../../time/instant.ts";
import type { BodyFormat, Receiver, Sender } from "./cast.ts";
import type { Era } from "./era.ts";
import type { LogRow } from "./records.ts";

/** One series of attempts to send a file. */
export type Series = {
  /** Attempts that fail and will be tried again; six of them exhaust the series. */
  readonly failures: number;
  /** How the attempt after these ends: sent, refused for good, an exception before or after the upload. */
  readonly end: "sent" | "refused" | "exception" | "exception after upload";
  /** Overrides the era's spacing of the attempts. */
  readonly retryInMinutes?: boolean;
};

/** When somebody acts: so long after the file's first series has ended (or it was written), or at a moment. */
type When = { readonly after: Micros; readonly at?: never } | { readonly at: Micros; readonly after?: never };

/** What people do with a file after its first series has ended (or, without a transport, after it was written). */
export type Later = When & { readonly by: string } & (
    | { readonly do: "download" | "resend test" | "resend refused" }
    | { readonly do: "resend"; readonly series: Series | "not yet" }
  );

/** The fate of one ready file. */
export type FilePlan = {
  readonly series: Series;
  /** The message to send it was lost: nothing happens any more. */
  readonly lost?: boolean;
  /** A second message finds nothing to do, and leaves an action `send` with params only. */
  readonly ghost?: boolean;
  readonly later?: readonly Later[];
  readonly era?: Partial<Era>;
  /** The action's params hold the message twice, glued by a comma, as when a value is added to one that is there. */
  readonly gluedMessages?: boolean;
  readonly variant?: string;
};

/** Keeps the items of a recipe in batches of their own, with a fate of their own. */
export type Lane = {
  readonly key: string;
  readonly file: FilePlan;
  /** ReportStream's batch decider never takes it. */
  readonly neverBatched?: boolean;
};

export type RoutePlan = {
  readonly receiver: Receiver;
  readonly filtered?: boolean;
  /** The step that always throws on it: no action, no children, the task stays. */
  readonly poison?: "receiver-enrichment" | "receiver-filter" | "translate";
  /** The step that runs twice on it. */
  readonly redeliver?: "translate" | "receiver-filter";
  readonly lane?: Lane;
};

export type ItemPlan = {
  readonly bad?: boolean;
  readonly routes: readonly RoutePlan[];
  readonly warnings?: number;
  readonly poison?: "destination-filter";
  readonly redeliver?: "destination-filter";
};

/** A submission to the universal pipeline. */
export type UpPlan = {
  readonly at: Micros;
  readonly sender: Sender;
  readonly via: "http" | "sftp" | "service";
  readonly externalName: string | null;
  readonly variant: string | null;
  readonly items: readonly ItemPlan[];
  readonly era?: Partial<Era>;
  /** Convert never gets through. */
  readonly poison?: boolean;
  /** Convert runs twice. */
  readonly redeliver?: boolean;
  /** Convert cannot read the file at all. */
  readonly unreadable?: boolean;
  /** Logs about the root that convert adds. */
  readonly logs?: readonly Omit<LogRow, "report">[];
  /** NDJSON that ends in a newline: convert sees one line more than receive did. */
  readonly extraLine?: boolean;
};

export type LegacyRow = {
  /** The sender's accession, empty for none. */
  readonly tracking: string;
  readonly routes: readonly { readonly receiver: Receiver; readonly filtered?: boolean }[];
};

/** A submission to the covid pipeline. */
export type LegacyPlan = {
  readonly at: Micros;
  readonly sender: Sender;
  readonly mode: "sync" | "async";
  readonly externalName: string | null;
  readonly variant: string | null;
  readonly rows: readonly LegacyRow[];
  /** The schema has no tracking element: filters leave no logs, a file filtered whole leaves no row. */
  readonly untracked?: boolean;
  /** Translation to these receivers throws: an info log, and no child. */
  readonly translateFails?: readonly Receiver[];
  /** Async only: failed attempts of `process`, and how it ends. */
  readonly process?: { readonly warnings: number; readonly end: "done" | "error" | "poison" };
  /** Filter logs are written twice. */
  readonly doubledLogs?: boolean;
  readonly lanes?: ReadonlyMap<string, Lane>;
};

/** The body format of a submission's root, by what was sent. */
export function rootFormat(sender: Sender, items: number): BodyFormat {
  if (sender.format === "HL7") return items > 1 ? "HL7_BATCH" : "HL7";
  return sender.format;
}
