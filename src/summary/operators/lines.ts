import type { Acts } from "../../outcome/words.ts";
import type { Summary } from "../types.ts";
import { actsOnFailure, actsOnOutage, actsOnQuiet } from "./acts.ts";
import { type Reproduce, reproduceOf } from "./reproduce.ts";
import type { EarlierFailure, OperatorsSummary, SectionName } from "./types.ts";

/** A row of attention.csv: one line of the operators' page. */
export interface AttentionLine {
  section: SectionName;
  /** A receiver, sender, pair, step, table, setting or day. */
  subject: string;
  state: string;
  detail: string;
  files: number | null;
  items: number | null;
  since: string | null;
  until: string | null;
  acts: Acts;
  /** The command that prints it again, or the filter of another file. */
  reproduce: string;
}

/** Every line of the operators' page but groups of errors, which error-groups.csv has, in the page's order. */
export function attentionLines(summary: Summary): AttentionLine[] {
  const { operators } = summary;
  if (!operators) return [];
  const by = reproduceOf(summary, operators);
  return [
    ...failures(summary, operators, by),
    ...connections(operators, by),
    ...queue(operators, by),
    ...quiet(summary, by),
    ...undelivered(operators, by),
    ...allFiltered(summary, by),
    ...codes(summary, by),
    ...duplicates(operators, by),
    ...pairs(summary, by),
    ...changes(operators, by),
    ...tables(operators, by),
    ...week(operators, by),
    ...operators.caveats.map(({ kind, text, acts }) => line("caveats", kind, "", text, { acts, reproduce: by.run })),
  ];
}

const NOTHING = { files: null, items: null, since: null, until: null, acts: "nobody" } as const;

function line(
  section: SectionName,
  subject: string,
  state: string,
  detail: string,
  rest: Partial<AttentionLine> & { reproduce: string },
): AttentionLine {
  return { section, subject, state, detail, ...NOTHING, ...rest };
}

function failures(summary: Summary, { earlierFailures }: OperatorsSummary, by: Reproduce): AttentionLine[] {
  const failed = (failure: EarlierFailure, when: string): AttentionLine => {
    const { receiver, state, fileName, reportId, errorFamily, items, lastFailedAt, expiresAt } = failure;
    const detail = `${when}: ${fileName || "file not known"} (${reportId || "report not known"}), ${errorFamily}`;
    const times = { since: lastFailedAt, until: expiresAt };
    const acts = actsOnFailure(state);
    return line("last-mile", receiver, state, detail, { files: 1, items, ...times, acts, reproduce: by.failures });
  };
  return [
    ...summary.failures.map((failure) => failed(failure, "in this window")),
    ...earlierFailures.failures.map((failure) => failed(failure, "before it")),
  ];
}

function connections({ connections: { down, unchecked } }: OperatorsSummary, by: Reproduce): AttentionLine[] {
  const reproduce = by.connections;
  return [
    ...down.map((one) => {
      const detail =
        `${one.failedChecks} failed checks in a row (${one.errorFamily}); ${one.waitingFiles} files wait, ` +
        `${one.failedFiles} failed since`;
      const behind = { files: one.waitingFiles + one.failedFiles, items: one.waitingItems + one.failedItems };
      const acts = actsOnOutage(one.errorFamily);
      return line("connections", one.receiver, "down", detail, { ...behind, since: one.downSince, acts, reproduce });
    }),
    ...unchecked.map((receiver) =>
      line("connections", receiver, "not checked", "no check was recorded", { acts: "reportstream", reproduce }),
    ),
  ];
}

function queue({ stuck: { steps } }: OperatorsSummary, by: Reproduce): AttentionLine[] {
  return (steps ?? []).map((step) => {
    const isStuck = step.stuckTasks > 0;
    const detail = isStuck ? `${step.stuckTasks} of ${step.tasks} tasks are past due` : `${step.tasks} tasks wait`;
    return line("stuck", step.step, isStuck ? "stuck" : "waiting", detail, {
      files: isStuck ? step.stuckTasks : step.tasks,
      items: isStuck ? step.stuckItems : step.items,
      since: isStuck ? step.oldestStuckAt : step.oldestAt,
      until: step.messageLostAt,
      acts: isStuck ? "reportstream" : "nobody",
      reproduce: by.queue,
    });
  });
}

