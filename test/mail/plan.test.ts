import PostalMime, { type Email } from "postal-mime";
import { beforeAll, describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/parse.ts";
import type { NewMail } from "../../src/ledger/mails.ts";
import { type Figures, figuresOf } from "../../src/mail/figures.ts";
import { mailSettings } from "../../src/mail/mail-config.ts";
import { mailedOrganizations, type PlanRequest, planMail } from "../../src/mail/plan.ts";
import type { MailSettings } from "../../src/mail/settings.ts";
import { loadTemplates } from "../../src/report/templates.ts";
import type { Summary } from "../../src/summary/types.ts";
import { DAY, HOUR, type Micros, parseInstant } from "../../src/time/instant.ts";
import { counts, type SampleOrganization, sampleSummary } from "./sample-summary.ts";

const render = loadTemplates();
const NOW = parseInstant("2026-11-21T10:35:00Z") as Micros;
const DEFAULTS = mailSettings(
  (parseConfig({ env: {}, cwd: "/" }).config as NonNullable<ReturnType<typeof parseConfig>["config"]>).mail,
);

function request(
  organizations: readonly SampleOrganization[],
  settings: Partial<MailSettings> = {},
  rest: Partial<PlanRequest> = {},
): PlanRequest {
  return {
    summary: sampleSummary(organizations),
    schedule: "nightly",
    organizations: [],
    emails: undefined,
    settings: {
      ...DEFAULTS,
      organizations: Object.fromEntries(
        organizations.map(({ name }, index) => [name, { to: [`reader@o${index}.example`] }]),
      ),
      ...settings,
      from: "reports@reportstream.example",
    },
    render,
    now: NOW,
    provisionalUntil: undefined,
    history: async () => [],
    summaryCsv: async () => undefined,
    ...rest,
  };
}

const parsed = (mail: NewMail): Promise<Email> => PostalMime.parse(Buffer.from(mail.message));
const numbers = (text: string): string[] => text.match(/\d[\d,.]*/g) ?? [];
/** What a reader of the HTML sees, without tags. */
const visible = (html: string): string =>
  html
    .replace(/<head>.*<\/head>/s, "")
    .replaceAll(/<[^>]+>/g, " ")
    .replaceAll("&amp;", "&")
    .replaceAll("&#x27;", "'")
    .replaceAll("&quot;", '"')
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">");

describe("five hundred organizations", () => {
  const organizations: SampleOrganization[] = Array.from({ length: 500 }, (_, index) => ({
    name: `org-${index}${index % 3 === 0 ? "-x" : ""}`,
    canary: `CANARY${index}END`,
    openFailures: index % 4 === 0 ? 1 : 0,
  }));
  const mails: NewMail[] = [];
  beforeAll(async () => {
    const asked = request(organizations);
    for (const name of mailedOrganizations(asked)) mails.push(await planMail(asked, name));
  });

  it("each get one mail, under an envelope of their own", () => {
    expect(mails).toHaveLength(500);
    for (const mail of mails) {
      const index = organizations.findIndex(({ name }) => name === mail.organization);
      expect(mail).toMatchObject({
        state: "planned",
        recipients: [`reader@o${index}.example`],
        sender: "reports@reportstream.example",
      });
    }
    expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(500);
  });

  it("hold their own canary and nobody else's, in no part of the message", async () => {
    for (const mail of mails) {
      const index = organizations.findIndex(({ name }) => name === mail.organization);
      const { subject = "", text = "", html = "", headers, attachments } = await parsed(mail);
      const all = [
        mail.subject,
        subject,
        text,
        html,
        JSON.stringify(headers),
        JSON.stringify(attachments),
        JSON.stringify(mail.figures),
      ].join("\n");
      expect(new Set(all.match(/CANARY\d+END/g))).toEqual(new Set([`CANARY${index}END`]));
      const envelope = JSON.stringify(await parsed(mail));
      expect(new Set(envelope.match(/reader@o\d+\.example/g))).toEqual(new Set([`reader@o${index}.example`]));
      expect(all).not.toMatch(/FILE-NAME|ERROR-TEXT|00000000-0000-4000/);
    }
  });
});

