import type { Period } from "../time/window.ts";
import type { Options } from "./command.ts";

/** Where the database is. Settings that are not given come from the environment, then lineage-report.yaml. */
export const connectionOptions = {
  "database-url": {
    type: "text",
    value: "URL",
    group: "Connection",
    describe:
      "postgres://user@host:port/database, without a password: others can read a command line. " +
      "The password comes from DATABASE_URL, PGPASSWORD or the password file (PGPASSFILE, ~/.pgpass)",
    otherwise: "DATABASE_URL, then libpq's variables (PGHOST, PGUSER, …)",
  },
} as const satisfies Options;

/** Which submissions, by the time at which they were received. */
export const windowOptions = {
  date: { type: "text", value: "DATE", group: "Window", describe: "one local day, such as 2026-11-20" },
  from: {
    type: "text",
    value: "WHEN",
    group: "Window",
    describe: "the start: a local date, or an instant with its zone such as 2026-11-20T14:00:00Z",
  },
  to: {
    type: "text",
    value: "WHEN",
    group: "Window",
    describe: "the end: a local date (that whole day included), an instant with its zone (itself excluded), or now",
  },
  last: {
    type: "text",
    value: "PERIOD",
    choices: ["day", "week", "month"] as const satisfies readonly Period[],
    group: "Window",
    describe: "the last one that is over: a local day, a week from Monday to Sunday, a calendar month",
    otherwise: "day, which is yesterday",
  },
  "time-zone": {
    type: "text",
    value: "ZONE",
    group: "Window",
    describe: "the zone whose days are meant, by its IANA name",
    otherwise: "timeZone of the configuration, else America/New_York",
  },
} as const satisfies Options;

export const organizationOption = {
  organization: {
    type: "list",
    value: "NAME",
    describe: "only this organization; may be given several times",
    otherwise: "every organization that has rows",
  },
} as const satisfies Options;

/** Where a run's folder goes. */
export const folderOptions = {
  out: {
    type: "text",
    value: "DIR",
    group: "Output",
    describe: "the folder that holds the runs' folders",
    otherwise: "out of the configuration, else ./out",
  },
  force: {
    type: "flag",
    group: "Output",
    describe: "replace the folder if the window was run before; the old one stays until the new one is whole",
  },
} as const satisfies Options;

export const jsonOption = {
  json: {
    type: "flag",
    group: "Output",
    describe: "print the result as JSON on stdout, and an error as JSON on stderr",
  },
} as const satisfies Options;

/** What every command has that works for longer than a blink. */
export const commonOptions = {
  config: {
    type: "text",
    value: "FILE",
    describe: "the configuration file",
    otherwise: "LINEAGE_REPORT_CONFIG, else lineage-report.yaml here if there is one",
  },
  quiet: { type: "flag", describe: "no progress on stderr; errors and warnings stay" },
} as const satisfies Options;

/** Queries and templates of one's own. */
export const queriesOption = {
  queries: {
    type: "text",
    value: "DIR",
    describe: "a folder of further .sql files; one with the name of a built-in query replaces it",
    otherwise: "queries of the configuration",
  },
} as const satisfies Options;

export const templatesOption = {
  templates: {
    type: "text",
    value: "DIR",
    describe: "a folder of templates; one with the name of a built-in template replaces it",
    otherwise: "templates of the configuration",
  },
} as const satisfies Options;
