import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StringDecoder } from "node:string_decoder";

/**
 * Lines on disk while a diff is taken, in a folder of their own under the temporary folder, which is
 * made with the first spill and removed by `remove`. Only this user can read it.
 */
export class SpillFolder {
  #path: Promise<string> | undefined;
  #files = 0;

  /** Writes lines to a new file; resolves with its path. */
  async write(lines: readonly string[]): Promise<string> {
    this.#path ??= mkdtemp(join(tmpdir(), "lineage-report-diff-"));
    const path = join(await this.#path, `${this.#files++}.lines`);
    const file = await open(path, "wx", 0o600);
    try {
      for (let at = 0; at < lines.length; at += LINES_PER_WRITE) {
        await file.writeFile(`${lines.slice(at, at + LINES_PER_WRITE).join("\n")}\n`, "utf8");
      }
    } finally {
      await file.close();
    }
    return path;
  }

  async remove(): Promise<void> {
    if (this.#path !== undefined) await rm(await this.#path, { recursive: true, force: true });
    this.#path = undefined;
  }
}

const LINES_PER_WRITE = 2_000;

const BYTES_PER_READ = 16 * 1024;

/** The lines of a spilled file, batch by batch, through one small buffer: many files are read side by side. */
export async function* readLines(path: string): AsyncGenerator<string[]> {
  const file = await open(path, "r");
  try {
    const buffer = Buffer.allocUnsafeSlow(BYTES_PER_READ);
    const decoder = new StringDecoder("utf8");
    let rest = "";
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return;
      const lines = (rest + decoder.write(buffer.subarray(0, bytesRead))).split("\n");
      rest = lines.pop() ?? "";
      if (lines.length > 0) yield lines;
    }
  } finally {
    await file.close();
  }
}
