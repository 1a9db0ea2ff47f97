// `schedule --once` in a process of its own that ends itself with SIGKILL before its n-th effect: a statement of the ledger, a
// piece written to the mail server, or a folder made, renamed or removed.
// node schedule-once.mjs FOLDER DATABASE_URL SMTP_URL CRASH_AT; 0 is never.
import promises from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";
import { main } from "../../dist/cli/program.js";
import { Session } from "../../dist/source/session.js";

const [cwd, databaseUrl, smtpUrl, crashAt] = process.argv.slice(2);
const effects = [];
function effect(what) {
  effects.push(what);
  if (effects.length === Number(crashAt)) process.kill(process.pid, "SIGKILL");
}

const { query } = Session.prototype;
Session.prototype.query = function counted(text, ...rest) {
  if (/\b(insert into|update) lineage_report\./.test(text)) effect("ledger");
  return query.call(this, text, ...rest);
};
const { write } = net.Socket.prototype;
const port = Number(new URL(smtpUrl).port);
net.Socket.prototype.write = function counted(...args) {
  if (this.remotePort === port) effect("mail");
  return write.apply(this, args);
};
for (const name of ["rename", "rm"]) {
  const original = promises[name];
  promises[name] = (...args) => {
    effect("folder");
    return original(...args);
  };
}
// Whoever has imported them by name sees the counted ones.
syncBuiltinESMExports();

const code = await main(["schedule", "--once"], {
  stdin: process.stdin,
  stdout: process.stderr,
  stderr: process.stderr,
  env: { DATABASE_URL: databaseUrl, SMTP_URL: smtpUrl },
  cwd,
  now: Date.now,
  signal: new AbortController().signal,
});
process.stdout.write(`${JSON.stringify({ code, effects })}\n`);
