import parser from "yargs-parser";
import { UsageError } from "../errors.ts";
import { nearestWord } from "../nearest-word.ts";
import { type Command, camelCase, type Option } from "./command.ts";

/**
 * The words after the command's own as the arguments that its definition states, under camel-case
 * names. Strict: unknown options, missing or repeated values, words too many or too few, and values
 * that are no choice are a UsageError. Numbers stay text; nothing is guessed.
 */
export function parseArguments(command: Command, words: readonly string[]): Record<string, unknown> {
  const raw = tokenize(command, words);
  const result: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(command.options)) {
    result[camelCase(name)] = optionValue(command, name, option, raw[name]);
  }
  return { ...result, ...positionalValues(command, raw._ ?? []) };
}

type Raw = Record<string, unknown> & { _?: readonly (string | number)[] };

/** The words as yargs' own parser takes them apart. */
function tokenize(command: Command, words: readonly string[]): Raw {
  const entries = Object.entries(command.options);
  const texts = entries.filter(([, option]) => option.type !== "flag").map(([name]) => name);
  const { argv, error } = parser.detailed([...words], {
    string: texts,
    boolean: entries.filter(([, option]) => option.type === "flag").map(([name]) => name),
    // Not a number: one value, and another option is none.
    narg: Object.fromEntries(texts.map((name) => [name, Number.NaN])),
    configuration: {
      "boolean-negation": false,
      "camel-case-expansion": false,
      "dot-notation": false,
      "duplicate-arguments-array": true,
      "greedy-arrays": false,
      "nargs-eats-options": false,
      "parse-numbers": false,
      "parse-positional-numbers": false,
      "short-option-groups": false,
    },
  });
  if (error !== null) throw explain(command, error.message);
  const unknown = Object.keys(argv).filter((name) => name !== "_" && !Object.hasOwn(command.options, name));
  if (unknown.length > 0) throw unknownOptions(command, unknown);
  return argv;
}

/** Our words for what the parser says. */
function explain(command: Command, message: string): UsageError {
  const missing = /^Not enough arguments following: (.+)$/.exec(message)?.[1];
  return usage(command, missing === undefined ? message : `--${missing} needs a value`);
}

function unknownOptions(command: Command, unknown: readonly string[]): UsageError {
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
