import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { runProgram } from "./measure.mjs";
import { partsOf } from "./profile-parts.mjs";
import { RUN_ARGUMENTS } from "./section-run.mjs";
import { HOME } from "./server.mjs";

/** Where the time of one run goes: seconds by part, the rest of the time waited for the database or the disk. */
export async function profileRun(url) {
  const folder = `${HOME}profile`;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const flags = ["--cpu-prof", "--cpu-prof-interval", "1000", "--cpu-prof-dir", folder];
  await runProgram(url, [...RUN_ARGUMENTS, `${HOME}out`], { flags });
  const [name] = await readdir(folder);
  return partsOf(JSON.parse(await readFile(join(folder, name), "utf8")));
}
