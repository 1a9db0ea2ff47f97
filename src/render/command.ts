import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "../cli/context.ts";
import { CheckError, InterruptedError, ReportError } from "../errors.ts";
import { type FinishedRun, type NewPage, openFinishedRun } from "../output/finished-run.ts";
import { packageIdentity } from "../package.ts";
import { helpers } from "../report/helpers.ts";
import { organizationPage } from "../report/organization/page.ts";
import { operatorsPage } from "../report/pages.ts";
import { loadTemplates, type Render, templatesStamp } from "../report/templates.ts";
import type { OrganizationReport } from "../summary/organization/types.ts";
import type { Summary } from "../summary/types.ts";

export interface RenderOptions {
  /** The run's folder. */
  folder: string;
  /** A folder of templates of one's own. */
  templates: string | undefined;
  /** Where pages alone are written; undefined for the run's own folder. */
  out: string | undefined;
  watch: boolean;
  json: boolean;
}

/** How often templates are looked at: all of them are read, which no file system and no editor can fool. */
const LOOK_EVERY_MS = 300;

/** The command `render`. */
export async function renderCommand(options: RenderOptions, context: Context): Promise<number> {
  const run = await openFinishedRun(options.folder);
  const data = await readData(run);
  if (!options.watch) {
    await renderOnce(run, data, options, context);
    return 0;
  }
  let stamp: string | undefined;
  context.stderr.write("watching the templates; Ctrl-C ends it\n");
  while (!context.signal.aborted) {
    try {
      const next = templatesStamp(options.templates);
      if (next !== stamp) {
        stamp = next;
        await renderOnce(run, data, options, context);
      }
    } catch (error) {
      // A template half written, or wrong: whoever edits it goes on editing.
      if (!(error instanceof ReportError)) throw error;
      context.stderr.write(`lineage-report: ${error.message}\n`);
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal: context.signal }).catch(() => undefined);
  }
  return new InterruptedError().exitCode;
}

/** The data of every page of a run. */
interface RunData {
  summary: Summary;
  reports: OrganizationReport[];
}

async function readData(run: FinishedRun): Promise<RunData> {
  const summary = await readJson<Summary>(run, "summary.json");
  if (!Array.isArray(summary.organizations) || !summary.timeline) {
    throw new CheckError(`the summary.json of ${run.folder} lacks what pages show`, {
      hint: "an older version of this program wrote it; run the window again",
    });
  }
  const reports: OrganizationReport[] = [];
  for (const { folder } of summary.organizations) {
    reports.push(await readJson<OrganizationReport>(run, `${folder}/summary.json`));
  }
  return { summary, reports };
}

async function readJson<T extends { format: number }>(run: FinishedRun, path: string): Promise<T> {
  const value = JSON.parse(await run.data(path)) as T;
  if (value.format !== 1) {
    throw new CheckError(
      `${path} of ${run.folder} is of format ${JSON.stringify(value.format)}, and this program knows format 1`,
      {
        hint: "render it with the version that wrote it (manifest.json names it)",
      },
    );
  }
  return value;
}

async function renderOnce(run: FinishedRun, data: RunData, options: RenderOptions, context: Context): Promise<void> {
  const { templates, out, json } = options;
  // All pages are made before the first is written, so that a wrong template changes nothing.
  const pages = [...pagesOf(data, loadTemplates(templates))];
  const { version } = packageIdentity();
  const count =
    out === undefined
      ? await run.replacePages(pages, { version, templates: templates === undefined ? "built-in" : "own" })
      : await run.writePages(out, pages);
  const folder = out ?? run.folder;
  if (json) context.stdout.write(`${JSON.stringify({ folder, pages: count })}\n`);
  else context.stdout.write(`${helpers.plural(count, "page", "pages")} in ${folder}\n`);
}

function* pagesOf({ summary, reports }: RunData, render: Render): Generator<NewPage, void, undefined> {
  yield { path: "index.html", text: operatorsPage(summary, render) };
  for (const report of reports) {
    yield { path: `${report.organization.folder}/index.html`, text: organizationPage(report, render) };
  }
}
