import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { packageRoot } from "../../src/package.ts";

export interface ProgramOptions {
  /** On top of an environment without any setting of the database or the program. */
  env?: Record<string, string>;
  cwd?: string;
  /** Nothing unless given. */
  stdin?: string;
  /** 60 seconds unless given. */
  timeoutMs?: number;
}

export interface ProgramResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface StartedProgram {
  child: ChildProcess;
  /** Rejects, and kills the program, if it does not end in time. */
  ended: Promise<ProgramResult>;
  /** Resolves when stderr or stdout have this in them, rejects when the program ends before. */
  says(text: string | RegExp): Promise<void>;
}

/** Runs the compiled program as a user does, and waits for it. */
export function runProgram(args: string[], options: ProgramOptions = {}): Promise<ProgramResult> {
  return startProgram(args, options).ended;
}

/** The same for tests that do something to the program while it runs. */
export function startProgram(args: string[], options: ProgramOptions = {}): StartedProgram {
  const { stdin = "", timeoutMs = 60_000 } = options;
  const child = spawn(process.execPath, [join(packageRoot, "src", "launch.js"), ...args], {
    cwd: options.cwd ?? packageRoot,
    env: { ...plainEnvironment(), ...options.env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  const watchers = new Set<() => void>();
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
      for (const watcher of watchers) watcher();
    });
  }
  child.stdin.on("error", () => {
    // A program that ends without reading closes its end first.
  });
  child.stdin.end(stdin);

  const command = `lineage-report ${args.join(" ")}`;
  const ended = new Promise<ProgramResult>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`${command}: not done after ${timeoutMs} ms\n${output.stdout}${output.stderr}`));
    }, timeoutMs);
    child.once("error", reject);
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, ...output });
    });
  });
  ended.catch(() => {
    // Whoever awaits it hears of it; a test that failed before must not end the process.
  });

  const says = (text: string | RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = () => {
        const seen = typeof text === "string" ? hasText(output, text) : text.test(output.stdout + output.stderr);
        if (!seen) return;
        watchers.delete(look);
        resolve();
      };
      watchers.add(look);
      look();
      const tooLate = () => reject(new Error(`${command}: ended without ${text}\n${output.stdout}${output.stderr}`));
      ended.then(tooLate, tooLate);
    });
  return { child, ended, says };
}

function hasText(output: { stdout: string; stderr: string }, text: string): boolean {
  return output.stdout.includes(text) || output.stderr.includes(text);
}

/** The developer's own settings must not decide a test. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const own =
    /^(PG|DATABASE_URL$|TEST_DATABASE_URL$|KEEP_TEST|LINEAGE_REPORT|SMTP|NO_COLOR$|FORCE_COLOR$|VITEST|NODE_ENV$|CI$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
}
