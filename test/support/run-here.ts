import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { main } from "../../src/cli/program.ts";
import type { Summary } from "../../src/summary/types.ts";
import { testContext } from "../cli/test-context.ts";
import { type FinishedRun, readCsv } from "./run-folder.ts";

/** Runs a command in this process, where a new one would cost most of the time; throws unless it succeeds. */
export async function commandHere(databaseUrl: string, ...args: string[]): Promise<string> {
  const context = testContext({ env: { DATABASE_URL: databaseUrl }, now: Date.now });
  const code = await main(args, context);
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}: ${context.err()}`);
  return context.out();
}

/** As `run` of run-folder.ts, in this process and without a proof of the folder. */
export async function runHere(databaseUrl: string, out: string, ...args: string[]): Promise<FinishedRun> {
  const stdout = await commandHere(databaseUrl, "run", "--out", out, "--json", "--quiet", ...args);
  const { folder } = JSON.parse(stdout) as { folder: string };
  return {
    folder,
    stdout,
    csv: (path) => readCsv(join(folder, path)),
    text: (path) => readFile(join(folder, path), "utf8"),
    summary: async () => JSON.parse(await readFile(join(folder, "summary.json"), "utf8")) as Summary,
    organizations: () => readdir(join(folder, "organizations")),
  };
}
