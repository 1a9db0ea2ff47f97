/** What is looked for, in the order in which it is told. What is no fault is a known habit of ReportStream. */
export const CHECKS = [
  { name: "task without report", title: "tasks whose report was never recorded", fault: true },
  {
    name: "report without task",
    title: "reports that wait for a step, with no task and nothing made of them",
    fault: true,
  },
  { name: "report without parent", title: "reports that nobody submitted and that were made of nothing", fault: true },
  { name: "circle", title: "reports that are made of each other", fault: true },
  { name: "items of several parents", title: "reports whose items come from more than one item each", fault: true },
  { name: "index beyond items", title: "reports whose edges name a position that they do not have", fault: true },
  {
    name: "items without edges",
    title: "reports with another number of items than of positions in the lineage",
    fault: true,
  },
  {
    name: "items without link",
    title: "reports whose items are tied to a report that they are not tied to",
    fault: true,
  },
  {
    name: "link without items",
    title: "reports that are tied to a report that none of their items is tied to",
    fault: true,
  },
  { name: "doubled edges", title: "reports whose edges were written more than once", fault: true },
  {
    name: "edges doubled by downloads",
    title: "files whose edges were written again by downloads, as ReportStream does since 2023-09-11",
    fault: false,
  },
  {
    name: "more items than counted",
    title: "submissions in which the pipeline found more items than were counted when they were received",
    fault: false,
  },
] as const;

export type CheckName = (typeof CHECKS)[number]["name"];

export interface Example {
  reportId: string;
  text: string;
}

export interface CheckResult {
  name: CheckName;
  title: string;
  /** False for what is worth knowing and no fault of the rows. */
  fault: boolean;
  count: number;
  examples: Example[];
}
