import { connect, databaseUrl, makeDatabase } from "./server.mjs";

/** Reports of the made lineages are numbered, so that a fill of ten million edges is a matter of minutes. */
export const LINEAGE_START = "00000000-0000-4000-8000-000000000000";

/**
 * A database with one lineage that hangs together: each report has three children of later numbers,
 * the first one a fan of a thousand. Resolves with its URL and how many edges there are.
 */
export async function lineageOf(server, edges, log) {
  const database = `lineage_${edges}`;
  await makeDatabase(server.url, database, async (client) => {
    const { createSchema } = await import("../../dist/embedded/schema.js");
    log(`making a lineage of ${edges} edges; it stays for the next bench`);
    await createSchema(client);
    await client.query("select setseed(0.5)");
    await client.query(`insert into action (action_id, action_name, http_status, sending_org, created_at)
      values (1, 'receive', 201, 'acme', '2026-11-20T12:00:00Z')`);
    const reports = Math.round((edges - 1000) / 3) + 2001;
    // A fill without a look at each edge's two ends, and with indexes made at its end.
    await client.query("set session_replication_role = replica");
    await withoutIndexes(client, ["item_lineage", "report_lineage", "report_file"], async () => {
      await insertReports(client, reports);
      await client.query(`insert into item_lineage
          (parent_report_id, parent_index, child_report_id, child_index, item_hash, created_at)
        select ${uuid("p")}, 1, ${uuid("c")}, 1, p::text || '.' || c, '2026-11-20T12:00:00Z' from (
          select n as p, n + 1 + floor(random() * 2000)::int as c
          from generate_series(0, ${reports} - 2002) n, generate_series(1, 3)
          union all select 0, n from generate_series(1, 1000) n
        ) made`);
      await insertLinks(client);
    });
  });
  return databaseUrl(server.url, database);
}

/** Rungs of two reports made of the one before, and one made of both: ways through it double at each. */
export async function ladderOf(server, rungs, log) {
  const database = `ladder_${rungs}`;
  await makeDatabase(server.url, database, async (client) => {
    const { createSchema } = await import("../../dist/embedded/schema.js");
    log(`making a ladder of ${rungs} diamonds`);
    await createSchema(client);
    await client.query(`insert into action (action_id, action_name, http_status, sending_org, created_at)
      values (1, 'receive', 201, 'acme', '2026-11-20T12:00:00Z')`);
    await insertReports(client, 3 * rungs + 1);
    // Rung r: 3r at the top, 3r + 1 and 3r + 2 beside each other, 3r + 3 at the bottom, which is the next one's top.
    await client.query(`insert into item_lineage
        (parent_report_id, parent_index, child_report_id, child_index, item_hash, created_at)
      select ${uuid("3 * r + p")}, 1, ${uuid("3 * r + c")}, 1, '', '2026-11-20T12:00:00Z'
      from generate_series(0, ${rungs} - 1) r, (values (0, 1), (0, 2), (1, 3), (2, 3)) e (p, c)`);
    await insertLinks(client);
  });
  return databaseUrl(server.url, database);
}

/**
 * A copy of the day's database in which its largest submission to the universal pipeline has its
 * items several times, each with reports, links and log entries of its own.
 */
