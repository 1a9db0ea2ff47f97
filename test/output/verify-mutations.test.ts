import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { verifyFolder } from "../../src/output/verify.ts";
import { emptyFolder, writeSampleRun } from "./sample-run.ts";

const MANIFEST = "manifest.json";

/** What can happen to a folder; each returns the paths of which at least one must be named. */
type Mutation = (folder: string, draw: (below: number) => number) => string[];

const pick = (folder: string, draw: (below: number) => number, withManifest = true) => {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && (withManifest || entry.name !== MANIFEST))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
  return paths[draw(paths.length)] as string;
};

const MUTATIONS: Record<string, Mutation> = {
  "flip a bit": (folder, draw) => {
    const path = pick(folder, draw);
    const bytes = readFileSync(join(folder, path));
    const at = draw(bytes.length);
    bytes[at] = (bytes[at] as number) ^ (1 << draw(8));
    writeFileSync(join(folder, path), bytes);
    return [path];
  },
  "drop a byte": (folder, draw) => {
    const path = pick(folder, draw);
    const bytes = readFileSync(join(folder, path));
    const at = draw(bytes.length);
    writeFileSync(join(folder, path), Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]));
    return [path];
  },
  "insert a byte": (folder, draw) => {
    const path = pick(folder, draw);
    const bytes = readFileSync(join(folder, path));
    const at = draw(bytes.length + 1);
    writeFileSync(join(folder, path), Buffer.concat([bytes.subarray(0, at), Buffer.of(draw(256)), bytes.subarray(at)]));
    return [path];
  },
  "cut at a line's end": (folder, draw) => {
    const path = pick(folder, draw, false);
    const text = readFileSync(join(folder, path), "utf8");
    const lines = text.split(/(?<=\n)/);
    writeFileSync(join(folder, path), lines.slice(0, draw(lines.length)).join(""));
    return [path];
  },
  "remove a file": (folder, draw) => {
    const path = pick(folder, draw);
    rmSync(join(folder, path));
    return [path];
  },
  "add a file": (folder, draw) => {
    const path = ["x.csv", "organizations/x", "organizations/ca-dph/.hidden", "new/deep/file"][draw(4)] as string;
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), "x".repeat(draw(3)));
    return [path];
  },
  "add a folder": (folder, draw) => {
    const path = ["x", "organizations/x", "organizations/ca-dph/x"][draw(3)] as string;
    mkdirSync(join(folder, path));
    return [path];
  },
  "swap two files": (folder, draw) => {
    const [one, two] = [pick(folder, draw, false), pick(folder, draw, false)];
    if (one === two) return MUTATIONS["flip a bit"]?.(folder, draw) ?? [];
    renameSync(join(folder, one), join(folder, "swap"));
    renameSync(join(folder, two), join(folder, one));
    renameSync(join(folder, "swap"), join(folder, two));
    return [one, two];
  },
  "rename a file": (folder, draw) => {
    const path = pick(folder, draw);
    renameSync(join(folder, path), join(folder, `${path}~`));
    return [path];
  },
  "put a link in its place": (folder, draw) => {
    const path = pick(folder, draw);
    renameSync(join(folder, path), join(folder, "..", "away"));
    symlinkSync(join(folder, "..", "away"), join(folder, path));
    return [path];
  },
  "edit the manifest": (folder, draw) => {
    const text = readFileSync(join(folder, MANIFEST), "utf8");
    const digits = [...text.matchAll(/\d/g)].map(({ index }) => index);
    const at = digits[draw(digits.length)] as number;
    writeFileSync(join(folder, MANIFEST), `${text.slice(0, at)}${(Number(text[at]) + 1) % 10}${text.slice(at + 1)}`);
    return [MANIFEST];
  },
};

test("1,000 mutations are found and named, and 100 looks at a clean run find nothing", async () => {
  const parent = await emptyFolder();
  const clean = join(parent, "clean");
  await writeSampleRun(clean);
  const numbers = fc.infiniteStream(fc.nat());
  const cases = fc.sample(fc.tuple(fc.constantFrom(...Object.keys(MUTATIONS)), numbers), { numRuns: 1000, seed: 2026 });
  const seen = new Set<string>();
  const lane = async (number: number) => {
    for (let next = cases.pop(); next; next = cases.pop()) {
      const [name, stream] = next;
      const folder = join(parent, `lane-${number}`, "run");
      cpSync(clean, folder, { recursive: true });
      const draw = (below: number) => (stream.next().value as number) % below;
      const touched = MUTATIONS[name]?.(folder, draw) ?? [];
      const { ok, faults } = await verifyFolder(folder);
      const named = faults.map(({ path }) => path);
      expect(ok, name).toBe(false);
      for (const path of touched) expect(named, `${name}: ${touched}`).toContain(path);
      if (cases.length % 10 === 0) expect((await verifyFolder(clean)).faults, "a clean run").toEqual([]);
      rmSync(join(parent, `lane-${number}`), { recursive: true });
      seen.add(name);
    }
  };
  await Promise.all([1, 2, 3, 4].map(lane));
  expect(seen.size).toBe(Object.keys(MUTATIONS).length);
}, 180_000);
