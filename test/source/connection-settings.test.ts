import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { ConfigError } from "../../src/errors.ts";
import { connectionSettings, describeSettings } from "../../src/source/connection-settings.ts";
import { parseConnectionUrl } from "../../src/source/connection-url.ts";
import { passwordFromText } from "../../src/source/password-file.ts";

const folder = mkdtempSync(join(tmpdir(), "settings-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string, mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

const HOME = { HOME: folder, USER: "ops" };

describe("where the settings come from", () => {
  test("the flag wins over DATABASE_URL, and that over the PG variables, each filling what is open", () => {
    const env = {
      ...HOME,
      DATABASE_URL: "postgres://second@second.example.org/two",
      PGHOST: "third.example.org",
      PGPORT: "6000",
      PGPASSWORD: "pw",
    };
    const flag = connectionSettings({ databaseUrl: "postgresql://first@first.example.org/one", env });
    expect(flag).toMatchObject({ host: "first.example.org", port: 6000, database: "one", user: "first" });
    expect(flag.from).toBe("--database-url");
    expect(flag.password?.reveal()).toBe("pw");
    const url = connectionSettings({ env });
    expect(url).toMatchObject({ host: "second.example.org", port: 6000, database: "two", user: "second" });
    expect(url.from).toBe("DATABASE_URL");
    const variables = connectionSettings({ env: { ...env, DATABASE_URL: undefined, PGUSER: "me" } });
    expect(variables).toMatchObject({ host: "third.example.org", port: 6000, database: "me", user: "me" });
  });

  test("every libpq variable that matters is read", () => {
    const settings = connectionSettings({
      env: {
        ...HOME,
        PGHOST: "/run/pg",
        PGPORT: "5433",
        PGDATABASE: "prime",
        PGUSER: "reader",
        PGOPTIONS: "-c search_path=rs",
        PGAPPNAME: "nightly",
        PGCONNECT_TIMEOUT: "3",
      },
    });
    expect(settings).toMatchObject({
      host: "/run/pg",
      port: 5433,
      database: "prime",
      user: "reader",
      options: "-c search_path=rs",
      applicationName: "nightly",
      connectTimeoutMs: 3000,
      encryption: { tls: undefined },
    });
    expect(describeSettings(settings)).toBe('database "prime" on /run/pg/.s.PGSQL.5433 as "reader"');
  });

  test("a service fills what the address leaves open and wins over the variables", () => {
    const services = file(
      "pg_service.conf",
      "# ours\n[other]\nhost=no\n[rs]\nhost = db.example.org\nport=7000\nuser=svc\n",
    );
    const env = { ...HOME, PGSERVICE: "rs", PGSERVICEFILE: services, PGHOST: "variable.example.org", PGDATABASE: "d" };
    expect(connectionSettings({ env })).toMatchObject({
      host: "db.example.org",
      port: 7000,
      user: "svc",
      database: "d",
    });
    expect(() => connectionSettings({ env: { ...env, PGSERVICE: "none" } })).toThrow(/no service "none"/);
  });

  test("all faults are told at once", () => {
    const env = { PGPORT: "x", PGSSLMODE: "maybe", PGHOST: "a,b" };
    expect(() => connectionSettings({ env })).toThrow(ConfigError);
    expect(() => connectionSettings({ env })).toThrow(/port "x".*several hosts.*no user.*sslmode "maybe"/s);
  });

  test("TLS follows libpq's modes", () => {
    const of = (sslmode: string, more = {}) =>
      connectionSettings({ env: { ...HOME, PGHOST: "h", PGSSLMODE: sslmode, ...more } }).encryption;
    expect(of("disable").tls).toBeUndefined();
    expect(of("prefer")).toMatchObject({ plainAllowed: true, tls: { rejectUnauthorized: false } });
    expect(of("require")).toMatchObject({ plainAllowed: false, tls: { rejectUnauthorized: false } });
    expect(of("verify-full")).toMatchObject({ plainAllowed: false, tls: { rejectUnauthorized: true } });
    const root = file("root.crt", "CERT");
    const verifyCa = of("verify-ca", { PGSSLROOTCERT: root }).tls;
    expect(verifyCa).toMatchObject({ rejectUnauthorized: true, ca: "CERT" });
    expect(verifyCa?.checkServerIdentity?.("other", {} as never)).toBeUndefined();
    expect(of("require", { PGSSLROOTCERT: root }).tls).toMatchObject({ rejectUnauthorized: true });
    expect(of("verify-full", { PGSSLROOTCERT: root }).tls?.checkServerIdentity).toBeUndefined();
    expect(() => of("verify-ca", { PGSSLROOTCERT: join(folder, "none") })).toThrow(/sslrootcert names .*ENOENT/);
  });
});

describe("the password file", () => {
  const question = { host: "db.example.org", port: 5432, database: "prime", user: "reader" };

  test.each([
    ["the first line that fits counts", "*:*:*:other:no\n*:5432:prime:reader:yes\n*:*:*:*:later", "yes"],
    ["comments and short lines are passed over", "# *:*:*:*:no\nbad:line\n*:*:*:*:yes", "yes"],
    ["a colon and a backslash are escaped", "*:*:*:*:a\\:b\\\\c", "a:b\\c"],
    ["an unescaped colon belongs to the password, which is last", "*:*:*:*:a:b", "a:b"],
    ["Windows line ends", "*:*:*:*:yes\r\n", "yes"],
    ["nothing fits", "db.example.org:5433:*:*:no\nx:*:*:*:no", undefined],
  ])("%s", (_name, text, password) => {
    expect(passwordFromText(text, question)).toBe(password);
  });

  test("a socket is looked up as localhost", () => {
    expect(passwordFromText("localhost:*:*:*:yes", { ...question, host: "/var/run/postgresql" })).toBe("yes");
  });

  test("any password survives being written as libpq wants it", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: "binary" }), (password) => {
        fc.pre(!/[\r\n]/.test(password));
        const line = `*:*:*:*:${password.replace(/[\\:]/g, "\\$&")}`;
        expect(passwordFromText(line, question)).toBe(password);
      }),
    );
  });

  test("PGPASSFILE and ~/.pgpass are read when nothing else gives a password", () => {
    file(".pgpass", "db.example.org:*:*:reader:home\n");
    const env = { ...HOME, PGHOST: "db.example.org", PGUSER: "reader" };
    expect(connectionSettings({ env }).password?.reveal()).toBe("home");
    const other = file("passwords", "*:*:*:*:other");
    expect(connectionSettings({ env: { ...env, PGPASSFILE: other } }).password?.reveal()).toBe("other");
    expect(connectionSettings({ env: { ...env, PGPASSFILE: other, PGPASSWORD: "own" } }).password?.reveal()).toBe(
      "own",
    );
  });

  test("one that others may read is not used, and that is said", () => {
    const open = file("open", "*:*:*:*:CANARY", 0o644);
    const settings = connectionSettings({ env: { ...HOME, PGPASSFILE: open, PGHOST: "h" } });
    expect(settings.password).toBeUndefined();
    expect(settings.warnings).toEqual([
      `password file ${open} is readable by others and was not used; run: chmod 600 ${open}`,
    ]);
  });

  test("one that is missing is no fault, a folder in its place is", () => {
    expect(connectionSettings({ env: { ...HOME, PGPASSFILE: join(folder, "none"), PGHOST: "h" } }).warnings).toEqual(
      [],
    );
    expect(connectionSettings({ env: { ...HOME, PGPASSFILE: folder, PGHOST: "h" } }).warnings[0]).toMatch(
      /not a plain file/,
    );
  });
});