export async function largeSubmission(server, items, wanted, log) {
  const database = `submission_${items}_${wanted}`;
  await makeDatabase(
    server.url,
    database,
    async (client) => {
      log(`making a submission of ${wanted} items; it stays for the next bench`);
      const { rows } = await client.query(`select report_id, item_count from report_file
        where sending_org is not null and schema_topic = 'full-elr' order by item_count desc, report_id limit 1`);
      const { report_id: root, item_count: own } = rows[0];
      const copies = Math.ceil(wanted / own) - 1;
      await client.query("set session_replication_role = replica");
      await client.query(`create table bench_root as select '${root}'::uuid as report_id`);
      await client.query(`create table bench_edges as
        with recursive edges as (
          select e.* from item_lineage e where e.parent_report_id = '${root}'
          union
          select e.* from edges p
          join item_lineage e on e.parent_report_id = p.child_report_id and e.parent_index = p.child_index
        )
        select edges.*, k from edges, generate_series(1, ${copies}) k
        where parent_report_id <> '${root}' or parent_index + k * ${own} <= ${wanted}`);
      await client.query("create index on bench_edges (parent_report_id)");
      await client.query("create index on bench_edges (child_report_id)");
      const named = (table, more) =>
        client.query({
          text: `select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute
            where attrelid = $1::regclass and attnum > 0 and not attisdropped and attname <> all ($2)`,
          values: [table, more],
          rowMode: "array",
        });
      const copied = async (table, changed, from) => {
        const { rows: list } = await named(table, Object.keys(changed));
        const columns = list[0][0];
        const others = columns.replace(/(?<=^|, )/g, "r.");
        await client.query(`insert into ${table} (${columns}, ${Object.keys(changed).join(", ")})
          select ${others}, ${Object.values(changed).join(", ")} from ${from}`);
      };
      const met = "(select distinct child_report_id as id, k from bench_edges) m";
      const mapped = (id) => `case when ${id} = '${root}' then ${id} else md5(${id}::text || m.k)::uuid end`;
      await copied(
        "report_file",
        { report_id: mapped("r.report_id"), body_url: "r.body_url || '?copy=' || m.k" },
        `report_file r join ${met} on m.id = r.report_id`,
      );
      await copied("task", { report_id: mapped("r.report_id") }, `task r join ${met} on m.id = r.report_id`);
      await copied(
        "report_lineage",
        {
          report_lineage_id: "nextval(pg_get_serial_sequence('report_lineage', 'report_lineage_id'))",
          parent_report_id: mapped("r.parent_report_id"),
          child_report_id: mapped("r.child_report_id"),
        },
        `report_lineage r join ${met} on m.id = r.child_report_id`,
      );
      await copied(
        "action_log",
        {
          action_log_id: "nextval(pg_get_serial_sequence('action_log', 'action_log_id'))",
          report_id: mapped("r.report_id"),
        },
        `action_log r join ${met} on m.id = r.report_id`,
      );
      await client.query(`insert into item_lineage (parent_report_id, parent_index, child_report_id, child_index, tracking_id, transport_result, created_at, item_hash)
        select ${mapped("m.parent_report_id")}, m.parent_index + case when m.parent_report_id = '${root}' then m.k * ${own} else 0 end,
          ${mapped("m.child_report_id")}, m.child_index, m.tracking_id, m.transport_result, m.created_at, m.item_hash
        from bench_edges m`);
      await client.query(
        `update report_file set item_count = ${wanted}, item_count_before_qual_filter = ${wanted} where report_id = '${root}'`,
      );
      await client.query("drop table bench_edges");
    },
    `day_${items}`,
  );
  const url = databaseUrl(server.url, database);
  const client = await connect(url);
  try {
    const { rows } = await client.query("select report_id from bench_root");
    return { url, id: rows[0].report_id };
  } finally {
    await client.end();
  }
}

/** Reports numbered from 0, the first of which a sender submitted. */
async function insertReports(client, count) {
  await client.query(`insert into report_file (report_id, action_id, next_action, sending_org, sending_org_client,
      schema_name, schema_topic, body_format, item_count, created_at)
    select ${uuid("n")}, 1, 'convert', case when n = 0 then 'acme' end, case when n = 0 then 'lab' end,
      'None', 'full-elr', 'HL7', 1, '2026-11-20T12:00:00Z'
    from generate_series(0, ${count} - 1) n`);
}

/** The reports' links, as their items show them. */
async function insertLinks(client) {
  await client.query(`insert into report_lineage (action_id, parent_report_id, child_report_id, created_at)
    select 1, parent_report_id, child_report_id, created_at from item_lineage`);
}

function uuid(number) {
  return `('00000000-0000-4000-8000-' || lpad(to_hex(${number}), 12, '0'))::uuid`;
}

/** Puts the tables' indexes aside while they are filled; primary keys go with their constraints. */
async function withoutIndexes(client, tables, fill) {
  const { rows } = await client.query(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
     from pg_index i left join pg_constraint c on c.conindid = i.indexrelid and c.contype in ('p', 'u')
     where i.indrelid = any ($1::regclass[]) and c.oid is null`,
    [tables],
  );
  for (const { name } of rows) await client.query(`drop index ${name}`);
  await fill();
  for (const { definition } of rows) await client.query(definition);
}
