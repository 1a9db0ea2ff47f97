import type { Writable } from "node:stream";
import type { SingleBar } from "cli-progress";

/** One piece of work that takes time. */
export interface Phase {
  /** So many more rows, files or bytes are done. */
  advance(count?: number): void;
  /** Ends the phase; `note` tells the result, such as `314,000 rows`. */
  done(note?: string): void;
}

/** Tells on stderr what goes on: a bar on a terminal, a plain line elsewhere, nothing when quiet. */
export interface Progress {
  /** Begins a phase, ending the one before. `total` is what the counts add up to, if known. */
  phase(title: string, total?: number): Phase;
  /**
   * Ends whatever is under way; after that stderr is free for other lines. Belongs into a `finally`: a bar that nobody
   * stops is drawn for ever and keeps the process alive.
   */
  stop(): void;
}

export interface ProgressOptions {
  stderr: Writable & { isTTY?: boolean };
  /** Milliseconds, only for how long things took. */
  now: () => number;
  quiet: boolean;
}

/** Elsewhere than on a terminal, a long phase says that it is alive, but does not fill the log. */
const LINE_EVERY_MS = 10_000;

const SILENT: Phase = { advance: () => undefined, done: () => undefined };

/** The progress that fits the stream. cli-progress is loaded only for a terminal. */
export async function createProgress(options: ProgressOptions): Promise<Progress> {
  if (options.quiet) return { phase: () => SILENT, stop: () => undefined };
  if (!options.stderr.isTTY) return sequence((title, total) => linePhase(options, title, total));
  const { default: cliProgress } = await import("cli-progress");
  return sequence((title, total) => {
    const bar = new cliProgress.SingleBar({
      stream: options.stderr as NodeJS.WriteStream,
      format: total === undefined ? "{title} {value}" : "{title} [{bar}] {percentage}% {value}/{total}",
      clearOnComplete: true,
      fps: 8,
      // A SIGINT is bin.ts's to handle.
      gracefulExit: false,
    });
    return barPhase(options, bar, title, total);
  });
}

/** At most one phase is open: the next one, or stop, ends it. */
function sequence(begin: (title: string, total?: number) => Phase): Progress {
  let open: Phase | undefined;
  const stop = () => {
    open?.done();
    open = undefined;
  };
  return {
    phase(title, total) {
      stop();
      const phase = begin(title, total);
      let ended = false;
      open = {
        advance: (count) => {
          if (!ended) phase.advance(count);
        },
        done: (note) => {
          if (!ended) phase.done(note);
          ended = true;
        },
      };
      return open;
    },
    stop,
  };
}

function barPhase({ stderr, now }: ProgressOptions, bar: SingleBar, title: string, total?: number): Phase {
  const started = now();
  bar.start(total ?? 0, 0, { title });
  return {
    advance: (count = 1) => bar.increment(count),
    done(note) {
      bar.stop();
      stderr.write(`${title}: ${note ?? "done"} in ${seconds(now() - started)}\n`);
    },
  };
}

function linePhase({ stderr, now }: ProgressOptions, title: string, total?: number): Phase {
  const started = now();
  let said = started;
  let value = 0;
  stderr.write(`${title} ...\n`);
  return {
    advance(count = 1) {
      value += count;
      const time = now();
      if (time - said < LINE_EVERY_MS) return;
      said = time;
      stderr.write(`${title}: ${grouped(value)}${total === undefined ? "" : ` of ${grouped(total)}`}\n`);
    },
    done(note) {
      stderr.write(`${title}: ${note ?? "done"} in ${seconds(now() - started)}\n`);
    },
  };
}

function seconds(millis: number): string {
  return `${(millis / 1000).toFixed(1)} s`;
}

/** `314,000`, whatever the host's locale. */
function grouped(value: number): string {
  return String(value).replaceAll(/\B(?=(\d{3})+$)/g, ",");
}
