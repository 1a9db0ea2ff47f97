import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { instant } from "../../src/embedded/sample/era.ts";
import { type LoadedSample, loadSample, TABLES, type TruthItem } from "../../src/embedded/sample/index.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const AS_OF = "2026-03-12T15:20:00Z";

let database: TestDatabase;
let sample: LoadedSample;

beforeAll(async () => {
  database = await createTestDatabase();
  sample = await loadSample(database.client, { seed: 7, asOf: instant(AS_OF) });
}, 180_000);

afterAll(async () => {
  await database?.drop();
});

/** Rows that break a rule; none should. */
async function offenders(sql: string): Promise<unknown[]> {
  return database.query(`${sql} limit 5`);
}

async function number(sql: string): Promise<number> {
  const [row] = await database.query<{ n: string }>(`select count(*) as n from (${sql}) as counted`);
  return Number(row?.n);
}

describe("what was loaded", () => {
  it("is every row that the generator made, in every table", async () => {
    for (const table of Object.keys(TABLES)) {
      const count = await number(`select 1 from ${table}`);
      expect(`${table} ${count}`).toBe(`${table} ${sample.rows[table as keyof typeof TABLES]}`);
      expect(count).toBeGreaterThan(0);
    }
  });

  it("keeps the constraints and indexes of the schema, valid", async () => {
    const fresh = await createTestDatabase();
    const sql = `select conrelid::regclass::text as of, conname as name, pg_get_constraintdef(oid) as text
                   from pg_constraint where connamespace = 'public'::regnamespace and convalidated
                 union all
                 select indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid)
                   from pg_index join pg_class on pg_class.oid = indrelid
                  where relnamespace = 'public'::regnamespace and indisvalid
                 order by 1, 2, 3`;
    try {
      expect(await database.query(sql)).toEqual(await fresh.query(sql));
    } finally {
      await fresh.drop();
    }
  });

  it("leaves the sequences behind the ids that are taken", async () => {
    const [row] = await database.query<{ next: string; last: string }>(
      `insert into action (action_name) values ('other')
       returning action_id as next, (select max(action_id) from action) as last`,
    );
    expect(Number(row?.next)).toBe(Number(row?.last) + 1);
    await database.query("delete from action where action_name = 'other'");
  });

  it("refuses a schema that has rows, and changes nothing there", async () => {
    const options = { seed: 8, asOf: instant(AS_OF) };
    await expect(loadSample(database.client, options)).rejects.toThrow("has rows");
    expect(await number("select 1 from action")).toBe(sample.rows.action);
  });

  it("holds nothing later than its now, due times and expiries aside", async () => {
    for (const [table, column] of [
      ["action", "created_at"],
      ["report_file", "created_at"],
      ["item_lineage", "created_at"],
      ["action_log", "created_at"],
      ["task", "sent_at"],
      ["setting", "created_at"],
      ["receiver_connection_check_results", "connection_check_completed_at"],
    ]) {
      expect(await offenders(`select * from ${table} where ${column} > '${AS_OF}'`)).toEqual([]);
    }
  });

  it("names no host that could exist", async () => {
    const texts = `select action_params as t from action union all select action_result from action
      union all select body_url from report_file union all select transport_params from report_file
      union all select values::text from setting union all select values::text from email_schedule`;
    const hosts = `select distinct m[1] as host from (${texts}) as texts,
      regexp_matches(t, '(?:https?://|host=|@)([A-Za-z0-9.-]+)', 'g') as m`;
    expect(await offenders(`select host from (${hosts}) as h where host !~ '\\.example$' and host <> 'SUM'`)).toEqual(
      [],
    );
  });
});