describe("a mail", () => {
  const given: SampleOrganization[] = [
    {
      name: "ca-dph",
      received: { delivered: 1180, filtered: 24, stuck: 3 },
      submitted: { delivered: 40, rejected: 2 },
      rejectedSubmissions: 1,
      openFailures: 2,
    },
    { name: "other" },
  ];

  it("says the same numbers in text and HTML, and the sums add up", async () => {
    const mail = await planMail(request(given, {}, { provisionalUntil: NOW + DAY }), "ca-dph");
    const { text = "", html = "" } = await parsed(mail);
    expect(numbers(visible(html)).sort()).toEqual(numbers(text).sort());
    expect(text).toContain("1,207 items = 1,180 delivered + 3 stuck + 24 filtered");
    expect(text).toContain("42 items = 40 delivered + 2 rejected");
    expect(text).toMatch(
      /^Action needed: 3 items not delivered to you, 2 files not sent, 1 submission rejected, 2 items rejected\n/,
    );
    expect(text).toContain("Provisional: ");
  });

  it("has the verdict and no id in its subject", async () => {
    expect((await planMail(request(given), "ca-dph")).subject).toBe(
      "[ReportStream] Fri Nov 20 2026: 3 items not delivered to you, 2 files not sent, 1 submission rejected, 2 items rejected (ca-dph)",
    );
    expect((await planMail(request(given), "other")).subject).toBe(
      "[ReportStream] Fri Nov 20 2026: no failures (other)",
    );
  });

  it("has the headers of a mail that no person wrote, short lines and ASCII alone", async () => {
    const mail = await planMail(request([{ name: "ça-dph ‮évil" }]), "ça-dph ‮évil");
    const raw = Buffer.from(mail.message).toString("latin1");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: seven bits are what is asked
    expect(raw).toMatch(/^[\x00-\x7f]*$/);
    expect(Math.max(...raw.split("\r\n").map((line) => line.length))).toBeLessThan(998);
    expect(raw).not.toMatch(/[^\r]\n/);
    const email = await parsed(mail);
    const header = (name: string) => email.headers.find(({ key }) => key === name)?.value;
    expect(header("auto-submitted")).toBe("auto-generated");
    expect(header("list-unsubscribe")).toBe("<mailto:reports@reportstream.example?subject=unsubscribe>");
    expect(header("list-id")).toMatch(/^<[a-z0-9-]+\.delivery-reports\.reportstream\.example>$/);
    expect(email.messageId).toBe(mail.messageId);
    expect(email.date).toBe("2026-11-21T10:35:00.000Z");
    expect(email.to).toEqual([{ name: "", address: "reader@o0.example" }]);
    expect(email.subject).not.toContain("‮");
  });

  it("keeps its Message-ID over days of trying, and has another for every other key", async () => {
    const first = await planMail(request(given), "ca-dph");
    const later = await planMail(request(given, {}, { now: NOW + DAY / 2 }), "ca-dph");
    expect(later.messageId).toBe(first.messageId);
    expect((await planMail(request(given, {}, { schedule: "weekly" }), "ca-dph")).messageId).not.toBe(first.messageId);
    expect((await planMail(request(given), "other")).messageId).not.toBe(first.messageId);
  });

  it("shows hostile names as text", async () => {
    const name = '<img src=x onerror="alert(1)">{{x}}';
    const { html = "", text = "" } = await parsed(await planMail(request([{ name }]), name));
    expect(html).not.toContain("<img");
    expect(text).toContain(name);
  });

  it("attaches summary.csv only where it is configured, and has a smaller twin then", async () => {
    const summaryCsv = async (organization: string) => Buffer.from(`sender,receiver\n${organization}.lab,x\n`);
    const without = await planMail(request(given, {}, { summaryCsv }), "ca-dph");
    expect((await parsed(without)).attachments).toEqual([]);
    expect(without.smaller).toBeUndefined();
    const mail = await planMail(request(given, { attachSummary: true }, { summaryCsv }), "ca-dph");
    const { attachments, text } = await parsed(mail);
    expect(attachments.map(({ filename, mimeType }) => [filename, mimeType])).toEqual([["summary.csv", "text/csv"]]);
    expect(Buffer.from(attachments[0]?.content as ArrayBuffer).toString()).toBe("sender,receiver\nca-dph.lab,x\n");
    expect(text).toContain("Attached: summary.csv");
    const smaller = await PostalMime.parse(Buffer.from(mail.smaller as Uint8Array));
    expect(smaller.attachments).toEqual([]);
    expect(smaller.text).toContain("summary.csv is not attached");
    expect(smaller.messageId).toBe(mail.messageId);
    expect((await parsed(mail)).attachments[0]?.filename).not.toMatch(/items|submissions|errors/);
  });
});

