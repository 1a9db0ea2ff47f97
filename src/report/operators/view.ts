import { total } from "../../summary/counts.ts";
import { actsOnOutage } from "../../summary/operators/acts.ts";
import { type Reproduce, reproduceOf } from "../../summary/operators/reproduce.ts";
import type {
  Caveat,
  DuplicateFiles,
  DuplicateItems,
  LookupTable,
  OperatorsSummary,
  OutcomeLine,
  QueueStep,
  SettingChange,
  VerdictFact,
  WeekDay,
} from "../../summary/operators/types.ts";
import { VERDICT_LABELS, verdictOfRun, verdictText } from "../../summary/operators/verdict.ts";
import type { AllFilteredSummary, Summary } from "../../summary/types.ts";
import { type Micros, parseInstant } from "../../time/instant.ts";
import { formatDay } from "../../time/zone.ts";
import { type Cut, cut, cutPlaced, placed } from "./cut.ts";
import { type ErrorsView, errorsView } from "./errors.ts";
import { type LastMileView, lastMileView } from "./last-mile.ts";
import { type QuietView, quietView } from "./quiet.ts";

type Line<T> = T & { of: string };

/** What the template of the operators' page shows beside the sums: pure data, from summary.json alone. */
export interface OperatorsView {
  verdict: { label: string; text: string; look: string; facts: VerdictFact[] };
  quiet: QuietView;
  errors: ErrorsView;
  allFiltered: Cut<Line<AllFilteredSummary & { filterNames: string }>>;
  /** Null for a run of a version that did not look at the rest. */
  looked: LookedAt | null;
  /** As pages print commands: without the program's name; "" where there is none. */
  quietCommand: string;
  errorsCommand: string;
}

export interface LookedAt {
  summary: OperatorsSummary;
  /** As pages print commands: without the program's name. */
  commands: Reproduce;
  lastMile: LastMileView;
  connections: {
    down: Cut<Line<OperatorsSummary["connections"]["down"][number] & { acts: string }>>;
    unchecked: Cut<{ of: string; receiver: string }>;
  };
  stuck: { items: Cut<Line<OutcomeLine>>; steps: Cut<Line<QueueStep & { acts: string }>>; hasQueue: boolean };
  undelivered: { lines: Cut<Line<OutcomeLine>>; items: number; itemsAndReceivers: number; addsUp: boolean };
  duplicates: { items: Cut<Line<DuplicateItems & Acting>>; files: Cut<Line<DuplicateFiles & Acting>> };
  changes: Cut<Line<SettingChange & { what: string }>>;
  /** Uploads are months old: their day has its year. */
  tables: Cut<Line<LookupTable & { active: string; newestDay: string }>>;
  hasTables: boolean;
  week: WeekView;
  caveats: Caveat[];
}

interface Acting {
  acts: string;
}

interface WeekView {
  judged: boolean;
  reason: string;
  title: string;
  state: string;
  days: Line<WeekDay & { dates: string; state: string }>[];
  missing: string;
  isProvisional: boolean;
}

/** The view of a run for operators. */
export function operatorsView(summary: Summary): OperatorsView {
  const verdict = verdictOfRun(summary);
  const commands = summary.operators && commandsOf(summary, summary.operators);
  const looks = { action: "act", look: "watch", clear: "clear", nothing: "clear" };
  return {
    verdict: {
      label: VERDICT_LABELS[verdict.level],
      text: verdictText(verdict, summary.totals.submissions),
      look: looks[verdict.level],
      facts: verdict.facts,
    },
    quiet: quietView(summary),
    errors: errorsView(summary),
    allFiltered: cut("allFiltered", summary.allFiltered, (row) => ({
      ...row,
      filterNames: row.filters.join(", ") || "not logged",
    })),
    looked: summary.operators && commands ? lookedAt(summary, summary.operators, commands) : null,
    quietCommand: commands?.senders ?? "",
    errorsCommand: commands?.errors ?? "",
  };
}

function commandsOf(summary: Summary, operators: OperatorsSummary): Reproduce {
  const words = Object.entries(reproduceOf(summary, operators)).map(([name, text]) => {
    return [name, text.replace(/^lineage-report /, "")];
  });
  return Object.fromEntries(words) as Reproduce;
}

function lookedAt(summary: Summary, operators: OperatorsSummary, commands: Reproduce): LookedAt {
  const { connections, stuck, duplicates, settingChanges, lookupTables } = operators;
  const lines = placed("operators.undelivered", operators.undelivered);
  const sum = (of: "items" | "itemsAndReceivers"): number => lines.reduce((all, { row }) => all + row[of], 0);
  const asIs = (row: OutcomeLine): OutcomeLine => row;
  return {
    summary: operators,
    commands,
    lastMile: lastMileView(summary, operators),
    connections: {
      down: cut("operators.connections.down", connections.down, (row) => ({
        ...row,
        acts: actsOnOutage(row.errorFamily),
      })),
      unchecked: cut(
        "operators.connections.unchecked",
        connections.unchecked.map((receiver) => ({ receiver })),
        (row) => row,
      ),
    },
    stuck: {
      items: cutPlaced(
        lines.filter(({ row }) => row.outcome === "stuck"),
        asIs,
      ),
      steps: cut("operators.stuck.steps", stuck.steps ?? [], (row) => ({
        ...row,
        acts: row.stuckTasks > 0 ? "reportstream" : "nobody",
      })),
      hasQueue: stuck.steps !== null,
    },
    undelivered: {
      lines: cutPlaced(lines, asIs),
      items: sum("items"),
      itemsAndReceivers: sum("itemsAndReceivers"),
      addsUp:
        sum("items") === summary.totals.items && sum("itemsAndReceivers") === total(summary.totals.byItemAndReceiver),
    },
    duplicates: {
      items: cut("operators.duplicates.items", duplicates.items, (row) => ({ ...row, acts: actsOnDuplicate(row) })),
      files: cut("operators.duplicates.files", duplicates.files, (row) => ({ ...row, acts: actsOnDuplicate(row) })),
    },
    changes: cut("operators.settingChanges.changes", settingChanges.changes, (row) => ({
      ...row,
      what: row.change === "changed" ? row.paths.join(", ") || "written again, the same" : row.change,
    })),
    tables: cut("operators.lookupTables.notActive", lookupTables?.notActive ?? [], (row) => ({
      ...row,
      active: row.activeVersion === null ? "none" : String(row.activeVersion),
      newestDay: formatDay(parseInstant(row.newestCreatedAt) as Micros, summary.window.timeZone),
    })),
    hasTables: lookupTables !== null,
    week: weekView(operators),
    caveats: operators.caveats,
  };
}

function actsOnDuplicate({ cause }: { cause: string }): string {
  return cause === "operator resend" ? "nobody" : "reportstream";
}

function weekView({ week }: OperatorsSummary): WeekView {
  const none = { title: "", state: "", days: [], missing: "", isProvisional: false };
  if (!week.judged) return { judged: false, reason: week.reason, ...none };
  return {
    judged: true,
    reason: "",
    title: `Week ${week.isoWeek}, of Friday ${week.friday}`,
    state: week.provisional ? "provisional" : "settled",
    isProvisional: week.provisional,
    days: week.days.map((day, at) => ({
      ...day,
      of: `operators.week.days.${at}`,
      dates: day.date === day.lastDate ? day.date : `${day.date} to ${day.lastDate}`,
      state: day.settled ? "settled" : "provisional",
    })),
    missing: week.missingDays.join(", "),
  };
}
