import { ReportError } from "../errors.ts";
import { packageIdentity, packageRoot } from "../package.ts";
import type { Context } from "./context.ts";

/** An error as `--json` prints it on stderr, on one line. Documented in README; fields are only ever added. */
export interface ErrorDocument {
  error: { name: string; message: string; hint?: string; exitCode: number };
}

/**
 * Prints the error on stderr and returns its exit code. One of errors.ts is a message and a hint; anything else is a
 * fault of the program and prints a report that can be sent in, with this machine's folders and any password masked.
 */
export function printError(error: unknown, { json, context }: { json: boolean; context: Context }): number {
  const { stderr } = context;
  if (json) {
    const document = errorDocument(error, context);
    stderr.write(`${JSON.stringify(document)}\n`);
    return document.error.exitCode;
  }
  if (error instanceof ReportError) {
    stderr.write(`lineage-report: ${error.message}\n`);
    if (error.hint !== undefined) stderr.write(`  hint: ${error.hint}\n`);
    return error.exitCode;
  }
  const { version } = packageIdentity();
  stderr.write(
    `lineage-report: internal error: ${mask(messageOf(error), context)}\n` +
      "  hint: this is a fault of the program; please report it with the lines below\n" +
      `  lineage-report ${version}, ${context.runtime ?? "runtime unknown"}\n` +
      `${mask(stackOf(error), context)}\n`,
  );
  return 1;
}

function errorDocument(error: unknown, context: Context): ErrorDocument {
  if (error instanceof ReportError) {
    const { name, message, hint, exitCode } = error;
    return { error: { name, message, ...(hint === undefined ? {} : { hint }), exitCode } };
  }
  return { error: { name: "InternalError", message: mask(messageOf(error), context), exitCode: 1 } };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Stacks of the error and its causes; not `inspect`, which would print what the error carries, secrets included. */
function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return "  (no stack)";
  const cause = error.cause === undefined ? "" : `\ncaused by: ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}

function mask(text: string, { cwd, env }: Context): string {
  const folders: readonly (readonly [string | undefined, string])[] = [
    [packageRoot, "<program>/"],
    [cwd, "<cwd>"],
    [env.HOME ?? env.USERPROFILE, "<home>"],
  ];
  const masked = folders.reduce(
    (result, [folder, name]) => (folder === undefined || folder.length < 2 ? result : result.replaceAll(folder, name)),
    text,
  );
  return masked.replaceAll(/:\/\/([^\s:@/]*):[^\s@/]*@/g, "://$1:***@");
}
