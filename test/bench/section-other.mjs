import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { organizationPage } from "../../dist/report/organization/page.js";
import { operatorsPage } from "../../dist/report/pages.js";
import { loadTemplates } from "../../dist/report/templates.js";
import { alternate, round, runCommand, runProgram, timed } from "./measure.mjs";
import { RUN_ARGUMENTS } from "./section-run.mjs";
import { connect, count, DAY, databaseUrl, HOME, makeDatabase } from "./server.mjs";

const TABLE_ROWS = 100_000;
/** How the memory of `errors` grows with the action log. */
const LOG_ROWS = [10_000, 100_000, 1_000_000];
const ORGANIZATIONS = 500;

/** 4: a trace, a table, an action log of a million rows, pages for 500 organizations. */
export async function otherSection({ server, url, items, repeat, log }) {
  const client = await connect(url);
  const report = await client
    .query(`select report_id from report_file where sending_org is not null and created_at >= '${DAY.from}' limit 1`)
    .finally(() => client.end());
  const id = report.rows[0].report_id;

  const logUrls = new Map();
  for (const rows of LOG_ROWS) logUrls.set(rows, await withLog(server, items, rows, log));
  const tableUrl = await emptyCopy(server, log);
  const csv = `${HOME}table.csv`;
  await mkdir(HOME, { recursive: true });
  await writeFile(csv, tableText());
  let version = 0;

  const out = `${HOME}pages`;
  await runProgram(url, [...RUN_ARGUMENTS, out]);
  const summary = JSON.parse(await readFile(join(out, DAY.date, "summary.json"), "utf8"));
  const reports = await Promise.all(
    summary.organizations.map(async ({ folder }) =>
      JSON.parse(await readFile(join(out, DAY.date, folder, "summary.json"), "utf8")),
    ),
  );
  const render = loadTemplates(undefined);

  const measured = await alternate(
    server,
    {
      trace: () => runProgram(url, ["trace", id, "--as-of", DAY.asOf]),
      ...Object.fromEntries(
        LOG_ROWS.map((rows) => [
          `log${rows}`,
          () => runProgram(logUrls.get(rows), ["errors", "--from", DAY.from, "--to", DAY.to, "--json"]),
        ]),
      ),
      table: async () => {
        const name = `bench_${process.pid}_${version++}`;
        return runProgram(tableUrl, ["tables", "create", name, csv, "--yes", "--new-table"]);
      },
      tableCopy: async () => {
        const rows = `${HOME}rows.copy`;
        await writeFile(rows, await copyText(tableUrl, `copied_${process.pid}_${version++}`));
        const copy = `\\copy lookup_table_row (lookup_table_version_id, row_num, data) from '${rows}'`;
        return runCommand("psql", ["-q", "-v", "ON_ERROR_STOP=1", "-c", copy, tableUrl]);
      },
      pages: () => timed(() => renderAll(many(summary), reports, render)),
      help: () => runProgram(url, ["--help"]),
    },
    repeat,
    log,
  );
  return {
    edges: await count(url, "select count(*) from item_lineage"),
    logRows: LOG_ROWS,
    tableRows: TABLE_ROWS,
    organizations: ORGANIZATIONS,
    ...measured,
    ratios: { tableToCopy: round(measured.table.seconds / measured.tableCopy.seconds) },
  };
}

/** The day's database with its action log repeated, or cut, to so many rows. */
async function withLog(server, items, rows, log) {
  const database = `log_${items}_${rows}`;
  await makeDatabase(
    server.url,
    database,
    async (client) => {
      log(`making an action log of ${rows} rows`);
      await client.query(
        `insert into action_log (action_id, report_id, index, tracking_id, type, scope, detail, created_at)
        select action_id, report_id, index, tracking_id, type, scope, detail, created_at
        from action_log cross join generate_series(2, (select ceil(${rows}.0 / count(*))::int from action_log))`,
      );
      await client.query(
        `delete from action_log where action_log_id in (select action_log_id from action_log order by 1 offset ${rows})`,
      );
    },
    `day_${items}`,
  );
  return databaseUrl(server.url, database);
}

async function emptyCopy(server, log) {
  const { createSchema } = await import("../../dist/embedded/schema.js");
  await makeDatabase(server.url, "tables_only", async (client) => {
    log("making a database for tables");
    await createSchema(client);
  });
  return databaseUrl(server.url, "tables_only");
}

const COLUMNS = ["code", "name", "county", "state", "active"];

function cellsOf(row) {
  return [
    String(row).padStart(6, "0"),
    `Facility number ${row}`,
    `County ${row % 311}`,
    `S${row % 57}`,
    String(row % 2 === 0),
  ];
}

function tableText() {
  let text = `${COLUMNS.join(",")}\n`;
  for (let row = 0; row < TABLE_ROWS; row++) text += `${cellsOf(row).join(",")}\n`;
  return text;
}

/** The same rows as COPY takes them, for a version made for them. */
async function copyText(url, name) {
  const client = await connect(url);
  const { rows } = await client
    .query(
      `insert into lookup_table_version (table_name, table_version, is_active, created_by, table_sha256_checksum)
       values ($1, 1, false, 'bench', '0') returning lookup_table_version_id as id`,
      [name],
    )
    .finally(() => client.end());
  let text = "";
  for (let row = 0; row < TABLE_ROWS; row++) {
    const data = Object.fromEntries(cellsOf(row).map((cell, index) => [COLUMNS[index], cell]));
    text += `${rows[0].id}\t${row + 1}\t${JSON.stringify(data)}\n`;
  }
  return text;
}

/** The day's summary with its organizations, receivers and pairs repeated under other names. */
function many(summary) {
  const copies = Math.ceil(ORGANIZATIONS / summary.organizations.length);
  const renamed = (row, copy, keys) => ({
    ...row,
    ...Object.fromEntries(keys.map((key) => [key, `${row[key]}-${copy}`])),
  });
  const repeated = (rows, keys) =>
    Array.from({ length: copies }, (_, copy) => rows.map((row) => renamed(row, copy, keys))).flat();
  return {
    ...summary,
    organizations: repeated(summary.organizations, ["name"]).slice(0, ORGANIZATIONS),
    receivers: repeated(summary.receivers, ["receiver", "organization"]),
    senders: repeated(summary.senders, ["sender", "organization"]),
    pairs: repeated(summary.pairs, ["sender", "senderOrganization", "receiver", "receiverOrganization"]),
  };
}

async function renderAll(summary, reports, render) {
  let length = operatorsPage(summary, render).length;
  for (let at = 0; at < ORGANIZATIONS; at++) length += organizationPage(reports[at % reports.length], render).length;
  if (length === 0) throw new Error("nothing was rendered");
}
