// Finds what ties a checkout to one machine: addresses of packages in package-lock.json, where the registry
// that is configured must decide; packages of other platforms that it lacks; folders of the machine in any file.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { missingOptional } from "./lock.mjs";

const faults = [];

const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
for (const [path, entry] of Object.entries(lock.packages)) {
  if (entry.resolved !== undefined) faults.push(`package-lock.json: ${path || "the project"} has a "resolved" address`);
}
for (const { name } of missingOptional(lock.packages)) {
  faults.push(`package-lock.json: ${name} is missing, and npm ci would refuse; run \`node .ci/lock.mjs\``);
}

function committedFiles() {
  try {
    return execFileSync("git", ["ls-files", "-z"], { encoding: "utf8" }).split("\0").filter(Boolean);
  } catch {
    console.log("no git here: only package-lock.json is looked at");
    return [];
  }
}

const files = committedFiles();
// The folder of this checkout and of this user, and those that homes have elsewhere.
const folders = [process.cwd(), homedir()].filter((folder) => folder.split("/").length > 2 || folder === "/root");
const homes = /(?<![\w.<$}])\/(?:home|Users)\/[a-z][\w.-]*\//;
for (const file of files) {
  const text = readFileSync(file, "utf8");
  for (const [index, line] of text.split("\n").entries()) {
    const found = folders.find((folder) => line.includes(`${folder}/`)) ?? homes.exec(line)?.[0];
    if (found !== undefined) faults.push(`${file}:${index + 1}: names the folder ${found}`);
  }
}

for (const fault of faults) console.error(fault);
console.log(`${files.length} files, ${faults.length} faults`);
process.exitCode = faults.length > 0 ? 1 : 0;
