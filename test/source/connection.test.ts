import { createServer } from "node:net";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConfigError, ConnectError, InterruptedError, type ReportError } from "../../src/errors.ts";
import { connect } from "../../src/source/connection.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { errorOf, settingsFor } from "./fixtures.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** The reader's address with parts changed. */
function address(change: (url: URL) => void): string {
  const url = new URL(database.readerUrl);
  change(url);
  return url.href;
}

async function failureOf(url: string): Promise<ReportError> {
  const error = await errorOf(
    connect(settingsFor(url), { applicationName: "test" }).then((session) => session.close()),
  );
  return error as ReportError;
}

describe("what a person is told when there is no connection", () => {
  test("a wrong password", async () => {
    const error = await failureOf(
      address((url) => {
        url.password = "CANARY-wrong";
      }),
    );
    expect(error).toBeInstanceOf(ConnectError);
    expect(error.exitCode).toBe(5);
    expect(error.message).toMatch(/refused the login/);
    expect(error.hint).toMatch(/PGPASSWORD, PGPASSFILE/);
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain("CANARY");
  });

  test("no password", async () => {
    const error = await failureOf(
      address((url) => {
        url.password = "";
      }),
    );
    expect(error).toBeInstanceOf(ConnectError);
    expect(error.message).toMatch(/asks for a password and none is given/);
  });

  test("a database that is not there", async () => {
    const error = await failureOf(
      address((url) => {
        url.pathname = "/nowhere";
      }),
    );
    expect(error.exitCode).toBe(5);
    expect(error.message).toMatch(/"nowhere".*no such database/);
    expect(error.hint).toMatch(/database's name/);
  });

  test("a database that the role may not enter", async () => {
    const { pathname } = new URL(database.ownerUrl);
    await database.query(
      `revoke connect on database ${pathname.slice(1)} from ${new URL(database.readerUrl).username}`,
    );
    const error = await failureOf(database.readerUrl);
    await database.query(`grant connect on database ${pathname.slice(1)} to ${new URL(database.readerUrl).username}`);
    expect(error.exitCode).toBe(5);
    expect(error.hint).toMatch(/grant connect on database/);
  });

  test("a port where nobody listens", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    const error = await failureOf(
      address((url) => {
        url.port = String(port);
      }),
    );
    expect(error.exitCode).toBe(5);
    expect(error.message).toMatch(new RegExp(`:${port}.*refused`));
    expect(error.hint).toMatch(/is the server running/);
  });

  test("a host that nobody knows", async () => {
    const error = await failureOf("postgres://u:p@no-such-host.invalid/d");
    expect(error.exitCode).toBe(5);
    expect(error.message).toMatch(/"no-such-host.invalid" is not known/);
    expect(error.hint).toMatch(/DNS/);
  });

  test("a socket's folder without a server", async () => {
    const error = await failureOf("postgres:///d?host=/nowhere&user=u");
    expect(error.exitCode).toBe(5);
    expect(error.message).toMatch(/no server socket/);
  });

  test("a server that never answers", async () => {
    const server = createServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const error = await failureOf(`postgres://u@127.0.0.1:${port}/d?connect_timeout=1&sslmode=disable`);
    server.close();
    expect(error.exitCode).toBe(5);
    expect(error.message).toMatch(/no answer within 1 s/);
  });

  test("something that is no Postgres", async () => {
    const server = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const error = await failureOf(`postgres://u@127.0.0.1:${port}/d`);
    server.close();
    expect(error.exitCode).toBe(5);
  });

  test("TLS is asked for and the server has none", async () => {
    // The answer N is all that such a server says.
    const server = createServer((socket) => socket.once("data", () => socket.end("N")));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const error = await failureOf(`postgres://u@127.0.0.1:${port}/d?sslmode=require`);
    server.close();
    expect(error.exitCode).toBe(5);
    expect(error.message).toMatch(/does not speak TLS, and sslmode is require/);
  });

  test("options that the server does not take", async () => {
    const error = await failureOf(
      address((url) => {
        url.search = "options=-c%20no_such_setting%3D1";
      }),
    );
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toMatch(/no_such_setting/);
    expect(error.hint).toMatch(/PGOPTIONS/);
  });
});

describe("a session", () => {
  test("prints values in one way whatever the role's own defaults", async () => {
    const session = await connect(
      settingsFor(
        address((url) => {
          url.search = "options=-c%20TimeZone%3DAsia/Tokyo%20-c%20DateStyle%3DSQL%20-c%20jit%3Don";
        }),
      ),
      { applicationName: "test", statementTimeoutMs: 7000, lockTimeoutMs: 0, idleInTransactionTimeoutMs: 9000 },
    );
    const settings = ["TimeZone", "DateStyle", "jit", "statement_timeout", "lock_timeout"];
    settings.push("idle_in_transaction_session_timeout", "default_transaction_read_only", "application_name");
    const { rows } = await session.query(
      `select ${settings.map((name) => `current_setting('${name}')`).join(", ")}`,
      [],
      { what: "a look" },
    );
    await session.close();
    expect(rows).toEqual([["UTC", "ISO, YMD", "off", "7s", "0", "9s", "on", "test"]]);
  });

  test("is noticed by the server within seconds when this program is gone", async () => {
    const session = await connect(settingsFor(database.readerUrl), { applicationName: "test" });
    const { rows } = await session.query("show client_connection_check_interval", [], { what: "a look" });
    await session.close();
    expect(rows).toEqual([[process.platform === "linux" ? "5s" : expect.any(String)]]);
  });

  test("leaves no connection behind", async () => {
    const session = await connect(settingsFor(database.readerUrl), { applicationName: "test" });
    const pid = session.processId;
    await session.close();
    await session.close();
    await expect
      .poll(async () => database.query("select 1 from pg_stat_activity where pid = $1", [pid]), { timeout: 5000 })
      .toEqual([]);
  });

  test("is not begun when the signal is aborted already", async () => {
    const options = { applicationName: "test", signal: AbortSignal.abort() };
    await expect(connect(settingsFor(database.readerUrl), options)).rejects.toBeInstanceOf(InterruptedError);
  });

  test("a connect that is under way ends with the signal", async () => {
    const server = createServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const abort = new AbortController();
    const connecting = connect(settingsFor(`postgres://u@127.0.0.1:${port}/d`), {
      applicationName: "test",
      signal: abort.signal,
    });
    setTimeout(() => abort.abort(), 50);
    await expect(connecting).rejects.toBeInstanceOf(InterruptedError);
    server.close();
  });
});
