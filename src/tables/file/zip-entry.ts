import { inflateRawSync } from "node:zlib";

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
/** A part of a workbook that unpacks to more is refused: no real one does, and a zip bomb would. */
const LARGEST_PART = 512 * 1024 * 1024;

/**
 * One file out of a zip archive, as text; undefined where the archive does not hold it. Only what
 * workbooks use is known: entries stored or deflated, no encryption, no zip64.
 *
 * @throws Error where the archive is damaged
 */
export function readZipEntry(archive: Buffer, name: string): string | undefined {
  const end = archive.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0 || archive.readUInt32LE(end) !== END_OF_DIRECTORY) throw new Error("the zip directory is missing");
  const entries = archive.readUInt16LE(end + 10);
  let at = archive.readUInt32LE(end + 16);
  for (let entry = 0; entry < entries; entry++) {
    if (archive.readUInt32LE(at) !== DIRECTORY_ENTRY) throw new Error("the zip directory is damaged");
    const method = archive.readUInt16LE(at + 10);
    const packedBytes = archive.readUInt32LE(at + 20);
    const nameLength = archive.readUInt16LE(at + 28);
    const extraLength = archive.readUInt16LE(at + 30);
    const commentLength = archive.readUInt16LE(at + 32);
    const localHeader = archive.readUInt32LE(at + 42);
    if (archive.toString("utf8", at + 46, at + 46 + nameLength) === name) {
      // The local header repeats the lengths, and its extra field can differ from the directory's.
      const start = localHeader + 30 + archive.readUInt16LE(localHeader + 26) + archive.readUInt16LE(localHeader + 28);
      const packed = archive.subarray(start, start + packedBytes);
      if (method === 0) return packed.toString("utf8");
      if (method === 8) return inflateRawSync(packed, { maxOutputLength: LARGEST_PART }).toString("utf8");
      throw new Error(`${name} is packed by method ${method}`);
    }
    at += 46 + nameLength + extraLength + commentLength;
  }
  return undefined;
}
