import type { Command, Option } from "./command.ts";

const PROGRAM = "lineage-report";

/** Exit codes are a contract; README and docs/cli.md print this table too. */
export const EXIT_CODES: readonly (readonly [code: number, meaning: string])[] = [
  [0, "done"],
  [1, "failed, or a check found faults"],
  [2, "wrong usage or configuration"],
  [3, "done in part; the message names what is not"],
  [4, "another run holds the lock"],
  [5, "the database cannot be reached"],
  [130, "interrupted"],
];

const ENVIRONMENT: readonly (readonly [name: string, meaning: string])[] = [
  ["DATABASE_URL", "the database, if --database-url is not given; may hold a password"],
  ["PGHOST, PGUSER, …", "libpq's own variables, PGPASSFILE and the password file included"],
  ["LINEAGE_REPORT_CONFIG", "the configuration file, if --config is not given"],
  ["LINEAGE_REPORT_…", "any setting of the file: limits.settleHours is LINEAGE_REPORT_LIMITS_SETTLE_HOURS"],
];

/** `lineage-report --help`: the commands, an example of each, exit codes and environment. */
export function programHelp(commands: readonly Command[], width: number): string {
  return [
    `${PROGRAM}: delivery reports over the database in which ReportStream keeps its metadata`,
    "",
    `Usage: ${PROGRAM} COMMAND [options]`,
    "",
    ...section(
      "Commands",
      commands.map((command) => [callOf(command), command.describe] as const),
      width,
    ),
    ...examples(
      commands.flatMap(({ examples: [first] }) => (first ? [first] : [])),
      width,
    ),
    ...section("Environment", ENVIRONMENT, width),
    ...section(
      "Exit codes",
      EXIT_CODES.map(([code, meaning]) => [String(code), meaning] as const),
      width,
    ),
    `${PROGRAM} COMMAND --help shows a command's options; ${PROGRAM} --version prints the version.`,
    "",
  ].join("\n");
}

/** `lineage-report COMMAND --help`. */
export function commandHelp(command: Command, width: number): string {
  const groups = new Map<string, (readonly [string, string])[]>();
  for (const [name, option] of Object.entries(command.options)) {
    const group = option.group ?? "Options";
    groups.set(group, [...(groups.get(group) ?? []), [optionCall(name, option), optionText(option)]]);
  }
  // The command's own options come first, then the shared groups in the order in which it takes them.
  const order = [...groups.keys()].sort((a, b) => Number(b === "Options") - Number(a === "Options"));
  const positionals = Object.entries(command.positionals).map(
    ([name, positional]) => [name.toUpperCase(), positional.describe] as const,
  );
  return [
    ...wrap(`${PROGRAM} ${command.words}: ${command.describe}`, width),
    "",
    ...wrap(`Usage: ${PROGRAM} ${callOf(command)} [options]`, width),
    "",
    ...command.details.flatMap((paragraph) => [...wrap(paragraph, width), ""]),
    ...(positionals.length > 0 ? section("Arguments", positionals, width) : []),
    ...order.flatMap((group) => section(group, groups.get(group) ?? [], width)),
    ...examples(command.examples, width),
  ].join("\n");
}

/** `verify DIR`: the command's words with its positionals as placeholders. */
function callOf(command: Command): string {
  const positionals = Object.entries(command.positionals).map(([name, { many, optional }]) => {
    const word = `${name.toUpperCase()}${many ? "..." : ""}`;
    return optional ? `[${word}]` : word;
  });
  return [command.words, ...positionals].join(" ");
}

function optionCall(name: string, option: Option): string {
  return option.type === "flag" ? `--${name}` : `--${name} ${option.value ?? "VALUE"}`;
}

function optionText(option: Option): string {
  const choices = option.choices ? ` (${option.choices.join(", ")})` : "";
  const otherwise = option.otherwise ? ` [default: ${option.otherwise}]` : "";
  return `${option.describe}${choices}${otherwise}`;
}

/** A heading over two columns; a first column that is too wide has its text on the next line. */
function section(title: string, rows: readonly (readonly [string, string])[], width: number): string[] {
  const column = Math.min(30, Math.max(...rows.map(([left]) => left.length)) + 2);
  return [
    `${title}:`,
    ...rows.flatMap(([left, right]) => {
      const lines = wrap(right, width - column - 2).map((line) => `${" ".repeat(column + 2)}${line}`);
      if (left.length + 2 > column) return [`  ${left}`, ...lines];
      return [`  ${left.padEnd(column)}${lines[0]?.trimStart() ?? ""}`, ...lines.slice(1)];
    }),
    "",
  ];
}

function examples(lines: readonly (readonly [line: string, meaning: string])[], width: number): string[] {
  return [
    "Examples:",
    ...lines.flatMap(([line, meaning]) => [
      `  ${PROGRAM} ${line}`,
      ...wrap(meaning, width - 6).map((text) => `      ${text}`),
    ]),
    "",
  ];
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
