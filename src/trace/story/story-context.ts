import type { Judgement } from "../../outcome/clock.ts";
import type { Facts } from "../../outcome/facts.ts";
import type { Judge } from "../../outcome/judge.ts";
import type { StatusRules } from "../../outcome/status.ts";
import type { LoggedError } from "../../run/log-pass.ts";
import type { LineageRows } from "../../run/read/lineage-rows.ts";
import type { LineageReader } from "../reader.ts";
import type { InfoReader, ReportInfo } from "../report-info.ts";
import type { Contents } from "../types.ts";
import type { Fates } from "./fates.ts";
import type { ResultRow } from "./results.ts";
import type { Sight } from "./sight.ts";

/** What the stories of one call are told from. */
export interface StoryContext {
  facts: Facts;
  rows: LineageRows;
  reader: LineageReader;
  infos: InfoReader;
  judge: Judge;
  judgement: Judgement;
  status: StatusRules;
  fates: Fates;
  /** The action log's entries by their submission's report, those of rejected requests by their action. */
  logged: ReadonlyMap<string | number, readonly LoggedError[]>;
  results: ReadonlyMap<string, readonly ResultRow[]>;
  sight: Sight;
}

/** Files told of one group, and submissions told of one file; the rest is counted. */
export const MOST_LISTED = 20;

/** What a report's row says of its contents, for those who may know it. */
export function contentsOf(info: ReportInfo, isOwn: boolean): Contents {
  return {
    topic: info.topic,
    format: info.format,
    items: isOwn ? info.items : null,
    fileName: isOwn ? info.fileName || null : null,
    digest: isOwn ? digestOf(info) || null : null,
    schema: isOwn && info.schema !== "None" ? info.schema || null : null,
    blob: isOwn ? info.blob || null : null,
    results: null,
  };
}

/** The submissions service stores the letters of the digest instead of its bytes. Source: fhirengine/azure/FHIRFunctions.kt. */
function digestOf({ digest, writtenBy, sender }: ReportInfo): string {
  if (writtenBy !== "convert" || sender.key === "") return digest;
  const letters = Buffer.from(digest, "hex").toString("latin1");
  return /^[0-9a-f]+$/i.test(letters) ? letters : digest;
}
