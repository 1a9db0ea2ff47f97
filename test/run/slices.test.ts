import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadSample } from "../../src/embedded/sample/index.ts";
import { DAY, type Micros, parseInstant } from "../../src/time/instant.ts";
import { resolveWindow, type Window } from "../../src/time/window.ts";
import { type EdgeCase, NIGHT, stageOf } from "../edge-cases/edge-case.ts";
import { FOUND } from "../edge-cases/found.ts";
import { LINEAGE } from "../edge-cases/lineage.ts";
import { PROGRESS } from "../edge-cases/progress.ts";
import { ROUTING } from "../edge-cases/routing.ts";
import { SENDING } from "../edge-cases/sending.ts";
import { STATUS } from "../edge-cases/status.ts";
import { SUBMISSIONS } from "../edge-cases/submissions.ts";
import { TEXT } from "../edge-cases/text.ts";
import { TIME } from "../edge-cases/time.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { commandHere, runHere } from "../support/run-here.ts";
import { ComparableRuns, differences } from "./slice-runs.ts";

const timeZone = "America/New_York";
const instant = (text: string): Micros => parseInstant(text) as Micros;

let out: string;

beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), "lineage-report-slices-"));
});

afterAll(async () => {
  await rm(out, { recursive: true, force: true });
});

/** So many slices of the same length. */
function equalParts({ from, to }: Window, parts: number): Micros[] {
  return Array.from({ length: parts - 1 }, (_, at) => from + Math.floor(((at + 1) * (to - from)) / parts));
}

/** So many instants at which rows were written, and microseconds after such: where a careless cut loses something. */
async function awkwardCuts(database: TestDatabase, { from, to }: Window, most: number): Promise<Micros[]> {
  const rows = await database.query<{ at: string }>(
    `select distinct (extract(epoch from created_at) * 1000000)::bigint as at from (
       select created_at from report_file union all select created_at from action_log union all select created_at from action
     ) r where created_at >= to_timestamp($1::numeric / 1000000) and created_at < to_timestamp($2::numeric / 1000000) order by 1`,
    [from, to],
  );
  const every = Math.max(1, Math.ceil(rows.length / most));
  return rows.flatMap(({ at }, index) => (index % every === 0 ? [Number(at) + ((index / every) % 2)] : []));
}

