import type { Micros } from "../../../time/instant.ts";
import type { ReadyFile } from "./file.ts";

/** Whose items a file holds. */
export function sources(file: ReadyFile): {
  submissions: number;
  senders: string[];
  oldestSubmittedAt: Micros | null;
} {
  const { submissionIds, senders } = whoIsIn(file);
  const times = file.travellers.map(({ submission }) => submission.at);
  return {
    submissions: submissionIds.length,
    senders,
    oldestSubmittedAt: times.length === 0 ? null : times.reduce((one, other) => Math.min(one, other)),
  };
}

export function whoIsIn(file: ReadyFile): { submissionIds: number[]; senders: string[] } {
  const submissions = new Set(file.travellers.map(({ submission }) => submission));
  return {
    submissionIds: [...submissions].map(({ actionId }) => actionId).sort((one, other) => one - other),
    senders: [...new Set([...submissions].map(({ sender }) => sender.fullName))].sort(),
  };
}
