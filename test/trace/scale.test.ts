import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { open, traceIn } from "./support.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.query(
    "insert into action (action_id, action_name, http_status, sending_org) values (1, 'receive', 201, 'acme')",
  );
});
afterAll(() => database?.drop());

const id = (number: number): string => `00000000-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;

async function reports(from: number, to: number): Promise<void> {
  await database.query(
    `insert into report_file (report_id, action_id, next_action, sending_org, sending_org_client, schema_name, schema_topic, body_format, item_count)
     select ('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 1, 'convert', case when n = $1 then 'acme' end,
       case when n = $1 then 'lab' end, 'None', 'full-elr', 'HL7', 1
     from generate_series($1::int, $2::int) n`,
    [from, to],
  );
}

async function edges(select: string): Promise<void> {
  const uuid = (column: string): string => `('00000000-0000-4000-8000-' || lpad(to_hex(${column}), 12, '0'))::uuid`;
  await database.query(
    `insert into item_lineage (parent_report_id, parent_index, child_report_id, child_index, item_hash)
     select ${uuid("p")}, 1, ${uuid("c")}, 1, '' from (${select}) e`,
  );
  await database.query(
    `insert into report_lineage (action_id, parent_report_id, child_report_id)
     select 1, ${uuid("p")}, ${uuid("c")} from (${select}) e`,
  );
}

test("a ladder of 40 diamonds has 81 reports, each met once", async () => {
  const start = 1_000_000;
  await reports(start, start + 80);
  // Rung r: two reports made of the one before, and one made of both, which is where the next rung begins.
  await edges(
    `select ${start} + 2 * r as p, ${start} + 2 * r + d as c
     from generate_series(0, 39) r, generate_series(1, 2) d
     union all select ${start} + 2 * r - 1, ${start} + 2 * r + 2 from generate_series(1, 39) r
     union all select ${start} + 2 * r - 1, ${start} + 2 * r + 1 from generate_series(1, 39) r`,
  );
  await database.query("analyze");
  const snapshot = await open(database.readerUrl);
  try {
    const setting = { graph: { up: false, down: true, siblings: false, depth: 100, nodes: 500 } };
    await traceIn(snapshot, [id(start)], setting);
    let statements = 0;
    const begin = snapshot.begin.bind(snapshot);
    snapshot.begin = (context) => {
      statements++;
      return begin(context);
    };
    const before = performance.now();
    const result = await traceIn(snapshot, [id(start)], setting);
    const took = performance.now() - before;
    expect(result.graph).toMatchObject({ reports: 81, hidden: 0, cut: false });
    expect(result.graph?.edges).toHaveLength(2 * 40 + 2 * 39);
    // Ways through the ladder double at each rung: whoever walks them all never returns. A statement a generation, and
    // some for the rows; how long they take depends on what else the machine does.
    expect(statements).toBeLessThan(41 + 30);
    if (process.env.TRACE_BENCH) process.stderr.write(`ladder: ${took.toFixed(1)} ms, ${statements} statements\n`);
  } finally {
    await snapshot.close();
  }
});

test("what is cut is counted: exactly where it was read, at least where it was not", async () => {
  const start = 2_000_000;
  await reports(start, start + 2500);
  await edges(`select ${start} as p, ${start} + n as c from generate_series(1, 800) n
    union all select ${start} + 1, ${start} + 800 + n from generate_series(1, 1500) n`);
  await database.query("analyze");
  const snapshot = await open(database.readerUrl);
  try {
    const graph = { up: false, down: true, siblings: false, depth: 1, nodes: 20 };
    // The submission's children are read; the next generation is not.
    const result = await traceIn(snapshot, [id(start)], { graph, most: 700 });
    expect(result.graph?.cut).toBe(true);
    const stubs = result.graph?.nodes.filter(({ kind }) => kind === "more").map(({ what }) => what);
    expect(stubs).toContain("+ 1,000 or more");
    const [story] = result.answers[0]!.stories;
    expect(story).toMatchObject({ unread: 1, outcomes: [] });

    const whole = await traceIn(snapshot, [id(start)], { graph: { ...graph, depth: 100 }, most: 100_000 });
    expect(whole.graph).toMatchObject({ cut: false });
    const { nodes, hidden, reports: shown } = whole.graph!;
    expect(hidden + shown).toBe(2301);
    expect(nodes.filter(({ kind }) => kind === "group").map(({ what }) => what)).toEqual([
      "799 × receive",
      "1,500 × receive",
    ]);
  } finally {
    await snapshot.close();
  }
});

/** Minutes of filling: TRACE_BENCH=1 to run it. */
test.runIf(process.env.TRACE_BENCH)("500 nodes out of a lineage of a million edges", { timeout: 600_000 }, async () => {
  const start = 10_000_000;
  const size = 340_000;
  // Filling is most of the time: no look at each edge's two ends.
  await database.query("set session_replication_role = replica");
  await reports(start, start + size);
  // Three edges a report, to reports of later numbers at random: a lineage that hangs together, with a fan of 1,000.
  await edges(`select ${start} + n as p, ${start} + n + 1 + floor(random() * least(2000, ${size} - n))::int as c
    from generate_series(0, ${size} - 2) n, generate_series(1, 3) where n + 2001 < ${size}
    union all select ${start}, ${start} + n from generate_series(1, 1000) n`);
  await database.query("analyze");
  const snapshot = await open(database.readerUrl);
  try {
    const graph = { up: false, down: true, siblings: false, depth: 10, nodes: 500 };
    for (const round of ["first", "second", "third"]) {
      const memory = process.memoryUsage().rss;
      const cpu = process.cpuUsage();
      const before = performance.now();
      const result = await traceIn(snapshot, [id(start)], { graph });
      const { user, system } = process.cpuUsage(cpu);
      const took = performance.now() - before;
      const grown = (process.memoryUsage().rss - memory) / 2 ** 20;
      const { nodes, hidden } = result.graph!;
      process.stderr.write(
        `${round}: ${took.toFixed(0)} ms (${((user + system) / 1000).toFixed(0)} ms of it this process's own), ${nodes.length} nodes, ${hidden} read and hidden, ${grown.toFixed(0)} MB more\n`,
      );
      expect(nodes.filter(({ kind }) => kind !== "more").length).toBeLessThanOrEqual(500);
      expect(result.graph?.cut).toBe(true);
      if (round !== "first") expect(took).toBeLessThan(1000);
    }
  } finally {
    await snapshot.close();
  }
});
