import { UsageError } from "../errors.ts";
import { nearestWord } from "../nearest-word.ts";
import { packageIdentity } from "../package.ts";
import type { Command } from "./command.ts";
import type { Context } from "./context.ts";
import { printError } from "./error-print.ts";
import { commandsOf } from "./first-words.ts";

/**
 * Runs the command line `argv` (without node and script) and resolves with the exit code. Never throws and never exits.
 * Only a command that is really run loads the parser and what it works with, so that help and version answer at once.
 *
 * @param commands those that there are; the program's own unless given
 */
export async function main(argv: readonly string[], context: Context, commands?: readonly Command[]): Promise<number> {
  try {
    return await dispatch(argv, context, commands);
  } catch (error) {
    const { aborted, reason } = context.signal;
    // Whoever reads the results has read enough (`| head -1`): no fault of anybody, whatever the work ended with.
    if (isBrokenPipe(error) || (aborted && isBrokenPipe(reason))) return 0;
    const cause = aborted && isAbort(error) && reason instanceof Error ? reason : error;
    return printError(cause, { json: flagsOf(argv).includes("--json"), context });
  }
}

async function dispatch(
  argv: readonly string[],
  context: Context,
  given: readonly Command[] | undefined,
): Promise<number> {
  const flags = flagsOf(argv);
  const [first] = argv;
  if (first === "--version") {
    context.stdout.write(`${packageIdentity().version}\n`);
    return 0;
  }
  const words = first === "help" ? argv.slice(1) : argv;
  if (first === "help" || flags.includes("--help") || flags.includes("-h")) return help(words, context, given);
  // The parser is loaded together with the command, not after it.
  const [own, { parseArguments }] = await Promise.all([commandsFor(words, given), import("./parse.ts")]);
  const command = findCommand(words, own);
  if (command === undefined) throw unknownCommand(words, given ?? (await allCommands()));
  const args = await parseArguments(command, words.slice(command.words.split(" ").length));
  return command.run(args, context);
}

async function help(
  words: readonly string[],
  context: Context,
  given: readonly Command[] | undefined,
): Promise<number> {
  const [own, { commandHelp, programHelp }] = await Promise.all([commandsFor(words, given), import("./help.ts")]);
  const width = Math.min(100, context.stdout.columns ?? 100);
  const command = findCommand(words, own);
  if (command !== undefined) {
    context.stdout.write(commandHelp(command, width));
    return 0;
  }
  const commands = given ?? (await allCommands());
  const [word] = words;
  if (word !== undefined && !word.startsWith("-")) throw unknownCommand(words, commands);
  context.stdout.write(programHelp(commands, width));
  return 0;
}

/** Those that the words may mean: the given ones, or the program's own that begin with the first word. */
function commandsFor(
  [word]: readonly string[],
  given: readonly Command[] | undefined,
): readonly Command[] | Promise<readonly Command[]> {
  return given ?? (word === undefined ? [] : commandsOf(word));
}

async function allCommands(): Promise<readonly Command[]> {
  return (await import("./commands.ts")).commands;
}

/** The command whose words the line begins with; of two, the longer. */
function findCommand(words: readonly string[], commands: readonly Command[]): Command | undefined {
  return commands
    .filter((command) => command.words.split(" ").every((word, index) => words[index] === word))
    .sort((a, b) => b.words.length - a.words.length)[0];
}

function unknownCommand(words: readonly string[], commands: readonly Command[]): UsageError {
  const hint = "lineage-report --help lists the commands";
  const [first] = words;
  if (first === undefined) return new UsageError("no command is given", { hint });
  if (first.startsWith("-")) {
    return new UsageError(`a command comes first, before ${first}`, { hint });
  }
  const group = commands.filter((command) => command.words.startsWith(`${first} `));
  if (group.length > 0) {
    const seconds = group.map((command) => command.words.split(" ")[1] ?? "");
    const [, second] = words;
    const nearest = second && nearestWord(second, seconds);
    return new UsageError(second ? `${first} has no command ${second}` : `${first} needs a command of its own`, {
      hint: nearest ? `did you mean ${first} ${nearest}?` : `it has ${seconds.join(", ")}`,
    });
  }
  const nearest = nearestWord(
    first,
    commands.map((command) => command.words.split(" ")[0] ?? ""),
  );
  return new UsageError(`there is no command ${first}`, { hint: nearest ? `did you mean ${nearest}?` : hint });
}

/** What stands before a lone `--`: behind it are plain words. */
function flagsOf(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf("--");
  return end < 0 ? argv : argv.slice(0, end);
}

function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EPIPE";
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === "AbortError" || ("code" in error && error.code === "ABORT_ERR"));
}
