// Writes the parts of docs/ that the program itself knows: `npm run docs`. With --check it only
// compares, and fails if a file is not current. Reads the compiled program, so build first.
import { readFile, writeFile } from "node:fs/promises";
import { commands } from "../dist/cli/commands.js";
import { commandHelp, programHelp } from "../dist/cli/help.js";
import { configJsonSchema } from "../dist/config/parse.js";
import { settings } from "../dist/config/schema.js";

const WIDTH = 100;
const NOTE = "<!-- Written by `npm run docs` from the program; edit the program, not this file. -->";

function commandLine() {
  const block = (text) => `\`\`\`text\n${text.trimEnd()}\n\`\`\``;
  const parts = commands.map((command) => `## ${command.words}\n\n${block(commandHelp(command, WIDTH))}`);
  return `${["# The command line", NOTE, block(programHelp(commands, WIDTH)), ...parts].join("\n\n")}\n`;
}

function configuration() {
  const rows = settings().map(({ key, variable, meta }) => {
    const usual = meta.default === undefined ? "" : `\`${meta.default}\``;
    return `| \`${key}\` | \`${variable}\` | ${usual} | ${meta.description} Expects ${meta.expects}. |`;
  });
  return `# The configuration

${NOTE}

A setting comes from its flag, else from its environment variable, else from the file, else it has its default.
The file is the one that \`--config\` or \`LINEAGE_REPORT_CONFIG\` names, else \`lineage-report.yaml\` in the working directory.
Unknown settings are refused, and all faults are named at once. Passwords have no place in it: see \`DATABASE_URL\`,
\`PGPASSWORD\` and \`PGPASSFILE\` in [cli.md](cli.md).

An editor checks the file while it is written if its first line is
\`# yaml-language-server: $schema=docs/lineage-report.schema.json\`.

| setting | variable | default | meaning |
| --- | --- | --- | --- |
${rows.join("\n")}
`;
}

const files = new Map([
  ["cli.md", commandLine()],
  ["configuration.md", configuration()],
  ["lineage-report.schema.json", `${JSON.stringify(configJsonSchema(), null, 2)}\n`],
]);

const check = process.argv.includes("--check");
for (const [name, text] of files) {
  const file = new URL(`../docs/${name}`, import.meta.url);
  const current = await readFile(file, "utf8").catch(() => undefined);
  if (current === text) continue;
  if (check) {
    console.error(`docs/${name} is not current; run \`npm run docs\` and commit it`);
    process.exitCode = 1;
  } else {
    await writeFile(file, text);
    console.log(`docs/${name} written`);
  }
}
