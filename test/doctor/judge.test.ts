import { describe, expect, test } from "vitest";
import { judgeClock, judgeFreshness } from "../../src/doctor/clock.ts";
import { judgeIndexes, NEEDED_INDEXES } from "../../src/doctor/indexes.ts";
import { judgeProbe } from "../../src/doctor/mail-server.ts";
import { judgeSchema } from "../../src/doctor/schema.ts";
import type { RelationFacts } from "../../src/source/doctor-facts.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../src/time/instant.ts";

const NOW = Date.parse("2026-11-21T13:00:00Z") * 1000;

describe("clocks", () => {
  test.each([
    [0, "ok", "agree within a second"],
    [-20 * SECOND, "ok", "20 s behind this host's"],
    [45 * SECOND, "warning", "45 s ahead of this host's"],
    [-3 * HOUR, "fault", "3 h behind this host's: windows begin and end at the wrong time"],
  ])("of %i µs apart", (apart, state, message) => {
    const clocks = { before: NOW - SECOND, after: NOW + SECOND, server: NOW + apart + Math.sign(apart) * SECOND };
    expect(judgeClock(clocks)).toMatchObject({ state, message: expect.stringContaining(message) });
  });

  test("a slow answer is no wrong clock", () => {
    const { state } = judgeClock({ before: NOW, after: NOW + 20 * MINUTE, server: NOW + 10 * MINUTE });
    expect(state).toBe("ok");
  });
});

describe("freshness", () => {
  const states = (replica: boolean, replaySeconds: number | undefined, age: number | undefined) =>
    judgeFreshness(
      replica,
      { encrypted: true, replaySeconds, newestAction: age === undefined ? undefined : NOW - age },
      NOW,
    ).map(({ check, state }) => `${check} ${state}`);

  test("of a primary, of a copy that nobody writes to, of an empty one", () => {
    expect(states(false, undefined, MINUTE)).toEqual(["freshness ok"]);
    expect(states(false, undefined, 3 * DAY)).toEqual(["freshness warning"]);
    expect(states(false, undefined, undefined)).toEqual(["freshness warning"]);
  });

  test("of a replica that follows, lags, is stale, or never replayed", () => {
    expect(states(true, 2, MINUTE)).toEqual(["replica ok", "freshness ok"]);
    expect(states(true, 600, MINUTE)).toEqual(["replica warning", "freshness ok"]);
    expect(states(true, 7200, 2 * DAY)).toEqual(["replica fault", "freshness warning"]);
    expect(states(true, undefined, MINUTE)).toEqual(["replica warning", "freshness ok"]);
  });
});

describe("indexes", () => {
  const whole = (): Map<string, RelationFacts> =>
    new Map(
      [...new Set(NEEDED_INDEXES.map(({ table }) => table))].map((table) => [
        table,
        {
          kind: "table",
          rowSecurity: false,
          indexes: NEEDED_INDEXES.filter((index) => index.table === table).map(({ columns }, at) => {
            return { name: `${table}_${at}`, columns, valid: true, partial: false };
          }),
        },
      ]),
    );
  const change = (table: string, facts: Partial<RelationFacts>) => {
    const relations = whole();
    relations.set(table, { ...relations.get(table)!, ...facts });
    return judgeIndexes(relations);
  };

  test("that are not valid are faults with their own fix", () => {
    const [, fault] = change("report_lineage", {
      indexes: [
        { name: "rl_parent", columns: ["parent_report_id"], valid: false, partial: false },
        { name: "rl_child", columns: ["child_report_id"], valid: true, partial: false },
      ],
    });
    expect(fault).toMatchObject({
      state: "fault",
      message:
        "the index rl_parent on report_lineage (parent_report_id) is not valid, so that no query uses it: what reports became, downloads among them",
      fix: "as the table's owner: reindex index concurrently rl_parent",
    });
  });

  test("of some rows only, or with other columns first, do not do", () => {
    const findings = change("action_log", {
      indexes: [
        { name: "a", columns: ["created_at"], valid: true, partial: true },
        { name: "b", columns: ["report_id", "index"], valid: true, partial: false },
        { name: "c", columns: ["type", "action_id"], valid: true, partial: false },
        { name: "d", columns: ["tracking_id"], valid: true, partial: false },
      ],
    });
    expect(findings.filter(({ state }) => state === "fault").map(({ fix }) => fix)).toEqual([
      "as the table's owner: create index concurrently on action_log (created_at)",
      "as the table's owner: create index concurrently on action_log (action_id)",
    ]);
  });

  test("of views and foreign tables cannot be seen, which is said", () => {
    const [ok, warning] = change("item_lineage", { kind: "foreign", indexes: [] });
    expect(ok?.message).toBe("20 of the 24 indexes that queries rely on are there");
    expect(warning).toMatchObject({
      state: "warning",
      message: "indexes cannot be seen here of item_lineage (foreign)",
    });
  });
});

describe("the schema", () => {
  const fault = (query: string) => ({
    ...{ query, where: `queries/${query}.sql:9`, hint: "add it" },
    message: `query "${query}" failed (queries/${query}.sql:9): column "x" does not exist`,
  });

  test("one dropped column is one fault, with the queries that miss it", () => {
    const enums = new Map([["task_action", ["send", "none"]]]);
    const findings = judgeSchema(10, [fault("a"), fault("b"), fault("c")], new Set(["c"]), {
      migrations: "absent",
      enums,
    });
    expect(findings.map(({ state, message }) => `${state} ${message}`)).toEqual([
      'fault column "x" does not exist (queries/a.sql:9, queries/b.sql:9)',
      "ok there is no flyway_schema_history: which migrations were applied is not known",
    ]);
  });
});

describe("a mail server's answers", () => {
  const settings = { host: "mail.example.org", port: 587, user: "u" };
  const greeting = { answered: true, auth: ["PLAIN"], size: 2048, login: "accepted" } as const;
  const states = (probe: Parameters<typeof judgeProbe>[1]) =>
    judgeProbe(settings, probe).map(({ check, state }) => `${check} ${state}`);

  test("are judged", () => {
    expect(states({ ...greeting, secure: true })).toEqual(["connection ok", "login ok"]);
    expect(states({ ...greeting, secure: false })).toEqual(["connection ok", "encryption warning", "login ok"]);
    expect(states({ ...greeting, secure: true, auth: [], login: "not offered" })).toEqual([
      "connection ok",
      "login fault",
    ]);
    expect(states({ answered: false, why: "no" })).toEqual(["connection fault"]);
  });
});
