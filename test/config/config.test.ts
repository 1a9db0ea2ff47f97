import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConfig, parseFile } from "../../src/config/load.ts";
import { type ConfigSources, configJsonSchema, parseConfig } from "../../src/config/parse.ts";
import { settings } from "../../src/config/schema.ts";
import { ConfigError } from "../../src/errors.ts";
import { packageRoot } from "../../src/package.ts";

async function parse(yaml: string | undefined, rest: Partial<ConfigSources> = {}) {
  const file = yaml === undefined ? undefined : await parseFile(yaml, "lineage-report.yaml", "/etc/reports");
  return parseConfig({ env: {}, cwd: "/srv/ops", file, ...rest });
}

describe("defaults", () => {
  it("hold without any source", async () => {
    expect(await parse(undefined)).toEqual({
      config: {
        tables: { keys: undefined, auditLog: undefined, largestDropPercent: 10 },
        timeZone: "America/New_York",
        out: "/srv/ops/out",
        queries: undefined,
        templates: undefined,
        testSenders: undefined,
        limits: { pipelineStuckMinutes: 60, sendGraceMinutes: 15, fileExpiryDays: 60, settleHours: 25 },
        database: {
          host: undefined,
          port: undefined,
          name: undefined,
          user: undefined,
          sslmode: undefined,
          sslrootcert: undefined,
          statementTimeoutSeconds: 1800,
        },
        schedules: undefined,
        emailSchedules: false,
        ledger: { leaseMinutes: 120 },
        mail: expect.objectContaining({ fromName: "ReportStream", organizations: undefined, holdStaleHours: 36 }),
      },
      warnings: [],
      errors: [],
    });
  });

  it.each(["", "# nothing yet\n", "---\n"])("hold with the empty file %j", async (yaml) => {
    expect(await parse(yaml)).toEqual(await parse(undefined));
  });
});

describe("sources", () => {
  const yaml = "timeZone: US/Central\nout: ../runs\nlimits:\n  sendGraceMinutes: 20\n  settleHours: 30\n";

  it("go flag, environment, file, default", async () => {
    const { config } = await parse(yaml, {
      env: { LINEAGE_REPORT_TIME_ZONE: "us/mountain", LINEAGE_REPORT_LIMITS_SETTLE_HOURS: "48" },
      flags: { timeZone: "US/Pacific", out: undefined },
    });
    expect(config).toMatchObject({
      timeZone: "US/Pacific",
      limits: { pipelineStuckMinutes: 60, sendGraceMinutes: 20, settleHours: 48 },
    });
    const withoutFlag = await parse(yaml, { env: { LINEAGE_REPORT_TIME_ZONE: "US/Mountain" } });
    expect(withoutFlag.config?.timeZone).toBe("US/Mountain");
    expect((await parse(yaml)).config?.timeZone).toBe("US/Central");
  });

  it("read a relative folder from where it is written", async () => {
    expect((await parse(yaml)).config?.out).toBe("/etc/runs");
    expect((await parse(yaml, { flags: { out: "mine" } })).config?.out).toBe("/srv/ops/mine");
    expect((await parse(yaml, { env: { LINEAGE_REPORT_OUT: "theirs" } })).config?.out).toBe("/srv/ops/theirs");
    expect((await parse("queries: /srv/q\ntemplates: t")).config).toMatchObject({
      queries: "/srv/q",
      templates: "/etc/reports/t",
    });
  });

  it("read a certificate's file from where it is written, and leave libpq's own word for the system's", async () => {
    const certificate = async (path: string) =>
      (await parse(`database: { sslrootcert: ${path} }`)).config?.database.sslrootcert;
    expect(await certificate("root.crt")).toBe("/etc/reports/root.crt");
    expect(await certificate("system")).toBe("system");
  });

  it("take an empty variable as not set", async () => {
    expect((await parse(undefined, { env: { LINEAGE_REPORT_OUT: "" } })).errors).toEqual([]);
  });
});

