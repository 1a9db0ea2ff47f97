import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ItemWalk, ReportWalk } from "../../src/lineage/walk.ts";
import { KIND } from "../../src/outcome/kind.ts";
import { collectDown, emptyGraph } from "../../src/trace/graph/collect.ts";
import { LineageReader, type Place } from "../../src/trace/reader.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { catalogue, open } from "./support.ts";

/** As many random lineages; PROPERTY_RUNS for more. */
const LINEAGES = Number(process.env.PROPERTY_RUNS ?? 4000);

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.query("select setseed(0.4)");
  await database.query(
    "insert into action (action_id, action_name) values (1, 'receive'), (2, 'send'), (3, 'convert')",
  );
  // Lineages of up to 12 reports: diamonds, circles, self loops, doubled edges, and reports that nothing leads to.
  await database.query(
    `insert into report_file (report_id, action_id, next_action, sending_org, receiving_org, receiving_org_svc,
       transport_params, transport_result, schema_name, schema_topic, body_format, item_count)
     select lpad(to_hex(g), 32, '0')::uuid, a, case when a = 2 then null else 'convert'::task_action end,
       case when n = 0 then 'acme' end, case when a = 2 then 'phd' end, case when a = 2 then 'elr' end,
       case when a = 2 then 'x' end, case when a = 2 then 'y' end, 'None', 'full-elr', 'HL7', 3
     from (
       select l * 12 + n as g, n, case when n = 0 then 1 when random() < 0.3 then 2 else 3 end as a
       from generate_series(0, ${LINEAGES} - 1) l, generate_series(0, 11) n
     ) made`,
  );
  await database.query(
    `insert into item_lineage (parent_report_id, parent_index, child_report_id, child_index, item_hash)
     select lpad(to_hex(l * 12 + p), 32, '0')::uuid, pi, lpad(to_hex(l * 12 + c), 32, '0')::uuid, ci, ''
     from (
       select l, floor(random() * 12)::int p, 1 + floor(random() * 3)::int pi,
         floor(random() * 12)::int c, 1 + floor(random() * 3)::int ci
       from generate_series(0, ${LINEAGES} - 1) l, generate_series(1, 26)
     ) made
     where p < c or random() < 0.08`,
  );
  await database.query(
    "insert into item_lineage (parent_report_id, parent_index, child_report_id, child_index, item_hash) " +
      "select parent_report_id, parent_index, child_report_id, child_index, '' from item_lineage where random() < 0.1",
  );
  await database.query(
    `insert into report_lineage (action_id, parent_report_id, child_report_id)
     select distinct 1, parent_report_id, child_report_id from item_lineage`,
  );
  await database.query("analyze");
}, 60_000);
afterAll(() => database?.drop());

/** Every item that the items of the first reports lead to, by ReportStream's recursion made distinct. */
const REFERENCE = `
  with recursive walk as (
    select %FROM_ID% as start, %TO_ID% as report, %TO_INDEX% as index
    from item_lineage where %FROM_ID% in (select report_id from report_file where sending_org is not null)
    union
    select w.start, e.%TO_ID%, e.%TO_INDEX%
    from walk w join item_lineage e on e.%FROM_ID% = w.report and e.%FROM_INDEX% = w.index
  )
  select start::text, array_agg(report || '/' || index order by report, index) as reached,
    array_agg(distinct report::text) filter (where report in (select report_id from report_file where transport_result is not null)) as sent
  from walk group by start`;

/** All that each item became, by what a reader has read. */
async function everyItem(reader: LineageReader, places: readonly Place[]): Promise<string[][]> {
  const { graph } = await reader.finish();
  const walk = new ItemWalk(graph);
  return places.map(({ report, index }) => {
    const met = new Set<string>();
    walk.down(report, index, (to, at) => met.add(`${reader.idOf(to)}/${at}`));
    return [...met].sort();
  });
}

