// The real sending of mails in a process of its own that ends itself with SIGKILL before its n-th effect: a statement of the
// ledger, or a piece written to the mail server. node send-mails.mjs DATABASE_URL SMTP_URL CRASH_AT; 0 is never.
import net from "node:net";
import { openLedger } from "../../dist/ledger/connection.js";
import { holderName } from "../../dist/ledger/holder.js";
import { MailLedger } from "../../dist/ledger/mails.js";
import { sendPlanned } from "../../dist/mail/send.js";
import { smtpServer } from "../../dist/mail/smtp.js";
import { smtpSettings } from "../../dist/mail/smtp-settings.js";
import { connectionSettings } from "../../dist/source/connection-settings.js";

const [databaseUrl, smtpUrl, crashAt] = process.argv.slice(2);
let effects = 0;
function effect() {
  if (++effects === Number(crashAt)) process.kill(process.pid, "SIGKILL");
}

const session = await openLedger(connectionSettings({ databaseUrl, env: {} }));
const statement = session.query.bind(session);
session.query = (...args) => {
  effect();
  return statement(...args);
};
const { write } = net.Socket.prototype;
const port = Number(new URL(smtpUrl).port);
net.Socket.prototype.write = function counted(...args) {
  if (this.remotePort === port) effect();
  return write.apply(this, args);
};

await sendPlanned({
  ledger: new MailLedger(session),
  server: smtpServer(smtpSettings({ SMTP_URL: smtpUrl })),
  holder: holderName(),
  connections: 1,
  giveUp: 86_400_000_000,
  signal: new AbortController().signal,
});
await session.close();
process.stdout.write(`effects ${effects}\n`);
