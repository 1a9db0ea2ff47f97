import { describe, expect, test } from "vitest";
import { countFilters, receiverFilters } from "../../src/organizations/filters.ts";
import { readSettingRow } from "../../src/organizations/setting-row.ts";
import { type SettingVersion, settingsAt } from "../../src/organizations/settings.ts";
import { nextBatchAt, readTiming, type Timing, timingWords } from "../../src/organizations/timing.ts";
import { formatInstant, parseInstant } from "../../src/time/instant.ts";

const at = (text: string): number => parseInstant(text) as number;

interface Given {
  type?: "ORGANIZATION" | "SENDER" | "RECEIVER";
  organization?: string | null;
  name?: string;
  active?: boolean;
  deleted?: boolean;
  at?: string;
  version?: number;
  topic?: string;
  timing?: unknown;
  transport?: [shape: string, type: string | null];
}

let nextId = 1;
function version(given: Given): SettingVersion {
  const { type = "RECEIVER", organization = "xx-phd", name = "elr", transport = ["absent", null] } = given;
  return readSettingRow([
    nextId++,
    type,
    organization,
    type === "ORGANIZATION" ? organization : name,
    given.version ?? 0,
    given.active ?? false,
    given.deleted ?? false,
    at(`${given.at ?? "2024-01-01"}T00:00:00Z`),
    "ops@x.example",
    ...["described", "STATE", "XX", null, given.topic ?? "full-elr", "active", null, "HL7", true],
    ...transport,
    given.timing === undefined ? null : JSON.stringify(given.timing),
    null,
  ]);
}

/** Full names with types and topics, as a directory has them. */
function names(versions: readonly SettingVersion[], when?: string): string[] {
  const { organizations } = settingsAt(versions, when === undefined ? undefined : at(`${when}T00:00:00Z`));
  return organizations.flatMap(({ organization, parties }) =>
    [organization, ...parties].map(
      ({ type, fullName, facts, version }) => `${type} ${fullName} ${facts.topic} v${version}`,
    ),
  );
}

const organization = version({ type: "ORGANIZATION", active: true });

describe("settings by name", () => {
  test("a sender and a receiver of one name are two", () => {
    const both = [
      organization,
      version({ type: "SENDER", name: "default", active: true }),
      version({ type: "RECEIVER", name: "default", active: true }),
    ];
    expect(names(both)).toEqual([
      "organization xx-phd full-elr v0",
      "sender xx-phd.default full-elr v0",
      "receiver xx-phd.default full-elr v0",
    ]);
  });

  test("an organization's name with a dot is not cut up", () => {
    const dotted = [
      version({ type: "ORGANIZATION", organization: "a.b", active: true }),
      version({ organization: "a.b", name: "c", active: true }),
      version({ type: "ORGANIZATION", organization: "a", active: true }),
      version({ organization: "a", name: "b.c", active: true }),
    ];
    const { organizations } = settingsAt(dotted);
    expect(organizations.map(({ parties }) => parties.map(({ key }) => key))).toEqual([["a\u0001b.c"], ["a.b\u0001c"]]);
  });

  test("the past is what the newest version before it says, whatever is active now", () => {
    const history = [
      version({ type: "ORGANIZATION", at: "2024-01-01" }),
      version({ at: "2024-01-02", topic: "covid-19", version: 0 }),
      version({ at: "2024-03-01", topic: "full-elr", version: 1 }),
      version({ at: "2024-05-01", deleted: true, version: 2 }),
      // Made anew under a new organization row: its versions count from 0 again.
      version({ type: "ORGANIZATION", at: "2024-06-01", version: 1, active: true }),
      version({ at: "2024-06-02", topic: "mars-otc-elr", version: 0, active: true }),
    ];
    const receiverAt = (when?: string): string | undefined =>
      names(history, when).find((name) => /^receiver/.test(name));
    expect(receiverAt("2024-02-01")).toBe("receiver xx-phd.elr covid-19 v0");
    expect(receiverAt("2024-04-01")).toBe("receiver xx-phd.elr full-elr v1");
    expect(receiverAt("2024-05-15")).toBeUndefined();
    expect(receiverAt("2024-07-01")).toBe("receiver xx-phd.elr mars-otc-elr v0");
    expect(receiverAt()).toBe("receiver xx-phd.elr mars-otc-elr v0");
    const now = settingsAt(history).organizations[0]?.parties[0];
    expect(formatInstant(now?.recreatedAfter ?? 0)).toBe("2024-05-01T00:00:00.000Z");
    expect(names(history, "2023-01-01")).toEqual([]);
  });

  test("of two active rows of one name the newest is taken, and told", () => {
    const twins = [
      version({ type: "ORGANIZATION", organization: "twin", at: "2024-01-01", active: true, topic: "old" }),
      version({ organization: "twin", at: "2024-01-02", active: true, topic: "old" }),
      version({ type: "ORGANIZATION", organization: "twin", at: "2024-02-01", active: true, topic: "new" }),
      version({ organization: "twin", at: "2024-02-02", active: true, topic: "new" }),
    ];
    expect(names([...twins].reverse())).toEqual(["organization twin new v0", "receiver twin.elr new v0"]);
    expect(settingsAt(twins).faults).toEqual([
      "the organization twin has 2 active rows; the newest is shown",
      "the receiver twin.elr has 2 active rows; the newest is shown",
    ]);
  });

  test("what belongs to no organization that is there is told", () => {
    const lost = [
      version({ organization: null, name: "lost", active: true }),
      version({ organization: "gone", active: true }),
    ];
    const { organizations, faults } = settingsAt(lost);
    expect(organizations).toEqual([]);
    expect(faults.join("\n")).toMatch(/gone\.elr is in force[\s\S]*receiver lost .* no organization/);
  });
});

