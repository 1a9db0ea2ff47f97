import { ReportError } from "../errors.ts";
import { probeFolder } from "../output/probe.ts";
import { loadTemplates } from "../report/templates.ts";
import { checkLimit } from "../run/slice-plan.ts";
import { type Catalogue, loadCatalogue } from "../source/catalogue.ts";
import { type Finding, findingsOf } from "./finding.ts";

const MEGABYTE = 1024 * 1024;
/** A large day's files, twice: a run is written beside the one that it replaces. */
const ROOM = 1024 * MEGABYTE;

/** The queries, and with a fault in a user's own those of the program alone. */
export function checkQueries(own: string | undefined): { findings: Finding[]; catalogue: Catalogue } {
  const { ok, warning, fault } = findingsOf("configuration");
  try {
    const catalogue = loadCatalogue({ own });
    const findings = [ok("queries", `${catalogue.queries.length} queries can be read`)];
    if (catalogue.replaced.length > 0) {
      const message = `queries of your own stand in for ${catalogue.replaced.join(", ")}: results differ from the documented ones`;
      findings.push(warning("queries", message, "rename them where that is not meant"));
    }
    return { findings, catalogue };
  } catch (error) {
    if (!(error instanceof ReportError)) throw error;
    return { findings: [fault("queries", error.message, error.hint)], catalogue: loadCatalogue() };
  }
}

export function checkTemplates(own: string | undefined): Finding {
  const { ok, fault } = findingsOf("configuration");
  try {
    loadTemplates(own);
    return ok(
      "templates",
      own === undefined ? "the templates can be read" : `the templates can be read, those of ${own} first`,
    );
  } catch (error) {
    if (!(error instanceof ReportError)) throw error;
    return fault("templates", error.message, error.hint);
  }
}

/** A limit of memory that no run can keep would end each of them. @param limit megabytes; undefined for none */
export function checkMemory(limit: number | undefined): Finding[] {
  if (limit === undefined) return [];
  const { ok, fault } = findingsOf("configuration");
  try {
    checkLimit(limit);
    return [ok("memory", `a run can stay below ${limit} MB`)];
  } catch (error) {
    if (!(error instanceof ReportError)) throw error;
    return [fault("memory", error.message, error.hint)];
  }
}

export async function checkOutput(folder: string): Promise<Finding[]> {
  const { ok, warning, fault } = findingsOf("output");
  try {
    const { exists, tried, free } = await probeFolder(folder);
    const where = exists
      ? `${folder} can be written to`
      : `${folder} will be made by the first run; ${tried} can be written to`;
    if (free === undefined) return [ok("folder", where)];
    const megabytes = `${Math.floor(free / MEGABYTE).toLocaleString("en-US")} MB are free`;
    if (free >= ROOM) return [ok("folder", `${where}; ${megabytes}`)];
    return [ok("folder", where), warning("space", megabytes, "free some space there, or write elsewhere with --out")];
  } catch (error) {
    if (!(error instanceof ReportError)) throw error;
    return [fault("folder", error.message, error.hint)];
  }
}
