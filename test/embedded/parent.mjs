// A process that starts the embedded Postgres and then ends in the way that its argument names.
// The tests kill it, so it cannot be the test process itself; it runs the compiled module.
import { startEmbeddedPostgres } from "../../dist/embedded/server.js";

const [, , ending] = process.argv;
try {
  const { folder, pids, version } = await startEmbeddedPostgres();
  process.stdout.write(`${JSON.stringify({ folder, pids, version })}\n`);
} catch (error) {
  process.stdout.write(`${JSON.stringify({ error: error.name, message: error.message, hint: error.hint })}\n`);
  process.exit(1);
}
if (ending === "wait") setInterval(() => undefined, 1000);
if (ending === "throw") throw new Error("on purpose");
