import { resolve } from "node:path";
import type { Fault } from "../output/verify.ts";
import { defineCommand } from "./command.ts";
import { jsonOption } from "./options.ts";

export const verify = defineCommand({
  words: "verify",
  describe: "prove a run's folder against its manifest",
  details: [
    "Reads every byte of the folder and names every fault on stdout: a file that is missing, added, cut or changed, and a " +
      "manifest that was edited. Ends with 0 if there is none, else with 1. The manifest is no signature: whoever can change a " +
      "file on purpose can change it too.",
    "With --json it prints one object: folder, ok, files, rows and bytes (as read), and faults, each with path, fault " +
      "(manifest, missing, added, truncated, changed, rows, unreadable or special) and message.",
  ],
  examples: [
    ["verify out/2026-11-20", "whether the folder is what the run wrote"],
    ["verify out/2026-11-20 --json", "the same for a program"],
  ],
  positionals: { folder: { describe: "the folder of a run" } },
  options: { ...jsonOption },
  async run({ folder, json }, context) {
    const { verifyFolder } = await import("../output/verify.ts");
    const result = await verifyFolder(resolve(context.cwd, folder), { signal: context.signal });
    const { ok, files, rows, bytes, faults } = result;
    if (json) {
      context.stdout.write(`${JSON.stringify({ folder, ok, files, rows, bytes, faults })}\n`);
    } else if (ok) {
      context.stdout.write(`${folder}: ${files} files, ${rows} rows, ${bytes} bytes, all as the manifest says\n`);
    } else {
      for (const fault of faults) context.stdout.write(`${faultLine(fault)}\n`);
      context.stdout.write(`${folder}: ${faults.length} ${faults.length === 1 ? "fault" : "faults"}\n`);
    }
    return ok ? 0 : 1;
  },
});

/** One line, whatever the file's name is made of: a line break in it could pass for another fault. */
function faultLine({ path, message }: Fault): string {
  return `${path}: ${message}`.replaceAll(/\p{Cc}/gu, (control) => JSON.stringify(control).slice(1, -1));
}
