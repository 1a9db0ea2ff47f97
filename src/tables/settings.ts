/** The section `tables` of the configuration; every part can be left out. */
export interface TablesSettings {
  /** Key columns by table, for diffs and checks. */
  keys?: Readonly<Record<string, readonly string[]>> | undefined;
  /** The file that audit lines are appended to. */
  auditLog?: string | undefined;
  /** An activation that loses more of the rows than this needs --allow-shrink. */
  largestDropPercent?: number | undefined;
}

export const LARGEST_DROP_PERCENT = 10;
