import { afterAll, beforeAll, expect, test } from "vitest";
import type { Snapshot } from "../../src/source/snapshot.ts";
import { LineageReader } from "../../src/trace/reader.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { atMost, catalogue, open, submission, traceIn } from "./support.ts";

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

function countStatements(snapshot: Snapshot): () => number {
  let statements = 0;
  const begin = snapshot.begin.bind(snapshot);
  snapshot.begin = (context) => {
    statements++;
    return begin(context);
  };
  return () => statements;
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
    const statements = countStatements(snapshot);
    const result = await traceIn(snapshot, [id(start)], setting);
    expect(result.graph).toMatchObject({ reports: 81, hidden: 0, cut: false });
    expect(result.graph?.edges).toHaveLength(2 * 40 + 2 * 39);
    // Ways through the ladder double at each rung: whoever walks them all never returns. Eight generations a statement,
    // each one round trip, and some statements for the rows; test/bench measures how long they take.
    expect(statements()).toBeLessThan(5 + 1 + 16);
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
    const result = await traceIn(snapshot, [id(start)], { graph, most: atMost(700) });
    expect(result.graph?.cut).toBe(true);
    const stubs = result.graph?.nodes.filter(({ kind }) => kind === "more").map(({ what }) => what);
    expect(stubs).toContain("+ 1,000 or more");
    const [story] = result.answers[0]!.stories;
    expect(story).toMatchObject({ unread: 1, outcomes: [] });

    const whole = await traceIn(snapshot, [id(start)], { graph: { ...graph, depth: 100 }, most: atMost(100_000) });
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

test("a submission of thousands of items is told whole, in ranges", async () => {
  const start = 4_000_000;
  const items = 4000;
  await reports(start, start + 3 * items + 2);
  await database.query(
    "update report_file set item_count = $2, item_count_before_qual_filter = $2 where report_id = $1",
    [id(start), items],
  );
  // Two steps an item, then one file of all of them, which was sent; item 7 was not.
  const uuid = (number: string): string => `('00000000-0000-4000-8000-' || lpad(to_hex(${number}), 12, '0'))::uuid`;
  await database.query(
    `insert into item_lineage (parent_report_id, parent_index, child_report_id, child_index, item_hash)
     select ${uuid(`${start}`)}, n, ${uuid(`${start} + n`)}, 1, '' from generate_series(1, ${items}) n
     union all select ${uuid(`${start} + n`)}, 1, ${uuid(`${start + items} + n`)}, 1, '' from generate_series(1, ${items}) n
     union all select ${uuid(`${start + items} + n`)}, 1, '${id(start + 3 * items + 1)}', n, '' from generate_series(1, ${items}) n where n <> 7
     union all select '${id(start + 3 * items + 1)}', n, '${id(start + 3 * items + 2)}', n, '' from generate_series(1, ${items}) n where n <> 7`,
  );
  await database.query(
    `insert into report_lineage (action_id, parent_report_id, child_report_id)
     select distinct 1, parent_report_id, child_report_id from item_lineage where parent_report_id >= $1`,
    [id(start)],
  );
  await database.query(
    `insert into action (action_id, action_name, receiving_org, receiving_org_svc, created_at)
     values (2, 'send', 'ny-phd', 'elr', '2026-11-20T13:00:00Z')`,
  );
  await database.query(
    `update report_file set receiving_org = 'ny-phd', receiving_org_svc = 'elr', item_count = ${items - 1},
       next_action = case when report_id = $1 then 'send'::task_action end,
       action_id = case when report_id = $1 then 1 else 2 end,
       transport_params = case when report_id = $2 then 'SFTPTransportType' end,
       transport_result = case when report_id = $2 then 'Success: sftp upload of x to sftp' end
     where report_id in ($1, $2)`,
    [id(start + 3 * items + 1), id(start + 3 * items + 2)],
  );
  await database.query("analyze");
  const snapshot = await open(database.readerUrl);
  try {
    const story = submission(await traceIn(snapshot, [id(start)]));
    expect(story.unread).toBe(0);
    const delivered = story.outcomes.filter(({ outcome }) => outcome === "delivered");
    expect(delivered.map(({ items: told, count }) => [told, count])).toEqual([[`1-6, 8-${items}`, items - 1]]);
    expect(delivered[0]?.files).toMatchObject([{ positions: `1-6, 8-${items}`, of: items - 1 }]);
    const others = story.outcomes.filter(({ outcome }) => outcome !== "delivered");
    expect(others.map(({ items: told }) => told)).toEqual(["7"]);

    // Beyond the limit the answer says what it leaves out, and what it tells is whole.
    const part = submission(await traceIn(snapshot, [id(start)], { most: atMost(3000) }));
    expect(part.unread).toBeGreaterThan(2000);
    const told = part.outcomes.find(({ outcome }) => outcome === "delivered");
    expect(told?.items).toBe(`1-6, 8-${items - part.unread}`);
  } finally {
    await snapshot.close();
  }
});

test("reading in parts reads each generation whole, wherever a statement ends", async () => {
  const start = 5_000_000;
  // A chain of 30, at each step of which three more hang; and back from its end to its middle.
  await reports(start, start + 200);
  await edges(
    `select ${start} + n as p, ${start} + n + 1 as c from generate_series(0, 29) n
     union all select ${start} + n, ${start} + 100 + 3 * n + d from generate_series(0, 29) n, generate_series(0, 2) d
     union all select ${start} + 30, ${start} + 15`,
  );
  await database.query("analyze");
  const snapshot = await open(database.readerUrl);
  try {
    for (const most of [1, 5, 20, 40, 90, 120, 121, 1000]) {
      const reader = new LineageReader(snapshot, catalogue);
      const read = await reader.read("down", [{ report: reader.number(id(start)), index: 1 }], most);
      const { graph } = await reader.finish();
      const numbers = Array.from({ length: 31 }, (_, at) => reader.rows.reports.ids.find(id(start + at)));
      const children = numbers.map((report) =>
        report < 0 ? -1 : (graph.firstEdge[report + 1] ?? 0) - (graph.firstEdge[report] ?? 0),
      );
      const whole = [...Array(30).fill(4), 1];
      if (read === 1) expect(children).toEqual(whole);
      else {
        // Each report's children are there all or none, and those without are told.
        const last = children.findIndex((count) => count <= 0);
        expect(children.slice(0, last)).toEqual(whole.slice(0, last));
        expect([...reader.unexpanded]).toContain(numbers[last]);
      }
      expect(read).toBe(most >= 121 ? 1 : read);
    }
  } finally {
    await snapshot.close();
  }
});
