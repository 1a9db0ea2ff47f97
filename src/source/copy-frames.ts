import type { Socket } from "node:net";
import type { Connection, Submittable } from "pg";

/** Takes bytes `from` up to `to` of a chunk; they must be copied to be kept. */
export type TakeBytes = (chunk: Buffer, from: number, to: number) => void;

type OnData = (chunk: Buffer) => void;

/** Message types of Postgres' protocol, version 3. */
const COPY_DATA = 0x64;
const COPY_DONE = 0x63;
const ERROR_RESPONSE = 0x45;

const HEAD = 5;

/**
 * One `COPY … TO STDOUT` whose bytes are handed over where they stand in the socket's buffers. The
 * server sends a message a row; pg-copy-streams makes a Buffer of each and joins them again, which
 * for rows of 60 bytes costs more than all else that is done with them. It takes the connection over
 * from pg in the same way, between the query and the message that ends the copy.
 */
export class CopyFrames implements Submittable {
  /** Resolves at the copy's end; rejects with what the server or the connection said. */
  readonly finished: Promise<void>;
  readonly #text: string;
  readonly #take: TakeBytes;
  readonly #head = Buffer.alloc(HEAD);
  #headLength = 0;
  /** Bytes of the message at hand that are still to come. */
  #remaining = 0;
  #isData = false;
  #socket: Socket | undefined;
  #pgHandler: OnData = () => undefined;
  #resolve: () => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  constructor(text: string, take: TakeBytes) {
    this.#text = text;
    this.#take = take;
    this.finished = new Promise<void>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever waits may have left when the connection was lost.
    this.finished.catch(() => undefined);
  }

  submit(connection: Connection): void {
    const socket = connection.stream as Socket;
    this.#socket = socket;
    this.#pgHandler = socket.listeners("data")[0] as OnData;
    socket.on("data", this.#onData);
    socket.removeListener("data", this.#pgHandler);
    connection.query(this.#text);
  }

  /** Called by pg with the server's error, or the connection's. */
  handleError(error: Error): void {
    this.#giveBack();
    this.#reject(error);
  }

  handleCommandComplete(): void {
    this.#resolve();
  }

  handleReadyForQuery(): void {
    this.#resolve();
  }

  readonly #onData = (chunk: Buffer): void => {
    let at = 0;
    while (at < chunk.length) {
      if (this.#remaining > 0) {
        const to = Math.min(chunk.length, at + this.#remaining);
        this.#remaining -= to - at;
        if (this.#isData) this.#take(chunk, at, to);
        at = to;
        continue;
      }
      // A message's head that lies in the chunk is read in place.
      if (this.#headLength === 0 && at + HEAD <= chunk.length && chunk[at] === COPY_DATA) {
        this.#start(chunk, at);
        at += HEAD;
        continue;
      }
      this.#head[this.#headLength++] = chunk[at++];
      const code = this.#head[0];
      if (this.#headLength < HEAD && code !== ERROR_RESPONSE) continue;
      if (code === COPY_DONE) this.#headLength = 0;
      if (code === COPY_DONE || code === ERROR_RESPONSE) {
        this.#handBack(chunk, at);
        return;
      }
      this.#headLength = 0;
      this.#start(this.#head, 0);
    }
  };

  #start(bytes: Buffer, at: number): void {
    this.#isData = bytes[at] === COPY_DATA;
    this.#remaining = bytes.readUInt32BE(at + 1) - 4;
  }

  /** pg reads on: an error with its head, or what follows the end of the copy. */
  #handBack(chunk: Buffer, at: number): void {
    const rest = Buffer.concat([this.#head.subarray(0, this.#headLength), chunk.subarray(at)]);
    this.#giveBack();
    if (rest.length > 0) this.#pgHandler(rest);
  }

  #giveBack(): void {
    if (!this.#socket) return;
    this.#socket.on("data", this.#pgHandler);
    this.#socket.removeListener("data", this.#onData);
    this.#socket = undefined;
  }
}