describe("the rules of ReportStream's rows", () => {
  // Before 2022-02-17 indexes began at 0.
  const base = "case when e.created_at < '2022-02-17' then 0 else 1 end";

  it("points item edges at items that the parent has", async () => {
    const broken = `
      select e.* from item_lineage e
        join report_file p on p.report_id = e.parent_report_id
        join report_file c on c.report_id = e.child_report_id
        join action a on a.action_id = p.action_id
        join action s on s.action_id = c.action_id
       where (e.parent_index < ${base} or e.parent_index > p.item_count - 1 + ${base})
         and not (a.action_name = 'convert' and p.sending_org is not null)
         and not (s.action_name = 'convert' and c.item_count = 0 and e.parent_index = p.item_count + 1)`;
    expect(await offenders(broken)).toEqual([]);
  });

  it("numbers the items of a batch without a gap, one edge each", async () => {
    const batches = `
      select b.report_id, b.item_count, count(distinct (e.parent_report_id, e.parent_index, e.child_index)) as edges,
             count(distinct e.child_index) as indexes, min(e.child_index) as first, max(e.child_index) as last,
             min(${base}) as base
        from report_file b join action a using (action_id) left join item_lineage e on e.child_report_id = b.report_id
       where a.action_name = 'batch' and b.item_count > 0 group by 1, 2`;
    expect(await number(batches)).toBeGreaterThan(500);
    const broken = `select * from (${batches}) as b where edges <> item_count or indexes <> item_count
                      or first is distinct from base or last is distinct from item_count - 1 + base`;
    expect(await offenders(broken)).toEqual([]);
  });

  it("gives a body to every file that is to be sent", async () => {
    expect(await offenders("select * from report_file where next_action = 'send' and body_url is null")).toEqual([]);
  });

  it("backs every report edge by item edges, but for the kinds that have none", async () => {
    const bare = `
      select case when s.action_name = 'download' and c.created_at > '2023-09-11' or c.body_url is null
                       and c.downloaded_by is not null then 'download'
                  when s.action_name = 'send' and c.item_count = 0 then 'empty send'
                  when s.action_name = 'convert' and c.item_count = 0 then 'unreadable'
                  when s.action_name in ('receive', 'process') and c.item_count = 0 then 'filtered whole'
                  else 'none of them: ' || s.action_name::text end as kind
        from report_lineage l join report_file c on c.report_id = l.child_report_id
        join action s on s.action_id = c.action_id
       where not exists (select from item_lineage e where e.parent_report_id = l.parent_report_id
                          and e.child_report_id = l.child_report_id)`;
    const kinds = await database.query<{ kind: string }>(`select distinct kind from (${bare}) as b order by 1`);
    expect(kinds.map((row) => row.kind)).toEqual(["download", "empty send", "filtered whole", "unreadable"]);
  });

  it("backs every item edge by a report edge", async () => {
    const missing = `select * from item_lineage e where not exists (select from report_lineage l
      where l.parent_report_id = e.parent_report_id and l.child_report_id = e.child_report_id)`;
    expect(await offenders(missing)).toEqual([]);
  });

  it("gives all rows of an action one moment, but for edges that a download repeats", async () => {
    const broken = `select f.report_id from report_file f join action a using (action_id) where f.created_at <> a.created_at
      union all select l.child_report_id from report_lineage l join action a using (action_id) where l.created_at <> a.created_at
      union all select e.child_report_id from item_lineage e join report_file c on c.report_id = e.child_report_id
        where e.created_at <> c.created_at and not exists (select from report_lineage l join action a using (action_id)
          where l.parent_report_id = e.child_report_id and a.action_name = 'download' and a.created_at = e.created_at)`;
    expect(await offenders(broken)).toEqual([]);
  });

  it("doubles the edges into a file with every download", async () => {
    const copies = `
      select d.parent_report_id, count(distinct d.child_report_id) as downloads,
             (select count(*) / nullif(count(distinct e.child_index), 0) from item_lineage e
               where e.child_report_id = d.parent_report_id) as copies
        from report_lineage d join report_file f on f.report_id = d.child_report_id
       where f.downloaded_by is not null and f.created_at > '2023-09-11'
         and not exists (select from item_lineage e where e.child_report_id = f.report_id)
       group by 1`;
    expect(await number(`select * from (${copies}) as c where downloads = 3`)).toBeGreaterThanOrEqual(3);
    expect(await offenders(`select * from (${copies}) as c where copies <> 2 ^ downloads`)).toEqual([]);
  });

  it("has a task for each report with a next step, and for no other", async () => {
    const broken = `select f.report_id, f.next_action, a.action_name from report_file f join action a using (action_id)
      left join task t using (report_id)
      where (t.report_id is not null) <> (coalesce(f.next_action, 'none') <> 'none'
             and not (a.action_name = 'convert' and f.sending_org is not null))`;
    expect(await offenders(broken)).toEqual([]);
    const orphans = sample.truth.events.filter((event) => event.variant === "crash orphan");
    const found = "select from task t where not exists (select from report_file f where f.report_id = t.report_id)";
    expect(await number(found)).toBe(orphans.length);
  });

  it("lets about one action in a hundred begin before one with a lower id", async () => {
    const [row] = await database.query<{ late: string; all: string }>(
      `select count(*) filter (where created_at < before) as late, count(*) as all from
        (select created_at, lag(created_at) over (order by action_id) as before from action) as a`,
    );
    const share = Number(row?.late) / Number(row?.all);
    expect(share).toBeGreaterThan(0.003);
    expect(share).toBeLessThan(0.03);
  });

  it("never lets a child have been written before its parent", async () => {
    const broken = `select * from report_lineage l join report_file p on p.report_id = l.parent_report_id
      join report_file c on c.report_id = l.child_report_id where c.created_at < p.created_at or c.action_id < p.action_id`;
    expect(await offenders(broken)).toEqual([]);
  });
});

