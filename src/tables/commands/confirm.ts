import { createInterface } from "node:readline/promises";
import type { Context } from "../../cli/context.ts";
import { UsageError } from "../../errors.ts";
import { GuardError } from "../errors.ts";

/**
 * Asks on a terminal and resolves when the answer is yes.
 *
 * @throws UsageError where there is no terminal to ask on; GuardError when the answer is anything but yes
 */
export async function confirm(question: string, yes: boolean, context: Context): Promise<void> {
  if (yes) return;
  const terminal = (context.stdin as { isTTY?: boolean }).isTTY === true && context.stderr.isTTY === true;
  if (!terminal) {
    throw new UsageError(`${question} There is no terminal to ask on, so nothing was changed`, {
      hint: "look at the change with --dry-run, then say --yes",
    });
  }
  const asking = createInterface({ input: context.stdin, output: context.stderr, terminal: true });
  try {
    const answer = await asking.question(`${question} [y/N] `, { signal: context.signal });
    if (/^y(es)?$/i.test(answer.trim())) return;
  } finally {
    asking.close();
  }
  throw new GuardError("not confirmed: nothing was changed");
}
