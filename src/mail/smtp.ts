import { Readable } from "node:stream";
import type SMTPConnection from "nodemailer/lib/smtp-connection";
import type { Micros } from "../time/instant.ts";
import { SECOND } from "../time/instant.ts";
import { smtpConnection } from "./smtp-connection.ts";
import { explainSmtp, type SmtpError, withoutSecrets } from "./smtp-errors.ts";
import type { SmtpSettings } from "./smtp-settings.ts";

/** How far a conversation with the mail server came. */
export type Phase =
  | "connecting"
  | "greeting"
  | "login"
  | "sender"
  | "recipients"
  | "message"
  | "handed over"
  | "answered";

/** How one attempt to hand over a message ended. */
export type SmtpResult =
  | { kind: "accepted"; reply: string; refused: { address: string; reply: string }[] }
  /** Nothing was taken; the same may go well later. */
  | { kind: "deferred"; phase: Phase; reply: string }
  /** Nothing was taken, and nothing else will be. */
  | { kind: "refused"; phase: Phase; reply: string; refused: { address: string; reply: string }[] }
  /** The message was handed over whole, and the answer did not come. */
  | { kind: "unknown"; phase: Phase; reply: string }
  /** Larger than the server takes, as it said itself. Nothing was sent. */
  | { kind: "too large"; limit: number; bytes: number };

export interface Handover {
  from: string;
  to: readonly string[];
  message: Buffer;
  /** Called before the end of the message is sent; when it resolves to false, or rejects, the message is not completed. */
  beforeEnd: () => Promise<boolean>;
  signal: AbortSignal;
}

/** A server that takes messages; one conversation a message. */
export interface MailServer {
  handOver(handover: Handover): Promise<SmtpResult>;
}

/** Between the last bytes and the end there is this much, so that the end is a piece of its own. */
const LAST_PIECE = 32;
const PIECE = 64 * 1024;

/** A conversation that is interrupted gets so long to come to its end, if the message is handed over already. */
const LAST_CHANCE_MS = 4000;

export function smtpServer(settings: SmtpSettings): MailServer {
  return { handOver: (handover) => new Conversation(settings, handover).run() };
}

/**
 * One conversation, watched: it knows which phase was reached, whatever ends it. The message is
 * handed to nodemailer as a stream that keeps its last bytes back until the ledger knows that they are about to be sent, so
 * that before them nothing can have been accepted.
 */
class Conversation {
  readonly #settings: SmtpSettings;
  readonly #handover: Handover;
  readonly #connection: InstanceType<typeof SMTPConnection>;
  #phase: Phase = "connecting";

  constructor(settings: SmtpSettings, handover: Handover) {
    this.#settings = settings;
    this.#handover = handover;
    this.#connection = smtpConnection(settings);
  }

