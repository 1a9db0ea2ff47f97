import { type Micros, parseInstant } from "../../time/instant.ts";

/** How ReportStream wrote its rows at a time: its history, so far as the rows tell it. */
export type Era = {
  /** First index in item_lineage and action_log: 0 until 2022-02-17. */
  readonly firstIndex: 0 | 1;
  /** First index in covid_result_metadata: 0 until 2022-04-05. */
  readonly firstMetadataIndex: 0 | 1;
  readonly itemHash: boolean;
  /** action.receiving_org exists since 2023-02-21. */
  readonly receiverOnAction: boolean;
  /** Sent files have a body since 2023-09-11; downloads duplicate edges since the same day. */
  readonly sentBody: boolean;
  readonly downloadsDuplicateEdges: boolean;
  /** Queue messages are JSON since 2023-12-21. */
  readonly jsonMessages: boolean;
  /** One `route` step until 2024-05 did what two steps do now. */
  readonly routeStep: boolean;
  readonly enrichment: boolean;
  /** Retries came after minutes until 2025-06-17, since then after as many seconds. */
  readonly retryInMinutes: boolean;
};

export function eraAt(at: Micros): Era {
  return {
    firstIndex: at < BASE_ONE ? 0 : 1,
    firstMetadataIndex: at < METADATA_BASE_ONE ? 0 : 1,
    itemHash: at >= ITEM_HASH,
    receiverOnAction: at >= RECEIVER_ON_ACTION,
    sentBody: at >= SENT_BODY,
    downloadsDuplicateEdges: at >= SENT_BODY,
    jsonMessages: at >= JSON_MESSAGES,
    routeStep: at < ROUTE_SPLIT,
    enrichment: at >= ENRICHMENT,
    retryInMinutes: at < RETRY_SECONDS,
  };
}

const BASE_ONE = instant("2022-02-17T00:00:00Z");
const METADATA_BASE_ONE = instant("2022-04-05T00:00:00Z");
const ITEM_HASH = instant("2022-04-13T00:00:00Z");
const RECEIVER_ON_ACTION = instant("2023-02-21T00:00:00Z");
const SENT_BODY = instant("2023-09-11T00:00:00Z");
const JSON_MESSAGES = instant("2023-12-21T00:00:00Z");
const ROUTE_SPLIT = instant("2024-05-15T00:00:00Z");
const ENRICHMENT = instant("2025-01-15T00:00:00Z");
const RETRY_SECONDS = instant("2025-06-17T00:00:00Z");

/** An instant of the sample's own, written as ISO 8601. */
export function instant(iso: string): Micros {
  const at = parseInstant(iso);
  if (at === undefined) throw new RangeError(`not an instant: ${iso}`);
  return at;
}
