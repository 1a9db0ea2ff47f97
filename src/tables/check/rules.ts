/** Every rule by which a file can be refused, for `--allow` and for the documentation. */
export const CHECK_RULES: Readonly<Record<string, string>> = {
  header: "columns without a name, with the same name, with stray spaces in the name",
  columns: "columns missing, renamed or new against the active version",
  empty: "no rows",
  ragged: "rows with more or fewer cells than the header",
  "blank-rows": "rows without any value",
  "duplicate-rows": "the same row twice",
  "duplicate-keys": "the same key with other values",
  "blank-keys": "a row without its key",
  "leading-zeros": "codes that lost their leading zeros",
  scientific: "codes in scientific notation",
  spaces: "spaces around a value, non-breaking spaces, invisible characters",
  control: "control characters",
  encoding: "a file in another encoding than UTF-8, or signs that it was read in a wrong one",
  nul: "NUL characters, which Postgres cannot store",
  formulas: "failed formulas in a workbook",
  dates: "dates in a workbook",
  shrink: "far fewer rows than the active version",
};

/** Rules that nothing can lift: the table could not be stored, or ReportStream would refuse it. */
export const FIRM_RULES: readonly string[] = ["empty", "ragged", "nul", "header"];
