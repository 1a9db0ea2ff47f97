import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { type Scenario, scenario } from "../support/rows.ts";
import { run } from "../support/run-folder.ts";
import { RunFiles } from "./run-files.ts";

/** What a case has for itself, so that many of them share a database without disturbing each other. */
export interface Stage {
  rows: Scenario;
  /** A sender of the case, `e27-lab.default`. */
  lab: string;
  /** A receiver of the case, `e27-phd.elr`; its setting is there, hourly SFTP batches, unless the case has `ownSettings`. */
  phd: string;
  /** The same of another organization. */
  cdc: string;
  sql(text: string, ...values: unknown[]): Promise<Record<string, unknown>[]>;
}

/** Looks at the files of the run; every assertion of the case is in it. `of` gives the files of the case's other nights. */
export type Check = (files: RunFiles, of: (night: Night) => RunFiles) => Promise<void>;

/** A run that the rows of a case are judged by. */
export interface Night {
  date: string;
  asOf: string;
}

/** The day of most cases. Long past, so that the machine's own clock decides nothing. */
export const NIGHT: Night = {
  date: "2026-03-11",
  asOf: "2026-03-12T12:00:00Z",
};

interface Described {
  /** As in `E27`; `X3` for those that are not from the list that the project began with. */
  id: string;
  situation: string;
  /** What this program answers. */
  ours: string;
  /** What ReportStream's own functions and pages say of the same rows. */
  reportstream: string;
}

/** Rows as ReportStream writes them, and what a run must say about them. */
export interface EdgeCase extends Described {
  night?: Night;
  /** Other runs that the case looks at. */
  otherNights?: Night[];
  /** The case makes its organizations and receivers itself. */
  ownSettings?: boolean;
  rows(stage: Stage): Promise<Check>;
}

/** A case of another command, or one whose test stands in another file. */
export interface CaseElsewhere extends Described {
  testedIn: string;
}

/** Loads the rows of all cases into one database, runs each night once, and makes a test of each case. */
export function testCases(cases: readonly EdgeCase[]): void {
  let database: TestDatabase;
  let out: string;
  const checks = new Map<string, Check>();
  /** By case for rows that could not be written, by night for a run that failed. */
  const failures = new Map<string, unknown>();
  const folders = new Map<string, RunFiles>();

  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the first parameter's source and takes nothing else
  beforeAll(async ({}, suite) => {
    // With one case asked for (`-t "E27:"`), its rows are all there is to load.
    const asked = suite.tasks.filter(({ mode }) => mode === "run").map(({ name }) => name);
    const chosen = cases.filter(({ id }) => asked.some((name) => name.startsWith(`${id}: `)));
    database = await createTestDatabase();
    out = await mkdtemp(join(tmpdir(), "lineage-report-edge-cases-"));
    for (const edge of chosen) {
      try {
        checks.set(edge.id, await edge.rows(await stageOf(edge, database)));
      } catch (error) {
        failures.set(edge.id, error);
      }
    }
    const all = chosen.flatMap(({ night = NIGHT, otherNights = [] }) => [night, ...otherNights]);
    for (const night of new Map(all.map((one) => [key(one), one])).values()) {
      try {
        const finished = await run(
          database.readerUrl,
          join(out, key(night).replaceAll(/[ :]/g, "")),
          ...["--date", night.date, "--as-of", night.asOf, "--time-zone", "America/New_York"],
        );
        folders.set(key(night), new RunFiles(finished));
      } catch (error) {
        // The cases of the other nights have their say all the same.
        failures.set(key(night), error);
      }
    }
  }, 600_000);

  afterAll(async () => {
    await rm(out, { recursive: true, force: true });
    await database?.drop();
  });

  for (const edge of cases) {
    test(`${edge.id}: ${edge.situation}`, async () => {
      if (failures.has(edge.id)) throw failures.get(edge.id);
      const of = (night: Night): RunFiles => {
        if (failures.has(key(night))) throw failures.get(key(night));
        return folders.get(key(night)) as RunFiles;
      };
      await (checks.get(edge.id) as Check)(of(edge.night ?? NIGHT), of);
    });
  }
}

function key({ date, asOf }: Night): string {
  return `${date} ${asOf}`;
}

/** The stage of a case: its receivers and its sender, where it does not make its own. */
export async function stageOf(edge: EdgeCase, database: TestDatabase): Promise<Stage> {
  const name = edge.id.toLowerCase();
  const rows = scenario(database.client, `edge case ${edge.id}`);
  const stage: Stage = {
    rows,
    lab: `${name}-lab.default`,
    phd: `${name}-phd.elr`,
    cdc: `${name}-cdc.elr`,
    sql: (text, ...values) => database.query(text, values),
  };
  if (!edge.ownSettings) {
    await rows.receiver(stage.phd);
    await rows.receiver(stage.cdc);
    await rows.sender(stage.lab);
  }
  return stage;
}
