import yargs from "yargs";
import { UsageError } from "../errors.ts";
import { nearestWord } from "../nearest-word.ts";
import { type Command, camelCase, type Option } from "./command.ts";

/**
 * The words after the command's own as the arguments that its definition states, under camel-case
 * names. Strict: unknown options, missing or repeated values, words too many or too few, and values
 * that are no choice are a UsageError. Numbers stay text; nothing is guessed.
 */
export async function parseArguments(command: Command, words: readonly string[]): Promise<Record<string, unknown>> {
  const raw = await tokenize(command, words);
  const result: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(command.options)) {
    result[camelCase(name)] = optionValue(command, name, option, raw[name]);
  }
  return { ...result, ...positionalValues(command, raw._ ?? []) };
}

type Raw = Record<string, unknown> & { _?: readonly (string | number)[] };

async function tokenize(command: Command, words: readonly string[]): Promise<Raw> {
  const entries = Object.entries(command.options);
  const texts = entries.filter(([, option]) => option.type !== "flag").map(([name]) => name);
  return yargs([...words])
    .parserConfiguration({
      "boolean-negation": false,
      "camel-case-expansion": false,
      "dot-notation": false,
      "duplicate-arguments-array": true,
      "greedy-arrays": false,
      "nargs-eats-options": false,
      "parse-numbers": false,
      "parse-positional-numbers": false,
      "short-option-groups": false,
    })
    .locale("en")
    .help(false)
    .version(false)
    .exitProcess(false)
    .string(texts)
    .requiresArg(texts)
    .boolean(entries.filter(([, option]) => option.type === "flag").map(([name]) => name))
    .strictOptions()
    .fail((message, error) => {
      throw explain(command, message ?? error?.message ?? "wrong usage");
    })
    .parseAsync() as Promise<Raw>;
}

/** Our words for what yargs says. */
function explain(command: Command, message: string): UsageError {
  const missing = /^Not enough arguments following: (.+)$/.exec(message)?.[1];
  if (missing !== undefined) return usage(command, `--${missing} needs a value`);
  const unknown = /^Unknown arguments?: (.+)$/.exec(message)?.[1]?.split(", ");
  if (unknown === undefined) return usage(command, message);
  const nearest = nearestWord(unknown[0] ?? "", Object.keys(command.options));
  const names = unknown.map((name) => (name.length === 1 ? `-${name}` : `--${name}`)).join(", ");
  return usage(command, `${command.words} has no option ${names}`, nearest && `did you mean --${nearest}?`);
}

function optionValue(command: Command, name: string, option: Option, raw: unknown): unknown {
  const values = raw === undefined ? [] : [raw].flat();
  if (option.type === "flag") return values.includes(true);
  if (values.some((value) => value === "")) throw usage(command, `--${name} needs a value`);
  const wrong = option.choices && values.find((value) => !option.choices?.includes(String(value)));
  if (wrong !== undefined) {
    throw usage(command, `--${name} ${wrong} is none of ${option.choices?.join(", ")}`);
  }
  if (option.type === "list") return values.map(String);
  if (values.length > 1) {
    throw usage(command, `--${name} is given ${values.length} times: ${values.join(", ")}`);
  }
  return values[0];
}

function positionalValues(command: Command, given: readonly (string | number)[]): Record<string, unknown> {
  const rest = given.map(String);
  const result: Record<string, unknown> = {};
  for (const [name, positional] of Object.entries(command.positionals)) {
    const values = positional.many ? rest.splice(0) : rest.splice(0, 1);
    if (values.length === 0 && !positional.optional) {
      throw usage(command, `${command.words} needs ${name.toUpperCase()}: ${positional.describe}`);
    }
    result[name] = positional.many ? values : values[0];
  }
  if (rest.length > 0) throw usage(command, `${command.words} does not take ${rest.join(" ")}`);
  return result;
}

function usage(command: Command, message: string, hint?: string): UsageError {
  return new UsageError(message, { hint: hint || `lineage-report ${command.words} --help shows what it takes` });
}
