import { FileRefusedError } from "../errors.ts";
import type { TableSource } from "../row.ts";
import type { CsvOptions } from "./csv-file.ts";
import type { WorkbookOptions } from "./workbook.ts";

export type FileOptions = CsvOptions & WorkbookOptions;

/** The table whose workbook CDC publishes, and the sheet that holds it (ReportStream: cli/LivdTableUpdate.kt). */
export const LIVD_TABLE = "LIVD-SARS-CoV-2";
export const LIVD_SHEET = "LOINC Mapping";

/**
 * A file as a table, by its ending: .xlsx (and .xlsm) as a workbook, anything else as CSV.
 *
 * @param table the lookup table that it is for; it decides the default sheet
 * @throws FileRefusedError where it cannot be read as a table
 */
export async function openTableFile(
  path: string,
  table: string | undefined,
  options: FileOptions,
): Promise<TableSource> {
  if (/\.xls[xm]$/i.test(path)) {
    if (options.delimiter !== undefined || options.encoding !== undefined) {
      throw new FileRefusedError("workbook", "--delimiter and --encoding are for CSV files, not for workbooks");
    }
    const { openWorkbook } = await import("./workbook.ts");
    return openWorkbook(path, { ...options, sheet: options.sheet ?? (table === LIVD_TABLE ? LIVD_SHEET : undefined) });
  }
  if (options.sheet !== undefined || options.headerRow !== undefined) {
    throw new FileRefusedError("workbook", "--sheet and --header-row are for .xlsx workbooks, not for CSV files");
  }
  const { openCsvFile } = await import("./csv-file.ts");
  return openCsvFile(path, options);
}
