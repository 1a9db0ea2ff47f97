import { FileRefusedError } from "../errors.ts";

export const ENCODINGS = ["utf-8", "utf-16le", "utf-16be", "windows-1252"] as const;
export type TextEncoding = (typeof ENCODINGS)[number];

export interface EncodingGuess {
  encoding: TextEncoding;
  /** The file starts with a byte order mark. */
  bom: boolean;
}

/**
 * The encoding of a text file from its first bytes: by byte order mark, else UTF-16 where every
 * other byte is zero, else UTF-8. Windows-1252 and Latin-1 are never guessed: any bytes are valid in
 * them, so a guess could silently turn names into others; the user has to say it.
 *
 * @throws FileRefusedError (rule `encoding`) where the bytes are no text at all, or an Excel file.
 */
export function detectEncoding(head: Uint8Array, label: string): EncodingGuess {
  if (starts(head, [0xef, 0xbb, 0xbf])) return { encoding: "utf-8", bom: true };
  if (starts(head, [0xff, 0xfe])) return { encoding: "utf-16le", bom: true };
  if (starts(head, [0xfe, 0xff])) return { encoding: "utf-16be", bom: true };
  if (starts(head, [0xd0, 0xcf, 0x11, 0xe0])) {
    throw new FileRefusedError("encoding", `${label} is an old binary Excel workbook (.xls)`, {
      hint: "save it as .xlsx or as CSV UTF-8",
    });
  }
  if (starts(head, [0x50, 0x4b, 0x03, 0x04])) {
    throw new FileRefusedError("encoding", `${label} is a zip archive, not text`, {
      hint: "an Excel workbook is read when its name ends in .xlsx",
    });
  }
  const zeros = [0, 0];
  for (let index = 0; index < head.length; index++)
    if (head[index] === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (even + odd === 0) return { encoding: "utf-8", bom: false };
  const enough = head.length / 8;
  if (even === 0 && odd > enough) return { encoding: "utf-16le", bom: false };
  if (odd === 0 && even > enough) return { encoding: "utf-16be", bom: false };
  throw new FileRefusedError("encoding", `${label} holds NUL bytes: it is not a text file`, {
    hint: "export the table as CSV UTF-8",
  });
}

function starts(head: Uint8Array, bytes: readonly number[]): boolean {
  return bytes.every((byte, index) => head[index] === byte);
}

/**
 * The text of a stream of bytes, piece by piece, without a byte order mark.
 *
 * @throws FileRefusedError (rule `encoding`) at the first bytes that are not valid in `encoding`.
 */
export async function* decodeText(
  chunks: AsyncIterable<Uint8Array>,
  encoding: TextEncoding,
  label: string,
): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  let lines = 1;
  let carried = new Uint8Array(0);
  for await (const chunk of chunks) {
    let text: string;
    try {
      text = decoder.decode(chunk, { stream: true });
    } catch {
      throw undecodable(carried, chunk, encoding, label, lines);
    }
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines++;
    carried = chunk.slice(-4);
    if (text !== "") yield text;
  }
  try {
    const rest = decoder.decode();
    if (rest !== "") yield rest;
  } catch {
    throw new FileRefusedError("encoding", `${label} ends in the middle of a ${encoding} character`, {
      hint: "it may be cut off; export it again",
    });
  }
}

/** @param carried the last bytes that were good, for a character that began there */
function undecodable(
  carried: Uint8Array,
  chunk: Uint8Array,
  encoding: TextEncoding,
  label: string,
  startLine: number,
): FileRefusedError {
  // Decoding leniently shows where it fails: at the first replacement character.
  const lenient = new TextDecoder(encoding);
  lenient.decode(carried, { stream: true });
  const text = lenient.decode(chunk);
  const line = startLine + text.slice(0, Math.max(0, text.indexOf("\ufffd"))).split("\n").length - 1;
  return new FileRefusedError("encoding", `${label} is not valid ${encoding.toUpperCase()} near line ${line}`, {
    hint: "save it as CSV UTF-8; if it is known to be Windows-1252 or Latin-1, say --encoding windows-1252",
  });
}
