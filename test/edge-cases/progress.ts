import { expect } from "vitest";
import type { Report } from "../support/rows.ts";
import { type EdgeCase, NIGHT, type Night } from "./edge-case.ts";
import { pick } from "./run-files.ts";
import { batches } from "./settings.ts";
import { at, nextDay } from "./times.ts";

/** Three days after the window. */
const LATER: Night = { ...NIGHT, asOf: "2026-03-14T12:00:00Z" };
/** Right after the window's end. */
const SOON: Night = { ...NIGHT, asOf: "2026-03-12T04:00:00Z" };
const WEEKS: Night = { ...NIGHT, asOf: "2026-03-20T12:00:00Z" };
const LAST_YEAR: Night = { date: "2025-03-11", asOf: "2026-03-12T12:00:00Z" };

/** Section "statuses in progress": what still moves by itself, and what does not. */
export const PROGRESS: EdgeCase[] = [
  {
    id: "E38",
    situation: "a batch is past due: 24 batches a day and three days ago, one a day and 70 hours ago",
    ours: "stuck past ReportStream's own look-back for that receiver (6 hours; 75 hours), waiting up to its last instant",
    reportstream: "`Waiting to Deliver` for ever",
    night: LATER,
    ownSettings: true,
    async rows({ rows, lab }) {
      const plans: [name: string, perDay: number, due: string][] = [
        ["e38-hourly.elr", 24, at("12:00")],
        ["e38-daily.elr", 1, at("14:00")],
        ["e38-edge.elr", 1, at("09:00")],
        ["e38-over.elr", 1, at("08:59:59.999999")],
      ];
      const root = await rows.receive({ at: at("05:00"), sender: lab });
      const [item] = await rows.convert(root);
      for (const [name, perDay] of plans) await rows.receiver(name, batches(perDay));
      const routed = await rows.destinationFilter(item!, { receivers: plans.map(([name]) => name) });
      for (const [position, file] of routed.entries()) {
        const passed = await rows.receiverFilter(await rows.enrich(file));
        await rows.translate(passed, { nextActionAt: plans[position]![2] });
      }
      return async (files) => {
        expect(await files.outcomes(root)).toEqual([
          "1 e38-daily.elr waiting",
          "1 e38-edge.elr waiting",
          "1 e38-hourly.elr stuck",
          "1 e38-over.elr stuck",
        ]);
        const hourly = (await files.items(root))[2]!;
        expect(hourly.reason).toMatch(/missed its batch of Mar 11 08:00 \(US\/Eastern\)/);
        expect(hourly.acts).toBe("reportstream");
        // By item, the worst outcome counts.
        expect(pick(await files.submission(root), "items", "stuck", "waiting")).toEqual({
          ...{ items: "1", stuck: "1", waiting: "0" },
        });
      };
    },
  },
  {
    id: "E39",
    situation: "a receiver without timing: its file has no time for a batch",
    ours: "stuck from the first moment: the receiver has no batch schedule, it will never be sent",
    reportstream: "`Received`",
    ownSettings: true,
    async rows({ rows, lab, phd }) {
      await rows.receiver(phd, { timing: null });
      const root = await rows.receive({ at: at("14:00"), sender: lab });
      const [item] = await rows.convert(root);
      const [file] = await rows.destinationFilter(item!, { receivers: [phd] });
      await rows.translate(await rows.receiverFilter(await rows.enrich(file!)), { nextActionAt: null });
      return async (files) => {
        expect(pick(await files.item(root), "outcome", "reason", "acts")).toEqual({
          ...{ outcome: "stuck", reason: "receiver has no batch schedule: will never be sent", acts: "reportstream" },
        });
      };
    },
  },
  {
    id: "E41",
    situation: "two active rows of one organization",
    ours: "one organization; no row doubled",
    reportstream: "joins by the organization's name count everything twice",
    ownSettings: true,
    async rows({ rows, lab, phd }) {
      await rows.receiver(phd);
      await rows.organization("e41-phd", { description: "newer" }, { at: "2024-01-01T00:00:00Z" });
      await rows.receiver("e41-phd.elr", {}, { version: 1, at: "2024-01-01T00:00:00Z" });
      const { root } = await rows.happyPath({ at: at("14:00"), sender: lab, receivers: [phd] });
      return async (files) => {
        expect(await files.outcomes(root)).toEqual([`1 ${phd} delivered`]);
        expect(await files.deliveries(phd)).toHaveLength(1);
        const { organizations } = await files.summary();
        expect(organizations.filter(({ name }) => name === "e41-phd")).toHaveLength(1);
      };
    },
  },
  {
    id: "E42",
    situation: "a sender and a receiver of one organization share their name",
    ours: "one row each: settings are told apart by their type",
    reportstream: "the delivery list (v0) joins without the type and doubles the rows",
    ownSettings: true,
    async rows({ rows }) {
      const both = "e42-both.elr";
      await rows.receiver(both);
      await rows.sender(both);
      const { root } = await rows.happyPath({ at: at("14:00"), sender: both, receivers: [both] });
      const later = await rows.happyPath({ at: nextDay("03:00"), sender: both, receivers: [both], until: "convert" });
      const [file] = await rows.destinationFilter(later.converted[0]!, { receivers: [both] });
      const passed = await rows.receiverFilter(await rows.enrich(file!));
      await rows.translate(passed, { nextActionAt: nextDay("14:00") });
      return async (files) => {
        expect(await files.outcomes(root)).toEqual([`1 ${both} delivered`]);
        // The sender's setting has neither timing nor transport.
        expect(await files.outcomes(later.root)).toEqual([`1 ${both} waiting`]);
        expect(await files.deliveries(both)).toHaveLength(1);
        expect(await files.csv("organizations/e42-both/summary.csv")).toHaveLength(1);
        const { organizations } = await files.summary();
        expect(organizations.find(({ name }) => name === "e42-both")).toMatchObject({
          ...{ submissions: 2, submittedItems: 2, filesSent: 1 },
        });
      };
    },
  },
  {
    id: "E43",
    situation: "a batch that was delivered last year still says next_action send",
    ours: "delivered: the planned step proves nothing, the sent file does",
    reportstream: "the delivery list (v0) and the mail job count it as waiting for download",
    night: LAST_YEAR,
    async rows({ rows, lab, phd }) {
      const { root } = await rows.happyPath({ at: "2025-03-11T14:00:00Z", sender: lab, receivers: [phd] });
      return async (files) => expect(await files.outcomes(root)).toEqual([`1 ${phd} delivered`]);
    },
  },
  {
    id: "E44",
    situation: "work inside the pipeline does not move on and no action says why",
    ours: "waiting up to one hour, then stuck",
    reportstream: "`Received`; a failed step leaves no row",
    async rows({ rows, lab }) {
      const ages = ["11:00", "10:59:59.999999"];
      const roots: Report[] = [];
      for (const clock of ages) {
        const root = await rows.receive({ at: at("14:00"), sender: lab });
        await rows.convert(root, { at: nextDay(clock) });
        roots.push(root);
      }
      const [fresh, old] = roots;
      return async (files) => {
        expect(pick(await files.item(fresh!), "outcome", "reason", "acts")).toEqual({
          ...{ outcome: "waiting", reason: "in the pipeline, before destination-filter", acts: "nobody" },
        });
        const stuck = await files.item(old!);
        expect(pick(stuck, "outcome", "acts")).toEqual({ outcome: "stuck", acts: "reportstream" });
        expect(stuck.reason).toBe("stuck before destination-filter since 06:59 (America/New_York)");
      };
    },
  },
  {
    id: "E44b",
    situation: "the same after nine days: the queue keeps a message for seven",
    ours: "stuck, and the reason says that the queue message is gone",
    reportstream: "`Received`",
    night: WEEKS,
    async rows({ rows, lab }) {
      const root = await rows.receive({ at: at("14:00"), sender: lab, items: 2 });
      return async (files) => {
        const items = await files.items(root);
        expect(items.map(({ item, outcome }) => `${item} ${outcome}`)).toEqual(["1 stuck", "2 stuck"]);
        expect(items[0]!.reason).toContain("its queue message is gone");
      };
    },
  },
  {
    id: "E45",
    situation: "a task whose report was never recorded",
    ours: "in no total; `lineage-report lineage check` lists it",
    reportstream: "counts in queries over task",
    async rows({ rows }) {
      const orphan = await rows.orphanTask({ at: at("14:00") });
      return async (files) => expect(await files.everything()).not.toContain(orphan);
    },
  },
  {
    id: "E47",
    situation: "sent_at is set, the task is at send with two retries",
    ours: "retrying: a failed attempt sets sent_at too",
    reportstream: "sent_at reads as sent",
    async rows({ rows, lab, phd, sql }) {
      const { root, batches: files } = await rows.happyPath({
        ...{ at: nextDay("02:00"), sender: lab, receivers: [phd], until: "batch" },
      });
      await rows.sendWarning(files[phd]!, { at: nextDay("11:50") });
      await rows.sendWarning(files[phd]!, { at: nextDay("11:58") });
      const [task] = await sql("select sent_at, next_action::text from task where report_id = $1", files[phd]!.id);
      return async (found) => {
        expect(task).toMatchObject({ next_action: "send" });
        expect(task!.sent_at).not.toBeNull();
        expect(pick(await found.item(root), "outcome", "delivered_at", "times_delivered")).toEqual({
          ...{ outcome: "retrying", delivered_at: "", times_delivered: "0" },
        });
      };
    },
  },
  {
    id: "E47b",
    situation: "a retry's time passed: up to 15 minutes ago, and longer",
    ours: "retrying for 15 minutes, then stuck: it was due and did not happen",
    reportstream: "`Waiting to Deliver`",
    async rows({ rows, lab, phd, sql }) {
      const due = [nextDay("11:45"), nextDay("11:44:59.999999")];
      const roots: Report[] = [];
      for (const time of due) {
        const path = await rows.happyPath({ at: at("14:00"), sender: lab, receivers: [phd], until: "batch" });
        await rows.sendWarning(path.batches[phd]!, { at: nextDay("11:30") });
        await sql("update task set next_action_at = $2 where report_id = $1", path.batches[phd]!.id, time);
        roots.push(path.root);
      }
      const [inTime, late] = roots;
      return async (files) => {
        expect((await files.item(inTime!)).outcome).toBe("retrying");
        expect(pick(await files.item(late!), "outcome", "acts")).toEqual({ outcome: "stuck", acts: "reportstream" });
        expect((await files.item(late!)).reason).toBe("retry 1 of 5 was due 07:44 (US/Eastern) and did not happen");
      };
    },
  },
  {
    id: "E48",
    situation: "the task is at send_error and errored_at is null, as always",
    ours: "failed, at the time of the last attempt",
    reportstream: "errored_at is never set; `Waiting to Deliver`",
    async rows({ rows, lab, phd }) {
      const { root, batches: files } = await rows.happyPath({
        ...{ at: at("14:00"), sender: lab, receivers: [phd], until: "batch", batchAt: at("14:02") },
      });
      await rows.exhaust(files[phd]!, { at: at("14:02:10") });
      return async (found) => {
        const item = await found.item(root);
        expect(item.outcome).toBe("failed");
        expect(item.reason).toBe("the last attempt to send failed Mar 11 10:43 (US/Eastern) (connection refused)");
        const [failure] = await found.failures(phd);
        expect(pick(failure!, "first_failed_at", "last_failed_at", "attempts", "expires_at")).toEqual({
          ...{ first_failed_at: "2026-03-11T14:02:10.000Z", last_failed_at: "2026-03-11T14:43:20.000Z" },
          ...{ attempts: "6", expires_at: "2026-05-10T14:02:00.000Z" },
        });
        expect((await found.submission(root)).status).toBe("Waiting to Deliver");
      };
    },
  },
  {
    id: "E49",
    situation: "a submission of half an hour ago has no lineage yet",
    ours: "its items wait in the pipeline, as many as the root says",
    reportstream: "the history has no id and says `Received`",
    night: SOON,
    async rows({ rows, lab }) {
      const root = await rows.receive({ at: nextDay("03:30"), sender: lab, items: 3 });
      return async (files) => {
        expect(await files.outcomes(root)).toEqual(["1 waiting", "2 waiting", "3 waiting"]);
        expect(pick(await files.submission(root), "items", "waiting", "status")).toEqual({
          ...{ items: "3", waiting: "3", status: "Received" },
        });
      };
    },
  },
];
