// npm run bench: measures the program on a server of its own. See `npm run bench -- --help`.
import { mkdir, writeFile } from "node:fs/promises";
import { cpus, loadavg, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { performanceDocument } from "./document.mjs";
import { profileRun } from "./profile.mjs";
import { exportSection } from "./section-export.mjs";
import { otherSection } from "./section-other.mjs";
import { runSection } from "./section-run.mjs";
import { slicesSection } from "./section-slices.mjs";
import { tablesSection } from "./section-tables.mjs";
import { traceSection } from "./section-trace.mjs";
import { walkSection } from "./section-walk.mjs";
import { connect, dayOf, HOME, SETTINGS, startServer } from "./server.mjs";

const SECTIONS = {
  run: runSection,
  slices: slicesSection,
  export: exportSection,
  walk: walkSection,
  trace: traceSection,
  tables: tablesSection,
  other: otherSection,
};

const HELP = `npm run bench -- [options]
  --items N        items of the generated day (300000); a day stays in .bench/ for the next bench
  --repeat N       rounds; each number is the median (5)
  --only A,B       some of the sections: ${Object.keys(SECTIONS).join(", ")}
  --profile        where the time of one run goes, instead of the sections
  --server URL     another server, as a superuser, instead of one of its own; a database is made in it for each day
  --server-pid N   that server's process on this machine, for its CPU time
psql must be on the PATH. The result is in .bench/result.json; copied to docs/performance.json it is what
docs/performance.md is made from (node test/bench/document.mjs).
`;

const { values } = parseArgs({
  options: {
    items: { type: "string", default: "300000" },
    repeat: { type: "string", default: "5" },
    only: { type: "string" },
    profile: { type: "boolean", default: false },
    server: { type: "string" },
    "server-pid": { type: "string" },
    help: { type: "boolean", default: false },
  },
});

const log = (line) => process.stderr.write(`${line}\n`);

async function main() {
  const items = Number(values.items);
  const repeat = Number(values.repeat);
  const names = values.only?.split(",") ?? Object.keys(SECTIONS);
  const unknown = names.find((name) => !(name in SECTIONS));
  if (unknown !== undefined || !(items > 0) || !(repeat > 0)) {
    process.stderr.write(HELP);
    process.exitCode = 2;
    return;
  }
  await mkdir(HOME, { recursive: true });
  const server = values.server
    ? { url: values.server, pids: { server: values["server-pid"] }, stop: () => Promise.resolve() }
    : await startServer();
  try {
    log(
      `settings: ${Object.entries(SETTINGS)
        .map(([name, value]) => `${name} ${value}`)
        .join(", ")}`,
    );
    const url = await dayOf(server, items, log);
    if (values.profile) {
      for (const [part, seconds] of Object.entries(await profileRun(url)))
        log(`${seconds.toFixed(2).padStart(8)} s  ${part}`);
      return;
    }
    const result = { format: 1, machine: await machine(url), settings: SETTINGS, items, repeat };
    for (const name of names) {
      log(`-- ${name}`);
      result[name] = await SECTIONS[name]({ server, url, items, repeat, log });
      await writeFile(`${HOME}result.json`, `${JSON.stringify(result, null, 2)}\n`);
    }
    process.stdout.write(performanceDocument(result));
  } finally {
    await server.stop();
  }
}

/** The machine as anybody's: nothing that names it. */
async function machine(url) {
  const client = await connect(url);
  const { rows } = await client.query("show server_version").finally(() => client.end());
  return {
    cores: cpus().length,
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    postgres: rows[0].server_version,
    // Numbers of a machine that others use as well say less, and whoever reads them should know.
    loadBefore: Number(loadavg()[0].toFixed(1)),
  };
}

if (values.help) process.stdout.write(HELP);
else await main();
