import PostalMime from "postal-mime";
import { expect, test } from "vitest";
import type { ListedMail } from "../../src/ledger/mails.ts";
import { operatorsMail } from "../../src/mail/operators.ts";
import { loadTemplates } from "../../src/report/templates.ts";
import type { VerdictSummary } from "../../src/summary/operators/types.ts";
import type { Micros } from "../../src/time/instant.ts";
import { parseInstant } from "../../src/time/instant.ts";
import { emptyOperators } from "../support/operators.ts";
import { sampleSummary } from "./sample-summary.ts";

async function mail(verdict: VerdictSummary | undefined, mails: Partial<ListedMail>[] = []) {
  const summary = sampleSummary([{ name: "ca-dph", openFailures: 2 }]);
  if (verdict) summary.operators = { ...emptyOperators(), verdict };
  const planned = await operatorsMail({
    summary,
    schedule: "nightly",
    settings: {
      ...{ from: "reports@example.org", fromName: undefined, replyTo: undefined, operators: ["ops@example.org"] },
      ...{ redirectAllTo: undefined, allowedDomains: [], optOut: [], organizations: {}, owner: undefined },
    } as never,
    render: loadTemplates(),
    now: parseInstant("2026-11-21T11:00:00Z") as Micros,
    provisionalUntil: undefined,
    mails: mails as ListedMail[],
  });
  return { subject: planned.subject, text: (await PostalMime.parse(Buffer.from(planned.message))).text ?? "" };
}

const fact = (level: "action" | "look", text: string) => ({ level, text, acts: "nobody", section: "stuck" }) as const;

test("the mail says the verdict of the page, in the subject too", async () => {
  const facts = [fact("action", "2 files newly failed (oh-odh.elr)"), fact("look", "1 new pair")];
  const { subject, text } = await mail({ level: "action", facts });
  expect(subject).toBe("[ReportStream] Fri Nov 20 2026: 2 files newly failed (oh-odh.elr), 1 new pair");
  expect(text).toMatch(/^Action needed: 2 files newly failed \(oh-odh\.elr\), 1 new pair\n/);
});

test("what is only unusual asks for no action", async () => {
  const { text } = await mail({ level: "look", facts: [fact("look", "1 new pair")] });
  expect(text).toMatch(/^Worth a look: 1 new pair\n/);
});

test("mails that need a person come first, and make it action", async () => {
  const held = { kind: "organization", state: "held", organization: "o", mailId: 7, reason: "empty" } as const;
  const { subject, text } = await mail({ level: "clear", facts: [] }, [held]);
  expect(subject).toContain(": 1 mail to look at");
  expect(text).toMatch(/^Action needed: 1 mail to look at\n/);
});

test("with nothing to say it still says that the job ran", async () => {
  expect((await mail({ level: "nothing", facts: [] })).text).toMatch(/^All clear: the job ran, /);
  expect((await mail({ level: "clear", facts: [] })).subject).toContain("the job ran, nothing to act on");
});

test("a name that would steer the reader's program is one line of text", async () => {
  const { subject, text } = await mail({
    level: "action",
    facts: [fact("action", "1 file (evil\r\nBcc: x@y.example)")],
  });
  expect(subject).toContain("1 file (evil Bcc: x@y.example)");
  expect(text).toMatch(/^Action needed: 1 file \(evil Bcc: x@y\.example\)\n/);
});

test("of a run of an older version it says what is open", async () => {
  expect((await mail(undefined)).text).toMatch(/^Action needed: 2 files not sent\n/);
});
