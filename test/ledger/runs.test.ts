import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { RunLedger } from "../../src/ledger/runs.ts";
import { parseCron } from "../../src/schedule/cron.ts";
import type { CatchUp } from "../../src/schedule/policy.ts";
import type { Schedule } from "../../src/schedule/schedule.ts";
import { decideDue } from "../../src/scheduler/decide.ts";
import { DAY, HOUR, MINUTE, type Micros } from "../../src/time/instant.ts";
import { createTestLedger, type TestLedger } from "./ledger-fixture.ts";

let ledger: TestLedger;
let runs: RunLedger;

beforeAll(async () => {
  ledger = await createTestLedger();
  runs = new RunLedger(await ledger.session());
});
afterEach(() => ledger.clear());
afterAll(() => ledger?.drop());

function due(dueAt: Micros, skip?: string) {
  return { dueAt, startAt: dueAt, window: { from: dueAt - DAY, to: dueAt - HOUR, timeZone: "UTC" }, skip };
}

/** A schedule that was considered until then, so that due times of the past can be decided. */
async function schedule(name: string, consideredUntil: Micros): Promise<void> {
  await ledger.database.query("insert into lineage_report.schedule (name, considered_until) values ($1, $2)", [
    name,
    new Date(consideredUntil / 1000),
  ]);
}

async function state(name: string) {
  const [found] = await runs.states([name]);
  if (!found) throw new Error(`no schedule ${name}`);
  return found;
}

/** A ledger whose clock is simulated: what a scheduler that looks at `clock` sees and decides. */
class SimulatedLedger extends RunLedger {
  clock: Micros = 0;

  override async now(): Promise<Micros> {
    return this.clock;
  }
}

function ticking(catchUp: CatchUp, cron: string): Schedule {
  return {
    name: "ticking",
    cron: parseCron(cron),
    timeZone: "UTC",
    window: "day",
    windowTimeZone: "UTC",
    organizations: [],
    mail: false,
    emails: undefined,
    catchUp,
    catchUpMaxAge: 2 * DAY,
    unsettled: "provisional",
    enabled: true,
  };
}

