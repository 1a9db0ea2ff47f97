import type { Command } from "./command.ts";
import { tablesActivate, tablesCreate, tablesLoad, tablesRevert } from "./tables/changing.ts";
import {
  tablesCheck,
  tablesDiff,
  tablesDrift,
  tablesExport,
  tablesHistory,
  tablesList,
  tablesShow,
} from "./tables/reading.ts";

/** `lineage-report tables …`, in the order of the help. */
export const tables: readonly Command[] = [
  tablesList,
  tablesHistory,
  tablesShow,
  tablesExport,
  tablesCheck,
  tablesCreate,
  tablesDiff,
  tablesActivate,
  tablesRevert,
  tablesLoad,
  tablesDrift,
];
