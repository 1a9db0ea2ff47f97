import { GuardError } from "../errors.ts";
import { joinCells } from "../fingerprint.ts";
import { countOf, quoted, type Row, type TableSource } from "../row.ts";

/**
 * A table with a supplement merged in, as ReportStream's update of the LIVD table does it (its playbook, how-to-update-LIVD-table): rows
 * are matched by the cells of all columns that both have. A supplement's row that matches none is added, one that
 * matches one row fills in the supplement's further columns there, one that matches several is an error. Columns
 * that only the supplement has come last.
 *
 * The merged table is held in memory: it is made for workbooks.
 *
 * @throws GuardError where nothing can be matched, or a row matches several
 */
export async function withSupplement(base: TableSource, supplement: TableSource): Promise<TableSource> {
  const common = base.columns.filter((name) => supplement.columns.includes(name));
  if (common.length === 0) {
    throw new GuardError(`${supplement.label} has no column in common with ${base.label}`, {
      hint: `${base.label} has ${base.columns.map((name) => quoted(name)).join(", ")}`,
    });
  }
  const columns = [...base.columns, ...supplement.columns.filter((name) => !base.columns.includes(name))];
  const { rows, places } = await readAll(base, columns);
  const own = rows.length;
  const matching = new Map<string, number[]>();
  const here = common.map((name) => columns.indexOf(name));
  rows.forEach((row, index) => {
    const key = joinCells(row, here);
    matching.set(key, [...(matching.get(key) ?? []), index]);
  });
  const extra = await readAll(supplement, columns);
  let filled = 0;
  extra.rows.forEach((row, index) => {
    const found = matching.get(joinCells(row, here)) ?? [];
    const place = extra.places[index] ?? 0;
    if (found.length > 1) {
      const where = found.slice(0, 5).map((at) => places[at]);
      throw new GuardError(
        `${supplement.label}, ${supplement.placeWord} ${place} matches several rows of ${base.label} (${where.join(", ")})`,
        { hint: "make the row more exact, or take it out" },
      );
    }
    const [at] = found;
    if (at === undefined) {
      rows.push(row);
      places.push(place);
      return;
    }
    filled++;
    rows[at] = columns.map((name, column) =>
      supplement.columns.includes(name) ? (row[column] ?? "") : (rows[at]?.[column] ?? ""),
    );
  });
  const message = `${supplement.label}: ${countOf(rows.length - own, "row")} added, ${countOf(filled, "row")} filled in`;
  return {
    label: `${base.label} with ${supplement.label}`,
    placeWord: base.placeWord,
    columns,
    remarks: [...base.remarks, ...supplement.remarks, { rule: "supplement", level: "note", message }],
    async *rows() {
      yield { rows, places };
    },
  };
}

async function readAll(source: TableSource, columns: readonly string[]): Promise<{ rows: Row[]; places: number[] }> {
  const order = columns.map((name) => source.columns.indexOf(name));
  const rows: Row[] = [];
  const places: number[] = [];
  for await (const batch of source.rows()) {
    for (const row of batch.rows) rows.push(order.map((index) => (index < 0 ? "" : (row[index] ?? ""))));
    places.push(...batch.places);
  }
  return { rows, places };
}