describe("hostile names", () => {
  const SIGNS = [
    ...Array.from({ length: 0x21 }, (_, code) => String.fromCharCode(code)),
    ..."\"'<>&@,;:()[]\\%=?*_`{}|~^$#!/+".split(""),
    ...["\u007f", "\u0080", "\u00ad", "\u200b", "\u202e", "\u2028", "\u2029", "\ufeff", "\ud800", "ü", "漢", "💩"],
  ];
  const TEXTS = [
    "\r\nBcc: evil@z.example",
    "\nSubject: another",
    "\r\n\r\n<html>evil</html>",
    "\r\n.\r\nMAIL FROM:<evil@z.example>",
    "=?utf-8?q?=0D=0ABcc=3A_evil=40z.example?=",
    "evil@z.example",
    "a, evil@z.example",
    "<script>alert(1)</script>",
    "{{verdict}}{{{subject}}}{{> mail-head}}",
    "../../etc/passwd",
    "a".repeat(3000),
    "\u202eevil".repeat(50),
  ];
  const NAMES = [
    ...new Set([
      ...SIGNS.flatMap((sign) => [`org${sign}x`, `${sign}org`, `org${sign}`, `o${sign.repeat(3)}g`]),
      ...TEXTS.flatMap((text) => [text, `org ${text}`, `${text} org`]),
    ]),
  ];

  it(`${NAMES.length} of them: header, envelope and look stay what they are`, async () => {
    expect(NAMES.length).toBeGreaterThan(250);
    const usual = await parsed(await planMail(request([{ name: "plain" }]), "plain"));
    const keys = usual.headers.map(({ key }) => key);
    const tags = (html = ""): string[] => html.match(/<[a-z][a-z0-9]*/g) ?? [];
    for (const name of NAMES) {
      const what = JSON.stringify(name.slice(0, 60));
      // A key of the configuration can be any text.
      const asked = request([{ name }], { organizations: Object.fromEntries([[name, { to: ["reader@o0.example"] }]]) });
      const mail = await planMail(asked, name);
      expect(mail.recipients, what).toEqual(["reader@o0.example"]);
      expect(mail.subject, what).not.toMatch(/\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}/u);
      expect(mail.subject.length, what).toBeLessThanOrEqual(200);
      const email = await parsed(mail);
      expect(
        email.headers.map(({ key }) => key),
        what,
      ).toEqual(keys);
      expect(email.to, what).toEqual([{ name: "", address: "reader@o0.example" }]);
      expect([email.cc, email.bcc, email.attachments], what).toEqual([usual.cc, usual.bcc, []]);
      expect(tags(email.html), what).toEqual(tags(usual.html));
    }
  }, 180_000);
});

