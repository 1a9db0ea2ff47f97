import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError, UsageError } from "../errors.ts";
import { nearestWord } from "../nearest-word.ts";
import { packageRoot } from "../package.ts";
import { parseQuery, type Query } from "./query-file.ts";

/** The queries that the program comes with and those of a user's own folder. */
export interface Catalogue {
  /** By name, sorted. */
  queries: readonly Query[];
  /** Names of built-in queries that a user's own file stands in for; said once, since it changes results. */
  replaced: readonly string[];
  /** @throws UsageError with the nearest name when there is no such query */
  find(name: string): Query;
}

export interface CatalogueFolders {
  /** The program's own; `queries/` of the package unless given. */
  builtIn?: string;
  /** A user's own folder, from `--queries` or the configuration. */
  own?: string | undefined;
}

/** Rows that the program itself works on: their columns are its own contract, so nobody may replace such a query. */
const ENGINE = "engine";
const FILE_NAME = /^[a-z0-9][a-z0-9_-]*\.sql$/;

/**
 * Reads every `.sql` file of the folders. A user's file with the name of a built-in query replaces it, unless the engine uses that one.
 *
 * @throws ConfigError that lists every fault of every file with its line
 */
export function loadCatalogue({ builtIn = join(packageRoot, "queries"), own }: CatalogueFolders = {}): Catalogue {
  const faults: string[] = [];
  const byName = new Map<string, Query>();
  const replaced: string[] = [];
  for (const query of readFolder(builtIn, "built-in", faults)) byName.set(query.name, query);
  for (const query of own === undefined ? [] : readFolder(own, "own", faults)) {
    const before = byName.get(query.name);
    if (before?.header.uses.includes(ENGINE)) {
      faults.push(
        `${query.file}: "${query.name}" is a query that the program works on, and cannot be replaced; rename it`,
      );
      continue;
    }
    if (before) replaced.push(query.name);
    byName.set(query.name, query);
  }
  faults.push(...exportFaults([...byName.values()]));
  if (faults.length > 0) {
    throw new ConfigError(
      `the queries have ${faults.length === 1 ? "a fault" : `${faults.length} faults`}:\n  ${faults.join("\n  ")}`,
      {
        hint: "correct these lines; queries/submissions.sql of the program shows how a header is written",
      },
    );
  }
  const queries = [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return { queries, replaced, find: (name) => findQuery(queries, byName, name) };
}

function findQuery(queries: readonly Query[], byName: ReadonlyMap<string, Query>, name: string): Query {
  const query = byName.get(name);
  if (query) return query;
  const near = nearestWord(name, byName.keys());
  throw new UsageError(`there is no query "${name}"`, {
    hint:
      near === undefined
        ? `there are ${queries.map((known) => known.name).join(", ")}`
        : `did you mean "${near}"? \`lineage-report query\` without a name lists all`,
  });
}

function readFolder(folder: string, origin: Query["origin"], faults: string[]): Query[] {
  let names: string[];
  try {
    names = readdirSync(folder)
      .filter((name) => name.endsWith(".sql"))
      .sort();
  } catch (error) {
    faults.push(
      `${folder}: the folder of queries cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown reason"})`,
    );
    return [];
  }
  const queries: Query[] = [];
  for (const fileName of names) {
    const file = origin === "built-in" ? `queries/${fileName}` : join(folder, fileName);
    if (!FILE_NAME.test(fileName)) {
      faults.push(`${file}: a query's file name has lower case letters, digits, - and _ only`);
      continue;
    }
    let text: string;
    try {
      text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(readFileSync(join(folder, fileName)));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      faults.push(
        `${file}: ${code === undefined || code.startsWith("ERR_ENCODING") ? "is not UTF-8" : `cannot be read (${code})`}`,
      );
      continue;
    }
    const parsed = parseQuery({ name: fileName.slice(0, -".sql".length), file, origin }, text);
    for (const { line, message } of parsed.faults) faults.push(`${file}:${line}: ${message}`);
    queries.push(parsed.query);
  }
  return queries;
}

/** Two exports into one file would overwrite each other. */
function exportFaults(queries: readonly Query[]): string[] {
  const byFile = new Map<string, Query>();
  const faults: string[] = [];
  for (const query of queries) {
    const file = query.header.export?.file;
    if (file === undefined) continue;
    const other = byFile.get(file);
    if (other) faults.push(`${query.file}: it is exported into ${file}, and so is ${other.file}`);
    else byFile.set(file, query);
  }
  return faults;
}

/** The catalogue, and the queries that were looked up in it: what a result rests on, for its manifest. */
export function recording(catalogue: Catalogue): {
  catalogue: Catalogue;
  used: () => { name: string; sha256: string }[];
} {
  const names = new Set<string>();
  const find = (name: string) => {
    names.add(name);
    return catalogue.find(name);
  };
  const used = () =>
    catalogue.queries.filter(({ name }) => names.has(name)).map(({ name, sha256 }) => ({ name, sha256 }));
  return { catalogue: { ...catalogue, find }, used };
}
