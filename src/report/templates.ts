import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runInThisContext } from "node:vm";
import Handlebars from "handlebars";
import { ConfigError } from "../errors.ts";
import { packageRoot } from "../package.ts";
import { helpers } from "./helpers.ts";

/** Renders a page from its template's name and data. */
export type Render = (template: string, data: object) => string;

/** Templates that are loaded. */
export interface Templates extends Render {
  /**
   * Compiles the templates and all partials that they name, one at each step, so that somebody who waits for something else can do it
   * meanwhile. Rendering compiles what is not compiled yet.
   */
  compiling(names: readonly string[]): Generator<void, void, undefined>;
}

/**
 * Loads the templates of the package, and a user's own over them: a file of the same path replaces
 * one template or one partial. Files in partials/ are partials by their name.
 *
 * The partial `script` is the pages' one script. It is text without data; templates know its hash as
 * `{{@scriptHash}}`, and a page's policy lets nothing else run. Our own are parsed when they are first used, which most commands
 * do with few of them: all of them took 0.1 s.
 *
 * @throws ConfigError that names the file, when a folder cannot be read or a user's template cannot be parsed
 */
export function loadTemplates(own?: string): Templates {
  const handlebars = Handlebars.create();
  handlebars.registerHelper(helpers);
  const pages = new Map<string, Template>();
  const partials = new Map<string, Template>();
  for (const folder of foldersOf(own)) {
    for (const name of templateNames(folder)) {
      const template = new Template(handlebars, join(folder, name));
      if (folder === own) template.parse();
      const plain = name.slice(0, -".hbs".length);
      if (plain.startsWith(PARTIALS)) partials.set(plain.slice(PARTIALS.length), template);
      else pages.set(plain, template);
    }
  }
  for (const [name, template] of partials) {
    handlebars.registerPartial(name, (context, options) => template.compiled(context, options));
  }
  let scriptHash: string | undefined;
  const render: Render = (name, data) => {
    const page = pages.get(name);
    if (!page) throw new ConfigError(`there is no template ${name}.hbs`, { hint: "see the folder templates/" });
    try {
      scriptHash ??= hashOf(handlebars.compile("{{> script}}")({}));
      return page.compiled(data, { data: { scriptHash } });
    } catch (error) {
      throw new ConfigError(`${page.file} cannot be rendered: ${(error as Error).message}`, {
        hint: "correct the template, or leave --templates out to use the built-in one",
        cause: error,
      });
    }
  };
  function* compiling(names: readonly string[]): Generator<void, void, undefined> {
    const found = new Set(names.flatMap((name) => pages.get(name) ?? []));
    // What is added to a set while it is gone through is gone through too.
    for (const template of found) {
      for (const name of template.compile()) {
        const partial = partials.get(name);
        if (partial) found.add(partial);
      }
      yield;
    }
  }
  return Object.assign(render, { compiling });
}

const PARTIALS = "partials/";

/** What a template is compiled with. Since no other helpers are known, a name is a look-up, and no cell asks whether it is a helper's. */
const OPTIONS = {
  strict: true,
  preventIndent: true,
  knownHelpers: Object.fromEntries(Object.keys(helpers).map((name) => [name, true])),
  knownHelpersOnly: true,
};

/** One file of handlebars, parsed and compiled when it is first needed. */
class Template {
  readonly file: string;
  readonly #handlebars: typeof Handlebars;
  #program: hbs.AST.Program | undefined;
  #compiled: HandlebarsTemplateDelegate | undefined;

  constructor(handlebars: typeof Handlebars, file: string) {
    this.#handlebars = handlebars;
    this.file = file;
  }

  /** @throws ConfigError when it cannot be read or parsed */
  parse(): hbs.AST.Program {
    if (this.#program) return this.#program;
    try {
      this.#program = this.#handlebars.parseWithoutProcessing(readFileSync(this.file, "utf8"));
      return this.#program;
    } catch (error) {
      throw new ConfigError(`${this.file} is not a handlebars template: ${(error as Error).message}`, {
        hint: "correct the template, or leave --templates out to use the built-in one",
        cause: error,
      });
    }
  }

  /** Compiles it, and tells which partials it names. */
  compile(): readonly string[] {
    const names = partialNames(this.parse());
    this.compiled;
    return names;
  }

  get compiled(): HandlebarsTemplateDelegate {
    // `compile` would do its work with the first page only; what `precompile` gives can be had before.
    if (!this.#compiled) {
      const code = this.#handlebars.precompile(this.parse(), OPTIONS);
      this.#compiled = this.#handlebars.template(runInThisContext(`(${code})`) as TemplateSpecification);
      this.#program = undefined;
    }
    return this.#compiled;
  }
}

function partialNames(program: hbs.AST.Program): string[] {
  const names: string[] = [];
  const visitor = new Handlebars.Visitor();
  const take = (name: hbs.AST.PathExpression | hbs.AST.SubExpression): void => {
    if (name.type === "PathExpression") names.push((name as hbs.AST.PathExpression).original);
  };
  const [statement, block] = [visitor.PartialStatement, visitor.PartialBlockStatement];
  visitor.PartialStatement = function (partial) {
    take(partial.name);
    statement.call(this, partial);
  };
  visitor.PartialBlockStatement = function (partial) {
    take(partial.name);
    block.call(this, partial);
  };
  visitor.accept(program);
  return names;
}

/**
 * A text that differs when any template does: its name, or a byte of it.
 *
 * @throws ConfigError when a folder cannot be read
 */
export function templatesStamp(own?: string): string {
  const hash = createHash("sha256");
  for (const folder of foldersOf(own)) {
    for (const name of templateNames(folder)) {
      const contents = contentsOf(join(folder, name));
      hash.update(`${name}\0${contents?.length}\0`).update(contents ?? "");
    }
  }
  return hash.digest("hex");
}

/** Undefined for a file that an editor is just replacing. */
function contentsOf(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

function foldersOf(own: string | undefined): string[] {
  return [join(packageRoot, "templates"), ...(own === undefined ? [] : [own])];
}

function hashOf(script: string): string {
  return `sha256-${createHash("sha256").update(script).digest("base64")}`;
}

type HandlebarsTemplateDelegate = ReturnType<typeof Handlebars.compile>;
type TemplateSpecification = Parameters<typeof Handlebars.template>[0];

function templateNames(folder: string): string[] {
  let entries: string[];
  try {
    entries = readdirSync(folder, { recursive: true, encoding: "utf8" });
  } catch (error) {
    throw new ConfigError(`the templates in ${folder} cannot be read`, {
      hint: "name a folder of .hbs files",
      cause: error,
    });
  }
  return entries
    .map((name) => name.replaceAll("\\", "/"))
    .filter((name) => name.endsWith(".hbs"))
    .sort();
}
