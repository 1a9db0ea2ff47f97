/**
 * The steps of ReportStream's pipeline that a report can wait for (`report_file.next_action`,
 * `task.next_action`), as numbers for compact columns.
 *
 * Source: the Postgres enum `task_action`. Three literals have hyphens and the others underscores.
 */
export const STEPS = [
  "",
  "none",
  "receive",
  "process",
  "convert",
  "route",
  "destination-filter",
  "receiver-enrichment",
  "receiver-filter",
  "translate",
  "batch",
  "send",
  "send_error",
  "download",
  "resend",
  "process_warning",
  "process_error",
  "batch_error",
  "wipe",
  "wipe_error",
  "rebatch",
  "token_auth",
  "token_error",
  "send_warning",
  "other",
] as const;

export type Step = (typeof STEPS)[number];

const NUMBERS = new Map<string, number>(STEPS.map((step, number) => [step, number]));

/** The number of a step; 0 for null, and "other" for a literal that this version does not know. */
export function stepNumber(step: string | null): number {
  if (step === null) return 0;
  return NUMBERS.get(step) ?? (NUMBERS.get("other") as number);
}

export const STEP_NONE = stepNumber("none");
export const STEP_SEND = stepNumber("send");
