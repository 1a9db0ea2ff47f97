import { readFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * A file's text with the mutation in it.
 *
 * @param {string} root the checkout, or a copy of it
 * @param {{ name: string, file: string, from: string, to: string }} mutation
 * @throws when the place to change is not there, or there twice: the list has to follow the code
 */
export async function mutated(root, { name, file, from, to }) {
  const text = await readFile(join(root, file), "utf8");
  const parts = text.split(from);
  if (parts.length !== 2) {
    throw new Error(
      `mutation "${name}": its place is ${parts.length - 1} times in ${file}; correct test/mutations/mutations.mjs`,
    );
  }
  return parts.join(to);
}
