import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { commands } from "../../src/cli/commands.ts";
import { commandsOf } from "../../src/cli/first-words.ts";
import { commandHelp, EXIT_CODES } from "../../src/cli/help.ts";
import { parseArguments } from "../../src/cli/parse.ts";
import { packageRoot } from "../../src/package.ts";

/** The words that a shell would hand over, up to where it redirects or pipes. */
function shellWords(line: string): string[] {
  const words = [...line.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) => word);
  const end = words.findIndex((word) => /^[0-9]*[|><]/.test(word));
  return words.slice(0, end < 0 ? undefined : end).map((word) => word.replaceAll(/["']/g, ""));
}

it("a first word has all of its commands, and no other's", async () => {
  const words = [...new Set(commands.map((command) => command.words.split(" ")[0] as string))];
  for (const word of words) {
    const own = commands.filter((command) => command.words.split(" ")[0] === word);
    expect(new Set(await commandsOf(word)), word).toEqual(new Set(own));
  }
  expect(await commandsOf("nothing")).toEqual([]);
  expect(await commandsOf("constructor")).toEqual([]);
});

describe.each(commands.map((command) => [command.words, command] as const))("%s", (words, command) => {
  it("has examples, which its own parser takes", async () => {
    expect(command.examples.length).toBeGreaterThan(0);
    for (const [line] of command.examples) {
      const given = shellWords(line);
      expect(given.slice(0, words.split(" ").length).join(" ")).toBe(words);
      await expect(parseArguments(command, given.slice(words.split(" ").length))).resolves.toBeDefined();
    }
  });

  it("says in its help what each option does", () => {
    const help = commandHelp(command, 1000);
    for (const [name, option] of Object.entries(command.options)) {
      expect(help).toContain(`--${name}`);
      expect(help).toContain(option.describe);
    }
  });

  it("is described in docs/cli.md as it is", async () => {
    expect(await readFile(join(packageRoot, "docs", "cli.md"), "utf8")).toContain(commandHelp(command, 100).trimEnd());
  });
});

it("README's table of exit codes is the program's", async () => {
  const readme = await readFile(join(packageRoot, "README.md"), "utf8");
  const rows = [...readme.matchAll(/^\| (\d+) \| (.+?) \|$/gm)].map(([, code, meaning]) => [Number(code), meaning]);
  expect(rows).toEqual(EXIT_CODES.map(([code, meaning]) => [code, meaning]));
});
