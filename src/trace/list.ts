import { resolve } from "node:path";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { UsageError } from "../errors.ts";
import { errorCode, realFileSystem } from "../output/file-system.ts";

/** A list of ids takes no more than this: a larger file is another file, given by mistake. */
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * The text of a list, `-` for stdin, as a spreadsheet or an editor may have written it.
 *
 * @throws UsageError when it cannot be read or is no text
 */
export async function readList(file: string, cwd: string, stdin: Readable): Promise<string> {
  const bytes = file === "-" ? await buffer(stdin) : await readBytes(file, resolve(cwd, file));
  const name = file === "-" ? "the list on stdin" : `the list ${file}`;
  if (bytes.length > MOST_BYTES) throw new UsageError(`${name} is larger than 16 MB`, { hint: "give ids, one a line" });
  const text = bytes.subarray(0, 2).equals(UTF16) ? bytes.toString("utf16le") : bytes.toString("utf8");
  if (text.includes("\0"))
    throw new UsageError(`${name} is no text`, { hint: "save it as CSV or text, one id a line" });
  return text;
}

const UTF16 = Buffer.from([0xff, 0xfe]);

async function readBytes(file: string, path: string): Promise<Buffer> {
  try {
    const handle = await realFileSystem.open(path, "r");
    try {
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (cause) {
    const code = errorCode(cause);
    throw new UsageError(`the list ${file} cannot be read${code === undefined ? "" : ` (${code})`}`, {
      hint: "name a file of ids, one a line, or - for stdin",
      cause,
    });
  }
}
