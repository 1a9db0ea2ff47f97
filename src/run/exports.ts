import type { Column } from "../output/csv.ts";
import type { CsvSink } from "../output/files.ts";
import type { RunFolder } from "../output/folder.ts";
import type { Catalogue } from "../source/catalogue.ts";
import { copyCsvRows } from "../source/copy-csv.ts";
import type { QueryHeader, ResultType } from "../source/header.ts";
import type { Query } from "../source/query-file.ts";
import type { Snapshot } from "../source/snapshot.ts";
import type { Window } from "../time/window.ts";
import { folderOf, type RunOutputs } from "./outputs.ts";

/** Writes the queries whose headers ask to be part of every run, with the window as their parameters. */
export async function writeExports(
  snapshot: Snapshot,
  catalogue: Catalogue,
  folder: RunFolder,
  outputs: RunOutputs,
  window: Window,
): Promise<void> {
  for (const { name, header } of catalogue.queries) {
    if (header.export) await writeExport(snapshot, catalogue.find(name), header.export, folder, outputs, window);
  }
}

async function writeExport(
  snapshot: Snapshot,
  query: Query,
  { file, split }: NonNullable<QueryHeader["export"]>,
  folder: RunFolder,
  outputs: RunOutputs,
  window: Window,
): Promise<void> {
  const columns: Column[] = query.header.columns.map(({ name, type }) => ({ name, type: columnType(type) }));
  const owners = query.header.organization.map((name) => columns.findIndex((column) => column.name === name));
  const whole = folder.csv(file, columns);
  const sinks = new Map<string, CsvSink>();
  const ofOrganization = (organization: string): CsvSink => {
    let sink = sinks.get(organization);
    if (!sink) {
      outputs.of(organization);
      sink = folder.csv(`${folderOf(organization)}/${file}`, columns);
      sinks.set(organization, sink);
    }
    return sink;
  };
  await copyCsvRows(snapshot, query, parametersOf(query, window), owners, ({ bytes, texts }) => {
    if (owners.length > 0 && !outputs.wantsAny(...texts)) return undefined;
    let full = whole.writeRows(bytes, 0, bytes.byteLength, 1);
    if (!split) return full;
    for (const [index, organization] of texts.entries()) {
      // A row that names an organization twice is its row once.
      if (organization === "" || !outputs.wants(organization) || texts.indexOf(organization) < index) continue;
      full = ofOrganization(organization).writeRows(bytes, 0, bytes.byteLength, 1) ?? full;
    }
    return full;
  });
}

/** The window for the parameters that the query declares; a run for some organizations filters by row. */
function parametersOf(query: Query, { from, to }: Window): Record<string, number> {
  const known: Record<string, number> = { from, to };
  return Object.fromEntries(Object.entries(known).filter(([name]) => query.parameters.has(name)));
}

function columnType(type: ResultType): Column["type"] {
  return type === "json" ? "text" : type;
}
