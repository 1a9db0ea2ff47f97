import { describe, expect, it } from "vitest";
import { readEmailSchedule } from "../../src/schedule/email-schedule.ts";

const row = (values: unknown, id = 7) => ({ id, values: typeof values === "string" ? values : JSON.stringify(values) });
const good = {
  template: "d-1",
  type: "DAILY",
  cronSchedule: "15 7 * * MON-FRI",
  organizations: ["b", "a", "b"],
  emails: [],
  parameters: {},
};

describe("readEmailSchedule", () => {
  it("reads a row as ReportStream writes it", () => {
    const read = readEmailSchedule(row(good), "America/New_York");
    expect(read).toMatchObject({
      schedule: {
        name: "email_schedule/7",
        timeZone: "UTC",
        windowTimeZone: "America/New_York",
        organizations: ["a", "b"],
        emails: undefined,
        cron: { text: "15 7 * * MON-FRI" },
      },
    });
  });

  it("does not mind members that it does not know or need", () => {
    expect(readEmailSchedule(row({ cronSchedule: "0 6 * * *", extra: 1 }), "UTC")).toHaveProperty("schedule");
  });

  it.each([
    ["not json", "are not JSON"],
    ["[]", "no object"],
    ["null", "no object"],
    [{ ...good, cronSchedule: undefined }, "no cronSchedule"],
    [{ ...good, cronSchedule: "0 6 * * * ?" }, "6 fields"],
    [{ ...good, organizations: "ca-dph" }, "no list of names"],
    [{ ...good, emails: [1] }, "no list of addresses"],
  ])("tells what is wrong with %j", (values, message) => {
    const read = readEmailSchedule(row(values), "UTC");
    expect("fault" in read && read.fault).toContain(message);
    expect("fault" in read && read.fault).toMatch(/^email_schedule\/7: /);
  });

  it("takes a row without values for broken, and goes on", () => {
    expect(readEmailSchedule({ id: 1, values: null }, "UTC")).toHaveProperty("fault");
  });
});
