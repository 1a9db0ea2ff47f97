import type { Row, TableSource } from "../../src/tables/row.ts";

/** A table held in memory, handed out in batches of a size that does not divide it. */
export function memoryTable(columns: readonly string[], rows: readonly Row[], label = "memory"): TableSource {
  return {
    label,
    placeWord: "row",
    columns,
    remarks: [],
    async *rows() {
      for (let at = 0; at < rows.length; at += 7) {
        const batch = rows.slice(at, at + 7);
        yield { rows: batch, places: batch.map((_, index) => at + index + 1) };
      }
    },
  };
}