describe("an organization", () => {
  const one: SampleOrganization[] = [{ name: "ca-dph" }, { name: "other" }];
  const to = (...addresses: string[]): Partial<MailSettings> => ({ organizations: { "ca-dph": { to: addresses } } });

  it("with one wrong address gets nothing, the reason is told, and others are not touched", async () => {
    const asked = request(one, {
      organizations: {
        "ca-dph": { to: ["a@x.example", "b@x.example;evil@z.example"] },
        other: { to: ["c@y.example"] },
      },
    });
    expect(await planMail(asked, "ca-dph")).toMatchObject({
      state: "refused",
      recipients: [],
      reason: expect.stringContaining("b@x.example;evil@z.example"),
    });
    expect(await planMail(asked, "other")).toMatchObject({ state: "planned", recipients: ["c@y.example"] });
  });

  it("outside of the allowed domains gets nothing", async () => {
    const allowedDomains = ["x.example", ".states.example"];
    const state = async (...addresses: string[]) =>
      (await planMail(request(one, { ...to(...addresses), allowedDomains }), "ca-dph")).state;
    expect(await state("a@x.example")).toBe("planned");
    expect(await state("a@sub.x.example")).toBe("refused");
    expect(await state("a@notx.example")).toBe("refused");
    expect(await state("a@ca.states.example", "b@states.example")).toBe("planned");
    expect(await state("a@evilstates.example")).toBe("refused");
  });

  it("whose reader has opted out is skipped, the others still get it", async () => {
    const optOut = ["A@X.example"];
    expect(await planMail(request(one, { ...to("a@x.example"), optOut }), "ca-dph")).toMatchObject({
      state: "skipped",
      reason: "every recipient has opted out",
    });
    expect(await planMail(request(one, { ...to("a@x.example", "b@x.example"), optOut }), "ca-dph")).toMatchObject({
      recipients: ["b@x.example"],
    });
  });

  it("in a trial gets nothing itself, in header or envelope", async () => {
    const mail = await planMail(
      request(one, { ...to("real@ca.example", "second@ca.example"), redirectAllTo: "me@staging.example" }),
      "ca-dph",
    );
    expect(mail.recipients).toEqual(["me@staging.example"]);
    expect(Buffer.from(mail.message).toString("latin1")).not.toMatch(/real@|second@/);
    expect(mail.subject).toMatch(/^\[staging\] /);
  });

  it("without recipients is skipped, and one without any row is told that there was nothing", async () => {
    expect(await planMail(request(one, { organizations: {} }), "ca-dph")).toMatchObject({
      state: "skipped",
      reason: "no recipients",
    });
    const asked = request(one, { organizations: { silent: { to: ["a@x.example"] } } });
    expect(mailedOrganizations(asked)).toEqual(["ca-dph", "other", "silent"]);
    const mail = await planMail(asked, "silent");
    expect(mail.state).toBe("planned");
    expect(mail.subject).toContain("nothing sent or received");
  });

  it("that a limited run has not looked at is not told that there was nothing", () => {
    const asked = request(one);
    asked.summary.limitedTo = ["other"];
    expect(mailedOrganizations(asked)).toEqual(["other"]);
    expect(mailedOrganizations({ ...asked, organizations: ["ca-dph", "other"] })).toEqual(["other"]);
  });

  it("is skipped by its own rules", async () => {
    const empty: SampleOrganization[] = [{ name: "ca-dph", submitted: {}, received: {}, submissions: 0 }];
    expect(await planMail(request(empty, { skip: ["empty"] }), "ca-dph")).toMatchObject({
      state: "skipped",
      reason: "empty: nothing was sent or received",
    });
    expect(
      (
        await planMail(
          request(empty, { skip: ["empty"], organizations: { "ca-dph": { to: ["a@x.example"], skip: [] } } }),
          "ca-dph",
        )
      ).state,
    ).toBe("planned");
    const before = figuresOf(sampleSummary(one), sampleSummary(one).organizations[0] as never);
    // As jsonb gives it back: members in another order.
    const reordered = Object.fromEntries(Object.entries(before).reverse()) as unknown as Figures;
    const history = async () => [{ from: NOW - 2 * DAY, figures: reordered }];
    expect(await planMail(request(one, { skip: ["unchanged"] }, { history }), "ca-dph")).toMatchObject({
      state: "skipped",
      reason: "unchanged since the mail before",
    });
  });
});