describe("eight schedulers on one ledger", () => {
  const TICKS = Number(process.env.SCHEDULER_TICKS ?? 300);

  it("take each due time once, whoever writes it down", async () => {
    const start = (Math.floor(Date.now() / 60_000) - TICKS - 10) * MINUTE;
    await schedule("ticking", start);
    const { ran, schedulers, takeAll } = await eight();
    // Each goes through all ticks at its own pace; a simulated clock, one due time a minute.
    await Promise.all(
      schedulers.map(async ({ runs: own, name }) => {
        for (let tick = 1; tick <= TICKS; tick++) {
          const now = start + tick * MINUTE;
          const [known] = await own.states(["ticking"]);
          if (known && known.consideredUntil < now) {
            const undecided: Micros[] = [];
            for (let at = known.consideredUntil + MINUTE; at <= now; at += MINUTE) undecided.push(at);
            const decided = undecided.map((at) => due(at));
            await own.record(known, now, decided);
          }
          await takeAll(own, `${name}-${tick}`, 1);
        }
        await takeAll(own, name);
      }),
    );
    expect([...ran].sort((a, b) => a - b)).toEqual(
      Array.from({ length: TICKS }, (_, index) => start + (index + 1) * MINUTE),
    );
  }, 300_000);

  it("decide and run each due time once, with clocks that are up to a minute off", async () => {
    const QUARTER = 15 * MINUTE;
    const ticks = Math.ceil(TICKS / 3);
    const start = (Math.floor(Date.now() / 900_000) - ticks - 2) * QUARTER;
    await schedule("ticking", start);
    const { ran, schedulers, takeAll } = await eight();
    await Promise.all(
      schedulers.map(async ({ runs: own, name }, index) => {
        for (let tick = 1; tick <= ticks; tick++) {
          own.clock = start + tick * QUARTER + (index % 4) * 15_000_000;
          await decideDue(own, [ticking("all", "*/15 * * * *")], 0);
          await takeAll(own, `${name}-${tick}`, 1);
        }
        await takeAll(own, name);
      }),
    );
    expect([...ran].sort((a, b) => a - b)).toEqual(
      Array.from({ length: ticks }, (_, index) => start + (index + 1) * QUARTER),
    );
  }, 300_000);

  /** Eight, each with a session of its own, and what they have run together. */
  async function eight() {
    const ran: Micros[] = [];
    const schedulers = await Promise.all(
      Array.from({ length: 8 }, async (_, index) => ({
        runs: new SimulatedLedger(await ledger.session()),
        name: `s${index}`,
      })),
    );
    const takeAll = async (own: RunLedger, name: string, most = Number.POSITIVE_INFINITY) => {
      for (let taken = 0; taken < most; taken++) {
        const claim = await own.claim(["ticking"], name, HOUR);
        if (!claim) return;
        ran.push(claim.dueAt);
        expect(await own.end(claim, { state: "done" })).toBe(true);
      }
    };
    return { ran, schedulers, takeAll };
  }

  it.each<[string, Micros, CatchUp, number]>([
    ["five minutes", 5 * MINUTE, "all", 1],
    ["five minutes", 5 * MINUTE, "latest", 1],
    ["five minutes", 5 * MINUTE, "none", 1],
    ["five hours", 5 * HOUR, "all", 5],
    ["five hours", 5 * HOUR, "latest", 1],
    ["five hours", 5 * HOUR, "none", 1],
    ["five days", 5 * DAY, "all", 48],
    ["five days", 5 * DAY, "latest", 1],
    ["five days", 5 * DAY, "none", 1],
  ])("that all were off for %s make up for it once: %s %s", async (_, away, catchUp, expected) => {
    // An hourly schedule, looked at just after the full hour; everything that was due and not run has its reason.
    const now = Math.floor(Date.now() / 3_600_000 - 1) * HOUR + 30_000_000;
    await schedule("ticking", now - away);
    const schedulers = await Promise.all(
      Array.from({ length: 8 }, async () => new SimulatedLedger(await ledger.session())),
    );
    for (const one of schedulers) one.clock = now;
    await Promise.all(schedulers.map((one) => decideDue(one, [ticking(catchUp, "0 * * * *")], 0)));
    const decided = await runs.list(1000);
    expect(decided).toHaveLength(Math.max(1, Math.floor(away / HOUR)));
    const planned = decided.filter(({ state }) => state === "planned").map(({ dueAt }) => dueAt);
    const latest = now - 30_000_000;
    expect(planned).toEqual(Array.from({ length: expected }, (_, index) => latest - index * HOUR));
    for (const { state, reason } of decided) expect(reason === null, `${state} ${reason}`).toBe(state === "planned");
  });

  it("take one of fifty due runs each when they all ask at once, and never two of one schedule", async () => {
    const start = (Math.floor(Date.now() / 60_000) - 100) * MINUTE;
    const names = ["a", "b", "c"];
    for (const name of names) {
      await schedule(name, start);
      await runs.record(
        await state(name),
        start + 50 * MINUTE,
        Array.from({ length: 50 }, (_, index) => due(start + (index + 1) * MINUTE)),
      );
    }
    const sessions = await Promise.all(Array.from({ length: 8 }, () => ledger.session()));
    const claims = await Promise.all(
      sessions.map((session, index) => new RunLedger(session).claim(names, `h${index}`, HOUR)),
    );
    const taken = claims.filter((claim) => claim !== undefined).map(({ schedule: name }) => name);
    expect(new Set(taken).size).toBe(taken.length);
    expect(taken.length).toBeGreaterThan(0);
    expect(taken.length).toBeLessThanOrEqual(3);
  });
});

