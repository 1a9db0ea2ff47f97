import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Handlebars from "handlebars";
import { ConfigError } from "../errors.ts";
import { packageRoot } from "../package.ts";
import { helpers } from "./helpers.ts";

/** Renders a page from its template's name and data. */
export type Render = (template: string, data: object) => string;

/**
 * Loads the templates of the package, and a user's own over them: a file of the same path replaces
 * one template or one partial. Files in partials/ are partials by their name.
 *
 * The partial `script` is the pages' one script. It is text without data; templates know its hash as
 * `{{@scriptHash}}`, and a page's policy lets nothing else run.
 *
 * @throws ConfigError that names the file, when a folder cannot be read or a template cannot be parsed
 */
export function loadTemplates(own?: string): Render {
  const handlebars = Handlebars.create();
  handlebars.registerHelper(helpers);
  const pages = new Map<string, { file: string; template: HandlebarsTemplateDelegate }>();
  for (const folder of foldersOf(own)) {
    for (const name of templateNames(folder)) {
      const file = join(folder, name);
      const template = parse(handlebars, file);
      if (name.startsWith("partials/"))
        handlebars.registerPartial(name.slice("partials/".length, -".hbs".length), template);
      else pages.set(name.slice(0, -".hbs".length), { file, template });
    }
  }
  const scriptHash = hashOf(handlebars.compile("{{> script}}")({}));
  return (name, data) => {
    const page = pages.get(name);
    if (!page) throw new ConfigError(`there is no template ${name}.hbs`, { hint: "see the folder templates/" });
    try {
      return page.template(data, { data: { scriptHash } });
    } catch (error) {
      throw new ConfigError(`${page.file} cannot be rendered: ${(error as Error).message}`, {
        hint: "correct the template, or leave --templates out to use the built-in one",
        cause: error,
      });
    }
  };
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

function parse(handlebars: typeof Handlebars, file: string): HandlebarsTemplateDelegate {
  try {
    const source = readFileSync(file, "utf8");
    handlebars.parse(source);
    return handlebars.compile(source, { strict: true, preventIndent: true });
  } catch (error) {
    throw new ConfigError(`${file} is not a handlebars template: ${(error as Error).message}`, {
      hint: "correct the template, or leave --templates out to use the built-in one",
      cause: error,
    });
  }
}
