import { UsageError } from "../errors.ts";
import { type Command, defineCommand } from "./command.ts";
import { commonOptions, connectionOptions, jsonOption, queriesOption, templatesOption } from "./options.ts";
import { readSettings } from "./settings.ts";

export const redirectOption = {
  "redirect-all-to": {
    type: "text",
    value: "ADDRESS",
    group: "Mail",
    describe: "send every mail to this address and to no other, as a trial",
    otherwise: "mail.redirectAllTo of the configuration",
  },
} as const;

const countOption = (what: string, otherwise: string) =>
  ({ count: { type: "text", value: "N", group: "Output", describe: what, otherwise } }) as const;

const scheduleRun = defineCommand({
  words: "schedule",
  describe: "stay up and run what lineage-report.yaml schedules",
  details: [
    "Runs what is due and sends its mails, until SIGTERM or Ctrl-C. Each due time is claimed in the ledger (see ledger init), so " +
      "that of several schedulers one runs it, and what was missed is caught up as the schedule says. A run that is stopped or dies is taken up " +
      "again by the next scheduler.",
    "Times are those of the schedule's own zone. A minute that a clock change skips is due at the next instant that exists; one that comes " +
      "twice is due the first time.",
  ],
  examples: [
    ["schedule", "as a service"],
    ["schedule --once", "one look from cron or a timer: run what is due or was missed, then end"],
    ["schedule --redirect-all-to me@example.org", "a trial whose mails reach nobody else"],
  ],
  options: {
    once: { type: "flag", describe: "look once, run what is due, and end; 3 when something failed" },
    ...redirectOption,
    ...connectionOptions,
    ...queriesOption,
    ...templatesOption,
    config: commonOptions.config,
  },
  async run(args, context) {
    const { config, connection } = await readSettings(args, context);
    const { scheduleCommand } = await import("../scheduler/command.ts");
    const redirectAllTo = await checkedAddress(args.redirectAllTo);
    return scheduleCommand({ config, connection, once: args.once, redirectAllTo }, context);
  },
});

const scheduleNext = defineCommand({
  words: "schedule next",
  describe: "the coming runs of every schedule",
  examples: [
    ["schedule next", "the next ten"],
    ["schedule next --count 40 --explain", "also why then, and which window each covers"],
  ],
  options: {
    ...countOption("so many runs", "10"),
    explain: {
      type: "flag",
      group: "Output",
      describe: "say of each what its clock shows, its window, and what happens if it is missed",
    },
    ...jsonOption,
    ...connectionOptions,
    ...queriesOption,
    config: commonOptions.config,
  },
  async run(args, context) {
    const { config, connection } = await readSettings(args, context);
    const { scheduleNext: work } = await import("../scheduler/command.ts");
    const count = wholeCount(args.count ?? "10", 1000);
    return work({ config, connection, count, explain: args.explain, json: args.json }, context);
  },
});

const scheduleList = defineCommand({
  words: "schedule list",
  describe: "what became of the latest due times, from the ledger",
  details: [
    "A run that fails is tried five times, after 5, 10, 20 and 40 minutes, and each line says when the next is. One that failed for good is followed " +
      "by the commands that make up for it by hand.",
  ],
  examples: [
    ["schedule list", "the last 30 of all schedules"],
    ["schedule list --schedule nightly --count 100", "of one"],
  ],
  options: {
    ...countOption("so many due times", "30"),
    schedule: { type: "text", value: "NAME", describe: "only this schedule's", otherwise: "every schedule's" },
    ...jsonOption,
    ...connectionOptions,
    config: commonOptions.config,
  },
  async run(args, context) {
    const { config, connection } = await readSettings(args, context);
    const { scheduleList: work } = await import("../scheduler/command.ts");
    const count = wholeCount(args.count ?? "30", 10_000);
    return work({ config, connection, count, schedule: args.schedule, json: args.json }, context);
  },
});

/** @throws UsageError when it is not one plain address */
export async function checkedAddress(text: string | undefined): Promise<string | undefined> {
  if (text === undefined) return undefined;
  const { readAddress } = await import("../mail/address.ts");
  const read = readAddress(text);
  if ("fault" in read) throw new UsageError(`--redirect-all-to: ${read.fault}`, { hint: "give one plain address" });
  return read.address;
}

export function wholeCount(text: string, most: number): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 1 && count <= most) return count;
  throw new UsageError(`--count ${text} is not a whole number from 1 to ${most}`);
}

/** `lineage-report schedule …`, in the order of the help. */
export const schedule: readonly Command[] = [scheduleRun, scheduleNext, scheduleList];
