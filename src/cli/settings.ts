import type { Config } from "../config/schema.ts";
import { UsageError } from "../errors.ts";
import type { Context } from "./context.ts";

/** Where the database is, for src/source to resolve: the flag, then `env`, into which the file's settings are filled. */
export interface ConnectionSources {
  databaseUrl: string | undefined;
  env: Readonly<Record<string, string | undefined>>;
}

export interface Settings {
  config: Config;
  connection: ConnectionSources;
}

/** The options of which any command may have some; undefined for those it has not, or that were not given. */
export interface SettingArguments {
  readonly config?: string | undefined;
  readonly databaseUrl?: string | undefined;
  readonly timeZone?: string | undefined;
  readonly out?: string | undefined;
  readonly queries?: string | undefined;
  readonly templates?: string | undefined;
  readonly memory?: string | undefined;
}

/** Settings by flag, environment, file and default; warnings go to stderr. Throws UsageError and ConfigError. */
export async function readSettings(args: SettingArguments, context: Context): Promise<Settings> {
  const { settings, warnings } = await loadSettings(args, context);
  for (const warning of warnings) context.stderr.write(`lineage-report: warning: ${warning}\n`);
  return settings;
}

/** The same, with warnings and the name of the file that was read handed back. Throws UsageError and ConfigError. */
export async function loadSettings(
  args: SettingArguments,
  context: Pick<Context, "env" | "cwd">,
): Promise<{ settings: Settings; warnings: readonly string[]; file: string | undefined }> {
  const { databaseUrl, timeZone, out, queries, templates, memory } = args;
  if (databaseUrl !== undefined) refusePassword(databaseUrl);
  const { loadConfig } = await import("../config/load.ts");
  const { config, warnings, file } = await loadConfig({
    file: args.config,
    flags: { timeZone, out, queries, templates, memory },
    env: context.env,
    cwd: context.cwd,
  });
  const connection = { databaseUrl, env: withFileSettings(context.env, config.database) };
  return { settings: { config, connection }, warnings, file };
}

/** Every user of the machine can list the command lines of all processes, so a password has no place on one. */
function refusePassword(url: string): void {
  const inAddress = /^[a-z]+:\/\/[^/?#]*:[^/?#]*@/i.test(url);
  const inParameters = /(^|[?&\s])(password|sslpassword)\s*=/i.test(url);
  if (!inAddress && !inParameters) return;
  throw new UsageError("--database-url holds a password, which others can read on the command line", {
    hint: "leave it out there, and use DATABASE_URL, PGPASSWORD or a password file (PGPASSFILE) for it",
  });
}

/** libpq's variables, and where they are not set, what the file says. */
function withFileSettings(env: Context["env"], database: Config["database"]): Context["env"] {
  const fromFile: Record<string, string | undefined> = {
    PGHOST: env.PGHOSTADDR ? undefined : database.host,
    PGPORT: database.port === undefined ? undefined : String(database.port),
    PGDATABASE: database.name,
    PGUSER: database.user,
    PGSSLMODE: database.sslmode,
    PGSSLROOTCERT: database.sslrootcert,
  };
  const missing = Object.entries(fromFile).filter(([name, value]) => value !== undefined && !env[name]);
  return { ...env, ...Object.fromEntries(missing) };
}
