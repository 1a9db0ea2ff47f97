import { readFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { main } from "../../src/cli/program.ts";
import { packageIdentity, packageRoot } from "../../src/package.ts";
import { loadCatalogue } from "../../src/source/catalogue.ts";
import { connectionSettings } from "../../src/source/connection-settings.ts";
import { checkRights } from "../../src/source/doctor-checks.ts";
import { openSnapshot, type Snapshot } from "../../src/source/snapshot.ts";
import { testContext } from "../cli/test-context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { urlTo } from "../support/server-fixture.ts";

const read = (path: string) => readFile(join(packageRoot, path), "utf8");

describe("deploy/role.sql", () => {
  let database: TestDatabase;
  let role: string;
  let url: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    // Roles are the server's, not the database's: a name of this test's own.
    role = `${database.name}_role`;
    const sql = (await read("deploy/role.sql")).replaceAll("lineage_report", role);
    await database.client.query(sql);
    await database.client.query(sql);
    await database.client.query(`alter role ${role} password 'once'`);
    url = urlTo(database.ownerUrl, { user: { name: role, password: "once" } });
  });
  afterAll(async () => {
    await database.client.query(`drop owned by ${role}; drop role ${role}`);
    await database.drop();
  });

  async function asRole<T>(work: (snapshot: Snapshot) => Promise<T>): Promise<T> {
    const snapshot = await openSnapshot(connectionSettings({ databaseUrl: url, env: {} }), {
      applicationName: "deploy test",
    });
    try {
      return await work(snapshot);
    } finally {
      await snapshot.close();
    }
  }

  it("can be run again, and lets every query of the program read", async () => {
    const catalogue = loadCatalogue();
    const rights = await asRole((snapshot) => checkRights(snapshot, catalogue));
    expect(rights.length).toBeGreaterThan(5);
    expect(rights.filter(({ state }) => state !== "readable")).toEqual([]);
  });

  it("grants no table that no query reads", async () => {
    const read = new Set(loadCatalogue().queries.flatMap((query) => query.header.reads));
    const granted = await database.query<{ name: string; privilege: string }>(
      "select table_name as name, privilege_type as privilege from information_schema.role_table_grants where grantee = $1",
      [role],
    );
    expect(granted.map(({ name }) => name).sort()).toEqual([...read].sort());
    expect(new Set(granted.map(({ privilege }) => privilege))).toEqual(new Set(["SELECT"]));
  });

  it("lets the role write nothing, even when it asks for a transaction that could", async () => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      await expect(client.query("create temporary table t (a int)")).rejects.toMatchObject({ code: "25006" });
      await client.query("set default_transaction_read_only = off");
      await expect(client.query("delete from setting")).rejects.toMatchObject({ code: "42501" });
    } finally {
      await client.end();
    }
  });
});

describe("the examples of a deployment", () => {
  it("name this version and the image's user", async () => {
    const job = parse(await read("deploy/cronjob.yaml")).spec.jobTemplate.spec.template.spec;
    expect(job.containers[0].image).toBe(`lineage-report:${packageIdentity().version}`);
    expect(job.securityContext.runAsNonRoot).toBe(true);
    expect(await read("Dockerfile")).toMatch(/^USER node$/m);
  });

  it("call commands and options that there are", async () => {
    const job = parse(await read("deploy/cronjob.yaml")).spec.jobTemplate.spec.template.spec;
    const lines = [await read("deploy/crontab"), await read("deploy/lineage-report.service")].flatMap((text) =>
      [...text.matchAll(/bin\.js (.*)$/gm)].map(([, line = ""]) => line.split(" ")),
    );
    expect(lines.length).toBe(2);
    for (const args of [...lines, job.containers[0].args as string[]]) {
      // An option that does not exist is refused before anything is done; this one is the last to be looked at.
      const context = testContext();
      expect(await main([...args, "--no-such-option"], context)).toBe(2);
      expect(context.err(), args.join(" ")).toContain("run has no option --no-such-option\n");
    }
  });
});
