import { query } from "./doctor-query.ts";
import type { Snapshot } from "./snapshot.ts";

/** What the role can do beside reading. */
export interface RoleFacts {
  name: string;
  /** Attributes that allow more than reading: `superuser`, `createdb`, … */
  attributes: readonly string[];
  /** Roles of the server that it belongs to and that allow more: `pg_write_all_data`, … */
  memberships: readonly string[];
  /** `table (insert, update)`, system tables and the ledger's own left out. */
  writable: readonly string[];
  /** Schemas, or the database, in which it may create something. */
  creatable: readonly string[];
  /** Tables that it may read, of those in the schemas that ReportStream's are in. */
  readable: readonly string[];
  /** Its transactions are read-only unless they say otherwise. */
  readOnlyByDefault: boolean;
}

/** The role's rights, as the server tells them to the role itself. @throws ConnectError, QueryError, InterruptedError */
export async function readRole(snapshot: Snapshot): Promise<RoleFacts> {
  const what = "looking up what the role may do";
  const [row = []] = await query(
    snapshot,
    what,
    `select current_user::text,
       array_to_string(array_remove(array[
         case when r.rolsuper then 'superuser' end,
         case when r.rolcreatedb then 'createdb' end,
         case when r.rolcreaterole then 'createrole' end,
         case when r.rolreplication then 'replication' end,
         case when r.rolbypassrls then 'bypassrls' end], null), ','),
       coalesce((select string_agg(g.rolname, ',' order by g.rolname) from pg_roles g
         where g.rolname in ('pg_write_all_data', 'pg_write_server_files', 'pg_read_server_files', 'pg_execute_server_program',
           'pg_database_owner', 'pg_maintain')
           and not r.rolsuper and pg_has_role(g.oid, 'member')), ''),
       exists (select from pg_db_role_setting s cross join unnest(s.setconfig) c
         where s.setrole in (0, r.oid) and s.setdatabase in (0, (select oid from pg_database where datname = current_database()))
           and c in ('default_transaction_read_only=on', 'default_transaction_read_only=true', 'default_transaction_read_only=1'))
     from pg_roles r where r.rolname = current_user`,
  );
  const tables = await query(
    snapshot,
    what,
    `select n.nspname || '.' || c.relname,
       array_to_string(array_remove(array[
         case when has_any_column_privilege(c.oid, 'insert') then 'insert' end,
         case when has_any_column_privilege(c.oid, 'update') then 'update' end,
         case when has_table_privilege(c.oid, 'delete') then 'delete' end,
         case when has_table_privilege(c.oid, 'truncate') then 'truncate' end], null), ', '),
       has_any_column_privilege(c.oid, 'select'),
       n.nspname in (select nspname from pg_class k join pg_namespace m on m.oid = k.relnamespace where k.oid = to_regclass('report_file'))
     from pg_class c
     join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'v', 'm', 'f')
       and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'lineage_report')
       and has_schema_privilege(n.oid, 'usage')
     order by 1`,
  );
  const schemas = await query(
    snapshot,
    what,
    `select name from (
       select 'schema ' || nspname as name from pg_namespace
       where nspname !~ '^pg_' and nspname not in ('information_schema', 'lineage_report') and has_schema_privilege(oid, 'create')
       union all
       select 'database ' || current_database() where has_database_privilege(current_database(), 'create')
     ) c order by name`,
  );
  const [name, attributes, memberships, readOnlyByDefault] = row;
  const bare = (table: unknown): string => String(table).replace(/^[^.]*\./, "");
  return {
    name: String(name),
    attributes: words(attributes),
    memberships: words(memberships),
    writable: tables.flatMap(([table, rights]) => (rights === "" ? [] : [`${bare(table)} (${rights})`])),
    creatable: schemas.map(([schema]) => String(schema)),
    readable: tables.flatMap(([table, , readable, beside]) =>
      readable === true && beside === true ? [bare(table)] : [],
    ),
    readOnlyByDefault: readOnlyByDefault === true,
  };
}

/** What is there under the name of one of the tables. */
export interface RelationFacts {
  /** `table`, `partitioned`, `view` or `foreign`; undefined where there is none. */
  kind: "table" | "partitioned" | "view" | "foreign" | undefined;
  /** Policies may hide rows from the role. */
  rowSecurity: boolean;
  /** The leading columns of each index, in order, and whether it can be used. */
  indexes: readonly { name: string; columns: readonly string[]; valid: boolean; partial: boolean }[];
}

