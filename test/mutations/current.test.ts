import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../src/package.ts";

/** One rule and the change that breaks it. */
interface Mutation {
  name: string;
  file: string;
}

/** The modules are plain JavaScript, since `node` runs them as they are. */
async function load<Module>(name: string): Promise<Module> {
  return (await import(new URL(name, import.meta.url).href)) as Module;
}

const { MUTATIONS } = await load<{ MUTATIONS: Mutation[] }>("./mutations.mjs");
const { mutated } = await load<{ mutated(root: string, mutation: Mutation): Promise<string> }>("./apply.mjs");

test("every mutation still has its place in the code, and changes it", async () => {
  const lost: string[] = [];
  for (const mutation of MUTATIONS) {
    const original = await readFile(join(packageRoot, mutation.file), "utf8");
    const changed = await mutated(packageRoot, mutation).catch((error: Error) => {
      lost.push(error.message);
      return "";
    });
    if (changed === original) lost.push(`mutation "${mutation.name}" changes nothing`);
  }
  expect(lost).toEqual([]);
});

test("docs/mutations.md has a line for each mutation", async () => {
  const document = await readFile(join(packageRoot, "docs", "mutations.md"), "utf8");
  const names = MUTATIONS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => !document.includes(`| ${name} |`))).toEqual([]);
});
