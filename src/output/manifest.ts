import { createHash } from "node:crypto";
import { z } from "zod";

/** The manifest's own name; it lists every file of a run but itself. */
export const MANIFEST = "manifest.json";

/** A file as it was written. `rows` (the header not counted) is there for CSV alone. */
const fileSchema = z.strictObject({
  path: z.string().min(1),
  rows: z.int().nonnegative().optional(),
  bytes: z.int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const schema = z.strictObject({
  format: z.literal(1),
  tool: z.strictObject({ name: z.string(), version: z.string() }),
  window: z.strictObject({ from: z.string(), to: z.string(), timeZone: z.string() }),
  snapshot: z.strictObject({ at: z.string(), id: z.string() }),
  options: z.record(z.string(), z.json()),
  queries: z.array(z.strictObject({ name: z.string(), sha256: z.string() })),
  files: z.array(fileSchema),
  checksum: z.string(),
});

export type ManifestFile = Readonly<z.infer<typeof fileSchema>>;

/** manifest.json. Instants are texts as formatInstant prints them. */
export type Manifest = Readonly<z.infer<typeof schema>>;

/** What a run says of itself; the folder adds `files`, the rest is worked out. */
export type ManifestHead = Pick<Manifest, "tool" | "window" | "snapshot" | "options" | "queries">;

/** The manifest of a run: members in the order of the contract, files by path, the checksum last. */
export function createManifest(head: ManifestHead, files: readonly ManifestFile[]): Manifest {
  const rest = {
    format: 1 as const,
    tool: { name: head.tool.name, version: head.tool.version },
    window: { from: head.window.from, to: head.window.to, timeZone: head.window.timeZone },
    snapshot: { at: head.snapshot.at, id: head.snapshot.id },
    options: head.options,
    queries: head.queries.map(({ name, sha256 }) => ({ name, sha256 })),
    files: files
      .map(({ path, rows, bytes, sha256 }) => ({ path, ...(rows === undefined ? {} : { rows }), bytes, sha256 }))
      .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)),
  };
  return { ...rest, checksum: checksumOf(rest) };
}

/** The bytes of manifest.json as text: two blanks of indent, one line break at the end. */
export function formatManifest(manifest: Manifest): string {
  return print(manifest);
}

/**
 * The SHA-256 of manifest.json as it would be without its member `checksum`. It finds an edit, a
 * flipped bit or a cut; it is no signature, since whoever edits on purpose can work it out again.
 */
function checksumOf(rest: object): string {
  return createHash("sha256").update(print(rest)).digest("hex");
}

function print(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** What reading a manifest gave: the manifest as far as it can be read, and all that is wrong with it. */
export interface ReadManifest {
  readonly manifest: Manifest | undefined;
  readonly problems: readonly string[];
}

/** Reads manifest.json; any byte that formatManifest would not have written is a problem. */
export function parseManifest(text: string): ReadManifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { manifest: undefined, problems: [`it is not JSON: ${(error as Error).message}`] };
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.join(".") || "the whole";
    return { manifest: undefined, problems: [`it is no manifest of format 1: ${where}: ${issue?.message}`] };
  }
  const { checksum, ...rest } = json as Record<string, unknown>;
  const found = checksumOf(rest);
  if (found !== checksum)
    return { manifest: parsed.data, problems: [`its checksum is ${checksum}, its contents give ${found}`] };
  if (print(json as object) !== text) return { manifest: parsed.data, problems: ["its text is not as it was written"] };
  return { manifest: parsed.data, problems: [] };
}
