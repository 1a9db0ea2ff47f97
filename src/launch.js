#!/usr/bin/env node
// The command of the package. It only starts the compiled program, and compiles it first in a
// checkout where install scripts were switched off, so that `npx lineage-report` works there too.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import * as nodeModule from "node:module";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
if (!existsSync(`${root}dist/bin.js`)) {
  const built = spawnSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, "-p", `${root}tsconfig.json`], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (built.status !== 0) {
    console.error("lineage-report: the program is not compiled; run `npm run build` and look at its errors");
    process.exit(1);
  }
}
// Node 22 and later keep what they compiled for the next start.
nodeModule.enableCompileCache?.();
await import("../dist/bin.js");