  run(): Promise<SmtpResult> {
    const connection = this.#connection;
    const { signal } = this.#handover;
    return new Promise<SmtpResult>((resolve) => {
      let over = false;
      let lastChance: NodeJS.Timeout | undefined;
      const longest = setTimeout(
        () => finish(this.#failed(new Error(`no end after ${this.#settings.longestMs / 1000} s`))),
        this.#settings.longestMs,
      );
      const finish = (result: SmtpResult): void => {
        if (over) return;
        over = true;
        clearTimeout(longest);
        clearTimeout(lastChance);
        signal.removeEventListener("abort", interrupt);
        // A polite end where there is something to end; never waited for: the answer is in.
        if (result.kind === "accepted") connection.quit();
        else connection.close();
        resolve(result);
      };
      const fail = (error: SmtpError): void => finish(this.#failed(error));
      const interrupt = (): void => {
        const stop = (): void => fail(new Error("interrupted"));
        if (this.#phase === "handed over") lastChance = setTimeout(stop, LAST_CHANCE_MS);
        else stop();
      };
      signal.addEventListener("abort", interrupt, { once: true });
      connection.on("error", fail);
      connection.on("end", () => fail(new Error("the server closed the connection")));
      if (signal.aborted) {
        interrupt();
        return;
      }
      connection.connect((error?: SmtpError | null) => {
        if (error) return fail(error);
        this.#phase = "login";
        this.#login((refused) => {
          if (refused) return fail(refused);
          this.#send(fail, finish);
        });
      });
    });
  }

  #login(done: (error?: SmtpError) => void): void {
    const { user, password } = this.#settings;
    if (user === undefined) {
      done();
      return;
    }
    this.#connection.login({ credentials: { user, pass: password?.reveal() ?? "" } }, (error) =>
      done(error ?? undefined),
    );
  }

  #send(fail: (error: SmtpError) => void, finish: (result: SmtpResult) => void): void {
    const { from, to, message } = this.#handover;
    const limit = this.#sizeLimit();
    if (limit !== undefined && message.length > limit) {
      finish({ kind: "too large", limit, bytes: message.length });
      return;
    }
    this.#phase = "recipients";
    const envelope = { from, to: [...to], size: message.length };
    this.#connection.send(envelope, this.#stream(), (error: SmtpError | null, info) => {
      if (error) return fail(error);
      finish({
        kind: "accepted",
        reply: oneLine(info?.response ?? ""),
        refused: refusals(info?.rejectedErrors as SmtpError["rejectedErrors"], info?.rejected),
      });
    });
  }

  /** What the server said about sizes when it was greeted; undefined for nothing. */
  #sizeLimit(): number | undefined {
    const { _maxAllowedSize: limit } = this.#connection as unknown as { _maxAllowedSize?: number | false };
    return typeof limit === "number" && limit > 0 ? limit : undefined;
  }

  /** The message in pieces; nodemailer asks for the first when the server has answered DATA. */
  #stream(): Readable {
    const { message, beforeEnd } = this.#handover;
    const enter = (phase: Phase): void => {
      this.#phase = phase;
    };
    async function* pieces(): AsyncGenerator<Buffer> {
      enter("message");
      const end = Math.max(0, message.length - LAST_PIECE);
      for (let at = 0; at < end; at += PIECE) yield message.subarray(at, Math.min(at + PIECE, end));
      if (!(await beforeEnd())) throw new Error("the mail was taken by another process");
      enter("handed over");
      yield message.subarray(end);
    }
    return Readable.from(pieces(), { objectMode: false, highWaterMark: 1 });
  }

  #failed(error: SmtpError): SmtpResult {
    const code = error.responseCode;
    const phase = phaseOf(error, this.#phase);
    const reply = oneLine(withoutSecrets(explainSmtp(error, this.#settings), this.#settings));
    const answered = code !== undefined && code >= 400 && code < 600;
    // 421 is also what a server says that goes away, unasked: it is no answer to the message.
    if (this.#phase === "handed over" && (!answered || code === 421)) return { kind: "unknown", phase, reply };
    // A no to the login or the greeting is about this program's settings, and no message is lost for it.
    const aboutMessage = phase !== "connecting" && phase !== "greeting" && phase !== "login";
    if (answered && code >= 500 && aboutMessage)
      return { kind: "refused", phase, reply, refused: refusals(error.rejectedErrors, undefined) };
    return { kind: "deferred", phase, reply };
  }
}

/** The phase that an error names itself, else the last that was entered. */
function phaseOf({ command, code }: SmtpError, entered: Phase): Phase {
  if (entered === "message" || entered === "handed over") return entered;
  if (command === "MAIL FROM") return "sender";
  if (command === "RCPT TO") return "recipients";
  if (command === "DATA") return "message";
  if (command?.startsWith("AUTH") || code === "EAUTH") return "login";
  if (command === "EHLO" || command === "HELO" || command === "STARTTLS" || code === "EPROTOCOL") return "greeting";
  return entered;
}

function refusals(
  errors: SmtpError["rejectedErrors"],
  addresses: readonly unknown[] | undefined,
): { address: string; reply: string }[] {
  if (errors && errors.length > 0) {
    return errors.map((error) => ({ address: error.recipient ?? "", reply: oneLine(error.response ?? error.message) }));
  }
  return (addresses ?? []).map((address) => ({ address: String(address), reply: "" }));
}

/** What a server says is somebody else's text: one line, without control characters, not too long. */
function oneLine(text: string): string {
  return text
    .replaceAll(/\p{Cc}+/gu, " ")
    .trim()
    .slice(0, 500);
}

/**
 * How long to wait before the next try: as long as the mail is old, so that a message moves away by its own age (as Postfix does), at
 * least five minutes and at most four hours.
 */
export function backoff(age: Micros): Micros {
  return Math.min(Math.max(age, 300 * SECOND), 4 * 3600 * SECOND);
}
