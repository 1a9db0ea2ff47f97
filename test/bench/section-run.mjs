import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { alternate, runCommand, runProgram, timed } from "./measure.mjs";
import { connect, count, DAY, HOME } from "./server.mjs";

const SPAN = `>= '${DAY.from}' and created_at < '${DAY.horizon}'`;

/** The rows that a run reads: the day's and those of the time after it in which they settle. */
const SOURCE_ROWS = {
  edges: `select * from item_lineage where created_at ${SPAN}`,
  reports:
    "select rf.*, a.action_name, a.http_status from report_file rf join action a using (action_id) " +
    `where rf.created_at >= '${DAY.from}' and rf.created_at < '${DAY.horizon}'`,
  log: `select * from action_log where created_at ${SPAN}`,
};

/**
 * Items by receiver and how many reached a sent file, by two fixed hops from the rows ready for a
 * batch: what ReportStream's delivery_statistics counts, as one statement.
 */
const TWO_HOPS = `
select ready.receiving_org, ready.receiving_org_svc, count(*) as items,
  count(distinct sent.report_id) as files, count(sent.report_id) as delivered,
  min(sent.created_at) as first_sent, max(sent.created_at) as last_sent
from report_file ready
join item_lineage into_batch on into_batch.parent_report_id = ready.report_id
join report_file batch on batch.report_id = into_batch.child_report_id and batch.next_action = 'send'
left join (
  item_lineage into_sent
  join report_file sent on sent.report_id = into_sent.child_report_id and sent.transport_result is not null
    and sent.downloaded_by is null
) on into_sent.parent_report_id = batch.report_id and into_sent.parent_index = into_batch.child_index
where ready.next_action = 'batch' and ready.created_at >= '${DAY.from}' and ready.created_at < '${DAY.to}'
group by 1, 2 order by 1, 2`;

export const RUN_ARGUMENTS = ["run", "--date", DAY.date, "--as-of", DAY.asOf, "--force", "--quiet", "--out"];

/** 1: the whole run against copying the same rows, and against the shortest SQL for one of its tables. */
export async function runSection({ server, url, repeat, log }) {
  const out = `${HOME}out`;
  const rows = {};
  for (const [name, text] of Object.entries(SOURCE_ROWS))
    rows[name] = await count(url, `select count(*) from (${text}) r`);
  const hashes = new Set();
  const measured = await alternate(
    server,
    {
      run: async () => {
        const usage = await runProgram(url, [...RUN_ARGUMENTS, out]);
        hashes.add(await csvHash(join(out, DAY.date)));
        return usage;
      },
      copy: () => copySourceRows(url),
      twoHops: () => timed(() => aggregate(url)),
    },
    repeat,
    log,
  );
  if (hashes.size !== 1) throw new Error("two runs of the same snapshot wrote different files");
  return {
    rows,
    csvSha256: [...hashes][0],
    ...measured,
    ratios: {
      toCopy: measured.run.seconds / measured.copy.seconds,
      toTwoHops: measured.run.seconds / measured.twoHops.seconds,
    },
  };
}

async function copySourceRows(url) {
  let seconds = 0;
  for (const [name, text] of Object.entries(SOURCE_ROWS)) {
    const command = `\\copy (${text}) to '${HOME}${name}.txt'`;
    seconds += (await runCommand("psql", [url, "-qXc", command])).seconds;
  }
  return { seconds };
}

async function aggregate(url) {
  const client = await connect(url);
  try {
    await client.query(TWO_HOPS);
  } finally {
    await client.end();
  }
}

/** One hash over every CSV file of a run's folder, names included. */
export async function csvHash(folder) {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".csv")).sort();
  const hash = createHash("sha256");
  for (const name of names) hash.update(`${name}\n`).update(await readFile(join(folder, name)));
  return hash.digest("hex");
}
