import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer, type Server, type Socket } from "node:net";

/** The places at which a server can answer. */
export type Step = "connect" | "ehlo" | "auth" | "mail" | "rcpt" | "data" | "message" | "quit";

/**
 * What the server does at a step instead of going on: a line of its own, nothing for ever, or closing the connection; `half` stops in the
 * middle of the message, whatever comes.
 */
export type Fault = { reply: string } | { silence: true } | { drop: true };

export interface AcceptedMessage {
  from: string;
  to: string[];
  content: string;
}

export interface ScriptedServer {
  port: number;
  url: string;
  /** Every message that the server took responsibility for. */
  accepted: AcceptedMessage[];
  /** Every envelope's recipients, taken or not. */
  asked: string[];
  connections: number;
  /** Sets what happens from now on, for each connection. */
  script(faults: Partial<Record<Step, Fault>>, options?: Options): void;
  close(): Promise<void>;
}

interface Options {
  /** Advertised. */
  size?: number;
  auth?: boolean;
  /** A reply to single recipients. */
  recipients?: Record<string, string>;
  /** Takes the message, then does not answer: what no client can tell from losing it. */
  acceptSilently?: boolean;
  /** Before each answer. */
  delayMs?: number;
}

/** A mail server that speaks as it is told, step by step. */
export async function scriptedServer(): Promise<ScriptedServer> {
  let faults: Partial<Record<Step, Fault>> = {};
  let options: Options = {};
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    state.connections++;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    converse(socket, faults, options, state);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const state: ScriptedServer = {
    port,
    url: `smtp://127.0.0.1:${port}?tls=off`,
    accepted: [],
    asked: [],
    connections: 0,
    script(next, other = {}) {
      faults = next;
      options = other;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
  return state;
}

function converse(socket: Socket, faults: Partial<Record<Step, Fault>>, options: Options, state: ScriptedServer): void {
  let buffered = "";
  let inMessage = false;
  let dead = false;
  let from = "";
  let to: string[] = [];
  /** Says what is usual at a step, or does what the script says; true when the usual was said. */
  const answer = (step: Step, usual: string): boolean => {
    const fault = faults[step];
    if (!fault) {
      if (options.delayMs === undefined) socket.write(`${usual}\r\n`);
      else setTimeout(() => socket.write(`${usual}\r\n`), options.delayMs);
      return true;
    }
    if ("drop" in fault) {
      dead = true;
      socket.destroy();
    } else if ("silence" in fault) dead = true;
    else {
      socket.write(`${fault.reply}\r\n`);
      if (fault.reply.startsWith("421")) {
        dead = true;
        socket.end();
      }
    }
    return false;
  };
  const line = (text: string): void => {
    const verb = text.slice(0, 4).toUpperCase();
    if (verb === "EHLO") {
      const extensions = [options.auth ? "AUTH PLAIN LOGIN" : "", options.size ? `SIZE ${options.size}` : ""].filter(
        Boolean,
      );
      answer(
        "ehlo",
        ["test", ...extensions]
          .map((name, index, all) => `250${index < all.length - 1 ? "-" : " "}${name}`)
          .join("\r\n"),
      );
    } else if (verb === "AUTH") answer("auth", "235 2.7.0 welcome");
    else if (verb === "MAIL") {
      from = /<(.*?)>/.exec(text)?.[1] ?? "";
      to = [];
      answer("mail", "250 2.1.0 ok");
    } else if (verb === "RCPT") {
      const address = /<(.*?)>/.exec(text)?.[1] ?? "";
      state.asked.push(address);
      const own = options.recipients?.[address];
      if (own) socket.write(`${own}\r\n`);
      else if (answer("rcpt", "250 2.1.5 ok")) to.push(address);
    } else if (verb === "DATA") {
      if (answer("data", "354 go ahead")) inMessage = true;
    } else if (verb === "QUIT") {
      if (answer("quit", "221 2.0.0 bye")) socket.end();
    } else if (verb === "RSET") socket.write("250 2.0.0 ok\r\n");
    else socket.write("500 5.5.1 what?\r\n");
  };
  socket.on("data", (chunk) => {
    if (dead) return;
    buffered += chunk.toString("latin1");
    while (!dead) {
      if (inMessage) {
        const end = buffered.indexOf("\r\n.\r\n");
        if (end < 0) return;
        const content = buffered.slice(0, end + 2).replaceAll("\r\n..", "\r\n.");
        buffered = buffered.slice(end + 5);
        inMessage = false;
        if (options.acceptSilently) state.accepted.push({ from, to, content });
        if (answer("message", "250 2.0.0 queued as 7F3A") && !options.acceptSilently)
          state.accepted.push({ from, to, content });
        continue;
      }
      const end = buffered.indexOf("\r\n");
      if (end < 0) return;
      const text = buffered.slice(0, end);
      buffered = buffered.slice(end + 2);
      line(text);
    }
  });
  answer("connect", "220 test ESMTP");
}
