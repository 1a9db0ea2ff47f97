import { type CreatedVersion, createVersion, type NewVersion } from "./create-version.ts";
import { rowPrinter } from "./row-line.ts";
import type { WriteOptions } from "./write-session.ts";

/**
 * So much text is held back before anything is written, so that most tables are checked to their last row first, and what is
 * refused or identical leaves nothing behind in the database, not even rows that were taken back.
 */
const HELD_BACK = 1024 * 1024;

/** Once they go out, so much may wait for the server. */
const AHEAD = 512 * 1024;

type WantedVersion = Omit<NewVersion, "lines" | "checksum">;

class AbandonedError extends Error {}

/**
 * Loads a table while it is being checked: its rows go on to the server as they are read, in a transaction that ends only
 * when `finish` is called. So a large file is read once, and the server works while the check does. What the server says
 * against it is told by `finish`, since the check may tell it better.
 */
export class VersionLoader {
  readonly #options: WriteOptions;
  readonly #wanted: WantedVersion;
  readonly #print: (json: readonly string[]) => string;
  #lines: string[] = [];
  #length = 0;
  #checksum = "";
  #ended = false;
  #abandoned = false;
  #work: Promise<CreatedVersion> | undefined;
  #failed = false;
  #wakeReader = (): void => undefined;
  #wakeWriter = (): void => undefined;

  constructor(options: WriteOptions, columns: readonly string[], wanted: WantedVersion) {
    this.#options = options;
    this.#wanted = wanted;
    this.#print = rowPrinter(columns);
  }

  /** Takes a row, its cells as JSON. */
  add(json: readonly string[]): void {
    if (this.#failed) return;
    const line = this.#print(json);
    this.#lines.push(line);
    this.#length += line.length;
  }

  /** Waits until there is room for more. */
  async room(): Promise<void> {
    if (this.#length < HELD_BACK && this.#work === undefined) return;
    this.#start();
    this.#wakeReader();
    while (this.#length > AHEAD && !this.#failed) {
      await new Promise<void>((resolve) => {
        this.#wakeWriter = resolve;
      });
    }
  }

  /** Commits the version. @throws what createVersion throws */
  finish(checksum: string): Promise<CreatedVersion> {
    this.#checksum = checksum;
    this.#ended = true;
    const work = this.#start();
    this.#wakeReader();
    return work;
  }

  /** Takes everything back; never throws. May be called again, and after `finish`. */
  async abandon(): Promise<void> {
    this.#abandoned = true;
    this.#wakeReader();
    await this.#work?.catch(() => undefined);
  }

  #start(): Promise<CreatedVersion> {
    if (this.#work === undefined) {
      this.#work = createVersion(this.#options, {
        ...this.#wanted,
        lines: this.#take(),
        checksum: () => this.#checksum,
      });
      this.#work.catch(() => {
        this.#failed = true;
        this.#lines = [];
        this.#wakeWriter();
      });
    }
    return this.#work;
  }

  async *#take(): AsyncGenerator<string[]> {
    for (;;) {
      if (this.#abandoned) throw new AbandonedError("the table was not taken");
      const lines = this.#lines;
      if (lines.length > 0) {
        this.#lines = [];
        this.#length = 0;
        this.#wakeWriter();
        yield lines;
      } else if (this.#ended) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wakeReader = resolve;
        });
      }
    }
  }
}