describe("the truth and the rows say the same", () => {
  // The walk is written out here in SQL, for each submission's items down every distinct edge.
  const walk = `
    with recursive root as (
      select f.report_id as root, f.action_id, f.created_at < '2022-02-17' as zero from report_file f
       where f.sending_org is not null),
    reached as (
      select r.action_id, e.parent_index + zero::int as item, e.child_report_id as report, e.child_index as index
        from root r join item_lineage e on e.parent_report_id = r.root
      union
      select w.action_id, w.item, e.child_report_id, e.child_index
        from reached w join item_lineage e on e.parent_report_id = w.report and e.parent_index = w.index)`;

  function keys(items: readonly TruthItem[]): string[] {
    return items.map((item) => `${item.actionId} ${item.item} ${item.receiver ?? "-"}`).sort();
  }

  async function walked(where: string): Promise<string[]> {
    const rows = await database.query<{ key: string }>(`${walk}
      select distinct w.action_id || ' ' || w.item || ' ' || coalesce(f.receiving_org || '.' || f.receiving_org_svc, '-') as key
        from reached w join report_file f on f.report_id = w.report join action a on a.action_id = f.action_id
        left join task t on t.report_id = f.report_id
       where ${where}`);
    return rows.map((row) => row.key).sort();
  }

  it("about submissions and refused requests", async () => {
    const rows = await database.query<{ action_id: string; report_id: string | null; at: string }>(
      `select a.action_id, f.report_id, round(extract(epoch from a.created_at) * 1000000)::text as at
         from action a left join report_file f on f.action_id = a.action_id and f.sending_org is not null
        where f.report_id is not null or (a.action_name = 'receive' and a.http_status = 400) order by a.action_id`,
    );
    const truth = [...sample.truth.submissions].sort((one, other) => one.actionId - other.actionId);
    expect(truth.map((one) => `${one.actionId} ${one.reportId} ${one.submittedAt}`)).toEqual(
      rows.map((row) => `${row.action_id} ${row.report_id} ${row.at}`),
    );
  });

  it("about who was sent what, how often, when first, and where in the file", async () => {
    const rows = await database.query<{ key: string; report: string; index: number; files: string; at: string }>(
      `${walk}
      select distinct on (key) key, report, index, at,
             (select count(distinct o.report) from sent o where o.key = s.key) as files
        from (select 1) as one, lateral (select * from sent) as s order by key, at, index`.replace(
        "select distinct on",
        `, sent as (
          select w.action_id || ' ' || w.item || ' ' || f.receiving_org || '.' || f.receiving_org_svc as key, w.report,
                 w.index + (f.created_at < '2022-02-17')::int as index,
                 round(extract(epoch from f.created_at) * 1000000)::bigint as at
            from reached w join report_file f on f.report_id = w.report join action a on a.action_id = f.action_id
           where a.action_name in ('send', 'send_error') and f.transport_result is not null)
        select distinct on`,
      ),
    );
    const mailed = new Set(sample.cast.receivers.filter((one) => one.transport === "EMAIL").map((one) => one.fullName));
    const truth = sample.truth.items.filter((item) => item.timesDelivered > 0 && !mailed.has(item.receiver ?? ""));
    expect(truth.length).toBeGreaterThan(5000);
    expect(
      truth
        .map(
          (item) =>
            `${item.actionId} ${item.item} ${item.receiver} ${item.deliveredReportId} ${item.deliveredItem} ` +
            `${item.timesDelivered} ${item.deliveredAt}`,
        )
        .sort(),
    ).toEqual(rows.map((row) => `${row.key} ${row.report} ${row.index} ${row.files} ${row.at}`).sort());
  });

  it("about what was only fetched", async () => {
    const fetched =
      await walked(`exists (select from report_lineage l join report_file d on d.report_id = l.child_report_id
      where l.parent_report_id = f.report_id and d.downloaded_by is not null)`);
    const sent = new Set(keys(sample.truth.items.filter((item) => item.timesDelivered > 0)));
    expect(keys(sample.truth.items.filter((item) => item.outcome === "downloaded"))).toEqual(
      fetched.filter((key) => !sent.has(key)),
    );
  });

  it("about items that never got into the pipeline, or past a filter, or anywhere", async () => {
    const universal = new Set(
      sample.truth.submissions
        .filter((one) => !["covid-19", "monkeypox"].includes(one.topic ?? ""))
        .map((one) => one.actionId),
    );
    const unreadable = new Set(
      sample.truth.submissions.filter((one) => one.variant === "unreadable file").map((one) => one.actionId),
    );
    const of = (outcome: string): string[] =>
      keys(
        sample.truth.items.filter(
          (item) => item.outcome === outcome && universal.has(item.actionId) && !unreadable.has(item.actionId),
        ),
      );
    expect(of("rejected")).toEqual(await walked("a.action_name = 'convert' and f.item_count = 0"));
    expect(of("unrouted")).toEqual(
      await walked("a.action_name in ('destination-filter', 'route') and f.item_count = 0 and f.receiving_org is null"),
    );
    expect(of("filtered")).toEqual(
      await walked(
        "a.action_name in ('receiver-filter', 'route') and f.item_count = 0 and f.receiving_org is not null",
      ),
    );
  });

  it("about what failed for good, by the queue's own state", async () => {
    const failed = keys(sample.truth.items.filter((item) => item.outcome === "failed" && item.receiver !== null));
    const done = new Set(keys(sample.truth.items.filter((item) => ["delivered", "downloaded"].includes(item.outcome))));
    expect(failed).toEqual((await walked("t.next_action = 'send_error'")).filter((key) => !done.has(key)));
  });

  it("about what waits or is stuck at a file, a batch or a step: each has an open task", async () => {
    const open = new Set(await walked("t.next_action not in ('none', 'send_error')"));
    const roots = new Set(sample.truth.items.filter((item) => item.receiver === null).map((item) => item.actionId));
    for (const item of sample.truth.items) {
      if (!["waiting", "stuck", "retrying"].includes(item.outcome)) continue;
      const [key] = keys([item]);
      expect(open.has(key as string) || roots.has(item.actionId), `${key} ${item.outcome}`).toBe(true);
    }
  });

  it("about files sent and fetched", async () => {
    const rows = await database.query<{ key: string }>(
      `select f.report_id || ' ' || case when f.downloaded_by is null then 'sent' else 'download' end || ' ' || f.item_count
              || ' ' || f.receiving_org || '.' || f.receiving_org_svc as key
         from report_file f where f.transport_result is not null order by 1`,
    );
    const truth = sample.truth.deliveries.filter((one) => one.transport !== "EMAIL" || one.kind === "download");
    expect(truth.map((one) => `${one.reportId} ${one.kind} ${one.items} ${one.receiver}`).sort()).toEqual(
      rows.map((row) => row.key).sort(),
    );
  });

  it("about final failures", async () => {
    const rows = await database.query<{ at: string }>(
      `select round(extract(epoch from created_at) * 1000000)::text as at from action where action_name = 'send_error' order by created_at`,
    );
    const truth = sample.truth.failures.flatMap((one) => one.finalFailures).sort((one, other) => one - other);
    expect(truth.map(String)).toEqual(rows.map((row) => row.at));
    const [warnings] = await database.query<{ n: string }>(
      `select count(*) as n from action where action_name in ('send_error', 'send_warning')
        and action_params ~ $1`,
      [sample.truth.failures.map((one) => one.reportId).join("|")],
    );
    expect(sample.truth.failures.reduce((sum, one) => sum + one.attempts, 0)).toBe(Number(warnings?.n));
  });

  it("about errors and warnings of submissions", async () => {
    const [row] = await database.query<{ errors: string; warnings: string }>(
      `select count(*) filter (where type = 'error') as errors, count(*) filter (where type = 'warning') as warnings
         from action_log where scope <> 'internal'`,
    );
    const sum = (pick: (one: (typeof sample.truth.submissions)[number]) => number): number =>
      sample.truth.submissions.reduce((total, one) => total + pick(one), 0);
    expect(sum((one) => one.errors)).toBe(Number(row?.errors));
    expect(sum((one) => one.warnings)).toBe(Number(row?.warnings));
  });
});
