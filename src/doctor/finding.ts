/** Where something was looked at, in the order in which it is told. */
export const AREAS = ["configuration", "output", "database", "mail server", "ledger"] as const;
export type Area = (typeof AREAS)[number];

/** `warning` works, and should be looked at; with a `fault` something fails, is slow beyond use, or is not safe. */
export type State = "ok" | "warning" | "fault";

/** One thing that was looked at, and what to do where it is not as it should be. */
export interface Finding {
  area: Area;
  check: string;
  state: State;
  message: string;
  fix?: string | undefined;
}

/** Findings of one area, by state. */
export function findingsOf(area: Area) {
  return {
    ok: (check: string, message: string): Finding => ({ area, check, state: "ok", message }),
    warning: (check: string, message: string, fix?: string): Finding => ({
      area,
      check,
      state: "warning",
      message,
      fix,
    }),
    fault: (check: string, message: string, fix?: string): Finding => ({ area, check, state: "fault", message, fix }),
  };
}

/** The first of a list, and how many more there are. */
export function some(names: readonly string[], most = 6): string {
  const more = names.length - most;
  return more > 0 ? `${names.slice(0, most).join(", ")} and ${more} more` : names.join(", ");
}
