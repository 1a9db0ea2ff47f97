import { OutputError } from "../errors.ts";
import { MANIFEST } from "./manifest.ts";

/** Whether a path names something inside a folder, on any file system: parts joined by `/`, none of them special. */
export function isInsidePath(path: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a NUL ends a name for the system, not for us
  if (path === "" || /[\\:\u0000]/.test(path)) return false;
  return path
    .split("/")
    .every((part) => part !== "" && part !== "." && part !== ".." && Buffer.byteLength(part) <= 255);
}

/**
 * Refuses a path that would leave the folder or take the manifest's place.
 * @throws OutputError
 */
export function checkPath(path: string): void {
  if (!isInsidePath(path) || path === MANIFEST) {
    throw new OutputError(`${JSON.stringify(path)} cannot be the name of a file in a run's folder`, {
      hint: "names are relative, joined by /, without . or .. and without : or \\",
    });
  }
}