describe("addresses", () => {
  test.each([
    ["postgres://u@h:1/d", { user: "u", host: "h", port: "1", dbname: "d" }],
    ["postgresql://h", { host: "h" }],
    ["postgres:///d?host=/tmp&user=u", { dbname: "d", host: "/tmp", user: "u" }],
    [
      "postgres://u%40x:p%3A%2F@[::1]:5433/a%20b",
      { user: "u@x", password: "p:/", host: "::1", port: "5433", dbname: "a b" },
    ],
    ["postgres://%2Frun%2Fpg/d", { host: "/run/pg", dbname: "d" }],
    ["postgres://u:p@ss@h/d?sslmode=require&connect_timeout=5", { user: "u", password: "p@ss", sslmode: "require" }],
    ["postgres://h/d?options=-c%20search_path%3Drs", { options: "-c search_path=rs" }],
  ])("%s", (url, keywords) => {
    expect(parseConnectionUrl(url, "DATABASE_URL")).toMatchObject(keywords);
  });

  test("an option that is not known is named", () => {
    expect(() => parseConnectionUrl("postgres://h/d?sslmod=require&x=1", "DATABASE_URL")).toThrow(/sslmod, x/);
  });

  test("user, password, host and database come back whatever they hold", () => {
    const word = fc.string({ minLength: 1, unit: "grapheme" });
    fc.assert(
      fc.property(word, word, word, (user, password, database) => {
        const part = encodeURIComponent;
        const url = `postgres://${part(user)}:${part(password)}@h:5432/${part(database)}`;
        expect(parseConnectionUrl(url, "x")).toEqual({ user, password, host: "h", port: "5432", dbname: database });
      }),
    );
  });

  test.each([
    "CANARY",
    "postgres:CANARY",
    "mysql://u:CANARY@h/d",
    "postgres://u:CANARY@h:port/d",
    "postgres://u:CAN/ARY@h/d",
    "postgres://u:1/CANARY@h/d",
    "postgres://u:1?CANARY@h/d",
    "postgres://u:CANARY#@h/d",
    "postgres://u:%CANARY@h/d",
    "postgres://u:CANARY@h:99999/d",
    "postgres://u:CANARY@h/d?nothing=CANARY",
    "postgres://u:CANARY@h/d?sslmode=maybe",
    "host=h password=CANARY",
  ])("%s is refused without repeating a secret", (url) => {
    let failure: unknown;
    try {
      connectionSettings({ databaseUrl: url, env: HOME });
    } catch (error) {
      failure = error;
    }
    expect(failure).toBeInstanceOf(ConfigError);
    expect(inspect(failure, { depth: 10, showHidden: true })).not.toMatch(/CAN|ARY/);
  });
});

test("printing the settings shows no secret, however they are printed", () => {
  const settings = connectionSettings({ databaseUrl: "postgres://u:CANARY@h/d", env: HOME });
  expect(settings.password?.reveal()).toBe("CANARY");
  const printed = [
    inspect(settings, { depth: 10, showHidden: true }),
    JSON.stringify(settings),
    String(settings.password),
  ];
  expect(printed.join()).not.toContain("CANARY");
});
