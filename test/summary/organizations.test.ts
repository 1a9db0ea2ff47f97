import { describe, expect, test } from "vitest";
import { partyOf } from "../../src/lineage/parties.ts";
import type { ReceiverVersion } from "../../src/outcome/receiver.ts";
import {
  type Facility,
  FacilityFold,
  facilitiesOf,
  isPlainName,
  NOT_PRODUCTION,
  shownFacility,
} from "../../src/summary/organization/facilities.ts";
import { OpenWork } from "../../src/summary/organization/open-work.ts";
import { zonesOf } from "../../src/summary/organization/time-zone.ts";
import type { FacilityCount } from "../../src/summary/organization/types.ts";

const CA = partyOf("ca-dph\u0001elr");
const LOOK_ALIKE = partyOf("ca-dph-x\u0001elr");
const lab = (more: Partial<Facility> = {}): Facility => ({
  ...{ name: "North Lab", clia: "05D1234567", city: "Fresno", state: "CA", ...more },
});

describe("which names of facilities are shown", () => {
  test.each(["North Lab", "St. Mary’s Hospital & Clinic #2", "Laboratório São José", "Quest (Bldg. 4)"])(
    "%s is a name",
    (name) => expect(isPlainName(name)).toBe(true),
  );

  test.each([
    ...[
      "<script>alert(1)</script>",
      "DOE^JANE^Q",
      "Jane Doe 1984-03-02",
      "Jane Doe 3/2/84",
      "12345678",
      "x".repeat(101),
    ],
    ...["A", "jane@example.org", "Lab\u0000", "=HYPERLINK(1)", "4711"],
  ])("%s is none", (name) => expect(isPlainName(name)).toBe(false));

  test("nothing of one without a valid number, which is all that tells it from a person", () => {
    for (const clia of ["", "0000", "05D123456", "05D12345678", "DOE,JANE"]) {
      expect(shownFacility(lab({ clia }))).toEqual({ name: "", clia: "", location: "" });
    }
    expect(shownFacility(lab({ clia: " 05d1234567 " }))).toEqual({
      ...{ name: "North Lab", clia: "05D1234567", location: "Fresno, CA" },
    });
    expect(shownFacility(lab({ name: "DOE^JANE" }))).toMatchObject({ name: "", clia: "05D1234567" });
  });

  test("and none of a number under which there are more than five", () => {
    const fold = new FacilityFold();
    for (let person = 0; person < 6; person++) {
      fold.add(CA, fold.number(lab({ name: `Doe Person${"abcdef"[person]}` })));
    }
    fold.add(CA, fold.number(lab({ clia: "05D7654321" })));
    expect(fold.counts().map(({ name, clia, items }) => [name, clia, items])).toEqual([
      ["", "05D1234567", 6],
      ["North Lab", "05D7654321", 1],
    ]);
  });
});

