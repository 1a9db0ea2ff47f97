import { resolve } from "node:path";
import { defineCommand } from "./command.ts";
import { commonOptions, jsonOption, templatesOption } from "./options.ts";
import { readSettings } from "./settings.ts";

export const render = defineCommand({
  words: "render",
  describe: "the pages of a run again, from its summary.json",
  details: [
    "Makes the pages of a finished run again, with other templates or after an update, and needs no database: all that pages " +
      "show is in summary.json and in each organization's own. These must be what the run wrote, by the manifest; then the pages are " +
      "replaced, each at once, and last the manifest, so that `verify` holds. Its options then say `pagesRenderedAgain`. Nothing is " +
      "replaced when a template is wrong.",
    "A folder of templates has files of the built-in names: index.hbs, organization.hbs, or a single partial such as " +
      "partials/style.hbs; the others stay built in. docs/pages.md tells what is in them. With --watch the pages are made again " +
      "whenever a template changes, and a fault in one is told; Ctrl-C ends it.",
  ],
  examples: [
    ["render out/2026-11-20", "the same pages with the templates of this version"],
    ["render out/2026-11-20 --templates our-templates", "with templates of one's own"],
    [
      "render out/2026-11-20 --templates our-templates --out /tmp/preview --watch",
      "while editing them; the run stays as it is",
    ],
  ],
  positionals: { folder: { describe: "the folder of a run" } },
  options: {
    ...templatesOption,
    out: {
      type: "text",
      value: "DIR",
      group: "Output",
      describe:
        "write the pages alone into this folder, and leave the run as it is; links to CSV files lead nowhere there",
      otherwise: "the run's own folder",
    },
    watch: { type: "flag", group: "Output", describe: "make them again whenever a template changes" },
    ...jsonOption,
    config: commonOptions.config,
  },
  async run({ folder, templates, out, watch, json, config: file }, context) {
    const { config } = await readSettings({ config: file, templates }, context);
    const { renderCommand } = await import("../render/command.ts");
    return renderCommand(
      {
        ...{ folder: resolve(context.cwd, folder), templates: config.templates, watch, json },
        out: out === undefined ? undefined : resolve(context.cwd, out),
      },
      context,
    );
  },
});
