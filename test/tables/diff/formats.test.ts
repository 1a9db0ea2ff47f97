import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { diffTables } from "../../../src/tables/diff/diff.ts";
import { diffHtml } from "../../../src/tables/diff/html.ts";
import { diffCsv, diffJson } from "../../../src/tables/diff/machine.ts";
import { diffText } from "../../../src/tables/diff/text.ts";
import { memoryTable } from "../memory-table.ts";

const before = memoryTable(
  ["code", "name"],
  [
    ["1", "<b>"],
    ["2", "x"],
    ["3", "gone"],
  ],
  "version 1",
);
const after = memoryTable(
  ["code", "name"],
  [
    ["1", "a\u001b[31m\n"],
    ["2", "x"],
    ["4", "=1+1"],
  ],
  "version 2",
);

async function printed(
  print: (diff: Awaited<ReturnType<typeof diffTables>>) => AsyncIterable<string>,
): Promise<string> {
  const diff = await diffTables(before, after, { key: { columns: ["code"], origin: "configured" } });
  let text = "";
  for await (const piece of print(diff)) text += piece;
  await diff.close();
  return text;
}

describe("a difference in print", () => {
  it("is a summary and rows as text, without anything that could move the cursor", async () => {
    const text = await printed((diff) => diffText(diff, { table: "codes", rows: 20 }));
    expect(text.replace(/[0-9a-f]{16}/, "HASH")).toBe(
      `codes: version 1 (3 rows) → version 2 (3 rows)
  added 1, removed 1, changed 1, unchanged 1
  rows are recognised by "code" (from the configuration)
  changed cells by column:
    "name": 1
  diff hash HASH

~ code="1"
    name: "<b>" → "a\\u001b[31m\\n"
- code="3"  name="gone"
+ code="4"  name="=1+1"
`,
    );
  });

  it("says how many rows are left out", async () => {
    const text = await printed((diff) => diffText(diff, { table: "codes", rows: 1 }));
    expect(text).toMatch(/… and 2 more rows that differ/);
    expect(text).not.toContain("gone");
    expect(await printed((diff) => diffText(diff, { table: "codes", rows: 0 }))).toMatch(/… and 3 more rows/);
    expect(await printed((diff) => diffHtml(diff, { table: "codes", rows: 1 }))).toMatch(
      /the first 1 of 3[\s\S]*<p>2 more rows are left out here/,
    );
  });

  it("is one JSON document with every row", async () => {
    const document = JSON.parse(await printed((diff) => diffJson(diff, "codes"))) as Record<string, unknown>;
    expect(document).toMatchObject({
      table: "codes",
      before: { label: "version 1", rows: 3 },
      key: { columns: ["code"], origin: "configured" },
      summary: { added: 1, removed: 1, changed: 1, unchanged: 1 },
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(document.changes).toEqual([
      {
        kind: "changed",
        changedColumns: ["name"],
        before: { code: "1", name: "<b>" },
        after: { code: "1", name: "a\u001b[31m\n" },
      },
      { kind: "removed", before: { code: "3", name: "gone" } },
      { kind: "added", after: { code: "4", name: "=1+1" } },
    ]);
  });

  it("is CSV with two lines for a changed row, guarded against formulas", async () => {
    expect(parse(await printed(diffCsv))).toEqual([
      ["change", "changed_columns", "code", "name"],
      ["before", "name", "1", "<b>"],
      ["after", "name", "1", "a\u001b[31m\n"],
      ["removed", "", "3", "gone"],
      ["added", "", "4", "'=1+1"],
    ]);
  });

  it("is a page of its own in which values stay text", async () => {
    const page = await printed((diff) => diffHtml(diff, { table: "<codes>", rows: 20 }));
    expect(page).toContain("<del>&lt;b&gt;</del>");
    expect(page).toContain("<title>&lt;codes&gt;: version 1 to version 2</title>");
    expect(page).not.toMatch(/<script|<link|src=|<b>/);
    expect(page.match(/<tr class="(added|removed|changed)">/g)).toHaveLength(3);
    expect(page.trimEnd()).toMatch(/^<!doctype html>[\s\S]*<\/html>$/);
  });
});