describe("facilities of an organization", () => {
  const count = (items: number, more: Partial<FacilityCount> = {}): FacilityCount => ({
    ...{ organization: "ca-dph", name: "North Lab", clia: "05D1234567", location: "Fresno, CA", items, ...more },
  });
  const day = (date: string, ...facilities: FacilityCount[]) => ({ date, facilities });
  const days = (first: number, last: number, ...facilities: FacilityCount[]) =>
    Array.from({ length: last - first + 1 }, (_, at) =>
      day(`2026-11-${String(first + at).padStart(2, "0")}`, ...facilities),
    );

  test("are counted for whom they were for, tests and training apart", () => {
    const fold = new FacilityFold();
    const north = fold.number(lab());
    fold.add(CA, north);
    fold.add(CA, fold.number(lab({ state: "CA " })));
    fold.add(LOOK_ALIKE, north);
    fold.add(CA, NOT_PRODUCTION);
    expect(fold.counts()).toEqual([count(2), count(1, { organization: "ca-dph-x" })]);
    expect([fold.notProduction("ca-dph"), fold.notProduction("ca-dph-x")]).toEqual([1, 0]);
  });

  test("stand in four weeks that end with the day; 1 to 10 are withheld, 0 and 11 are not", () => {
    const found = facilitiesOf(
      "ca-dph",
      "2026-11-28",
      [count(10), count(99, { organization: "ca-dph-x" })],
      [...days(1, 2, count(6)), ...days(8, 8, count(10)), ...days(22, 22, count(1)), ...days(15, 21)],
      7,
    );
    expect(found.weeks.map(({ first, last, knownDays }) => `${first} ${last} ${knownDays}`)).toEqual([
      "2026-11-01 2026-11-07 2",
      "2026-11-08 2026-11-14 1",
      "2026-11-15 2026-11-21 7",
      "2026-11-22 2026-11-28 2",
    ]);
    expect(found.shown).toEqual([
      {
        ...{ name: "North Lab", clia: "05D1234567", location: "Fresno, CA" },
        ...{ weeks: [12, null, 0, 11], items: null, mark: null },
      },
    ]);
    expect([found.items, found.itemsWithout]).toEqual([10, 7]);
  });

  test("are new or gone only where enough days are known", () => {
    const marks = (today: FacilityCount[], earlier: { date: string; facilities: FacilityCount[] }[]) =>
      facilitiesOf("ca-dph", "2026-11-28", today, earlier, 0).shown.map(({ mark }) => mark);
    expect(marks([count(1)], days(8, 13))).toEqual([null]);
    expect(marks([count(1)], days(8, 14))).toEqual(["new"]);
    expect(marks([], [...days(8, 8, count(50)), ...days(25, 27)])).toEqual([null]);
    expect(marks([], [...days(8, 8, count(50)), ...days(24, 27)])).toEqual(["gone"]);
  });

  test("have no weeks in a window of any other length", () => {
    const found = facilitiesOf("ca-dph", undefined, [count(11), count(3, { clia: "05D7654321" })], [], 0);
    expect(found.weeks).toEqual([]);
    expect(found.shown.map(({ items }) => items)).toEqual([11, null]);
  });
});

test("what is open is added up by receiver, outcome and reason", () => {
  const open = new OpenWork();
  const waiting = { outcome: "waiting", reason: "waiting for the batch of 14:00", acts: "nobody" } as const;
  for (let at = 0; at < 3; at++) open.add(CA, waiting);
  open.add(CA, { ...waiting, outcome: "stuck" });
  open.add(CA, { ...waiting, outcome: "stuck" });
  open.add(LOOK_ALIKE, waiting);
  const busy = partyOf("or-oha\u0001elr");
  for (let at = 0; at < 1100; at++) open.add(busy, { ...waiting, reason: `reason ${at}` });
  const found = open.byOrganization();
  expect(found.get("ca-dph")).toEqual([
    { receiver: "ca-dph.elr", ...waiting, items: 3 },
    { receiver: "ca-dph.elr", ...waiting, outcome: "stuck", items: 2 },
  ]);
  expect(found.get("ca-dph-x")).toEqual([{ receiver: "ca-dph-x.elr", ...waiting, items: 1 }]);
  expect(found.get("or-oha")?.[0]).toMatchObject({ reason: "", items: 100 });
  expect(found.get("or-oha")).toHaveLength(1001);
});

test("an organization's zone is that of most of its receivers; those that are gone count where there is no other", () => {
  const version = (timeZone: string, exists = true): ReceiverVersion[] => [
    { from: 0, exists, topic: "", customerStatus: "active", transport: "", batchesPerDay: 1, timeZone },
  ];
  const zones = zonesOf(
    new Map([
      ["ca-dph\u0001a", version("US/Eastern")],
      ["ca-dph\u0001b", version("US/Pacific")],
      ["ca-dph\u0001c", version("US/Pacific")],
      ["ca-dph\u0001d", version("US/Eastern", false)],
      ["ca-dph\u0001e", version("US/Eastern", false)],
      ["ca-dph-x\u0001a", version("US/Central")],
      ["ca-dph-x\u0001b", version("US/Arizona")],
      ["old\u0001a", version("US/Hawaii", false)],
      ["none\u0001a", version("UTC")],
    ]),
    1,
  );
  expect(Object.fromEntries(zones)).toEqual({ "ca-dph": "US/Pacific", "ca-dph-x": "US/Central", old: "US/Hawaii" });
});
