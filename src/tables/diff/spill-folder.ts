import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Lines on disk while a diff is taken, in a folder of their own under the temporary folder, which is
 * made with the first spill and removed by `remove`. Only this user can read it.
 */
export class SpillFolder {
  #path: Promise<string> | undefined;
  #files = 0;

  /** Writes batches of lines, as bytes, to a new file; resolves with its path. */
  async write(batches: Iterable<readonly Uint8Array[]>): Promise<string> {
    this.#path ??= mkdtemp(join(tmpdir(), "lineage-report-diff-"));
    const path = join(await this.#path, `${this.#files++}.lines`);
    const file = await open(path, "wx", 0o600);
    try {
      for (const lines of batches) await file.writeFile(Buffer.concat(lines.flatMap((line) => [line, LINE_END])));
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

const LINE_END = Buffer.from("\n");
const BYTES_PER_READ = 16 * 1024;

/** The lines of a spilled file, batch by batch, their bytes as Latin-1; through one small buffer, since many files are read side by side. */
export async function* readLines(path: string): AsyncGenerator<string[]> {
  const file = await open(path, "r");
  try {
    const buffer = Buffer.allocUnsafeSlow(BYTES_PER_READ);
    let rest = "";
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return;
      const lines = (rest + buffer.toString("latin1", 0, bytesRead)).split("\n");
      rest = lines.pop() ?? "";
      if (lines.length > 0) yield lines;
    }
  } finally {
    await file.close();
  }
}
