import { resolve } from "node:path";
import type { Config } from "../config/schema.ts";
import { type Command, defineCommand } from "./command.ts";
import { commonOptions, connectionOptions, jsonOption, organizationOption, templatesOption } from "./options.ts";
import { checkedAddress, redirectOption, wholeCount } from "./schedule.ts";
import { readSettings } from "./settings.ts";

const scheduleOption = {
  schedule: {
    type: "text",
    value: "NAME",
    group: "Mail",
    describe: "the schedule that the mails belong to: of one schedule, window and organization there is one mail",
    otherwise: "the only schedule of the configuration that mails, else by-hand",
  },
} as const;

const runPositional = { run: { describe: "the folder of a finished run" } } as const;
const mailsPositional = { mails: { describe: "the mails' numbers, as mail list shows them", many: true } } as const;

const mailPreview = defineCommand({
  words: "mail preview",
  describe: "what an organization's mail looks like, and what would become of it",
  details: [
    "Writes the message (.eml) and its HTML, prints the text, and sends nothing. Needs no ledger and no mail server.",
  ],
  examples: [["mail preview out/2026-11-20 --organization ca-dph", "into the working directory"]],
  positionals: runPositional,
  options: {
    organization: { type: "text", value: "NAME", describe: "whose mail" },
    ...scheduleOption,
    out: {
      type: "text",
      value: "DIR",
      group: "Output",
      describe: "the folder for .eml and .html",
      otherwise: "the working directory",
    },
    ...templatesOption,
    config: commonOptions.config,
  },
  async run(args, context) {
    const { organization } = args;
    if (organization === undefined) {
      const { UsageError } = await import("../errors.ts");
      throw new UsageError("mail preview needs --organization", { hint: "say whose mail is meant" });
    }
    const { config } = await readSettings({ config: args.config, templates: args.templates }, context);
    const { mailPreview: work } = await import("../mail/command.ts");
    return work(
      {
        config,
        run: resolve(context.cwd, args.run),
        organization,
        schedule: args.schedule ?? onlySchedule(config),
        out: resolve(context.cwd, args.out ?? "."),
      },
      context,
    );
  },
});

const mailSend = defineCommand({
  words: "mail send",
  describe: "send the mails of a finished run",
  details: [
    "Plans one mail for each organization and sends it, unless it is held, skipped or was sent before. Proves the run's folder " +
      "against its manifest first. The mail server is SMTP_URL's.",
  ],
  examples: [
    ["mail send out/2026-11-20 --dry-run", "who would get what"],
    ["mail send out/2026-11-20", "every organization of the run"],
    ["mail send out/2026-11-20 --organization ca-dph --redirect-all-to me@example.org", "a trial"],
  ],
  positionals: runPositional,
  options: {
    ...organizationOption,
    ...scheduleOption,
    "dry-run": { type: "flag", group: "Mail", describe: "print who would get what, or why not; plan and send nothing" },
    ...redirectOption,
    ...connectionOptions,
    ...templatesOption,
    config: commonOptions.config,
  },
  async run(args, context) {
    const { config, connection } = await readSettings(args, context);
    const { mailSend: work } = await import("../mail/command.ts");
    return work(
      {
        config,
        connection,
        run: resolve(context.cwd, args.run),
        organizations: args.organization,
        schedule: args.schedule ?? onlySchedule(config),
        redirectAllTo: await checkedAddress(args.redirectAllTo),
        dryRun: args.dryRun,
      },
      context,
    );
  },
});

const STATES = ["planned", "sending", "accepted", "refused", "unknown", "held", "skipped"] as const;

const mailList = defineCommand({
  words: "mail list",
  describe: "mails and what became of them, from the ledger",
  examples: [
    ["mail list", "the latest 50"],
    ["mail list --state held", "those that wait for a person"],
    ["mail list --organization ca-dph --json", "who was sent what, when, and what the server said"],
  ],
  options: {
    state: { type: "text", value: "STATE", choices: STATES, describe: "only those in this state", otherwise: "all" },
    organization: {
      type: "text",
      value: "NAME",
      describe: "only this organization's",
      otherwise: "every organization's",
    },
    count: { type: "text", value: "N", group: "Output", describe: "so many mails", otherwise: "50" },
    ...jsonOption,
    ...connectionOptions,
    config: commonOptions.config,
  },
  async run(args, context) {
    const { connection } = await readSettings(args, context);
    const { mailList: work } = await import("../mail/command.ts");
    const states = args.state === undefined ? [] : [args.state];
    const count = wholeCount(args.count ?? "50", 100_000);
    return work({ connection, states, organization: args.organization, count, json: args.json }, context);
  },
});

const changeOptions = { ...connectionOptions, config: commonOptions.config } as const;

const mailRelease = defineCommand({
  words: "mail release",
  describe: "let held mails go, as they are",
  details: ["The next round of `schedule`, or `mail send` of the run, sends the very bytes that were held."],
  examples: [["mail release 12 13", "these two"]],
  positionals: mailsPositional,
  options: changeOptions,
  async run(args, context) {
    const { connection } = await readSettings(args, context);
    const { mailChange } = await import("../mail/command.ts");
    return mailChange({ connection, mails: args.mails, change: "release" }, context);
  },
});

const mailDiscard = defineCommand({
  words: "mail discard",
  describe: "drop held mails for good",
  examples: [["mail discard 12", "the organization gets nothing for this window"]],
  positionals: mailsPositional,
  options: changeOptions,
  async run(args, context) {
    const { connection } = await readSettings(args, context);
    const { mailChange } = await import("../mail/command.ts");
    return mailChange({ connection, mails: args.mails, change: "discard" }, context);
  },
});

const mailResolve = defineCommand({
  words: "mail resolve",
  describe: "say what became of mails whose answer was lost",
  details: [
    "A mail is unknown when it was handed over whole and the server's answer never came. It is not sent again by itself, since the " +
      "organization may have it. Look for its Message-ID in the server's log, then say what was found.",
  ],
  examples: [
    ["mail resolve 12 --as accepted", "the server's log has it"],
    ["mail resolve 12 --as again", "it has not: send it again"],
  ],
  positionals: mailsPositional,
  options: {
    as: {
      type: "text",
      value: "WHAT",
      choices: ["accepted", "refused", "again"] as const,
      describe: "accepted, refused, or again to send it once more",
    },
    ...changeOptions,
  },
  async run(args, context) {
    const { as } = args;
    if (as === undefined) {
      const { UsageError } = await import("../errors.ts");
      throw new UsageError("mail resolve needs --as", { hint: "one of accepted, refused, again" });
    }
    const { connection } = await readSettings(args, context);
    const { mailChange } = await import("../mail/command.ts");
    return mailChange({ connection, mails: args.mails, change: { resolve: as } }, context);
  },
});

/** Two schedules that mail would each have their own mail for the same window; one is meant without a word. */
function onlySchedule({ schedules = [] }: Pick<Config, "schedules">): string {
  const [first, ...others] = schedules.filter(({ mail }) => mail === true);
  return first !== undefined && others.length === 0 ? first.name : "by-hand";
}

/** `lineage-report mail …`, in the order of the help. */
export const mail: readonly Command[] = [mailPreview, mailSend, mailList, mailRelease, mailDiscard, mailResolve];