function quiet({ silence }: Summary, by: Reproduce): AttentionLine[] {
  if (!silence.judged) return [];
  return [
    ...silence.quiet.map(({ kind, name, receiver, state, usualItems, items, lastSeen }) => {
      const subject = kind === "pair" ? `${name} → ${receiver}` : name;
      const reproduce = kind === "sender" ? by.senders : kind === "receiver" ? by.receivers : by.pairs;
      const detail = `${kind}; usual ${usualItems} items on this weekday`;
      return line("quiet", subject, state, detail, { items, since: lastSeen, acts: actsOnQuiet(kind), reproduce });
    }),
    ...silence.receiversWithNothing.map(({ receiver, usualItems, items, lastSeen }) => {
      const detail = `active receiver without a file; usual ${usualItems} items, ${items} meant for it`;
      const acts = items > 0 ? "reportstream" : "nobody";
      return line("quiet", receiver, "no file", detail, { items, since: lastSeen, acts, reproduce: by.receivers });
    }),
  ];
}

function undelivered(operators: OperatorsSummary, by: Reproduce): AttentionLine[] {
  return operators.undelivered.map(({ outcome, acts, reason, items, itemsAndReceivers, oldestSubmittedAt }) => {
    const detail = `${reason}; ${itemsAndReceivers} by item and receiver`;
    const reproduce = by.undelivered;
    return line("undelivered", outcome, outcome, detail, { items, since: oldestSubmittedAt, acts, reproduce });
  });
}

function allFiltered(summary: Summary, by: Reproduce): AttentionLine[] {
  return summary.allFiltered.map(({ sender, filtered, items, filters }) => {
    const detail = `${filtered} of ${items} items, by ${filters.join(", ") || "filters that were not logged"}`;
    return line("all-filtered", sender, "filtered", detail, {
      ...{ items: filtered, acts: "sender", reproduce: by.undelivered },
    });
  });
}

function codes({ unmappedCodes }: Summary, by: Reproduce): AttentionLine[] {
  return unmappedCodes.map(({ code, sender, count, firstSeen, lastSeen, isNew }) => {
    const state = isNew === null ? "" : isNew ? "new" : "standing";
    const detail = `unmapped code from ${sender || "unknown sender"}`;
    const times = { since: firstSeen, until: lastSeen };
    return line("errors", code || "no code", state, detail, {
      ...{ items: count, ...times, acts: "reportstream", reproduce: by.errors },
    });
  });
}

function duplicates({ duplicates: { items, files } }: OperatorsSummary, by: Reproduce): AttentionLine[] {
  return [
    ...items.map((one) => {
      const detail = `${one.cause}; ${one.copies} deliveries too many, of one item at most ${one.mostTimes}`;
      const acts = one.cause === "operator resend" ? "nobody" : "reportstream";
      return line("duplicates", one.receiver, "items", detail, {
        ...{ items: one.items, acts, reproduce: by.duplicates },
      });
    }),
    ...files.map((one) => {
      const acts = one.cause === "operator resend" ? "nobody" : "reportstream";
      return line("duplicates", one.receiver, "files", one.cause, {
        ...{ files: one.files, items: one.items, acts, reproduce: by.resends },
      });
    }),
  ];
}

function pairs({ silence }: Summary, by: Reproduce): AttentionLine[] {
  if (!silence.judged) return [];
  return silence.pairs.firstSeen.map(({ sender, receiver, items }) =>
    line("changes", `${sender} → ${receiver}`, "new pair", "", { items, acts: "reportstream", reproduce: by.pairs }),
  );
}

function changes({ settingChanges }: OperatorsSummary, by: Reproduce): AttentionLine[] {
  return settingChanges.changes.map(({ fullName, type, change, version, changedBy, changedAt, paths }) => {
    const detail = `${type} version ${version} by ${changedBy}${paths.length === 0 ? "" : `: ${paths.join(", ")}`}`;
    return line("changes", fullName, change, detail, {
      ...{ since: changedAt, reproduce: by.changes },
    });
  });
}

function tables({ lookupTables }: OperatorsSummary, by: Reproduce): AttentionLine[] {
  return (lookupTables?.notActive ?? []).map((one) => {
    const active = one.activeVersion === null ? "none is active" : `version ${one.activeVersion} is active`;
    const detail = `version ${one.newestVersion} is the newest, by ${one.newestCreatedBy}; ${active}`;
    return line("tables", one.table, "not active", detail, {
      ...{ since: one.newestCreatedAt, acts: "reportstream", reproduce: by.tables },
    });
  });
}

function week({ week: judged }: OperatorsSummary, by: Reproduce): AttentionLine[] {
  if (!judged.judged) return [];
  const reproduce = by.run;
  return [
    ...judged.days.map(({ date, lastDate, routed, sent, settled }) => {
      const subject = date === lastDate ? date : `${date} to ${lastDate}`;
      const detail = `${sent} sent of ${routed} routed`;
      return line("week", subject, settled ? "settled" : "provisional", detail, { items: sent, reproduce });
    }),
    ...judged.missingDays.map((date) =>
      line("week", date, "missing", "there is no run of this day", { acts: "reportstream", reproduce }),
    ),
  ];
}
