import { describe, expect, test } from "vitest";
import { ConnectError, QueryError } from "../../src/errors.ts";
import { connectFailure, endsSession, statementFailure } from "../../src/source/database-errors.ts";
import { settingsFor } from "./fixtures.ts";

const settings = settingsFor("postgres://reader:CANARY@db.example.org/prime");
const context = { what: 'query "x"', file: "x.sql", lineOf: (position: number) => position + 100 };

/** An error as pg hands it on. */
function serverError(code: string, message: string, more: object = {}): Error {
  return Object.assign(new Error(message), { code, severity: "ERROR", ...more });
}

describe("a statement's error says what to do", () => {
  test.each([
    ["42501", "permission denied for table task", QueryError, /task/, /grant select on task to "reader"/],
    ["42501", "permission denied for schema rs", QueryError, /rs/, /grant usage on schema rs to "reader"/],
    ["42501", "permission denied for function f", QueryError, /f/, /grant execute on function f/],
    ["42P01", 'relation "task" does not exist', QueryError, /x\.sql:105/, /search_path/],
    ["42703", "column t.nope does not exist", QueryError, /t\.nope/, /schema/],
    ["57014", "canceling statement due to statement timeout", QueryError, /longer than the statement timeout/, /raise/],
    ["57014", "canceling statement due to user request", QueryError, /was canceled/, /run it again/],
    ["40001", "canceling statement due to conflict with recovery", QueryError, /replica/, /hot_standby_feedback/],
    ["55P03", "canceling statement due to lock timeout", QueryError, /lock/, /migration/],
    ["25006", "cannot execute UPDATE in a read-only transaction", QueryError, /write/, /take the write out/],
    ["53200", "out of memory", QueryError, /memory/, /ask for less/],
    ["22012", "division by zero", QueryError, /SQLSTATE 22012/, /correct the query/],
    ["25P03", "terminating connection due to idle-in-transaction timeout", ConnectError, /idle too long/, /raise/],
    ["57P01", "terminating connection due to administrator command", ConnectError, /57P01/, /nothing was published/],
    ["ECONNRESET", "read ECONNRESET", ConnectError, /lost.*ECONNRESET/, /nothing was published/],
  ])("%s: %s", (code, message, type, says, hint) => {
    const failure = statementFailure(serverError(code, message, { position: "5" }), context, settings);
    expect(failure).toBeInstanceOf(type);
    expect(failure.exitCode).toBe(type === ConnectError ? 5 : 1);
    expect(failure.message).toMatch(says);
    expect(failure.hint).toMatch(hint);
    expect(`${failure.message}${failure.hint}`).not.toContain("CANARY");
  });
});

describe("an error of connecting says what to do", () => {
  test.each([
    ["53300", "sorry, too many clients already", /no connection left/, /max_connections/],
    ["57P03", "the database system is starting up", /not ready/, /try again/],
    ["28000", "no pg_hba.conf entry for host", /refused the login/, /pg_hba/],
    ["EHOSTUNREACH", "connect EHOSTUNREACH", /EHOSTUNREACH/, /firewall/],
    ["ETIMEDOUT", "connect ETIMEDOUT", /no answer within/, /PGCONNECT_TIMEOUT/],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "self-signed certificate", /certificate/, /sslrootcert/],
  ])("%s", (code, message, says, hint) => {
    const failure = connectFailure(serverError(code, message), settings);
    expect(failure.exitCode).toBe(5);
    expect(failure.message).toMatch(says);
    expect(failure.hint).toMatch(hint);
  });

  test("a host with several addresses, none of which answers", () => {
    const each = serverError("ECONNREFUSED", "connect ECONNREFUSED 127.0.0.1:5432");
    const failure = connectFailure(Object.assign(new AggregateError([each, each], ""), {}), settings);
    expect(failure.message).toMatch(/refused/);
  });
});

test("what ends a session is told from what ends a statement", () => {
  expect(endsSession(serverError("57P01", "x"))).toBe(true);
  expect(endsSession(serverError("08006", "x"))).toBe(true);
  expect(endsSession(serverError("XX000", "x", { severity: "FATAL" }))).toBe(true);
  expect(endsSession(new Error("Connection terminated unexpectedly"))).toBe(true);
  expect(endsSession(serverError("57014", "x"))).toBe(false);
  expect(endsSession(serverError("42P01", "x"))).toBe(false);
});
