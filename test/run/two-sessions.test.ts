import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadSample } from "../../src/embedded/sample/index.ts";
import { readWindow } from "../../src/run/read/window.ts";
import { type Catalogue, loadCatalogue } from "../../src/source/catalogue.ts";
import { parseQuery } from "../../src/source/query-file.ts";
import { openSnapshot, type Snapshot } from "../../src/source/snapshot.ts";
import { HOUR, parseInstant } from "../../src/time/instant.ts";
import { settingsFor } from "../source/fixtures.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { withClient } from "../support/server-fixture.ts";

// A window is read through two sessions at once: whichever fails, it is told at once, and as what it is.

const from = parseInstant("2026-11-20T05:00:00Z") as number;
const span = { from, to: from + 24 * HOUR, horizon: from + 31 * HOUR };
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  const asOf = parseInstant("2026-11-21T12:00:00Z") as number;
  await loadSample(database.client, { seed: "two sessions", asOf, truth: false, scale: 0.2 });
}, 120_000);
afterAll(() => database?.drop());

/** The catalogue with the statements of some queries changed. */
function changed(changes: Record<string, (text: string) => string>): Catalogue {
  const built = loadCatalogue();
  const own = new Map(
    Object.entries(changes).map(([name, change]) => {
      const file = new URL(`../../queries/${name}.sql`, import.meta.url);
      const text = change(readFileSync(file, "utf8").trimEnd());
      const { query, faults } = parseQuery({ name, file: `${name}.sql`, origin: "built-in" }, text);
      if (!query) throw new Error(JSON.stringify(faults));
      return [name, query] as const;
    }),
  );
  return { ...built, find: (name) => own.get(name) ?? built.find(name) };
}

/** Resolves once a session of the tests waits for a lock. */
async function waitingForSettings(): Promise<void> {
  for (;;) {
    const waiting = await database.query(
      "select 1 from pg_stat_activity where datname = $1 and application_name = 'two sessions' and wait_event_type = 'Lock'",
      [database.name],
    );
    if (waiting.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** How reading the window ends. */
async function ending(
  catalogue: Catalogue,
  onLogged: () => undefined = () => undefined,
  meanwhile: (snapshot: Snapshot) => Promise<unknown> = () => Promise.resolve(),
): Promise<string> {
  const snapshot = await openSnapshot(settingsFor(database.readerUrl), {
    applicationName: "two sessions",
    shared: true,
  });
  try {
    const reading = readWindow(snapshot, catalogue, span, { onLogged, onPhase: () => undefined });
    await Promise.all([reading, meanwhile(snapshot)]);
    return "read";
  } catch (error) {
    return (error as Error).message;
  } finally {
    await snapshot.close();
  }
}

test("reports that cannot be read are told while settings are still waited for", async () => {
  const catalogue = changed({ "lineage-reports": (text) => `${text}\n  and 1 / (rf.item_count * 0) > 0\n` });
  await withClient(database.ownerUrl, async (locker) => {
    await locker.query("begin; lock table setting in access exclusive mode");
    const told = await ending(catalogue);
    expect(told).toContain("lineage-reports");
    expect(told).toContain("division by zero");
    await locker.query("rollback");
  });
}, 20_000);

test("the snapshot's own session, lost while reports are read, is told while settings are still waited for", async () => {
  const catalogue = changed({ "lineage-reports": (text) => `${text}\n  and pg_sleep(0.01) is not null\n` });
  await withClient(database.ownerUrl, async (locker) => {
    await locker.query("begin; lock table setting in access exclusive mode");
    const told = await ending(catalogue, undefined, async ({ session }) => {
      await waitingForSettings();
      await database.query("select pg_terminate_backend($1)", [session.processId]);
    });
    expect(told).toMatch(/terminat|connection/i);
    await locker.query("rollback");
  });
}, 20_000);

test("tasks that cannot be read end the log, which else would be read and written to its end", async () => {
  const catalogue = changed({
    tasks: (text) => text.replace(/\bwhere\b/, "where 1 / (random() * 0)::int > 0 and"),
    // The first entries come at once, the last ones after four seconds.
    "log-entries": (text) =>
      text.replace("\norder by", "\n  and (l.action_log_id % 50 <> 0 or pg_sleep(0.25) is not null)\norder by"),
  });
  let rows = 0;
  const told = await ending(catalogue, () => {
    rows++;
    return undefined;
  });
  expect(told).toContain("tasks");
  expect(told).toContain("division by zero");
  const [{ count }] = await database.query<{ count: number }>("select count(*)::int as count from action_log");
  expect(rows).toBeLessThan(count / 2);
}, 20_000);
