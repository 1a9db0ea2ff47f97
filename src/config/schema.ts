import { z } from "zod";
import { timeZoneName } from "../time/zone.ts";
import { type ConfiguredMail, type ConfiguredSchedule, mail, schedules } from "./schedule-schema.ts";

/** What a setting means and may be; `expects` completes "expected …" in messages. */
interface SettingMeta {
  description: string;
  expects: string;
  default?: string | number | boolean;
}

function whole(least: number, most: number, unit: string, meta: Omit<SettingMeta, "expects">) {
  const expects = `a whole number of ${unit} from ${least} to ${most}`;
  return z
    .int()
    .min(least)
    .max(most)
    .meta({ ...meta, expects });
}

function text(meta: SettingMeta) {
  return z
    .string()
    .min(1)
    .meta({ ...meta });
}

const limits = z.strictObject({
  pipelineStuckMinutes: whole(1, 10_080, "minutes", {
    description: "Work inside the pipeline that has not moved for so long is stuck.",
    default: 60,
  }),
  sendGraceMinutes: whole(0, 10_080, "minutes", {
    description: "A send that is past its due time by more than this is stuck.",
    default: 15,
  }),
  fileExpiryDays: whole(1, 3650, "days", {
    description: "So long after a file was written it can be fetched or sent again.",
    default: 60,
  }),
  settleHours: whole(1, 1440, "hours", {
    description:
      "Rows up to so long after the window's end are read as a stream, since most deliveries are done by then; " +
      "what came later is looked up by key.",
    default: 25,
  }),
});

const database = z.strictObject({
  host: text({ description: "The server, or the folder of its socket.", expects: "a name, an address or a folder" }),
  port: whole(1, 65_535, "a port", { description: "The server's port." }).meta({
    expects: "a whole number from 1 to 65535",
  }),
  name: text({ description: "The database.", expects: "a name" }),
  user: text({ description: "The role to connect as; it needs SELECT and nothing more.", expects: "a name" }),
  sslmode: z.enum(["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]).meta({
    description: "How the connection is encrypted, in libpq's words.",
    expects: "one of disable, allow, prefer, require, verify-ca, verify-full",
  }),
  sslrootcert: text({
    description:
      "The file with the certificate of the server's authority, or `system` for those that the system trusts.",
    expects: "a file's name, or system",
  }),
  statementTimeoutSeconds: whole(1, 86_400, "seconds", {
    description: "No statement runs longer.",
    default: 1800,
  }),
});

const ledger = z.strictObject({
  leaseMinutes: whole(5, 1440, "minutes", {
    description:
      "A scheduled run that takes longer stops itself; what a lost machine has left undone is taken over after it.",
    default: 120,
  }),
});

/** `lineage-report.yaml` with every setting present; the layers that people write leave any of them out. */
export const settingsSchema = z.strictObject({
  timeZone: z
    .string()
    .refine((name) => timeZoneName(name) !== undefined)
    .meta({
      description: "The zone whose days a window speaks of.",
      expects: "an IANA name such as America/New_York, US/Eastern or UTC",
      default: "America/New_York",
    }),
  out: text({
    description: "The folder that holds the runs' folders; in the file, relative to the file.",
    expects: "a folder",
    default: "out",
  }),
  queries: text({ description: "A folder of further queries, relative to the file.", expects: "a folder" }),
  templates: text({ description: "A folder of templates, relative to the file.", expects: "a folder" }),
  memory: whole(1, 1_000_000, "megabytes", {
    description:
      "A run stays below so much resident memory: a window too large for it is read in slices, which takes longer and gives the same " +
      "files. Without it a window is read whole.",
  }),
  testSenders: z.array(z.string().min(1)).meta({
    description:
      "Senders (org.client) or organizations that only test: `undelivered` leaves out what they submitted, and says how much that was.",
    expects: "a list of names",
  }),
  limits,
  database,
  schedules,
  emailSchedules: z.boolean().meta({
    description: "Whether `schedule` follows the active rows of the database's email_schedule too.",
    expects: "true or false",
    default: false,
  }),
  ledger,
  mail,
  tables: z.strictObject({
    keys: z.record(z.string(), z.array(z.string().min(1)).min(1)).meta({
      description: "The columns by which the rows of each lookup table are recognised, for checks and comparisons.",
      expects: "lists of columns by table",
    }),
    auditLog: text({
      description: "The file to which every change of a lookup table is appended; in the file, relative to the file.",
      expects: "a file",
    }),
    largestDropPercent: whole(1, 100, "percent", {
      description: "An activation that loses more of a table's rows than this needs --allow-shrink.",
      default: 10,
    }),
  }),
});

/** Settings that name a file or folder, relative to where they are written. */
export const PATH_SETTINGS: readonly string[] = [
  "out",
  "queries",
  "templates",
  "database.sslrootcert",
  "tables.auditLog",
];

/** One setting: its dotted key, the name of its environment variable, and the schema of its value. */
export interface Setting {
  key: string;
  path: readonly string[];
  variable: string;
  schema: z.ZodType;
  meta: SettingMeta;
}

/** Every setting that takes a value, in the order of the file. */
export function settings(): readonly Setting[] {
  return leaves(settingsSchema, []);
}

/** The settings under `path`, undefined if there is no such section. */
export function sectionKeys(path: readonly PropertyKey[]): readonly string[] {
  let node: z.ZodType = settingsSchema;
  for (const name of path) {
    if (node instanceof z.ZodObject) node = (node.shape as Record<string, z.ZodType>)[String(name)] ?? z.never();
  }
  return node instanceof z.ZodObject ? Object.keys(node.shape) : [];
}

function leaves(node: z.ZodObject, path: readonly string[]): Setting[] {
  return Object.entries(node.shape as Record<string, z.ZodType>).flatMap(([name, schema]) => {
    const here = [...path, name];
    if (schema instanceof z.ZodObject) return leaves(schema, here);
    return [{ key: here.join("."), path: here, variable: variableOf(here), schema, meta: metaOf(schema) }];
  });
}

function metaOf(schema: z.ZodType): SettingMeta {
  return schema.meta() as unknown as SettingMeta;
}

/** `limits.settleHours` as `LINEAGE_REPORT_LIMITS_SETTLE_HOURS`. */
function variableOf(path: readonly string[]): string {
  const words = path.map((name) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase());
  return ["LINEAGE_REPORT", ...words].join("_");
}

/** The settings of a run, complete. Folders are absolute. */
export interface Config {
  timeZone: string;
  out: string;
  /** A folder of further queries and templates, if there is one. */
  queries: string | undefined;
  templates: string | undefined;
  /** Megabytes; undefined for no limit. */
  memory: number | undefined;
  testSenders: readonly string[] | undefined;
  limits: {
    pipelineStuckMinutes: number;
    sendGraceMinutes: number;
    fileExpiryDays: number;
    settleHours: number;
  };
  /** What the file says about the connection; flags, DATABASE_URL and libpq's variables go before it. Never a password. */
  database: {
    host: string | undefined;
    port: number | undefined;
    name: string | undefined;
    user: string | undefined;
    sslmode: string | undefined;
    sslrootcert: string | undefined;
    statementTimeoutSeconds: number;
  };
  schedules: readonly ConfiguredSchedule[] | undefined;
  emailSchedules: boolean;
  ledger: { leaseMinutes: number };
  mail: ConfiguredMail;
  tables: {
    keys: Readonly<Record<string, readonly string[]>> | undefined;
    auditLog: string | undefined;
    largestDropPercent: number;
  };
}