/** Kind, policies and indexes of tables by name. @throws ConnectError, QueryError, InterruptedError */
export async function readRelations(
  snapshot: Snapshot,
  tables: readonly string[],
): Promise<Map<string, RelationFacts>> {
  const what = "looking up the indexes";
  const found = await query(
    snapshot,
    what,
    `select t.name, c.relkind::text, coalesce(c.relrowsecurity and row_security_active(c.oid), false)
     from unnest($1::text[]) as t (name) left join pg_class c on c.oid = to_regclass(t.name)`,
    [`{${tables.join(",")}}`],
  );
  const indexes = await query(
    snapshot,
    what,
    `select t.name, i.indexrelid::regclass::text, i.indisvalid and i.indisready, i.indpred is not null,
       (select string_agg(coalesce(a.attname, ''), ',' order by k.place)
        from unnest(i.indkey) with ordinality as k (column_number, place)
        left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.column_number
        where k.place <= i.indnkeyatts)
     from unnest($1::text[]) as t (name)
     join pg_index i on i.indrelid = to_regclass(t.name)
     order by 1, 2`,
    [`{${tables.join(",")}}`],
  );
  const kinds = { r: "table", p: "partitioned", v: "view", m: "view", f: "foreign" } as const;
  return new Map(
    found.map(([name, kind, rowSecurity]) => [
      String(name),
      {
        kind: kinds[String(kind) as keyof typeof kinds],
        rowSecurity: rowSecurity === true,
        indexes: indexes
          .filter(([table]) => table === name)
          .map(([, index, valid, partial, columns]) => ({
            name: String(index),
            columns: String(columns).split(","),
            valid: valid === true,
            partial: partial === true,
          })),
      },
    ]),
  );
}

/** What tells which version of the schema it is. */
export interface SchemaFacts {
  /** Flyway's own table, as far as the role may read it. */
  migrations: "absent" | "denied" | { version: string; description: string; success: boolean }[];
  /** Words of the enums by type. */
  enums: ReadonlyMap<string, readonly string[]>;
}

/** @throws ConnectError, QueryError, InterruptedError */
export async function readSchemaFacts(snapshot: Snapshot): Promise<SchemaFacts> {
  const what = "looking up the version of the schema";
  const [[there, mayRead] = []] = await query(
    snapshot,
    what,
    `select to_regclass('flyway_schema_history') is not null,
       coalesce(has_table_privilege(to_regclass('flyway_schema_history'), 'select'), false)`,
  );
  const migrations =
    there !== true
      ? ("absent" as const)
      : mayRead !== true
        ? ("denied" as const)
        : (
            await query(
              snapshot,
              what,
              `select version::text, description::text, success from flyway_schema_history
               where version is not null order by installed_rank`,
            )
          ).map(([version, description, success]) => ({
            version: String(version),
            description: String(description),
            success: success === true,
          }));
  const labels = await query(
    snapshot,
    what,
    `select t.typname::text, e.enumlabel::text from pg_type t join pg_enum e on e.enumtypid = t.oid
     where t.oid in (to_regtype('task_action'), to_regtype('action_log_type'), to_regtype('action_log_scope'), to_regtype('setting_type'))
     order by 1, e.enumsortorder`,
  );
  const enums = new Map<string, string[]>();
  for (const [type, label] of labels) {
    enums.set(String(type), [...(enums.get(String(type)) ?? []), String(label)]);
  }
  return { migrations, enums };
}

/** How the session is connected, and how fresh what it sees is. */
export interface ServerFacts {
  encrypted: boolean;
  /** Seconds since a replica replayed a transaction; undefined on a primary, or where none was. */
  replaySeconds: number | undefined;
  /** The newest action, microseconds; undefined for an empty table, or one that cannot be read. */
  newestAction: number | undefined;
}

/** @throws ConnectError, QueryError, InterruptedError */
export async function readServer(snapshot: Snapshot, mayReadActions: boolean): Promise<ServerFacts> {
  const what = "looking up how fresh the database is";
  const [[encrypted, replay] = []] = await query(
    snapshot,
    what,
    `select coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false),
       case when pg_is_in_recovery() then extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp())::float8 end`,
  );
  const [[newest] = []] = mayReadActions
    ? await query(snapshot, what, "select max(created_at) from action where created_at is not null")
    : [];
  return {
    encrypted: encrypted === true,
    replaySeconds: replay === null || replay === undefined ? undefined : Number(replay),
    newestAction: typeof newest === "number" ? newest : undefined,
  };
}

function words(text: unknown): string[] {
  return String(text ?? "")
    .split(",")
    .filter(Boolean);
}
