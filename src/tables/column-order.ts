/**
 * The order in which Postgres keeps the members of a jsonb object, shorter names first, then byte by
 * byte: the only order that a stored version has, since its original order of columns is lost.
 */
export function storedOrder(columns: readonly string[]): string[] {
  return columns
    .map((name) => ({ name, bytes: Buffer.from(name, "utf8") }))
    .sort((a, b) => a.bytes.length - b.bytes.length || Buffer.compare(a.bytes, b.bytes))
    .map(({ name }) => name);
}

/** Where in `columns` each of `wanted` is; -1 for a missing one. */
export function columnIndices(columns: readonly string[], wanted: readonly string[]): number[] {
  return wanted.map((name) => columns.indexOf(name));
}
