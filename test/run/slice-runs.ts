import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { loadTemplates } from "../../src/report/templates.ts";
import { planRun } from "../../src/run/plan.ts";
import { runWindow } from "../../src/run/run.ts";
import { loadCatalogue } from "../../src/source/catalogue.ts";
import { connectionSettings } from "../../src/source/connection-settings.ts";
import { openSnapshot, Snapshot, type SnapshotIdentity } from "../../src/source/snapshot.ts";
import { HOUR, type Micros } from "../../src/time/instant.ts";
import type { Window } from "../../src/time/window.ts";
import { DEFAULT_LIMITS } from "../support/limits.ts";

/** A run of a window, whole or in slices. */
export interface SlicedRun {
  databaseUrl: string;
  out: string;
  window: Window;
  asOf: Micros;
  settleHours?: number;
  organizations?: readonly string[];
  /** Undefined to read the window whole. */
  cuts?: readonly Micros[] | undefined;
  /** Bytes for the rows of a slice; undefined for any number. */
  room?: number;
  /** Takes what the run says that it does. */
  phases?: string[];
  /** Whether pages are made, which takes most of the time where organizations are many; they show what the summaries hold. */
  pages?: boolean;
}

/** Runs of one database that are to be compared: all of them say that they saw the same snapshot. */
export class ComparableRuns {
  #identity: SnapshotIdentity | undefined;

  /** Carries a run out, and gives its files but the manifest, by path. */
  async files(asked: SlicedRun): Promise<Map<string, string>> {
    const {
      databaseUrl,
      out,
      window,
      asOf,
      settleHours = 25,
      organizations = [],
      cuts,
      room,
      phases,
      pages = true,
    } = asked;
    const settings = connectionSettings({ databaseUrl, env: {} });
    const catalogue = loadCatalogue({ own: undefined });
    const { folder } = await runWindow({
      plan: planRun({ window, out, exists: false, force: true, organizations, exports: [] }),
      limits: DEFAULT_LIMITS,
      settle: settleHours * HOUR,
      catalogue,
      render: pages ? loadTemplates(undefined) : () => "",
      unmasked: false,
      asOf,
      slicing: cuts && { cuts, room },
      openSnapshot: async () => {
        const opened = await openSnapshot(settings, { applicationName: "slices", statementTimeoutMs: 0 });
        this.#identity ??= { ...opened };
        return new Snapshot(opened.session, this.#identity);
      },
      onPhase: (phase) => phases?.push(phase),
      now: Date.now,
    });
    return filesOf(folder);
  }
}

async function filesOf(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && entry.name !== "manifest.json")
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const files = new Map<string, string>();
  for (const path of paths) files.set(path.slice(folder.length + 1), await readFile(path, "utf8"));
  return files;
}

/** The first line that differs of each file that differs: short enough to read. */
export function differences(whole: ReadonlyMap<string, string>, sliced: ReadonlyMap<string, string>): string[] {
  const found: string[] = [];
  for (const path of new Set([...whole.keys(), ...sliced.keys()])) {
    const [left, right] = [whole.get(path), sliced.get(path)];
    if (left === right) continue;
    if (left === undefined || right === undefined) {
      found.push(`${path}: only in ${left === undefined ? "slices" : "the whole"}`);
      continue;
    }
    const lines = left.split("\n");
    const others = right.split("\n");
    const at = lines.findIndex((line, index) => line !== others[index]);
    const column = Math.max(0, [...(lines[at] ?? "")].findIndex((sign, index) => sign !== others[at]?.[index]) - 200);
    const cut = (line: string | undefined): string => (line ?? "").slice(column, column + 500);
    found.push(`${path}:${at + 1}\n  whole:  ${cut(lines[at])}\n  slices: ${cut(others[at])}`);
  }
  return found;
}
