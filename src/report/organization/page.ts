import type { OrganizationReport } from "../../summary/organization/types.ts";
import type { Render } from "../templates.ts";
import { organizationView } from "./view.ts";

/** One organization's page, from its own report. */
export function organizationPage(report: OrganizationReport, render: Render): string {
  return render("organization", organizationView(report));
}
