import { setImmediate as othersTurn } from "node:timers/promises";
import { loadTemplates, type Render } from "../report/templates.ts";

/**
 * Loads what makes the pages and compiles their templates, letting others have their turn between: a quarter of a second of the processor,
 * which is best spent while the server is at work.
 *
 * @param own a folder of one's own templates
 * @throws ConfigError when a template cannot be parsed
 */
export async function preparePages(own: string | undefined): Promise<Render> {
  const templates = loadTemplates(own);
  for (const _ of templates.compiling(["index", "organization"])) await othersTurn();
  await import("./write-pages.ts");
  return templates;
}
