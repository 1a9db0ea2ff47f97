import { DAY, type Micros } from "../../../time/instant.ts";
import { line, time } from "../copy-text.ts";
import type { World } from "../world.ts";

/** Mail schedules as ReportStream wrote them: is_deleted is null everywhere, is_active alone decides. */
export function writeEmailSchedules(world: World): void {
  const at = (world.settled.dayStarts[0] as Micros) - 200 * DAY;
  const base = {
    template: "d-0123456789abcdef",
    type: "DAILY",
    organizations: [] as string[],
    emails: [] as string[],
    parameters: {},
  };
  const schedules: [Record<string, unknown>, boolean][] = [
    [{ ...base, cronSchedule: "0 6 * * *", organizations: ["aa-phd", "bb-phd"] }, true],
    [{ ...base, cronSchedule: "*/5 * * * *", emails: ["watch@ops.example"] }, true],
    [
      {
        ...base,
        template: "d-with:d-without",
        cronSchedule: "15 7 * * MON-FRI",
        organizations: ["ca-dph"],
        emails: ["elr@ca-dph.example"],
      },
      true,
    ],
    [{ ...base, cronSchedule: "0 6 1 * 1", organizations: ["CA-DPH", "../evil"] }, true],
    [{ ...base, cronSchedule: "0 5 * * *", organizations: ["gg-phd"] }, false],
    [{ ...base, cronSchedule: "0 6 * * * ?", organizations: ["hh-phd"], unknownKey: "nobody expected this" }, true],
  ];
  schedules.forEach(([values, active], position) => {
    const written = time(at + position * DAY);
    world.rows.add(
      "email_schedule",
      line(position + 1, JSON.stringify(values), null, active, 1, "operator@ops.example", written),
    );
  });
}
