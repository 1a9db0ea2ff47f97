import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readSettings } from "../../src/cli/settings.ts";
import { UsageError } from "../../src/errors.ts";
import { testContext } from "./test-context.ts";

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "settings-"));
  await writeFile(
    join(cwd, "lineage-report.yaml"),
    "database: { host: db.file, port: 6000, user: reader, name: prime, sslmode: require }\n",
  );
});
afterAll(() => rm(cwd, { recursive: true }));

describe("the connection", () => {
  it("takes from the file what libpq's variables leave open", async () => {
    const context = testContext({ cwd, env: { PGHOST: "db.env", PGUSER: "" } });
    const { connection } = await readSettings({}, context);
    expect(connection).toEqual({
      databaseUrl: undefined,
      env: {
        PGHOST: "db.env",
        PGPORT: "6000",
        PGUSER: "reader",
        PGDATABASE: "prime",
        PGSSLMODE: "require",
      },
    });
  });

  it("hands the flag on", async () => {
    const { connection } = await readSettings({ databaseUrl: "postgres://me@db:5432/x" }, testContext({ cwd }));
    expect(connection.databaseUrl).toBe("postgres://me@db:5432/x");
  });

  it.each([
    "postgres://me:s3cret@db/x",
    "postgresql://:s3cret@db/x",
    "postgres://me@db/x?sslmode=require&password=s3cret",
    "host=db user=me password=s3cret",
    "host=db user=me password = 's3cret'",
  ])("refuses a password on the command line without repeating it: %s", async (databaseUrl) => {
    const reading = readSettings({ databaseUrl }, testContext({ cwd }));
    await expect(reading).rejects.toBeInstanceOf(UsageError);
    const error = await reading.catch((reason: UsageError) => reason);
    expect(`${(error as UsageError).message} ${(error as UsageError).hint}`).not.toContain("s3cret");
    expect((error as UsageError).hint).toContain("PGPASSFILE");
  });

  it.each(["postgres://me@db:5432/x?application_name=a:b", "postgres://[::1]:5432/x", "postgres:///x?host=/run"])(
    "takes an address without one: %s",
    async (databaseUrl) => {
      await expect(readSettings({ databaseUrl }, testContext({ cwd }))).resolves.toBeDefined();
    },
  );
});

describe("warnings", () => {
  it("go to stderr", async () => {
    const context = testContext({ cwd, env: { LINEAGE_REPORT_OUTT: "x" } });
    await readSettings({}, context);
    expect(context.err()).toBe(
      "lineage-report: warning: LINEAGE_REPORT_OUTT sets nothing; did you mean LINEAGE_REPORT_OUT?\n",
    );
  });
});