describe("a taken run", () => {
  const AT = (Math.floor(Date.now() / 60_000) - 60) * MINUTE;

  async function taken(lease = HOUR) {
    await schedule("nightly", AT - MINUTE);
    await runs.record(await state("nightly"), AT, [due(AT)]);
    const claim = await runs.claim(["nightly"], "one", lease);
    if (!claim) throw new Error("nothing to take");
    return claim;
  }

  it("is nobody else's while its lease lasts, and is told so when it was lost", async () => {
    const claim = await taken();
    expect(await runs.claim(["nightly"], "two", HOUR)).toBeUndefined();
    expect(await runs.holds(claim)).toBe(true);
    await ledger.database.query(
      "update lineage_report.run set lease_until = now() - interval '1 second'; update lineage_report.schedule set busy_until = now() - interval '1 second'",
    );
    expect(await runs.holds(claim)).toBe(false);
    const second = await runs.claim(["nightly"], "two", HOUR);
    expect(second).toMatchObject({ runId: claim.runId, attempt: 2 });
    expect(await runs.end(claim, { state: "done" })).toBe(false);
    expect(second && (await runs.end(second, { state: "done" }))).toBe(true);
  });

  it("that is interrupted is taken again without using up a try", async () => {
    const claim = await taken();
    await runs.end(claim, { state: "interrupted", reason: "SIGTERM" });
    expect(await runs.claim(["nightly"], "two", HOUR)).toMatchObject({ attempt: 1 });
  });

  it("that failed waits, is tried again, and in the end left alone", async () => {
    let claim = await taken();
    await runs.end(claim, { state: "failed", reason: "no", retryAfter: HOUR });
    expect(await runs.claim(["nightly"], "x", HOUR)).toBeUndefined();
    for (let attempt = 2; attempt <= 5; attempt++) {
      await ledger.database.query("update lineage_report.run set start_at = now()");
      const next = await runs.claim(["nightly"], "x", HOUR);
      expect(next?.attempt).toBe(attempt);
      claim = next as typeof claim;
      await runs.end(claim, { state: "failed", reason: "no" });
    }
    expect(await runs.claim(["nightly"], "x", HOUR)).toBeUndefined();
    expect(await runs.list(5)).toMatchObject([{ state: "failed", reason: "no", attempts: 5 }]);
  });

  it("of a dead process is given back at once", async () => {
    const claim = await taken();
    expect(await runs.holders(["nightly"])).toEqual(["one"]);
    expect(await runs.free("one")).toEqual({ freed: 1, givenUp: [] });
    expect(await runs.claim(["nightly"], "two", HOUR)).toMatchObject({ runId: claim.runId });
  });

  it("whose process is lost at the last try, or dies there, has failed, and nobody takes it again", async () => {
    const last = async (name: string) => {
      await schedule(name, AT - MINUTE);
      await runs.record(await state(name), AT, [due(AT)]);
      await ledger.database.query("update lineage_report.run set attempts = 4 where schedule = $1", [name]);
      return runs.claim([name], `holder of ${name}`, HOUR);
    };
    expect(await last("lost")).toMatchObject({ attempt: 5 });
    expect(await last("dead")).toMatchObject({ attempt: 5 });
    expect(await runs.giveUp()).toEqual([]);
    await ledger.database.query(
      "update lineage_report.run set lease_until = now() - interval '1 second' where schedule = 'lost'; update lineage_report.schedule set busy_until = now() where name = 'lost'",
    );
    expect((await runs.list(9, "lost"))[0]).toMatchObject({ state: "running", lost: true });
    expect((await runs.list(9, "dead"))[0]).toMatchObject({ state: "running", lost: false });
    expect(await runs.claim(["lost"], "x", HOUR)).toBeUndefined();
    expect(await runs.giveUp()).toMatchObject([{ schedule: "lost", reason: expect.stringContaining("was lost") }]);
    expect(await runs.giveUp()).toEqual([]);
    expect(await runs.free("holder of dead")).toMatchObject({ freed: 0, givenUp: [{ schedule: "dead" }] });
    for (const name of ["lost", "dead"]) {
      expect((await runs.list(9, name))[0]).toMatchObject({
        state: "failed",
        attempts: 5,
        lost: false,
        leaseUntil: null,
      });
      expect(await runs.claim([name], "x", HOUR)).toBeUndefined();
      // The schedule itself is free for what falls due next.
      await runs.record(await state(name), AT + MINUTE, [due(AT + MINUTE)]);
      expect(await runs.claim([name], "x", HOUR)).toMatchObject({ dueAt: AT + MINUTE, attempt: 1 });
    }
    expect((await runs.untold()).map(({ schedule: name }) => name)).toEqual(["lost", "dead"]);
  });

  it("makes its span known, so that what falls into it can be skipped", async () => {
    const claim = await taken();
    const { busy } = await state("nightly");
    expect(busy).toEqual([{ from: claim.claimedAt, to: undefined }]);
    await runs.end(claim, { state: "done" });
    const [after] = (await state("nightly")).busy;
    expect(after?.to).toBeGreaterThanOrEqual(claim.claimedAt);
  });

  it("covers its window for later due times", async () => {
    const claim = await taken();
    expect(await runs.covered("nightly", claim.window, 0)).toBe(false);
    await runs.end(claim, { state: "done", folder: "2026-11-20" });
    expect(await runs.covered("nightly", claim.window, 0)).toBe(true);
    expect(await runs.covered("nightly", claim.window, claim.runId)).toBe(false);
  });
});

describe("schedules", () => {
  it("begin when they are first seen, and after a pause when they are switched on again", async () => {
    await runs.meet(["new"]);
    const first = await state("new");
    await runs.meet(["new"]);
    expect((await state("new")).consideredUntil).toBe(first.consideredUntil);
    await runs.pause(["new"]);
    expect(await runs.states(["new"])).toEqual([]);
    await runs.meet(["new"]);
    expect((await state("new")).consideredUntil).toBeGreaterThan(first.consideredUntil);
  });

  it("record a skipped due time with its reason", async () => {
    const at = (Math.floor(Date.now() / 60_000) - 5) * MINUTE;
    await schedule("s", at - MINUTE);
    expect(await runs.record(await state("s"), at, [due(at, "still running")])).toBe(true);
    expect(await runs.list(1)).toMatchObject([{ state: "skipped", reason: "still running", dueAt: at }]);
    expect(await runs.claim(["s"], "h", HOUR)).toBeUndefined();
  });

  it("are decided once from one state", async () => {
    const at = (Math.floor(Date.now() / 60_000) - 5) * MINUTE;
    await schedule("s", at - MINUTE);
    const before = await state("s");
    expect(await runs.record(before, at, [due(at)])).toBe(true);
    expect(await runs.record(before, at, [due(at)])).toBe(false);
    expect(await runs.list(10)).toHaveLength(1);
  });
});