describe("faults", () => {
  it("are all named at once, each with its place, what is there and what is expected", async () => {
    const yaml = [
      "timezone: US/Eastern",
      "timeZone: US/Easter",
      "out: ''",
      "limits:",
      "  settleHours: 25h",
      "  sendGraceMinute: 5",
      "  fileExpiryDays: 0",
      "  pipelineStuckMinutes: 1.5",
      "database:",
      "  password: hunter2",
      "  port: [5432]",
      "  sslmode: on",
      "queries:",
    ].join("\n");
    const { config, errors } = await parse(yaml, {
      env: { LINEAGE_REPORT_DATABASE_PORT: "x" },
      flags: { timeZone: "Nowhere" },
    });
    expect(config).toBeUndefined();
    expect(errors).toEqual([
      "lineage-report.yaml:1: there is no setting timezone; did you mean timeZone?",
      'lineage-report.yaml:2: timeZone is "US/Easter"; expected an IANA name such as America/New_York, US/Eastern or UTC',
      'lineage-report.yaml:3: out is ""; expected a folder',
      'lineage-report.yaml:5: limits.settleHours is "25h"; expected a whole number of hours from 1 to 1440',
      "lineage-report.yaml:6: there is no setting limits.sendGraceMinute; did you mean sendGraceMinutes?",
      "lineage-report.yaml:7: limits.fileExpiryDays is 0; expected a whole number of days from 1 to 3650",
      "lineage-report.yaml:8: limits.pipelineStuckMinutes is 1.5; expected a whole number of minutes from 1 to 10080",
      "lineage-report.yaml:10: database.password is refused: a password does not belong into this file; " +
        "use PGPASSWORD, PGPASSFILE or DATABASE_URL",
      "lineage-report.yaml:11: database.port is a list; expected a whole number from 1 to 65535",
      'lineage-report.yaml:12: database.sslmode is "on"; expected one of disable, allow, prefer, require, verify-ca, verify-full',
      "lineage-report.yaml:13: queries is empty; expected a folder",
      'LINEAGE_REPORT_DATABASE_PORT: database.port is "x"; expected a whole number from 1 to 65535',
      '--time-zone: timeZone is "Nowhere"; expected an IANA name such as America/New_York, US/Eastern or UTC',
    ]);
    expect(errors.join("\n")).not.toContain("hunter2");
  });

  it.each([
    ["- a\n- b", "the file holds a list"],
    ["limits: 5", "lineage-report.yaml:1: limits holds 5; expected settings below it"],
    [
      "frobnicate: 1",
      "there is no setting frobnicate; known are timeZone, out, queries, templates, memory, testSenders, limits, database, schedules",
    ],
  ])("of shape are named: %j", async (yaml, message) => {
    expect((await parse(yaml)).errors.join("\n")).toContain(message);
  });

  it("of YAML are named with line and column", async () => {
    await expect(parse("out: a\nout: b\n")).rejects.toThrow(/lineage-report\.yaml:2:1: Map keys must be unique/);
    await expect(parse("limits: {settleHours: 1\n")).rejects.toThrow(/lineage-report\.yaml:\d+:\d+: /);
  });

  it("of unknown variables are warnings, since the environment is shared", async () => {
    const { warnings, errors } = await parse(undefined, { env: { LINEAGE_REPORT_TIMEZONE: "UTC" } });
    expect(errors).toEqual([]);
    expect(warnings).toEqual(["LINEAGE_REPORT_TIMEZONE sets nothing; did you mean LINEAGE_REPORT_TIME_ZONE?"]);
  });
});

describe("the file", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "config-"));
    await writeFile(join(folder, "lineage-report.yaml"), "timeZone: UTC\n");
    await writeFile(join(folder, "other.yaml"), "timeZone: US/Hawaii\nout: here\n");
    await writeFile(join(folder, "bad.yaml"), "a: 1\nb: 2\n");
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("is the one named by the flag, else by the variable, else the one that lies here", async () => {
    const env = { LINEAGE_REPORT_CONFIG: "other.yaml" };
    const zone = async (request: { file?: string; env?: Record<string, string> }) =>
      (await loadConfig({ env: {}, cwd: folder, ...request })).config.timeZone;
    expect(await zone({})).toBe("UTC");
    expect(await zone({ env })).toBe("US/Hawaii");
    expect(await zone({ env, file: "lineage-report.yaml" })).toBe("UTC");
    expect((await loadConfig({ file: "other.yaml", env: {}, cwd: folder })).config.out).toBe(join(folder, "here"));
  });

  it("may be missing, but not if it was named", async () => {
    const cwd = join(folder, "..");
    await expect(loadConfig({ env: {}, cwd })).resolves.toMatchObject({ config: { timeZone: "America/New_York" } });
    const missing = loadConfig({ file: "gone.yaml", env: {}, cwd });
    await expect(missing).rejects.toThrow(/gone\.yaml cannot be read \(ENOENT\)/);
    await expect(missing).rejects.toMatchObject({ exitCode: 2 });
  });

  it("with faults is refused as one ConfigError", async () => {
    const load = loadConfig({ file: "bad.yaml", env: {}, cwd: folder });
    await expect(load).rejects.toBeInstanceOf(ConfigError);
    await expect(load).rejects.toThrow(/has 2 faults:\n {2}bad\.yaml:1: .*\n {2}bad\.yaml:2: /);
  });
});

describe("the JSON schema", () => {
  it("names every setting, refuses others, and is the one in docs/", async () => {
    const schema = configJsonSchema();
    const text = JSON.stringify(schema);
    for (const { path, meta } of settings()) {
      expect(text).toContain(`"${path.at(-1)}":`);
      expect(text).toContain(JSON.stringify(meta.description));
    }
    expect(schema).toMatchObject({ additionalProperties: false });
    const saved = await readFile(join(packageRoot, "docs", "lineage-report.schema.json"), "utf8");
    expect(JSON.parse(saved)).toEqual(schema);
  });
});
