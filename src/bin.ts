import "./navigator.ts";
import { main } from "./cli/program.ts";
import { InterruptedError } from "./errors.ts";

// The only file that touches the process: it hands everything in and sets the exit code. It never calls process.exit
// after output, which would lose what a slow reader has not taken yet.
const interrupt = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (interrupt.signal.aborted) process.exit(130);
    process.stderr.write(`lineage-report: ${signal}, cleaning up; once more ends at once\n`);
    interrupt.abort(new InterruptedError(`interrupted by ${signal}`));
  });
}

// `lineage-report query … | head -1`: the reader has enough. The work stops, and nobody hears of it.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  interrupt.abort(error);
});
process.stderr.on("error", () => {
  // Nobody reads the progress any more; the results still count.
});

process.exitCode = await main(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  now: Date.now,
  signal: interrupt.signal,
  runtime: `node ${process.version}, ${process.platform} ${process.arch}`,
});
