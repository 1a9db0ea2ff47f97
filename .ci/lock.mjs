// Completes package-lock.json for other platforms: `node .ci/lock.mjs` after any `npm install` that changed it.
// `npm ci` refuses a lock in which an optional package is missing, on every platform. npm leaves one
// out when the registry at hand does not carry it, as a mirror may not for platforms that nobody there uses. Such
// packages have exact versions, and their names tell their platform; without a hash npm takes what the registry gives.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const SYSTEMS = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"];
const PROCESSORS = ["arm64", "x64", "ia32", "arm", "ppc64", "riscv64", "s390x", "loong64", "mips64el"];
const LIBRARIES = { gnu: "glibc", musl: "musl", gnueabihf: "glibc", musleabihf: "musl" };

/** The optional packages that the lock names and does not have, with the package that wants them. */
export function missingOptional(packages) {
  return Object.entries(packages).flatMap(([path, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(([name]) => !places(path, name).some((place) => place in packages))
      .map(([name, version]) => ({ name, version, wantedBy: entry })),
  );
}

/** Where Node looks for a package from another one, the nearest first. */
function places(path, name) {
  const found = [`${path === "" ? "" : `${path}/`}node_modules/${name}`];
  for (let at = path.lastIndexOf("node_modules/"); at >= 0; at = path.lastIndexOf("node_modules/", at - 1)) {
    found.push(`${path.slice(0, at)}node_modules/${name}`);
    if (at === 0) break;
  }
  return found;
}

function entryFor({ name, version, wantedBy }) {
  if (!/^\d+\.\d+\.\d+[\w.-]*$/.test(version)) throw new Error(`${name} is wanted as ${version}, no exact version`);
  const words = name.split(/[/-]/);
  const os = SYSTEMS.filter((system) => words.includes(system));
  const cpu = PROCESSORS.filter((processor) => words.includes(processor));
  const libc = os.includes("linux") ? words.flatMap((word) => LIBRARIES[word] ?? []) : [];
  if (os.length !== 1 || cpu.length !== 1) throw new Error(`the name of ${name} does not tell its platform`);
  return {
    version,
    cpu,
    ...(wantedBy.dev ? { dev: true } : {}),
    ...(libc.length > 0 ? { libc } : {}),
    optional: true,
    os,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
  const missing = missingOptional(lock.packages);
  for (const one of missing) lock.packages[`node_modules/${one.name}`] = entryFor(one);
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1));
  lock.packages = Object.fromEntries(sorted);
  writeFileSync("package-lock.json", `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`${missing.length} packages added to package-lock.json`);
}
