import type { Outcome } from "../../outcome/words.ts";

/** A lineage as it is shown: nodes and edges by number, bounded, with what is left out counted. */
export interface TraceGraph {
  nodes: GraphNode[];
  edges: GraphEdge[];
  /** Reports that the shown nodes stand for. */
  reports: number;
  /** Reports that were read and are not shown, because of the limit of nodes. */
  hidden: number;
  /** Whether reports were left unread because of the limit on reading; what is known of their number stands in the nodes. */
  cut: boolean;
}

export interface GraphNode {
  id: number;
  /** `report` one report, `chain` steps one after the other, `group` reports that are alike, `more` what is left out. */
  kind: "report" | "chain" | "group" | "more";
  /** The report's id; of a chain or group the first one's; "" for what is left out. */
  reportId: string;
  /** All ids for up to 100 reports. */
  reportIds: string[];
  /** How many it stands for; of what is left out, how many there are. */
  reports: number;
  /** False where `reports` was counted no further. */
  exact: boolean;
  /** What it is, in words: `submission`, `convert … translate`, `file sent`. */
  what: string;
  /** The second line: sender, receiver, file name. */
  label: string;
  detail: string;
  /** Steps from where the lineage starts, 0 there. */
  depth: number;
  asked: boolean;
  /** What was delivered, filtered and so on, where a report ends. */
  outcome: Outcome | null;
}

export interface GraphEdge {
  from: number;
  to: number;
  /** Items that go along it, as far as they were read; 0 for a link without items. */
  items: number;
}
