import type { Party } from "../../lineage/parties.ts";
import type { Outcome, Verdict } from "../../outcome/words.ts";
import type { OpenWorkSummary } from "./types.ts";

/** Reasons hold times and counts; so many of them are kept apart for a receiver, the rest without. */
const REASONS = 1000;

const OPEN: ReadonlySet<Outcome> = new Set(["waiting", "retrying", "stuck", "failed"]);

/** Whether an item is not with its receiver yet. */
export function isOpen(outcome: Outcome): boolean {
  return OPEN.has(outcome);
}

/** Collects, by receiver, how many items wait and why. */
export class OpenWork {
  readonly #receivers = new Map<Party, Map<string, OpenWorkSummary>>();

  add(receiver: Party, { outcome, reason, acts }: Verdict): void {
    let reasons = this.#receivers.get(receiver);
    if (!reasons) {
      reasons = new Map();
      this.#receivers.set(receiver, reasons);
    }
    // A sentence belongs to one outcome but for rare coincidences, and is mostly one object for a whole file.
    let line = reasons.get(reason);
    if (line?.outcome === outcome) {
      line.items++;
      return;
    }
    const kept = reasons.size < REASONS ? reason : "";
    const key = line || kept === "" ? `${outcome}\0${kept}` : reason;
    line = reasons.get(key);
    if (!line) {
      line = { receiver: receiver.name, outcome: outcome as OpenWorkSummary["outcome"], reason: kept, acts, items: 0 };
      reasons.set(key, line);
    }
    line.items++;
  }

  /** The lines of each organization that has any: most items first. */
  byOrganization(): Map<string, OpenWorkSummary[]> {
    const organizations = new Map<string, OpenWorkSummary[]>();
    for (const [receiver, reasons] of this.#receivers) {
      const lines = organizations.get(receiver.organization);
      if (lines) lines.push(...reasons.values());
      else organizations.set(receiver.organization, [...reasons.values()]);
    }
    for (const lines of organizations.values()) {
      lines.sort(
        (left, right) =>
          right.items - left.items || order(left.receiver, right.receiver) || order(left.reason, right.reason),
      );
    }
    return organizations;
  }
}

function order(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
