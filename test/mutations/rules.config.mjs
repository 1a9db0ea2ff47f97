import { defineConfig } from "vitest/config";

/** The rules alone: pure functions, no database and no compiled program. */
// biome-ignore lint/style/noDefaultExport: vitest reads the default export
export default defineConfig({
  test: {
    root: new URL("../..", import.meta.url).pathname,
    include: ["test/outcome/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 2,
  },
});