describe("equals ReportStream's recursion made distinct", () => {
  test("items and reports that submissions became, and the files sent", async () => {
    const reference = await database.query<{ start: string; reached: string[]; sent: string[] | null }>(
      REFERENCE.replaceAll("%FROM_ID%", "parent_report_id")
        .replaceAll("%FROM_INDEX%", "parent_index")
        .replaceAll("%TO_ID%", "child_report_id")
        .replaceAll("%TO_INDEX%", "child_index"),
    );
    const snapshot = await open(database.readerUrl);
    try {
      const reader = new LineageReader(snapshot, catalogue);
      const roots = reference.map(({ start }) => reader.number(start));
      const items = await reader.itemsOf(roots, "parents");
      const places = [...items].flatMap(([report, indexes]) => indexes.map((index) => ({ report, index })));
      expect(await reader.read("down", places, Number.MAX_SAFE_INTEGER)).toBe(places.length);
      const { graph, kinds } = await reader.finish();
      const walk = new ItemWalk(graph);
      let compared = 0;
      for (const { start, reached, sent } of reference) {
        const root = reader.number(start);
        const own = (items.get(root) ?? []).map((index) => ({ report: root, index }));
        const met = new Set<string>();
        for (const { report, index } of own) {
          walk.down(report, index, (to, at) => met.add(`${reader.idOf(to)}/${at}`));
        }
        // A walk leaves its own start out even where a circle leads back to it; SQL does not.
        const back = new Set(own.map(({ index }) => `${start}/${index}`));
        const all = new Set([...met, ...reached.filter((item) => back.has(item))]);
        expect([...all].sort()).toEqual([...reached].sort());
        const raw = emptyGraph();
        collectDown(raw, graph, own, () => true);
        const reports = new Set(reached.map((item) => item.split("/")[0]).concat(start));
        expect([...raw.nodes].map((report) => reader.idOf(report)).sort()).toEqual([...reports].sort());
        const files = [...raw.nodes]
          .filter((report) => kinds[report] === KIND.sent)
          .map((report) => reader.idOf(report));
        expect(files.sort()).toEqual([...(sent ?? [])].sort());
        // The links between reports lead at least as far.
        const linked = new Set<number>([root]);
        new ReportWalk(graph, "down").from(root, (report) => linked.add(report));
        expect([...raw.nodes].every((report) => linked.has(report))).toBe(true);
        compared++;
      }
      expect(compared).toBeGreaterThan(LINEAGES * 0.8);
    } finally {
      await snapshot.close();
    }
  });

  test("what a limit leaves of a reading is whole, item by item", async () => {
    const snapshot = await open(database.readerUrl);
    try {
      const whole = new LineageReader(snapshot, catalogue);
      const roots = Array.from({ length: 300 }, (_, lineage) => (lineage * 12).toString(16).padStart(32, "0"));
      const ids = roots.map((hex) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5"));
      const items = await whole.itemsOf(
        ids.map((id) => whole.number(id)),
        "parents",
      );
      const places = [...items].flatMap(([report, indexes]) => indexes.map((index) => ({ report, index })));
      await whole.read("down", places, Number.MAX_SAFE_INTEGER);
      const reached = await everyItem(whole, places);
      let partly = 0;
      for (const most of [0, 1, 60, 300, 900, 2500, 100_000]) {
        const reader = new LineageReader(snapshot, catalogue);
        const own = places.map(({ report, index }) => ({ report: reader.number(whole.idOf(report)), index }));
        const read = await reader.read("down", own, most);
        if (read > 0 && read < own.length) partly++;
        expect(await everyItem(reader, own.slice(0, read))).toEqual(reached.slice(0, read));
        if (most === 100_000) expect(read).toBe(own.length);
      }
      expect(partly).toBeGreaterThan(1);
    } finally {
      await snapshot.close();
    }
  });

  test("items that files were made of", async () => {
    const reference = await database.query<{ start: string; reached: string[] }>(
      REFERENCE.replace(
        "where %FROM_ID% in (select report_id from report_file where sending_org is not null)",
        "where %FROM_ID% in (select report_id from report_file where transport_result is not null)",
      )
        .replaceAll("%FROM_ID%", "child_report_id")
        .replaceAll("%FROM_INDEX%", "child_index")
        .replaceAll("%TO_ID%", "parent_report_id")
        .replaceAll("%TO_INDEX%", "parent_index"),
    );
    const snapshot = await open(database.readerUrl);
    try {
      const reader = new LineageReader(snapshot, catalogue);
      const items = await reader.itemsOf(
        reference.map(({ start }) => reader.number(start)),
        "children",
      );
      const places = [...items].flatMap(([report, indexes]) => indexes.map((index) => ({ report, index })));
      await reader.read("up", places, Number.MAX_SAFE_INTEGER);
      let compared = 0;
      for (const { start, reached } of reference) {
        const open = (items.get(reader.number(start)) ?? []).map((index) => ({ report: reader.number(start), index }));
        const met = new Set<string>();
        for (let at = open.pop(); at; at = open.pop()) {
          for (const parent of reader.parentsOf(at)) {
            const key = `${reader.idOf(parent.report)}/${parent.index}`;
            if (met.has(key)) continue;
            met.add(key);
            open.push(parent);
          }
        }
        expect([...met].sort()).toEqual([...reached].sort());
        compared++;
      }
      expect(compared).toBeGreaterThan(LINEAGES);
    } finally {
      await snapshot.close();
    }
  });
});
