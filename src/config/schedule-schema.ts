import { z } from "zod";
import { readAddress } from "../mail/address.ts";
import { SKIP_RULES, type SkipRule } from "../mail/gates.ts";
import { parseCron } from "../schedule/cron.ts";
import { CATCH_UP, type CatchUp } from "../schedule/policy.ts";
import { timeZoneName } from "../time/zone.ts";

/** A schedule as it is written; what is left out has its default where it is read. */
export interface ConfiguredSchedule {
  name: string;
  cron: string;
  timeZone?: string | undefined;
  window?: "day" | "week" | "month" | undefined;
  organizations?: readonly string[] | undefined;
  mail?: boolean | undefined;
  catchUp?: CatchUp | undefined;
  catchUpHours?: number | undefined;
  unsettled?: "wait" | "provisional" | undefined;
  enabled?: boolean | undefined;
}

/** The section `mail`, as it is written. */
export interface ConfiguredMail {
  from: string | undefined;
  fromName: string;
  replyTo: string | undefined;
  owner: string | undefined;
  operators: readonly string[] | undefined;
  organizations: Readonly<Record<string, ConfiguredOrganizationMail>> | undefined;
  allowedDomains: readonly string[] | undefined;
  optOut: readonly string[] | undefined;
  redirectAllTo: string | undefined;
  skip: readonly SkipRule[] | undefined;
  attachSummary: boolean;
  connections: number;
  giveUpHours: number;
  holdTimesUsual: number;
  holdErrorSharePercent: number;
  holdStaleHours: number;
}

export interface ConfiguredOrganizationMail {
  to: readonly string[];
  skip?: readonly SkipRule[] | undefined;
  attachSummary?: boolean | undefined;
}

const zone = z
  .string()
  .refine((name) => timeZoneName(name) !== undefined, { error: "expected an IANA name of a time zone" });

const address = z.string().check((context) => {
  const read = readAddress(context.value);
  if ("fault" in read) context.issues.push({ code: "custom", message: read.fault, input: context.value });
});

const cron = z.string().check((context) => {
  try {
    parseCron(context.value);
  } catch (error) {
    context.issues.push({ code: "custom", message: (error as Error).message, input: context.value });
  }
});

const schedule = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,59}$/, { error: "expected lower case letters, digits, - and _" }),
  cron,
  timeZone: zone.optional(),
  window: z.enum(["day", "week", "month"]).optional(),
  organizations: z.array(z.string().min(1)).optional(),
  mail: z.boolean().optional(),
  catchUp: z.enum(CATCH_UP).optional(),
  catchUpHours: z.int().min(1).max(8784).optional(),
  unsettled: z.enum(["wait", "provisional"]).optional(),
  enabled: z.boolean().optional(),
});

export const schedules = z
  .array(schedule)
  .check((context) => {
    const names = context.value.map(({ name }) => name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice === undefined) return;
    context.issues.push({
      code: "custom",
      message: `two schedules are called ${twice}`,
      input: context.value,
      path: [names.lastIndexOf(twice)],
    });
  })
  .meta({
    description:
      "What `schedule` runs, each with name and cron (five fields), and if wanted timeZone, window (day, week or month), " +
      "organizations, mail, catchUp (all, latest or none), catchUpHours, unsettled (wait or provisional), enabled.",
    expects: "a list of schedules",
  });

const organization = z.strictObject({
  to: z.array(z.string()),
  skip: z.array(z.enum(SKIP_RULES)).optional(),
  attachSummary: z.boolean().optional(),
});

const text = (description: string, expects: string) => z.string().min(1).meta({ description, expects });
const whole = (least: number, most: number, unit: string, description: string, standard: number) =>
  z
    .int()
    .min(least)
    .max(most)
    .meta({ description, expects: `a whole number of ${unit} from ${least} to ${most}`, default: standard });

export const mail = z.strictObject({
  from: address.meta({ description: "The sender's address; without one no mail is sent.", expects: "an address" }),
  fromName: text("The name beside it.", "a name").meta({
    description: "The name beside it.",
    expects: "a name",
    default: "ReportStream",
  }),
  replyTo: address.meta({ description: "Where answers go, and who stops the mails.", expects: "an address" }),
  owner: text("Who these mails belong to, for the footer.", "a name"),
  operators: z.array(address).meta({
    description: "Who gets word of every run, and of what is held or refused.",
    expects: "a list of addresses",
  }),
  // An address that is wrong fails its organization when its mail is planned, and nobody else's.
  organizations: z.record(z.string(), organization).meta({
    description:
      "By organization: to (a list of addresses), and if wanted skip (empty, unchanged) and attachSummary of its own.",
    expects: "organizations, each with to",
  }),
  allowedDomains: z.array(z.string().min(1)).meta({
    description:
      "Domains that organizations' mails may go to; `.example.org` means its subdomains too. None given: any.",
    expects: "a list of domains",
  }),
  optOut: z.array(z.string()).meta({ description: "Addresses that want no mail.", expects: "a list of addresses" }),
  redirectAllTo: address.meta({
    description: "For staging: every mail goes to this address and to no other.",
    expects: "an address",
  }),
  skip: z.array(z.enum(SKIP_RULES)).meta({
    description: "No mail for windows that are empty, or in which nothing changed.",
    expects: "a list of empty, unchanged",
  }),
  attachSummary: z.boolean().meta({
    description: "Whether the organization's summary.csv is attached: counts by sender, receiver and topic.",
    expects: "true or false",
    default: false,
  }),
  connections: whole(1, 50, "connections", "So many mails are handed over at once.", 4),
  giveUpHours: whole(1, 240, "hours", "A mail that the server does not take for so long is given up.", 24),
  holdTimesUsual: whole(2, 1000, "times", "A mail with so many times the usual items waits for a person.", 5),
  holdErrorSharePercent: whole(
    1,
    100,
    "percent",
    "A mail of which more is stuck, failed or rejected waits for a person; 100 for never.",
    80,
  ),
  holdStaleHours: whole(1, 8784, "hours", "A mail whose data were read longer ago waits for a person.", 36),
});
