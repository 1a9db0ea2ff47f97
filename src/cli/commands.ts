import type { Command } from "./command.ts";
import { query } from "./query.ts";
import { verify } from "./verify.ts";

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [verify, query];
