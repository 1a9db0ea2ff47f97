import { mkdir, writeFile } from "node:fs/promises";
import { alternate, round, runCommand, runProgram } from "./measure.mjs";
import { connect, databaseUrl, HOME, makeDatabase } from "./server.mjs";

const ROWS = 100_000;

/** 4: a table as a new version, beside psql's copy of the same rows into the same table. */
export async function tablesSection({ server, repeat, log }) {
  const url = await emptyCopy(server, log);
  const csv = `${HOME}table.csv`;
  const copied = `${HOME}rows.copy`;
  await mkdir(HOME, { recursive: true });
  await writeFile(csv, tableText());
  let version = 0;
  const measured = await alternate(
    server,
    {
      create: () => {
        const name = `bench_${process.pid}_${version++}`;
        return runProgram(url, ["tables", "create", name, csv, "--yes", "--new-table"]);
      },
      copy: async () => {
        await writeFile(copied, await copyText(url, `copied_${process.pid}_${version++}`));
        const copy = `\\copy lookup_table_row (lookup_table_version_id, row_num, data) from '${copied}'`;
        return runCommand("psql", ["-q", "-v", "ON_ERROR_STOP=1", "-c", copy, url]);
      },
    },
    repeat,
    log,
  );
  return { rows: ROWS, ...measured, ratios: { toCopy: round(measured.create.seconds / measured.copy.seconds) } };
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
  for (let row = 0; row < ROWS; row++) text += `${cellsOf(row).join(",")}\n`;
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
  for (let row = 0; row < ROWS; row++) {
    const data = Object.fromEntries(cellsOf(row).map((cell, index) => [COLUMNS[index], cell]));
    text += `${rows[0].id}\t${row + 1}\t${JSON.stringify(data)}\n`;
  }
  return text;
}
