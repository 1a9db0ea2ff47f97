import { createHash } from "node:crypto";
import { DAY, type Micros } from "../../../time/instant.ts";
import { line, time } from "../copy-text.ts";
import type { Random } from "../random.ts";
import type { World } from "../world.ts";

type Row = Readonly<Record<string, string | null>>;

/**
 * Versions of lookup tables. The keys are of mixed length, and jsonb keeps them by length: the
 * order of the columns, on which the checksum depends, is lost in the database.
 */
export function writeLookupTables(world: World): void {
  const random = world.random.fork("lookup tables");
  let versionId = 0;
  let rowId = 0;
  for (const table of tables(random)) {
    const begin = (world.settled.dayStarts[0] as Micros) - 400 * DAY + random.int(0, 30 * DAY);
    table.versions.forEach((rows, position) => {
      const version = position + 1;
      const at = begin + position * 45 * DAY + random.int(0, DAY);
      const checksum = table.unknownChecksum ? "0" : tableChecksum(rows);
      const active = version === table.active;
      const by = random.pick(["operator@ops.example", "nightly@ops.example"]);
      world.rows.add("lookup_table_version", line(++versionId, table.name, version, active, by, time(at), checksum));
      rows.forEach((row, place) => {
        world.rows.add("lookup_table_row", line(++rowId, versionId, place + 1, JSON.stringify(row)));
      });
    });
  }
}

/**
 * ReportStream's checksum: SHA-256 of its rows as Jackson prints them, joined like Java prints a
 * list (ReportStream: DatabaseLookupTableAccess, JacksonMapperUtilities).
 */
export function tableChecksum(rows: readonly Row[]): string {
  return createHash("sha256")
    .update(`[${rows.map(pretty).join(", ")}]`, "utf8")
    .digest("hex");
}

function pretty(row: Row): string {
  const members = Object.entries(row).map(
    ([key, value]) => `  ${quoted(key)} : ${value === null ? "null" : quoted(value)}`,
  );
  return members.length === 0 ? "{ }" : `{\n${members.join(",\n")}\n}`;
}

function quoted(value: string): string {
  // Control characters in capitals: \u001F, where JavaScript writes \u001f.
  return JSON.stringify(value).replace(/\\(u[0-9a-f]{4}|.)/g, (found) =>
    found.length === 6 ? `\\u${found.slice(2).toUpperCase()}` : found,
  );
}

type Table = {
  readonly name: string;
  readonly versions: readonly (readonly Row[])[];
  /** Null: none is. */
  readonly active: number | null;
  readonly unknownChecksum?: boolean;
};

function tables(random: Random): Table[] {
  const livd = (count: number): Row[] =>
    Array.from({ length: count }, (_, place) => ({
      Manufacturer: `Test Maker ${place % 7}`,
      Model: `Testkit ${place}*`,
      "Test Performed LOINC Code": `94${500 + place}-4`,
      "Testkit Name ID": `TK-${place}_TK`,
      processing_mode_code: place % 20 === 0 ? "T" : "",
    }));
  const mapping = (count: number): Row[] =>
    Array.from({ length: count }, (_, place) => ({
      Code: `${10_000 + place}-1`,
      "Code System": "LOINC",
      condition_name: random.pick(["Testitis", '"Quoted", disease', "=1+1", "Ärger"]),
    }));
  const values = (count: number, from = 0): Row[] =>
    Array.from({ length: count }, (_, place) => ({ zz: `v${place + from}`, b: "", aa: `<b>${place}</b>` }));
  const [first, changed] = [values(12), values(12).map((row, place) => (place === 3 ? { ...row, b: "changed" } : row))];
  return [
    { name: "LIVD-SARS-CoV-2", versions: [livd(40), livd(44), livd(45), livd(45).reverse()], active: 3 },
    { name: "observation-mapping", versions: [mapping(60), mapping(64), mapping(64)], active: 3 },
    { name: "fips-county", versions: [values(12_000)], active: 1 },
    {
      name: "sender-automation-value-set",
      versions: [first, changed, first, values(9), values(11), values(12)],
      active: 5,
    },
    { name: "old-hospitals", versions: [values(8)], active: 1, unknownChecksum: true },
    { name: "emptied", versions: [values(5), []], active: 1 },
    {
      name: "Mixed-Case",
      versions: [
        [
          { b: "1", a: 'xé"/\n\u2028<' },
          { b: "", a: null },
        ],
      ],
      active: 1,
    },
    { name: "never-activated", versions: [values(3), values(4, 10)], active: null },
  ];
}
