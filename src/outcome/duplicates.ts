import type { Micros } from "../time/instant.ts";
import { readyFile } from "./deliveries.ts";
import type { Facts } from "./facts.ts";
import { KIND } from "./kind.ts";

/** Why something reached a receiver more than once, as far as the rows show it. */
export type DuplicateCause = "operator resend" | "same file sent twice" | "in several files";

/**
 * Why an item that is in more than one file sent is: `delivered` is the first of these files (of an
 * e-mail, the batch file that stands in). Where that file was sent once, the item is in another one
 * too: a step of the pipeline ran twice.
 */
export function duplicateCause(facts: Facts, delivered: number): DuplicateCause {
  const { graph, kinds } = facts;
  const mailed = kinds[delivered] === KIND.deliverable;
  const ready = mailed ? delivered : readyFile(facts, delivered);
  if (ready < 0) return "in several files";
  let copies = 0;
  for (let link = graph.firstChild[ready]; link < graph.firstChild[ready + 1]; link++) {
    if (kinds[graph.children[link]] === KIND.sent) copies++;
  }
  const attempts = facts.attempts.get(ready) ?? [];
  if (mailed) copies = attempts.filter(({ kind }) => kind === "email").length;
  if (copies < 2) return "in several files";
  return attempts.some(({ kind }) => kind === "resend") ? "operator resend" : "same file sent twice";
}

/** A sending of a file that had been sent before. */
export interface RepeatedFile {
  /** The sent report. */
  report: number;
  cause: Exclude<DuplicateCause, "in several files">;
}

/**
 * The files sent in [from, to) of which a copy had been sent before, in the order of their numbers.
 *
 * @param sentBefore files made ready before the window of which a copy was sent before it began
 */
export function repeatedFiles(
  facts: Facts,
  { from, to }: { from: Micros; to: Micros },
  sentBefore: ReadonlySet<number>,
): RepeatedFile[] {
  const { graph, kinds, reports } = facts;
  const repeated: RepeatedFile[] = [];
  for (let report = 0; report < kinds.length; report++) {
    if (kinds[report] !== KIND.sent) continue;
    const at = reports.createdAt[report];
    if (at < from || at >= to) continue;
    const ready = readyFile(facts, report);
    if (ready < 0) continue;
    let earlier = sentBefore.has(ready);
    for (let link = graph.firstChild[ready]; link < graph.firstChild[ready + 1] && !earlier; link++) {
      const other = graph.children[link];
      earlier = kinds[other] === KIND.sent && other !== report && reports.compare(other, report) < 0;
    }
    if (!earlier) continue;
    const asked = (facts.attempts.get(ready) ?? []).some((attempt) => attempt.kind === "resend" && attempt.at < at);
    repeated.push({ report, cause: asked ? "operator resend" : "same file sent twice" });
  }
  return repeated;
}

/** Files made ready before the window of which a copy was sent in [from, to): whether another was sent before is asked by key. */
export function resendCandidates(
  facts: Facts,
  { from, to }: { from: Micros; to: Micros },
  windowFrom: Micros,
): number[] {
  const { kinds, reports } = facts;
  const candidates = new Set<number>();
  for (let report = 0; report < kinds.length; report++) {
    if (kinds[report] !== KIND.sent) continue;
    const at = reports.createdAt[report];
    if (at < from || at >= to) continue;
    const ready = readyFile(facts, report);
    if (ready >= 0 && reports.createdAt[ready] < windowFrom) candidates.add(ready);
  }
  return [...candidates];
}
