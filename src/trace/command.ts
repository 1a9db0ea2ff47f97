import { resolve } from "node:path";
import type { Context } from "../cli/context.ts";
import type { TraceOptions } from "../cli/trace.ts";
import { UsageError } from "../errors.ts";
import { limitsOf } from "../run/limits-of.ts";
import { loadCatalogue } from "../source/catalogue.ts";
import { connectionSettings } from "../source/connection-settings.ts";
import { openSnapshot } from "../source/snapshot.ts";
import { printPieces } from "../terminal/print.ts";
import { DAY } from "../time/instant.ts";
import { readAsked } from "./asked.ts";
import { formatCsv } from "./print/csv.ts";
import { formatDot, formatMermaid } from "./print/diagram.ts";
import { formatText } from "./print/text.ts";
import type { ReadLimit } from "./read-plan.ts";
import { trace } from "./trace.ts";
import type { TraceResult } from "./types.ts";

/**
 * How much of a lineage is read unless `--all` is given. A submission may have ten thousand items, of which the universal
 * pipeline leaves six or seven reports at each receiver: such a one is told whole, in some two seconds. A lineage that is
 * larger than its items explain is read in well under a second.
 */
const LIMIT: ReadLimit = { places: 3_000, eachItem: 16, total: 250_000 };
const NO_LIMIT: ReadLimit = { places: Number.MAX_SAFE_INTEGER, eachItem: 0, total: Number.MAX_SAFE_INTEGER };

/** The command `trace`. @returns 0 when each id is answered, 3 when some are, 1 when none is */
export async function traceCommand(options: TraceOptions, context: Context): Promise<number> {
  const { config, connection, format } = options;
  const asked = readAsked([...options.ids, ...options.lists]);
  if (asked.length === 0) throw new UsageError("there is nothing to trace", { hint: "name an id, or --list FILE" });
  const out = options.out === undefined ? undefined : resolve(context.cwd, options.out);
  if (out !== undefined) {
    const { checkFile } = await import("../output/atomic-file.ts");
    await checkFile(out);
  }
  const catalogue = loadCatalogue({ own: config.queries });
  const snapshot = await openSnapshot(connectionSettings(connection), {
    applicationName: "lineage-report trace",
    signal: context.signal,
    savepoints: false,
    statementTimeoutMs: config.database.statementTimeoutSeconds * 1000,
  });
  let result: TraceResult;
  try {
    const { limits } = config;
    result = await trace({
      snapshot,
      catalogue,
      asked,
      item: options.item,
      sight: options.as,
      graph: options.graph,
      most: options.all ? NO_LIMIT : LIMIT,
      namesSince: options.since ?? snapshot.at - limits.fileExpiryDays * DAY,
      asOf: options.asOf,
      limits: limitsOf({ limits }),
      timeZone: config.timeZone,
    });
  } finally {
    await snapshot.close();
  }
  const terminal = context.stdout.isTTY === true && out === undefined;
  const text = await printed(result, format, terminal && !context.env.NO_COLOR, config.templates);
  if (out === undefined) await printPieces(pieces(text), context);
  else {
    const { writeFileAtomically } = await import("../output/atomic-file.ts");
    await writeFileAtomically(out, text, { now: context.now });
  }
  const open = result.choices.length + result.notFound.length;
  return open === 0 ? 0 : result.answers.length > 0 ? 3 : 1;
}

async function printed(
  result: TraceResult,
  format: TraceOptions["format"],
  color: boolean,
  own?: string,
): Promise<string> {
  switch (format) {
    case "text":
      return formatText(result, { color });
    case "json":
      return `${JSON.stringify(result, null, 1)}\n`;
    case "csv":
      return formatCsv(result);
    case "html": {
      const { formatHtml } = await import("./print/html.ts");
      const { loadTemplates } = await import("../report/templates.ts");
      return formatHtml(result, loadTemplates(own));
    }
    case "dot":
      return formatDot(result.graph ?? EMPTY);
    case "mermaid":
      return formatMermaid(result.graph ?? EMPTY);
  }
}

const EMPTY = { nodes: [], edges: [], reports: 0, hidden: 0, cut: false };

async function* pieces(text: string): AsyncGenerator<string> {
  yield text;
}
