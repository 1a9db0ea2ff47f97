import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";

/** A message as the sink got it. */
export interface SunkMessage {
  from: string;
  to: string[];
  content: Buffer;
}

/** A mail server on this machine alone, that keeps what it is given and passes nothing on. */
export interface SmtpSink {
  /** For SMTP_URL. */
  url: string;
  messages: readonly SunkMessage[];
  stop(): Promise<void>;
}

export async function startSmtpSink(): Promise<SmtpSink> {
  const messages: SunkMessage[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS", "AUTH"],
    size: 10 * 1024 * 1024,
    logger: false,
    closeTimeout: 1000,
    onData(stream, session, done) {
      const pieces: Buffer[] = [];
      stream.on("data", (piece: Buffer) => pieces.push(piece));
      stream.on("error", done);
      stream.on("end", () => {
        const { mailFrom, rcptTo } = session.envelope;
        messages.push({
          from: mailFrom ? mailFrom.address : "",
          to: rcptTo.map(({ address }) => address),
          content: Buffer.concat(pieces),
        });
        done(null);
      });
    },
  });
  // A client that goes away in the middle is its own affair.
  server.on("error", () => undefined);
  const listener = server.listen(0, "127.0.0.1");
  if (!listener.listening) await once(listener, "listening");
  const { port } = listener.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}?tls=off`,
    messages,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
