import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { organizationPage } from "../../dist/report/organization/page.js";
import { operatorsPage } from "../../dist/report/pages.js";
import { loadTemplates } from "../../dist/report/templates.js";
import { alternate, runProgram, timed } from "./measure.mjs";
import { RUN_ARGUMENTS } from "./section-run.mjs";
import { connect, count, DAY, databaseUrl, HOME, makeDatabase } from "./server.mjs";

/** How the memory of `errors` grows with the action log. */
const LOG_ROWS = [10_000, 100_000, 1_000_000];
const ORGANIZATIONS = 500;

/** 4: a trace, an action log of a million rows, pages for 500 organizations. */
export async function otherSection({ server, url, items, repeat, log }) {
  const client = await connect(url);
  const report = await client
    .query(`select report_id from report_file where sending_org is not null and created_at >= '${DAY.from}' limit 1`)
    .finally(() => client.end());
  const id = report.rows[0].report_id;

  const logUrls = new Map();
  for (const rows of LOG_ROWS) logUrls.set(rows, await withLog(server, items, rows, log));

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
      pages: () => timed(() => renderAll(many(summary), reports, render)),
      help: () => runProgram(url, ["--help"]),
    },
    repeat,
    log,
  );
  return {
    edges: await count(url, "select count(*) from item_lineage"),
    logRows: LOG_ROWS,
    organizations: ORGANIZATIONS,
    ...measured,
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
