// Writes the parts of docs/ that the program itself knows: `npm run docs`. With --check it only
// compares, and fails if a file is not current. Reads the compiled program, so build first.
import { readFile, writeFile } from "node:fs/promises";
import { commands } from "../dist/cli/commands.js";
import { commandHelp, programHelp } from "../dist/cli/help.js";
import { configJsonSchema } from "../dist/config/parse.js";
import { settings } from "../dist/config/schema.js";
import { loadCatalogue } from "../dist/source/catalogue.js";

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

function queries() {
  const all = loadCatalogue().queries;
  const adhoc = all.filter(({ header }) => header.uses.includes("adhoc"));
  const engine = all.filter((query) => !adhoc.includes(query));
  return `# The queries

${NOTE}

Each is a file of [queries/](../queries), whose header says what is told here. \`lineage-report query NAME\` runs one; a folder
of your own (\`--queries DIR\`) adds to them.

${adhoc.map(query).join("\n\n")}

# Queries that a run works on

The program itself reads their rows, so that no query of your own can replace them.

${engine.map(query).join("\n\n")}
`;
}

function query({ name, header }) {
  const { title, row, parameters, columns, reads, order, cost, organization, export: nightly } = header;
  const facts = [
    ["a row is", row],
    ["reads", reads.map(code).join(", ")],
    ["order", order],
    ["cost", cost],
    ...(organization.length > 0 ? [["organization", organization.map(code).join(", ")]] : []),
    ...(nightly ? [["in every run", `${code(nightly.file)}${nightly.split ? ", by organization too" : ""}`]] : []),
  ];
  const presence = ({ presence: kind, fallback }) => (kind === "default" ? `default ${code(fallback)}` : kind);
  const given = parameters.map((parameter) => [
    code(parameter.name),
    parameter.type,
    presence(parameter),
    parameter.description,
  ]);
  return [
    `## ${name}`,
    `${title}.`,
    facts.map(([what, text]) => `* ${what}: ${text}`).join("\n"),
    ...(given.length > 0 ? [table(["parameter", "type", "", "meaning"], given)] : []),
    table(
      ["column", "type", "meaning"],
      columns.map((column) => [code(column.name), column.type, column.description]),
    ),
  ].join("\n\n");
}

function code(text) {
  return `\`${text}\``;
}

function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

const files = new Map([
  ["cli.md", commandLine()],
  ["configuration.md", configuration()],
  ["queries.md", queries()],
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
