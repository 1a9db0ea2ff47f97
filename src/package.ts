import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The folder that holds package.json, queries/ and templates/: the same for src/ and dist/. */
export const packageRoot = fileURLToPath(new URL("../", import.meta.url));

/** Name and version as package.json states them. */
export function packageIdentity(): { name: string; version: string } {
  const { name, version } = JSON.parse(readFileSync(`${packageRoot}package.json`, "utf8")) as {
    name: string;
    version: string;
  };
  return { name, version };
}
