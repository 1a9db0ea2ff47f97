import type { Context } from "./context.ts";

/**
 * One option, `--name`. `text` takes one value and may be given once, `list` one value each time it
 * is given, `flag` none. There are no `--no-…` forms: each flag's absence is its own opposite.
 */
export interface Option {
  readonly type: "text" | "list" | "flag";
  readonly describe: string;
  /** The value's placeholder in help: `DIR`. */
  readonly value?: string;
  readonly choices?: readonly string[];
  /** The heading it stands under in the help; "Options" unless stated. */
  readonly group?: string;
  /** What holds when it is not given, in words for the help. */
  readonly otherwise?: string;
}

export type Options = Readonly<Record<string, Option>>;

/** A word of the command's own, by its place; `many` takes all that follow. */
export interface Positional {
  readonly describe: string;
  readonly many?: boolean;
  readonly optional?: boolean;
}

export type Positionals = Readonly<Record<string, Positional>>;

type CamelCase<Name extends string> = Name extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name;

type OptionValue<O extends Option> = O["type"] extends "flag"
  ? boolean
  : O["type"] extends "list"
    ? readonly string[]
    : (O extends { choices: readonly (infer Choice)[] } ? Choice : string) | undefined;

type PositionalValue<P extends Positional> = P extends { many: true }
  ? readonly string[]
  : P extends { optional: true }
    ? string | undefined
    : string;

/** What a command is handed: options under their camel-case names, positionals under theirs. */
export type Arguments<O extends Options, P extends Positionals> = {
  readonly [Name in keyof O & string as CamelCase<Name>]: OptionValue<O[Name]>;
} & { readonly [Name in keyof P & string]: PositionalValue<P[Name]> };

/** A command as its file states it. Everything but `run` is data, so that help and docs need no parser. */
export interface CommandDefinition<O extends Options, P extends Positionals> {
  /** How it is called: `run`, or two words such as `tables list`. */
  readonly words: string;
  readonly describe: string;
  /** Paragraphs for its own help. */
  readonly details?: readonly string[];
  /** Command lines after the program's name, each with what it does. At least one. */
  readonly examples: readonly (readonly [line: string, meaning: string])[];
  readonly positionals?: P;
  readonly options: O;
  /** Does the work and resolves with the exit code; errors are thrown as those of errors.ts. */
  run(args: Arguments<O, P>, context: Context): Promise<number>;
}

/** A command of which only its data is known, for parser, help and docs. */
export interface Command {
  readonly words: string;
  readonly describe: string;
  readonly details: readonly string[];
  readonly examples: readonly (readonly [line: string, meaning: string])[];
  readonly positionals: Positionals;
  readonly options: Options;
  run(args: Record<string, unknown>, context: Context): Promise<number>;
}

/** Ties the handler's argument types to the options that the definition states. */
export function defineCommand<const O extends Options, const P extends Positionals = Record<never, never>>(
  definition: CommandDefinition<O, P>,
): Command {
  return {
    words: definition.words,
    describe: definition.describe,
    details: definition.details ?? [],
    examples: definition.examples,
    positionals: definition.positionals ?? {},
    options: definition.options,
    // The parser fills exactly the names and types that the definition's data states (parse.ts).
    run: (args, context) => definition.run(args as Arguments<O, P>, context),
  };
}

/** `time-zone` as `timeZone`. */
export function camelCase(name: string): string {
  return name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
