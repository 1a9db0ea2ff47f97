import type { CaseElsewhere } from "./edge-case.ts";

/** Cases of other commands: their tests stand beside those. */
export const ELSEWHERE: CaseElsewhere[] = [
  {
    id: "E87",
    situation: "jsonb loses the order of a lookup table's columns",
    ours: "an order of its own, stated and the same each time; the file's own where one is given",
    reportstream: "headers in jsonb's order, by length and bytes",
    testedIn: "test/tables/commands/round-trip.test.ts",
  },
  {
    id: "E88",
    situation: "a version's checksum is '0' (before V30)",
    ours: "unknown, never `changed`",
    reportstream: "compared as it is, and differs",
    testedIn: "test/tables/commands/change.test.ts",
  },
  {
    id: "E89",
    situation: "a version that does not exist is activated",
    ours: "refused in the same transaction; the active one stays",
    reportstream: "its data layer leaves the table without an active version",
    testedIn: "test/tables/commands/change.test.ts",
  },
  {
    id: "E90",
    situation: "a table like an old inactive version is created again",
    ours: "allowed, with a new version number",
    reportstream: "the same: only the active and the latest version are compared",
    testedIn: "test/tables/commands/change.test.ts",
  },
  {
    id: "E91",
    situation: "`create` and activate with data of the latest, inactive version",
    ours: "says that it is there, and activates it on request",
    reportstream: "leaves without activating",
    testedIn: "test/tables/commands/change.test.ts",
  },
  {
    id: "E92",
    situation: "email_schedule rows have is_deleted null",
    ours: "is_active decides",
    reportstream: "a filter on is_deleted = false finds nothing",
    testedIn: "with schedules and mail",
  },
  {
    id: "E93",
    situation: "one schedule row is not readable",
    ours: "skipped and reported; the others run",
    reportstream: "stops all",
    testedIn: "with schedules and mail",
  },
  {
    id: "E94",
    situation: "a schedule without organizations and with one address",
    ours: "one mail",
    reportstream: "a mail for each active organization to that address",
    testedIn: "with schedules and mail",
  },
  {
    id: "E95",
    situation: "a schedule of every five minutes, and a run that comes six minutes late",
    ours: "what was missed is made up for once",
    reportstream: "missed",
    testedIn: "with schedules and mail",
  },
  {
    id: "E103",
    situation: "positives by facility",
    ours: "`Detected` counts whatever its case, each result once",
    reportstream: "report_facilities compares with `DETECTED`: always 0 positives, doubled by downloads",
    testedIn: "with trace",
  },
];
