import { resolve } from "node:path";
import { defineCommand } from "./command.ts";
import { commonOptions, jsonOption } from "./options.ts";

/** What `demoCommand` is handed. */
export interface DemoOptions {
  /** The folder that holds the runs' folders, absolute. */
  out: string;
  json: boolean;
  quiet: boolean;
}

export const demo = defineCommand({
  words: "demo",
  describe: "all of it on an embedded Postgres with sample data",
  details: [
    "Starts a Postgres server of its own in a temporary folder, creates ReportStream's schema, loads three days of generated " +
      "submissions, runs yesterday, sends three mails to a mail server of its own, and prints where pages and mails are. " +
      "Needs no database and leaves nothing but the run's folder and the mails.",
  ],
  examples: [
    ["demo", "the pages of sample data in ./out"],
    ["demo --out /tmp/demo", "somewhere else"],
  ],
  options: {
    out: {
      type: "text",
      value: "DIR",
      group: "Output",
      describe: "the folder that holds the runs' folders",
      otherwise: "./out",
    },
    ...jsonOption,
    quiet: commonOptions.quiet,
  },
  async run({ out = "out", json, quiet }, context) {
    const { demoCommand } = await import("../embedded/demo.ts");
    return demoCommand({ out: resolve(context.cwd, out), json, quiet }, context);
  },
});
