import { runFolderName } from "../output/names.ts";
import { describeWindow, type Window } from "../time/window.ts";
import { folderOf } from "./outputs.ts";

/** What a run would do, as plain data: `--dry-run` prints it, a run carries it out. */
export interface RunPlan {
  window: Window;
  /** The window in words, with its zone. */
  windowText: string;
  /** The run's folder: its final path. */
  folder: string;
  /** The folder's name is taken; without --force the run ends there. */
  exists: boolean;
  force: boolean;
  /** The organizations that the run is limited to; empty for all. */
  organizations: string[];
  /** Files of operators, and of each organization, relative to the folder. */
  files: string[];
  /** Queries that are exported because their headers ask for it. */
  exports: { query: string; file: string; split: boolean }[];
}

const WHOLE = ["index.html", "summary.json", "summary.csv", "submissions.csv", "items.csv", "deliveries.csv"];
const WHOLE_TOO = ["failures.csv", "errors.csv", "error-groups.csv", "attention.csv", "manifest.json"];
const OF_ORGANIZATION = [
  "index.html",
  "summary.json",
  "summary.csv",
  "deliveries.csv",
  "received-items.csv",
  "failures.csv",
];
const OF_ORGANIZATION_TOO = [
  "filter-results.csv",
  "submissions.csv",
  "submitted-items.csv",
  "errors.csv",
  "error-groups.csv",
];

/** The folder of a window's run; `out` holds the runs' folders. */
export function folderOfRun(out: string, window: Window): string {
  return `${out.replace(/\/+$/, "")}/${runFolderName(window)}`;
}

/** Plans a run; pure. `exists` says whether the folder's name is taken. */
export function planRun(request: {
  window: Window;
  out: string;
  exists: boolean;
  force: boolean;
  organizations: readonly string[];
  exports: RunPlan["exports"];
}): RunPlan {
  const { window, out, force, organizations, exports } = request;
  const ofOrganization = organizations.length === 0 ? ["organizations/<name>"] : organizations.map(folderOf);
  const own = [
    ...OF_ORGANIZATION,
    ...OF_ORGANIZATION_TOO,
    ...exports.filter(({ split }) => split).map(({ file }) => file),
  ];
  return {
    window,
    windowText: describeWindow(window),
    folder: folderOfRun(out, window),
    exists: request.exists,
    force,
    organizations: [...organizations],
    files: [
      ...WHOLE,
      ...WHOLE_TOO,
      ...exports.map(({ file }) => file),
      ...ofOrganization.flatMap((path) => own.map((file) => `${path}/${file}`)),
    ],
    exports,
  };
}
