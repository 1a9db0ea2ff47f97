import type { RunFolder } from "../output/folder.ts";
import { jsonPieces } from "../output/json-pieces.ts";
import { organizationPage } from "../report/organization/page.ts";
import { operatorsPage } from "../report/pages.ts";
import type { Render } from "../report/templates.ts";
import type { OrganizationReport } from "../summary/organization/types.ts";
import type { Summary } from "../summary/types.ts";

/** The pages and the data behind them. */
export async function writePages(
  folder: RunFolder,
  summary: Summary,
  reports: Iterable<OrganizationReport>,
  render: Render,
): Promise<void> {
  await folder.file("summary.json", jsonPieces(summary));
  await folder.file("index.html", operatorsPage(summary, render));
  for (const report of reports) {
    const path = report.organization.folder;
    await folder.file(`${path}/summary.json`, jsonPieces(report));
    await folder.file(`${path}/index.html`, organizationPage(report, render));
  }
}