describe("a transport", () => {
  test.each([
    ["absent", null, ""],
    ["null", null, ""],
    ["object", "NULL", "NULL"],
    ["object", "SFTP", "SFTP"],
    ["object", null, "UNKNOWN"],
    // A member that should be a word and is not may be anything: it is not shown.
    ["object", '{"password":"x"}', "UNKNOWN"],
  ])("%s %s is %s", (shape, type, expected) => {
    expect(version({ transport: [shape, type] }).facts.transport).toBe(expected);
  });
});

describe("filters", () => {
  test("are read in each of their shapes, and what has none of them is left out", () => {
    const filters = receiverFilters({
      jurisdictionalFilter: ["a", "b"],
      qualityFilter: ["q"],
      reverseTheQualityFilter: true,
      routingFilter: null,
      conditionFilter: { not: "a list" },
      mappedConditionFilter: [{ type: "codeString", value: "840539006" }, { type: 7 }, 8],
      routingFilters: [{ filterName: "n", filterExpressions: ["r", null] }],
    });
    expect(filters).toEqual([
      { kind: "jurisdictional", expression: "a" },
      { kind: "jurisdictional", expression: "b" },
      { kind: "quality (reversed)", expression: "q" },
      { kind: "routing", expression: "n: r" },
      { kind: "mapped condition", expression: "codeString 840539006" },
    ]);
    expect(countFilters(filters)).toBe("2 jurisdictional, 1 quality (reversed), 1 routing, 1 mapped condition");
    expect(receiverFilters(undefined)).toEqual([]);
  });
});

describe("a timing", () => {
  const timing = (numberPerDay: number, initialTime: string, timeZone: string): Timing =>
    readTiming({ numberPerDay, initialTime, timeZone }) as Timing;
  const next = (of: Timing, now: string): string => formatInstant(nextBatchAt(of, at(now)));

  test("in words", () => {
    expect(timingWords(timing(12, "04:00", "EASTERN"))).toBe("12 a day from 04:00 US/Eastern");
    expect(timingWords(timing(1, "23:30", "CHAMORRO"))).toBe("daily at 23:30 Pacific/Guam");
    expect(timingWords(timing(1440, "00:00", "UTC"))).toBe("every minute (UTC)");
    expect(timingWords(readTiming({}) as Timing)).toBe("daily at 00:00 US/Eastern");
    expect(timingWords(readTiming({ numberPerDay: "12", initialTime: "04:00", timeZone: "ARIZONA" }) as Timing)).toBe(
      "12 a day from 04:00 US/Arizona",
    );
  });

  test.each([
    [{ numberPerDay: 0 }, "numberPerDay"],
    [{ numberPerDay: "" }, "numberPerDay"],
    [{ timeZone: "" }, "timeZone"],
    [{ numberPerDay: 1441 }, "numberPerDay"],
    [{ initialTime: "25:00" }, "initialTime"],
    [{ timeZone: "MARS" }, "timeZone"],
  ])("%j cannot be read", (members, unreadable) => {
    expect(readTiming(members)).toEqual({ unreadable });
  });

  test("counts periods on the receiver's clock, before the initial time of day too", () => {
    const twelve = timing(12, "04:00", "EASTERN");
    expect(next(twelve, "2026-11-20T17:30:00Z")).toBe("2026-11-20T19:00:00.000Z");
    expect(next(twelve, "2026-11-20T06:30:00Z")).toBe("2026-11-20T07:00:00.000Z");
    expect(next(timing(1, "23:30", "CENTRAL"), "2026-11-20T17:30:00Z")).toBe("2026-11-21T05:30:00.000Z");
  });

  test("is ten seconds ahead, and at a boundary a whole period", () => {
    const hourly = timing(24, "00:00", "UTC");
    expect(next(hourly, "2026-11-20T13:59:49.999999Z")).toBe("2026-11-20T14:00:00.000Z");
    expect(next(hourly, "2026-11-20T13:59:50Z")).toBe("2026-11-20T15:00:00.000Z");
  });

  test("where a day is no multiple of the period", () => {
    // floor(86,400 / 7) = 12,342 s. ReportStream adds a day before it takes the remainder, which moves each boundary 6 s ahead.
    expect(next(timing(7, "00:00", "UTC"), "2026-11-20T00:00:00Z")).toBe("2026-11-20T03:25:36.000Z");
    expect(next(timing(7, "00:00", "UTC"), "2026-11-20T23:59:37Z")).toBe("2026-11-20T23:59:48.000Z");
  });

  test("passes a clock change in elapsed time, as ReportStream plans it", () => {
    // Clocks go back at 06:00Z: 25 hours from midnight to midnight, and the plan has 24.
    expect(next(timing(1, "00:00", "EASTERN"), "2026-11-01T05:00:00Z")).toBe("2026-11-02T04:00:00.000Z");
  });
});
