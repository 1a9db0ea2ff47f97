import { resolve } from "node:path";
import type { Context } from "../cli/context.ts";
import { type CommandOptions, withSnapshot } from "../organizations/environment.ts";
import { checkFile, writeFileAtomically } from "../output/atomic-file.ts";
import { createProgress, type Phase } from "../progress.ts";
import { organizationsNamed, refuseTwo, type Subject, SubjectRows } from "../proof/subject.ts";
import { limitsOf } from "../run/limits-of.ts";
import { printPieces } from "../terminal/print.ts";
import { DAY, type Micros } from "../time/instant.ts";
import type { Window } from "../time/window.ts";
import { detectKind, KIND_WORDS, sampleOf } from "./detect.ts";
import { lookUp } from "./elsewhere.ts";
import { formatCsv, formatJson, formatText, type Head, sumLines } from "./print.ts";
import { Reconciliation, type Sums } from "./reconcile.ts";
import { type ListRequest, openTheirList } from "./their-list.ts";
import type { KeyKind } from "./values.ts";

export type ReconcileFormat = "text" | "csv" | "json";

export interface ReconcileOptions extends Omit<CommandOptions, "format"> {
  subject: Subject;
  window: Window;
  list: ListRequest;
  /** Undefined to find out. */
  kind: KeyKind | undefined;
  format: ReconcileFormat;
  /** A file instead of stdout. */
  out: string | undefined;
  /** From when on names of files are searched; undefined for as long before the window as files are kept. */
  since: Micros | undefined;
  quiet: boolean;
}

/** `lineage-report reconcile`: somebody's list against ours. @returns 0 when everything matched, 1 when there are differences */
export async function reconcileCommand(options: ReconcileOptions, context: Context): Promise<number> {
  const { subject, window, config, format, quiet } = options;
  const out = options.out === undefined ? undefined : resolve(context.cwd, options.out);
  if (out !== undefined) await checkFile(out);
  const list = await openTheirList(options.list, context);
  const progress = await createProgress({ stderr: context.stderr, now: context.now, quiet });
  try {
    return await withSnapshot(options, context, "reconcile", async (snapshot, catalogue) => {
      const organizations = await organizationsNamed(snapshot, catalogue, subject);
      refuseTwo(new Set(organizations), subject);
      const side = { subject: new SubjectRows(subject), organizations };
      const sample = await sampleOf(list);
      const detected = options.kind
        ? { kind: options.kind, because: `--kind ${options.kind} says so` }
        : await detectKind(sample, subject.kind, async (kind, keys) => {
            return (await lookUp(snapshot, catalogue, kind, keys, side)).size;
          });
      const asOf = options.asOf ?? snapshot.at;
      let phase: Phase | undefined;
      const reconciliation = new Reconciliation({
        ...{ list, kind: detected.kind, side, window },
        judging: {
          limits: limitsOf(config),
          settleHours: config.limits.settleHours,
          asOf,
          onPhase: (title) => {
            phase = progress.phase(title);
          },
        },
        onLookedUp: (ids) => phase?.advance(ids),
        namesSince: options.since ?? window.from - config.limits.fileExpiryDays * DAY,
      });
      const head: Head = { list, detected, subject, window, asOf };
      const batches = reconciliation.rows(snapshot, catalogue);
      const { sums } = reconciliation;
      const pieces =
        format === "csv"
          ? formatCsv(batches)
          : format === "json"
            ? formatJson(batches, head, sums)
            : formatText(batches, head, sums);
      if (out === undefined) await printPieces(pieces, context);
      else await writeFileAtomically(out, pieces, { now: context.now });
      progress.stop();
      refuseTwo(side.subject.organizations, subject);
      // A file of rows does not say what they add up to.
      if (!quiet && (format === "csv" || out !== undefined)) {
        const [, words] = KIND_WORDS[detected.kind];
        const lines = [`taken for ${words}, since ${detected.because}`, ...sumLines(head, sums)];
        context.stderr.write(lines.map((line) => `${line}\n`).join(""));
      }
      return hasDifferences(sums) ? 1 : 0;
    });
  } finally {
    progress.stop();
    await list.close();
  }
}

function hasDifferences({ theirs, ours }: Sums): boolean {
  return theirs.onlyTheirs + theirs.notUsable + ours.onlyOurs > 0;
}
