import pg from "pg";
import type { Context } from "../cli/context.ts";
import type { DemoOptions } from "../cli/demo.ts";
import { loadConfig } from "../config/load.ts";
import { checkRunFolder } from "../output/target.ts";
import { createProgress } from "../progress.ts";
import { runCommand } from "../run/command.ts";
import { folderOfRun } from "../run/plan.ts";
import { resolveWindow } from "../time/window.ts";
import { demoMails } from "./demo-mail.ts";
import { loadSample } from "./sample/index.ts";
import { createSchema } from "./schema.ts";
import { startEmbeddedPostgres } from "./server.ts";

/** The demo's data are the same every day, moved to the day. */
const SEED = "demo";

/**
 * Runs the main job on a Postgres server of its own with sample data, as somebody would run it on
 * theirs: a role that may only read, the same command, the same files.
 */
export async function demoCommand(options: DemoOptions, context: Context): Promise<number> {
  const { out, json, quiet } = options;
  const { config } = await loadConfig({ flags: { out }, env: {}, cwd: context.cwd });
  const asOf = context.now() * 1000;
  const window = resolveWindow({ timeZone: config.timeZone }, asOf);
  const run = folderOfRun(config.out, window);
  // Before a server is started and filled for nothing.
  await checkRunFolder(run, true);
  const progress = await createProgress({ stderr: context.stderr, now: context.now, quiet });
  progress.phase("starting Postgres");
  const server = await startEmbeddedPostgres();
  const stop = (): void => void server.stop();
  context.signal.addEventListener("abort", stop, { once: true });
  try {
    progress.phase("loading sample data");
    const databaseUrl = await loadDemo(server.url, asOf, config.timeZone);
    progress.stop();
    const code = await runCommand(
      {
        config,
        window,
        organizations: [],
        connection: { databaseUrl, env: {} },
        force: true,
        dryRun: false,
        unmasked: false,
        asOf,
        json,
        quiet,
      },
      context,
    );
    if (code !== 0) return code;
    const mails = await demoMails({ config, run, ownerUrl: server.url }, context);
    // With --json, stdout is the run's result alone.
    const stream = json ? context.stderr : context.stdout;
    for (const { to, file } of mails) stream.write(`mail to ${to}, delivered to a server of the demo's own: ${file}\n`);
    return code;
  } finally {
    progress.stop();
    context.signal.removeEventListener("abort", stop);
    await server.stop();
  }
}

/** Makes schema, rows and a role that may only read; resolves with that role's connection. */
async function loadDemo(url: string, asOf: number, timeZone: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await createSchema(client);
    await loadSample(client, { seed: SEED, asOf, timeZone, truth: false });
    const reader = new URL(url);
    reader.username = "reader";
    await client.query(`create role reader login password ${client.escapeLiteral(reader.password)}`);
    await client.query("grant select on all tables in schema public to reader");
    return reader.href;
  } finally {
    await client.end();
  }
}