describe("a sample day", () => {
  const runs = new ComparableRuns();
  const asOf = instant("2026-11-21T12:00:00Z");
  let database: TestDatabase;
  let day: Window;
  let whole: ReadonlyMap<string, string>;

  beforeAll(async () => {
    database = await createTestDatabase();
    const sample = await loadSample(database.client, { seed: "slices", asOf });
    day = { ...sample.settled.yesterday, timeZone };
    whole = await runs.files({ databaseUrl: database.readerUrl, out, window: day, asOf });
  }, 300_000);

  afterAll(() => database?.drop());

  const sliced = (window: Window, cuts: readonly Micros[] | undefined) =>
    runs.files({ databaseUrl: database.readerUrl, out, window, asOf, cuts });

  test("has something in every file", () => {
    for (const name of ["items", "submissions", "deliveries", "failures", "errors", "error-groups", "summary"]) {
      expect(whole.get(`${name}.csv`)?.split("\n").length, name).toBeGreaterThan(3);
    }
  });

  test.each([1, 2, 3, 7])(
    "in %i slices gives the same files",
    async (parts) => {
      expect(differences(whole, await sliced(day, equalParts(day, parts)))).toEqual([]);
    },
    300_000,
  );

  test("cut where rows were written gives the same files", async () => {
    const cuts = await awkwardCuts(database, day, 30);
    expect(cuts.length).toBeGreaterThan(10);
    expect(differences(whole, await sliced(day, cuts))).toEqual([]);
  }, 300_000);

  test("a slice that takes too much is halved and read again", async () => {
    const phases: string[] = [];
    const asked = { databaseUrl: database.readerUrl, out, window: day, asOf, cuts: equalParts(day, 2), phases };
    expect(differences(whole, await runs.files({ ...asked, room: 400_000 }))).toEqual([]);
    const numbers = phases.flatMap(
      (phase) =>
        phase
          .match(/^slice (\d+) of (\d+): lineage$/)
          ?.slice(1)
          .map(Number) ?? [],
    );
    expect(numbers.slice(0, 2)).toEqual([1, 2]);
    const [last, of] = numbers.slice(-2);
    expect(last).toBe(of);
    expect(of).toBeGreaterThan(2);
  }, 300_000);

  test("what is too much for the shortest slice ends the run, and leaves no folder", async () => {
    const folder = join(out, "too-much");
    const asked = { databaseUrl: database.readerUrl, out: folder, window: day, asOf, cuts: [], room: 1 };
    await expect(runs.files(asked)).rejects.toThrow(
      /^the submissions of the second at 2026-11-20T.* take more memory than the limit leaves$/,
    );
    expect((await readdir(folder)).filter((name) => !name.startsWith("."))).toEqual([]);
  }, 300_000);

  test("the plan says how many slices there would be, and a limit that is too low is refused", async () => {
    const plan = ["run", "--date", "2026-11-20", "--out", out, "--dry-run", "--force"];
    expect(await commandHere(database.readerUrl, ...plan, "--memory", "400")).toContain("below 400 MB: in one go\n");
    const { memory } = JSON.parse(await commandHere(database.readerUrl, ...plan, "--json")) as { memory: object };
    expect(memory).toEqual({ megabytes: null, slices: 1 });
    await expect(commandHere(database.readerUrl, ...plan, "--memory", "60")).rejects.toThrow(
      /ended with 2: .*more than 60 MB of memory[\s\S]*the least that works is 190 MB/,
    );
    await expect(commandHere(database.readerUrl, ...plan, "--memory", "much")).rejects.toThrow(
      /ended with 2: .*--memory: memory is "much"; expected a whole number of megabytes/,
    );
  }, 300_000);

  test("a run with a limit says so in its manifest", async () => {
    const { text } = await runHere(database.readerUrl, join(out, "limited"), "--date", "2026-11-20", "--memory", "400");
    const { options } = JSON.parse(await text("manifest.json")) as { options: Record<string, unknown> };
    expect(options.memoryMegabytes).toBe(400);
  }, 300_000);

  test("several days in slices give the same files", async () => {
    const window = { ...day, from: day.from - 2 * DAY };
    expect(differences(await sliced(window, undefined), await sliced(window, equalParts(window, 8)))).toEqual([]);
  }, 300_000);

  test("what was read by key only gives the same files for a short time to settle", async () => {
    const asked = {
      databaseUrl: database.readerUrl,
      out,
      window: { ...day, to: day.from + DAY / 2 },
      asOf,
      settleHours: 1,
    };
    const one = await runs.files(asked);
    expect(differences(one, await runs.files({ ...asked, cuts: equalParts(asked.window, 5) }))).toEqual([]);
  }, 300_000);
});

describe("all edge cases", () => {
  const cases: EdgeCase[] = [FOUND, LINEAGE, PROGRESS, ROUTING, SENDING, STATUS, SUBMISSIONS, TEXT, TIME].flat();
  const nights = [...new Map(cases.map(({ night = NIGHT }) => [`${night.date} ${night.asOf}`, night])).values()];
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
    for (const edge of cases) await edge.rows(await stageOf(edge, database));
  }, 300_000);

  afterAll(() => database?.drop());

  test.each(nights)(
    "of $date as of $asOf give the same files, cut where rows were written",
    async ({ date, asOf }) => {
      const window = resolveWindow({ date, timeZone }, Date.now() * 1000);
      const runs = new ComparableRuns();
      const asked = { databaseUrl: database.readerUrl, out, window, asOf: instant(asOf), pages: false };
      const whole = await runs.files(asked);
      for (const cuts of [[], [...equalParts(window, 7), ...(await awkwardCuts(database, window, 12))]]) {
        expect(differences(whole, await runs.files({ ...asked, cuts })), `${cuts.length} cuts`).toEqual([]);
      }
    },
    600_000,
  );
});
