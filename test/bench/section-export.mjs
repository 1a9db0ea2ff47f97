import { createReadStream } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { RecordCounter } from "../../dist/output/csv-rows.js";
import { alternate, runCommand, runNode, runProgram } from "./measure.mjs";
import { count, DAY, HOME } from "./server.mjs";

const COLUMNS = "parent_report_id, parent_index, child_report_id, child_index, tracking_id, created_at";
const README_WAY = fileURLToPath(new URL("readme-way.mjs", import.meta.url));

/** A query of one's own that gives the day's edges so often that it is the wanted number of rows. */
const MANY = `-- title: Item edges many times over
-- row: one edge
-- uses: adhoc
-- param: from timestamptz required - from
-- param: to timestamptz required - to
-- param: times integer required - how often
-- column: parent_report_id id - the report the item came from
-- column: parent_index number - the position in it
-- column: child_report_id id - the report the item went into
-- column: child_index number - the position in it
-- column: tracking_id text - the tracking id
-- column: created_at instant - when
-- reads: item_lineage
-- order: none
-- cost: a scan
select ${COLUMNS}
from item_lineage
cross join generate_series(1, :times)
where created_at >= :from and created_at < :to
`;

/** 2: a bulk export against psql and against the libraries as their READMEs show them. */
export async function exportSection({ server, url, repeat, log }) {
  const where = `created_at >= '${DAY.from}' and created_at < '${DAY.to}'`;
  const rows = await count(url, `select count(*) from item_lineage where ${where}`);
  const window = ["--param", `from=${DAY.from}`, "--param", `to=${DAY.to}`, "--format", "csv"];
  const psql = (text, file) => runCommand("psql", [url, "-qXc", `\\copy (${text}) to '${HOME}${file}' csv header`]);
  const edges = `select ${COLUMNS} from item_lineage where ${where}`;
  const measured = await alternate(
    server,
    {
      export: () => runProgram(url, ["query", "item-edges", ...window], { stdout: `${HOME}export.csv` }),
      copy: () => psql(edges, "copy.csv"),
      readmeWay: () => runNode(README_WAY, [edges, `${HOME}readme.csv`], { env: { DATABASE_URL: url } }),
    },
    repeat,
    log,
  );
  for (const name of ["export", "copy", "readme"]) await expectRows(`${HOME}${name}.csv`, rows);

  const times = Math.ceil(10_000_000 / rows);
  await mkdir(`${HOME}queries`, { recursive: true });
  await writeFile(`${HOME}queries/edges-many.sql`, MANY);
  const asked = ["query", "edges-many", "--queries", `${HOME}queries`, ...window, "--param", `times=${times}`];
  const large = await alternate(
    server,
    {
      export: () => runProgram(url, asked, { stdout: `${HOME}export.csv` }),
      copy: () =>
        psql(`select ${COLUMNS} from item_lineage cross join generate_series(1, ${times}) where ${where}`, "copy.csv"),
    },
    Math.min(repeat, 3),
    log,
  );
  for (const name of ["export", "copy"]) await expectRows(`${HOME}${name}.csv`, rows * times);
  // Some gigabytes that nobody reads.
  for (const name of ["export", "copy", "readme"]) await rm(`${HOME}${name}.csv`, { force: true });
  return {
    rows,
    ...measured,
    ratios: {
      toCopy: measured.export.seconds / measured.copy.seconds,
      readmeWayToExport: measured.readmeWay.seconds / measured.export.seconds,
    },
    large: { rows: rows * times, ...large, ratios: { toCopy: large.export.seconds / large.copy.seconds } },
  };
}

/** What was measured must have been done. */
async function expectRows(file, expected) {
  const counter = new RecordCounter();
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) counter.add(chunk);
  if (counter.rows !== expected) throw new Error(`${file} has ${counter.rows} rows instead of ${expected}`);
}