describe("a mail is held", () => {
  const FROM = parseInstant("2026-11-20T05:00:00Z") as Micros;
  /** The same weekday of the weeks before, with so many items each. */
  const history =
    (...items: number[]) =>
    async (): Promise<{ from: Micros; figures: Figures }[]> =>
      items.map((delivered, week) => ({
        from: FROM - (week + 1) * 7 * DAY,
        figures: {
          ...figuresOf(sampleSummary([{ name: "o" }]), sampleSummary([{ name: "o" }]).organizations[0] as never),
          submittedItems: 0,
          received: counts({ delivered }),
        },
      }));
  const held = async (
    organization: SampleOrganization,
    rest: Partial<PlanRequest>,
    settings: Partial<MailSettings> = {},
  ) => {
    const { state, reason, recipients, message } = await planMail(
      request([organization], settings, rest),
      organization.name,
    );
    if (state === "held") expect(message.byteLength).toBeGreaterThan(1000);
    expect(recipients).toEqual(["reader@o0.example"]);
    return state === "held" ? reason : undefined;
  };
  const quiet = { name: "o", submitted: {}, submissions: 0 };

  it.each<[string, SampleOrganization, number[], string | undefined]>([
    ["empty where it never is", { ...quiet, received: {} }, [50, 60, 40, 50], "it is empty, where 50 items are usual"],
    ["empty where it often is", { ...quiet, received: {} }, [0, 60, 0, 0], undefined],
    ["far less", { ...quiet, received: { delivered: 10 } }, [100, 90, 110, 100], "10 items, where 100 are usual"],
    ["far more", { ...quiet, received: { delivered: 700 } }, [100, 90, 110, 100], "700 items, where 100 are usual"],
    ["doubled", { ...quiet, received: { delivered: 200 } }, [100, 90, 110, 100], undefined],
    ["unknown what is usual", { ...quiet, received: {} }, [50, 60], undefined],
    [
      "nearly all failed",
      { ...quiet, received: { failed: 90, delivered: 10 } },
      [],
      "90 % of its items are stuck, failed or rejected",
    ],
    ["few failed", { ...quiet, received: { failed: 9, delivered: 1 } }, [], undefined],
  ])("%s", async (_, organization, before, reason) => {
    expect(await held(organization, { history: history(...before) })).toBe(reason);
  });

  it("stale or too early", async () => {
    expect(await held({ name: "o" }, { now: NOW + 3 * DAY })).toBe("the database was read more than 36 hours ago");
    const summary = sampleSummary([{ name: "o" }]);
    summary.snapshot.at = "2026-11-21T04:59:00.000Z";
    expect(await held({ name: "o" }, { summary })).toBe("the database was read before the window's end");
  });

  it("of a replica that was behind, and of a database into which nothing comes", async () => {
    const of = (snapshot: Partial<Summary["snapshot"]>, now = NOW) => {
      const summary = sampleSummary([{ name: "o" }]);
      Object.assign(summary.snapshot, snapshot);
      return held({ name: "o" }, { summary, now });
    };
    expect(await of({ replayedAt: "2026-11-21T10:29:59.000Z" })).toBeUndefined();
    expect(await of({ replayedAt: "2026-11-21T05:00:00.000Z" })).toBeUndefined();
    expect(await of({ replayedAt: "2026-11-21T04:59:59.000Z" })).toBe(
      "the replica had its primary's changes until Fri Nov 20 2026 23:59 (America/New_York) only, before the window's end",
    );
    expect(await of({ replayedAt: "2026-11-21T05:00:00.000Z" }, NOW + 34 * HOUR)).toBe(
      "the replica's data are more than 36 hours old",
    );
    expect(await of({ newestRowAt: "2026-11-19T22:31:00.000Z" })).toBeUndefined();
    expect(await of({ newestRowAt: "2026-11-19T22:29:00.000Z" })).toBe(
      "nothing is recorded in the database since Thu Nov 19 2026 17:29 (America/New_York)",
    );
    expect(await of({ newestRowAt: null })).toBe("nothing at all is recorded in the database");
    // A run of a version that did not look.
    const summary = sampleSummary([{ name: "o" }]);
    summary.snapshot = { at: summary.snapshot.at, id: "1:1:" } as Summary["snapshot"];
    expect(await held({ name: "o" }, { summary })).toBeUndefined();
  });

  it("or says how far the replica was behind, where that matters", async () => {
    const summary = sampleSummary([{ name: "o" }]);
    summary.snapshot.replayedAt = "2026-11-21T10:00:00.000Z";
    const { text = "", html = "" } = await parsed(await planMail(request([{ name: "o" }], {}, { summary }), "o"));
    expect(text).toContain(
      "Database read Sat Nov 21 2026 05:30 (America/New_York), from a replica whose data end Sat Nov 21 2026 05:00 (America/New_York)",
    );
    expect(html).toContain("from a replica whose data end");
    summary.snapshot.replayedAt = "2026-11-21T10:29:00.000Z";
    expect((await parsed(await planMail(request([{ name: "o" }], {}, { summary }), "o"))).text).not.toContain(
      "replica",
    );
  });

  it("also where the organization wants no empty mails: the doubt comes first", async () => {
    expect(await held({ ...quiet, received: {} }, { history: history(50, 60, 40, 50) }, { skip: ["empty"] })).toContain(
      "it is empty",
    );
  });
});
