export type { Cast, Organization, Receiver, Sender, Transport } from "./cast.ts";
export { TABLES, type TableName } from "./copy-text.ts";
export { generateSample, type Sample } from "./generate.ts";
export { type LoadedSample, loadSample } from "./load.ts";
export type { SampleOptions, Settled } from "./options.ts";
export type { RowChunk } from "./row-buffer.ts";
export type {
  Truth,
  TruthDelivery,
  TruthEvent,
  TruthFailure,
  TruthItem,
  TruthOutcome,
  TruthSubmission,
} from "./truth.ts";
