import { expect } from "vitest";
import { details, type LogSpec, type Report } from "../support/rows.ts";
import { type EdgeCase, NIGHT, type Night } from "./edge-case.ts";
import { pick } from "./run-files.ts";
import { download, email } from "./settings.ts";
import { at, nextDay } from "./times.ts";

const LAST_JUNE: Night = { date: "2025-06-11", asOf: "2026-03-12T12:00:00Z" };
const AUGUST_2023: Night = { date: "2023-08-02", asOf: "2023-08-03T12:00:00Z" };
const WEEKS: Night = { ...NIGHT, asOf: "2026-05-20T12:00:00Z" };

/** Cases that were found while the program was built: rows that are legal, odd or damaged. */
export const FOUND: EdgeCase[] = [
  {
    id: "X1",
    situation: "a submission through the submissions service, two items for two receivers each",
    ours: "four rows; two items of one submission, though the root says item_count 1",
    reportstream: "one item",
    async rows({ rows, lab, phd, cdc }) {
      const { root, converted } = await rows.submissionsService({ at: at("14:00"), sender: lab, items: 2 });
      for (const item of converted) {
        for (const file of await rows.destinationFilter(item, { receivers: [phd, cdc] })) {
          const ready = await rows.translate(await rows.receiverFilter(await rows.enrich(file)));
          await rows.send(await rows.batch([ready]));
        }
      }
      return async (files) => {
        expect(await files.outcomes(root)).toEqual([
          ...[`1 ${cdc} delivered`, `1 ${phd} delivered`, `2 ${cdc} delivered`, `2 ${phd} delivered`],
        ]);
        expect(pick(await files.submission(root), "items", "delivered")).toEqual({ items: "2", delivered: "2" });
      };
    },
  },
  {
    id: "X2",
    situation: "a resend failed again",
    ours: "failed; the failure is open, with the last resend still shown and all attempts counted",
    reportstream: "two rows of list_send_failures",
    async rows({ rows, lab, phd }) {
      const { root, batches } = await rows.happyPath({
        ...{ at: at("14:00"), sender: lab, receivers: [phd], until: "batch" },
      });
      await rows.exhaust(batches[phd]!);
      await rows.resend(batches[phd]!, { at: at("18:00") });
      await rows.exhaust(batches[phd]!, { at: at("18:01") });
      return async (files) => {
        expect((await files.item(root)).outcome).toBe("failed");
        const failures = await files.failures(phd);
        expect(failures.map((row) => pick(row, "state", "attempts", "resent_at", "first_failed_at"))).toEqual([
          {
            ...{ state: "open", attempts: "12", resent_at: "2026-03-11T18:00:00.000Z" },
            ...{ first_failed_at: "2026-03-11T14:01:21.000Z" },
          },
        ]);
        expect(failures[0]!.last_failed_at).toBe("2026-03-11T18:42:10.000Z");
      };
    },
  },
  {
    id: "X3",
    situation: "a resend was asked for ten minutes ago, and another an hour ago, and nothing was sent since",
    ours: "retrying up to 15 minutes after the request, then stuck; the failure is resent",
    reportstream: "retryCount 0 in the task's token is all there is",
    async rows({ rows, lab, phd, cdc }) {
      const { root, batches } = await rows.happyPath({
        ...{ at: at("14:00"), sender: lab, receivers: [phd, cdc], until: "batch" },
      });
      for (const file of Object.values(batches)) await rows.exhaust(file);
      await rows.resend(batches[phd]!, { at: nextDay("11:50") });
      await rows.resend(batches[cdc]!, { at: nextDay("11:00") });
      return async (files) => {
        expect(await files.outcomes(root)).toEqual([`1 ${cdc} stuck`, `1 ${phd} retrying`]);
        expect((await files.items(root))[1]!.reason).toBe("an operator asked to send it again 07:50 (US/Eastern)");
        expect((await files.failures(phd)).map(({ state }) => state)).toEqual(["resent"]);
        expect((await files.failures(cdc)).map(({ state }) => state)).toEqual(["resent"]);
      };
    },
  },
  {
    id: "X4",
    situation: "the transport's own success stands in the text of a send_error",
    ours: "the failure is `maybe delivered`; the item is stuck until somebody looks, never delivered by a text",
    reportstream: "a failure like any other",
    async rows({ rows, lab, phd }) {
      const { root, batches } = await rows.happyPath({
        ...{ at: at("14:00"), sender: lab, receivers: [phd], until: "batch" },
      });
      const result =
        "Success: sftp upload of x.hl7 to SFTPTransportType(host=h), Send function unrecoverable exception: x";
      await rows.sendError(batches[phd]!, { kind: "unrecoverable", result });
      return async (files) => {
        expect((await files.item(root)).outcome).toBe("stuck");
        expect((await files.failures(phd)).map(({ state }) => state)).toEqual(["maybe delivered"]);
      };
    },
  },
  {
    id: "X5",
    situation: "a send_error about a file whose report_file row is missing",
    ours: "a row of failures.csv with the id, without items, senders or expiry",
    reportstream: "dropped by the join",
    async rows({ rows, phd }) {
      const id = rows.uuid();
      const columns = { action_params: JSON.stringify({ reportId: id }), action_result: "Connection refused" };
      await rows.action({ name: "send_error", at: at("14:00"), receiver: phd, columns });
      return async (files) => {
        expect(
          (await files.failures(phd)).map((row) => pick(row, "report_id", "items", "senders", "expires_at")),
        ).toEqual([{ report_id: id, items: "", senders: "", expires_at: "" }]);
      };
    },
  },
  {
    id: "X6",
    situation: "retry tokens that are a text, a number, a list, empty, or count in words",
    ours: "the run goes on; a token that tells no count is judged by the task's time",
    reportstream: "the send function throws",
    async rows({ rows, lab, phd, sql }) {
      const tokens = ['"x"', "5", "[1,2]", "{}", '{"retryCount":"many"}', '{"retryCount":-1}', '{"retryCount":null}'];
      const roots: Report[] = [];
      for (const token of tokens) {
        const path = await rows.happyPath({ at: at("14:00"), sender: lab, receivers: [phd], until: "batch" });
        const due = nextDay("11:50");
        const change = "update task set retry_token = $2::json, next_action_at = $3 where report_id = $1";
        await sql(change, path.batches[phd]!.id, token, due);
        roots.push(path.root);
      }
      return async (files) => {
        for (const root of roots) {
          expect(pick(await files.item(root), "outcome", "reason")).toEqual({
            ...{ outcome: "waiting", reason: "due to be sent 07:50 (US/Eastern)" },
          });
        }
      };
    },
  },
  {
    id: "X7",
    situation: "the receiver's transport was taken away after the file was written",
    ours: "judged by the setting in force when the file was written: it was to be sent, and was not",
    reportstream: "current settings, not those of the day",
    ownSettings: true,
    async rows({ rows, lab, phd }) {
      await rows.receiver(phd, {}, { active: false });
      const { root } = await rows.happyPath({ at: at("14:00"), sender: lab, receivers: [phd], until: "batch" });
      await rows.receiver(phd, download, { version: 1, at: at("20:00") });
      const later = await rows.happyPath({ at: at("21:00"), sender: lab, receivers: [phd], until: "batch" });
      return async (files) => {
        expect((await files.item(root)).reason).toBe("was due to be sent Mar 11 10:01 (US/Eastern) and was not");
        expect((await files.item(later.root)).outcome).toBe("waiting");
      };
    },
  },
  {
    id: "X8",
    situation: "a receiver was deleted: one file was delivered before, one waits for a batch",
    ours: "the delivery stays; what waits is stuck, since no batch will take it",
    reportstream: "special_delivery_statistics drops the receiver with its history",
    ownSettings: true,
    async rows({ rows, lab, phd }) {
      await rows.receiver(phd, {}, { active: false });
      const sent = await rows.happyPath({ at: at("14:00"), sender: lab, receivers: [phd] });
      const open = await rows.happyPath({ at: at("15:00"), sender: lab, receivers: [phd], until: "translate" });
      await rows.receiver(phd, {}, { version: 1, at: at("20:00"), active: false, deleted: true });
      return async (files) => {
        expect((await files.item(sent.root)).outcome).toBe("delivered");
        expect(pick(await files.item(open.root), "outcome", "reason", "acts")).toEqual({
          ...{
            outcome: "stuck",
            reason: "the receiver's setting is gone: no batch will take it",
            acts: "reportstream",
          },
        });
      };
    },
  },
  {
    id: "X9",
    situation: "an edge from item 4 of a report with two items, and one from item -1",
    ours: "items 1 to 4; the negative one leads nowhere, and the run ends",
    reportstream: "-",
    async rows({ rows, lab, phd }) {
      const { root, converted } = await rows.happyPath({ at: at("14:00"), sender: lab, items: 2, receivers: [phd] });
      const edge = { trackingId: null, hash: "0", parent: root.id, child: converted[0]!.id, childIndex: 1 };
      await rows.lineage(root.actionId, converted[0]!.at, [
        { ...edge, parentIndex: 4 },
        { ...edge, parentIndex: -1 },
      ]);
      return async (files) => {
        expect(await files.outcomes(root)).toEqual([
          `1 ${phd} delivered`,
          `2 ${phd} delivered`,
          "3 rejected",
          `4 ${phd} delivered`,
        ]);
      };
    },
  },
  {
    id: "X10",
    situation: "a report that is its own child",
    ours: "the run ends, and the file that was sent is delivered once",
    reportstream: "report_descendants does not end",
    async rows({ rows, lab, phd }) {
      const { root, batches } = await rows.happyPath({ at: at("14:00"), sender: lab, receivers: [phd] });
      const self = batches[phd]!.id;
      const edge = { trackingId: null, hash: "0", parent: self, parentIndex: 1, child: self, childIndex: 1 };
      await rows.lineage(batches[phd]!.actionId, batches[phd]!.at, [edge]);
      return async (files) => {
        expect(pick(await files.item(root), "outcome", "times_delivered")).toEqual({
          ...{ outcome: "delivered", times_delivered: "1" },
        });
      };
    },
  },
  {
    id: "X11",
    situation: "a task whose next_action is null",
    ours: "stuck: the step ended and recorded nothing",
    reportstream: "in no list of tasks by next_action",
    async rows({ rows, lab, phd, sql }) {
      const root = await rows.receive({ at: at("14:00"), sender: lab });
      const [item] = await rows.convert(root);
      await sql("update task set next_action = null where report_id = $1", item!.id);
      const { root: other, batches } = await rows.happyPath({
        ...{ at: at("15:00"), sender: lab, receivers: [phd], until: "batch" },
      });
      await sql("update task set next_action = null where report_id = $1", batches[phd]!.id);
      return async (files) => {
        expect((await files.item(root)).outcome).toBe("stuck");
        expect((await files.item(other)).outcome).toBe("stuck");
      };
    },
  },
  {
    id: "X12",
    situation: "the tasks were purged: the reports' own plans, ages and attempts are all there is",
    ours: "judged by these: failed, retrying, stuck, and waiting for a batch that is due today",
    reportstream: "nothing waits any more",
    async rows({ rows, lab, phd, sql }) {
      const path = { sender: lab, receivers: [phd], until: "batch" as const };
      const failed = await rows.happyPath({ ...path, at: at("14:00") });
      await rows.exhaust(failed.batches[phd]!);
      const retrying = await rows.happyPath({ ...path, at: at("15:00") });
      await rows.sendWarning(retrying.batches[phd]!, { at: nextDay("11:50") });
      const left = await rows.happyPath({ ...path, at: at("16:00") });
      const planned = await rows.happyPath({ ...path, at: nextDay("02:00"), until: "convert" });
      const [file] = await rows.destinationFilter(planned.converted[0]!, { receivers: [phd] });
      await rows.translate(await rows.receiverFilter(await rows.enrich(file!)), { nextActionAt: nextDay("13:00") });
      const roots = [failed, retrying, left, planned].map(({ root }) => root);
      await sql("delete from task where receiver_name = $1", phd);
      return async (files) => {
        const items = await Promise.all(roots.map((root) => files.item(root)));
        expect(items.map(({ outcome }) => outcome)).toEqual(["failed", "retrying", "stuck", "waiting"]);
        expect(items[3]!.reason).toBe("waiting for the batch of 09:00 (US/Eastern)");
      };
    },
  },
  {
    id: "X13",
    situation: "a window of last June: batched three weeks later, fetched in the autumn, sent again in January",
    ours: "found by key: delivered at the first sending, twice; the window's files are what was sent in it",
    reportstream: "delivery_statistics for that window: not delivered",
    night: LAST_JUNE,
    async rows({ rows, lab, phd, cdc }) {
      const { root, translated } = await rows.happyPath({
        ...{ at: "2025-06-11T14:00:00Z", sender: lab, receivers: [phd, cdc], until: "translate" },
      });
      const file = await rows.batch(translated[phd]!, { at: "2025-07-02T14:00:00Z" });
      const sent = await rows.send(file, { at: "2025-07-02T14:01:00Z" });
      await rows.download(file, { at: "2025-10-02T14:01:00Z" });
      await rows.resend(file, { at: "2026-01-02T14:00:00Z" });
      await rows.send(file, { at: "2026-01-02T14:01:00Z" });
      const other = await rows.batch(translated[cdc]!, { at: "2025-07-03T14:00:00Z" });
      await rows.exhaust(other, { at: "2025-07-03T14:00:10Z" });
      return async (files) => {
        const [toCdc, toPhd] = await files.items(root);
        expect(pick(toPhd!, "outcome", "delivered_report_id", "delivered_at", "times_delivered")).toEqual({
          ...{ outcome: "delivered", delivered_report_id: sent.id },
          ...{ delivered_at: "2025-07-02T14:01:00.000Z", times_delivered: "2" },
        });
        expect(toCdc!.outcome).toBe("failed");
        expect(toCdc!.reason).toContain("connection refused");
        expect(await files.deliveries(phd)).toEqual([]);
        expect(await files.failures(cdc)).toEqual([]);
      };
    },
  },
  {
    id: "X14",
    situation: "the upload worked and what followed threw: a sent file stands under the send_error",
    ours: "delivered, with the file; the failure is `maybe delivered`",
    reportstream: "find_sent_reports misses it",
    async rows({ rows, lab, phd }) {
      const { root, batches } = await rows.happyPath({
        ...{ at: at("14:00"), sender: lab, receivers: [phd], until: "batch" },
      });
      const result = "Send function unrecoverable exception: the blob could not be saved";
      const sent = await rows.send(batches[phd]!, { under: "send_error", result });
      return async (files) => {
        expect(pick(await files.item(root), "outcome", "delivered_report_id")).toEqual({
          ...{ outcome: "delivered", delivered_report_id: sent.id },
        });
        expect((await files.deliveries(phd)).map(({ report_id }) => report_id)).toEqual([sent.id]);
        expect((await files.failures(phd)).map(({ state }) => state)).toEqual(["maybe delivered"]);
      };
    },
  },
  {
    id: "X15",
    situation: "an e-mailed file is e-mailed again on request",
    ours: "delivered twice; two files in deliveries.csv, the second a resend",
    reportstream: "nothing sent",
    ownSettings: true,
    async rows({ rows, lab, phd }) {
      await rows.receiver(phd, email);
      const { root, batches } = await rows.happyPath({
        ...{ at: at("14:00"), sender: lab, receivers: [phd], until: "batch" },
      });
      await rows.emailSend(batches[phd]!, { at: at("14:05") });
      await rows.resend(batches[phd]!, { at: at("15:00") });
      await rows.emailSend(batches[phd]!, { at: at("15:01") });
      return async (files) => {
        expect(pick(await files.item(root), "outcome", "delivered_at", "times_delivered")).toEqual({
          ...{ outcome: "delivered", delivered_at: "2026-03-11T14:05:00.000Z", times_delivered: "2" },
        });
        expect((await files.deliveries(phd)).map(({ resend }) => resend)).toEqual(["false", "true"]);
      };
    },
  },
  {
    id: "X16",
    situation: "organizations that look alike: `ca-dph`, `ca-dph-x`, `CA-DPH`, `../evil`",
    ours: "each folder holds exactly its own rows, and none leaves the run's folder",
    reportstream: "-",
    ownSettings: true,
    async rows({ rows, sql }) {
      const names = ["ca-dph", "ca-dph-x", "CA-DPH", "../evil"];
      const roots = new Map<string, string>();
      for (const [position, name] of names.entries()) {
        const stand = `x16-${position}`;
        await rows.receiver(`${stand}.elr`);
        const { root, sent } = await rows.happyPath({
          ...{ at: at("14:00"), sender: `${stand}.lab`, receivers: [`${stand}.elr`] },
        });
        for (const table of ["action", "report_file"]) {
          await sql(`update ${table} set sending_org = $2 where sending_org = $1`, stand, name);
          await sql(`update ${table} set receiving_org = $2 where receiving_org = $1`, stand, name);
        }
        await sql("update setting set name = $2 where name = $1", stand, name);
        roots.set(name, `${root.id} ${sent[`${stand}.elr`]!.id}`);
      }
      return async (files) => {
        const folders = (await files.organizations()).filter((name) => /ca-dph|%43|evil/.test(name));
        expect(folders.sort()).toEqual(["%2E%2E%2Fevil", "%43%41-%44%50%48", "ca-dph", "ca-dph-x"]);
        for (const [position, name] of ["../evil", "CA-DPH", "ca-dph", "ca-dph-x"].entries()) {
          const folder = `organizations/${folders[position]}`;
          for (const path of ["submitted-items.csv", "received-items.csv", "submissions.csv", "deliveries.csv"]) {
            const rowsOfIt = await files.csv(`${folder}/${path}`);
            expect(rowsOfIt).toHaveLength(1);
            expect(roots.get(name)).toContain(rowsOfIt[0]!.report_id);
          }
          const html = await files.text(`${folder}/index.html`);
          for (const other of roots.keys()) if (other !== name) expect(html).not.toContain(`>${other}.`);
        }
      };
    },
  },
  {
    id: "X17",
    situation: "an operator put a message of the poison queue back: convert ran twice, and both copies were sent",
    ours: "one item, delivered twice",
    reportstream: "two items delivered",
    async rows({ rows, lab, phd }) {
      const root = await rows.receive({ at: at("14:00"), sender: lab });
      const first = await rows.convert(root);
      const second = await rows.convert(root, { at: at("14:10") });
      const sent: Report[] = [];
      for (const item of [first[0]!, second[0]!]) {
        const [file] = await rows.destinationFilter(item, { receivers: [phd] });
        const ready = await rows.translate(await rows.receiverFilter(await rows.enrich(file!)));
        sent.push(await rows.send(await rows.batch([ready])));
      }
      return async (files) => {
        expect(pick(await files.item(root), "outcome", "delivered_report_id", "times_delivered")).toEqual({
          ...{ outcome: "delivered", delivered_report_id: sent[0]!.id, times_delivered: "2" },
        });
        expect(pick(await files.submission(root), "items", "delivered")).toEqual({ items: "1", delivered: "1" });
      };
    },
  },
  {
    id: "X18",
    situation: "of two copies of an item one is filtered and the other waits, or was delivered",
    ours: "what is open is not hidden by the filter, and what was delivered stays delivered",
    reportstream: "by the last row",
    async rows({ rows, lab, phd }) {
      const roots: Report[] = [];
      for (const delivered of [false, true]) {
        const root = await rows.receive({ at: at("14:00"), sender: lab });
        const copies = [...(await rows.convert(root)), ...(await rows.convert(root, { at: at("14:10") }))];
        const files: Report[] = [];
        for (const copy of copies) {
          const [file] = await rows.destinationFilter(copy, { receivers: [phd] });
          files.push(await rows.enrich(file!));
        }
        const passed = await rows.receiverFilter(files[0]!);
        await rows.receiverFilter(files[1]!, { filtered: {} });
        if (delivered) await rows.send(await rows.batch([await rows.translate(passed)]));
        roots.push(root);
      }
      return async (files) => {
        expect(await files.outcomes(roots[0]!)).toEqual([`1 ${phd} stuck`]);
        expect(await files.outcomes(roots[1]!)).toEqual([`1 ${phd} delivered`]);
      };
    },
  },
  {
    id: "X19",
    situation: "legacy: processing failed for good; or failed once and was tried again with success",
    ours: "failed, ReportStream must act; a warning alone is no failure",
    reportstream: "`Received`; the task stays at process",
    async rows({ rows, lab, phd }) {
      const bad = await rows.legacyAsync({ at: at("14:00"), sender: lab });
      for (const attempt of [1, 2, 3, 4]) await rows.processWarning(bad.internal, { attempt });
      await rows.processError(bad.internal);
      const good = await rows.legacyAsync({ at: at("15:00"), sender: lab });
      await rows.processWarning(good.internal);
      const [file] = await rows.processRows(good.internal, { at: at("15:05"), receivers: [{ receiver: phd }] });
      await rows.send(await rows.batch([file!]));
      return async (files) => {
        expect(pick(await files.item(bad.root), "outcome", "acts")).toEqual({
          outcome: "failed",
          acts: "reportstream",
        });
        expect((await files.item(bad.root)).reason).toContain("processing failed for good");
        expect(await files.outcomes(good.root)).toEqual([`1 ${phd} delivered`]);
      };
    },
  },
  {
    id: "X20",
    situation: "legacy: the translation for one receiver threw; only an info entry says so",
    ours: "unrouted, the reason names the receiver, and ReportStream must act",
    reportstream: "info is never shown: silent",
    async rows({ rows, lab, phd }) {
      const { root, internal } = await rows.legacyAsync({ at: at("14:00"), sender: lab });
      await rows.processRows(internal, { receivers: [] });
      await rows.translationFailure(internal, { actionId: internal.actionId, receiver: phd });
      return async (files) => {
        expect(pick(await files.item(root), "outcome", "reason", "acts")).toEqual({
          ...{ outcome: "unrouted", reason: `no receiver got it; translation to ${phd} failed`, acts: "reportstream" },
        });
      };
    },
  },
  {
    id: "X21",
    situation: "legacy: a submission asked not to send (SkipSend), and another to send at once",
    ours: "filtered, and the reason says why; delivered without a batch",
    reportstream: "`Not Delivering`",
    async rows({ rows, lab, phd }) {
      const skipped = await rows.legacySync({
        ...{ at: at("14:00"), sender: lab, receivers: [{ receiver: phd, next: "none" }] },
      });
      const prompt = await rows.legacySync({
        ...{ at: at("15:00"), sender: lab, receivers: [{ receiver: phd, next: "send" }] },
      });
      await rows.send(prompt.children[0]!);
      return async (files) => {
        const item = await files.item(skipped.root);
        expect(item.outcome).toBe("filtered");
        expect(item.reason).toContain("SkipSend");
        expect((await files.item(prompt.root)).outcome).toBe("delivered");
      };
    },
  },
  {
    id: "X22",
    situation: "a receiver that takes one item a file",
    ours: "as many files as items, each item in its own at position 1",
    reportstream: "the same",
    async rows({ rows, lab, phd }) {
      const { root, translated } = await rows.happyPath({
        ...{ at: at("14:00"), sender: lab, items: 3, receivers: [phd], until: "translate" },
      });
      for (const file of await rows.batchEach(translated[phd]!)) await rows.send(file);
      return async (files) => {
        const items = await files.items(root);
        expect(items.map(({ delivered_item }) => delivered_item)).toEqual(["1", "1", "1"]);
        expect(new Set(items.map(({ delivered_report_id }) => delivered_report_id)).size).toBe(3);
        expect(await files.deliveries(phd)).toHaveLength(3);
      };
    },
  },
  {
    id: "X23",
    situation: "a file that failed for good was fetched by its receiver",
    ours: "downloaded; the failure is recovered at that time",
    reportstream: "still a failure",
    async rows({ rows, lab, phd }) {
      const { root, batches } = await rows.happyPath({
        ...{ at: at("14:00"), sender: lab, receivers: [phd], until: "batch" },
      });
      await rows.exhaust(batches[phd]!);
      await rows.download(batches[phd]!, { at: at("19:00") });
      return async (files) => {
        expect((await files.item(root)).outcome).toBe("downloaded");
        expect((await files.failures(phd)).map((row) => pick(row, "state", "recovered_at"))).toEqual([
          { state: "recovered", recovered_at: "2026-03-11T19:00:00.000Z" },
        ]);
      };
    },
  },
  {
    id: "X24",
    situation: "nobody fetched a receiver's file for 60 days",
    ours: "waiting for the receiver until it expires, then stuck",
    reportstream: "the API shows 30 days, the documents say 60",
    night: WEEKS,
    otherNights: [NIGHT],
    ownSettings: true,
    async rows({ rows, lab, phd }) {
      await rows.receiver(phd, download);
      const { root } = await rows.happyPath({ at: at("14:00"), sender: lab, receivers: [phd], until: "batch" });
      return async (files, of) => {
        expect(pick(await files.item(root), "outcome", "acts")).toEqual({ outcome: "stuck", acts: "receiver" });
        expect((await files.item(root)).reason).toContain("nobody downloaded it before it expired");
        expect(pick(await of(NIGHT).item(root), "outcome", "acts")).toEqual({ outcome: "waiting", acts: "receiver" });
      };
    },
  },
  {
    id: "X25",
    situation: "a download of before 2023-09-11, which has item edges of its own",
    ours: "downloaded, at the position of its own edges",
    reportstream: "the history counts it as sent",
    night: AUGUST_2023,
    ownSettings: true,
    async rows({ rows, lab, phd }) {
      await rows.receiver(phd, download);
      const path = await rows.happyPath({
        ...{ at: "2023-08-02T14:00:00Z", sender: lab, items: 2, receivers: [phd], until: "batch" },
      });
      const fetched = await rows.download(path.batches[phd]!, { at: "2023-08-02T16:00:00Z" });
      return async (files) => {
        const items = await files.items(path.root);
        expect(items.map((row) => pick(row, "outcome", "delivered_report_id", "delivered_item"))).toEqual([
          { outcome: "downloaded", delivered_report_id: fetched.id, delivered_item: "1" },
          { outcome: "downloaded", delivered_report_id: fetched.id, delivered_item: "2" },
        ]);
      };
    },
  },
  {
    id: "X26",
    situation: "a file of which nothing can be read",
    ours: "all of its items rejected; the one error stands for each",
    reportstream: "`Not Delivering`",
    async rows({ rows, lab }) {
      const root = await rows.receive({ at: at("14:00"), sender: lab, items: 2 });
      await rows.unreadable(root);
      return async (files) => {
        expect((await files.items(root)).map(({ outcome, acts }) => `${outcome} ${acts}`)).toEqual([
          ...["rejected sender", "rejected sender"],
        ]);
        expect(pick(await files.submission(root), "rejected", "errors")).toEqual({ rejected: "2", errors: "1" });
      };
    },
  },
  {
    id: "X27",
    situation: "three items were counted when the file came, and two were found when it was taken apart",
    ours: "the third is rejected, and the reason says so",
    reportstream: "3 items, 2 with a history",
    async rows({ rows, lab, phd, sql }) {
      const { root } = await rows.happyPath({ at: at("14:00"), sender: lab, items: 2, receivers: [phd] });
      await sql("update report_file set item_count = 3 where report_id = $1", root.id);
      return async (files) => {
        const third = (await files.items(root))[2]!;
        expect(pick(third, "item", "outcome", "receiver")).toEqual({ item: "3", outcome: "rejected", receiver: "" });
        expect(third.reason).toContain("not found when the file was taken apart");
      };
    },
  },
  {
    id: "X28",
    situation:
      "a file failed in a window of last June, from a submission of the day before; a resend in July recovered it",
    ours: "recovered, with who asked, when, and when it went out, though all of it came after the window",
    reportstream: "a failure for ever",
    night: LAST_JUNE,
    async rows({ rows, lab, phd }) {
      const { root, batches } = await rows.happyPath({
        ...{ at: "2025-06-10T14:00:00Z", sender: lab, receivers: [phd], until: "batch" },
      });
      await rows.sendError(batches[phd]!, { kind: "exhausted", at: "2025-06-11T14:00:00Z" });
      await rows.resend(batches[phd]!, { at: "2025-07-01T14:00:00Z", by: "late@reportstream.example" });
      await rows.sendWarning(batches[phd]!, { at: "2025-07-01T14:01:00Z" });
      await rows.send(batches[phd]!);
      return async (files) => {
        expect(await files.items(root)).toEqual([]);
        const failures = await files.failures(phd);
        const columns = ["state", "attempts", "resent_at", "resent_by", "recovered_at", "submission_ids"];
        expect(failures.map((row) => pick(row, ...columns))).toEqual([
          {
            ...{ state: "recovered", attempts: "2", resent_at: "2025-07-01T14:00:00.000Z" },
            ...{ resent_by: "late@reportstream.example", recovered_at: "2025-07-01T14:01:10.000Z" },
            ...{ submission_ids: String(root.actionId) },
          },
        ]);
      };
    },
  },
  {
    id: "X29",
    situation: "rows out of order: action ids fall while time rises, and several files are of one instant",
    ours: "the earliest by (created_at, action_id, report_id) is the first delivery; the same bytes each time",
    reportstream: "ties are in the query's order",
    async rows({ rows, lab, phd, sql }) {
      const { root, batches } = await rows.happyPath({
        ...{ at: at("14:00"), sender: lab, receivers: [phd], until: "batch" },
      });
      const sent = [
        await rows.send(batches[phd]!, { at: at("15:00") }),
        await rows.send(batches[phd]!, { at: at("15:00") }),
      ];
      const [earlier, later] = sent;
      // The second was numbered first.
      await sql("update report_file set action_id = $2 where report_id = $1", earlier!.id, later!.actionId);
      await sql("update report_file set action_id = $2 where report_id = $1", later!.id, earlier!.actionId);
      return async (files) => {
        expect(pick(await files.item(root), "delivered_report_id", "times_delivered")).toEqual({
          ...{ delivered_report_id: later!.id, times_delivered: "2" },
        });
      };
    },
  },
  {
    id: "X30",
    situation: "an organization's name is only in old rows: no setting knows it, and the receiver has no service name",
    ours: "its folder and rows are there under the name the rows have",
    reportstream: "dropped by the join with settings",
    ownSettings: true,
    async rows({ rows, lab, phd, sql }) {
      const { root } = await rows.happyPath({ at: at("14:00"), sender: lab, receivers: [phd] });
      await sql("update report_file set receiving_org_svc = null where receiving_org = 'x30-phd'");
      return async (files) => {
        expect(pick(await files.item(root), "receiver", "outcome")).toEqual({
          ...{ receiver: "x30-phd", outcome: "delivered" },
        });
        expect(await files.csv("organizations/x30-phd/received-items.csv")).toHaveLength(1);
      };
    },
  },
  {
    id: "X31",
    situation: "a step ran twice and both copies of the item came into one batch",
    ours: "one file, delivered once, at the first of its positions",
    reportstream: "two items",
    async rows({ rows, lab, phd }) {
      const root = await rows.receive({ at: at("14:00"), sender: lab });
      const copies = [...(await rows.convert(root)), ...(await rows.convert(root, { at: at("14:01") }))];
      const ready: Report[] = [];
      for (const copy of copies) {
        const [file] = await rows.destinationFilter(copy, { receivers: [phd] });
        ready.push(await rows.translate(await rows.receiverFilter(await rows.enrich(file!))));
      }
      await rows.send(await rows.batch(ready));
      return async (files) => {
        expect(pick(await files.item(root), "outcome", "delivered_item", "times_delivered")).toEqual({
          ...{ outcome: "delivered", delivered_item: "1", times_delivered: "1" },
        });
      };
    },
  },
  {
    id: "X32",
    situation: "a `send` with a receiver and without a result, while the task still waits for its next retry",
    ours: "retrying: an e-mail is believed only when the task is done",
    reportstream: "an action named send",
    async rows({ rows, lab, phd }) {
      const { root, batches } = await rows.happyPath({
        ...{ at: at("14:00"), sender: lab, receivers: [phd], until: "batch" },
      });
      await rows.sendWarning(batches[phd]!, { at: nextDay("11:55") });
      const columns = { action_params: JSON.stringify({ reportId: batches[phd]!.id }) };
      await rows.action({ name: "send", at: at("15:00"), receiver: phd, columns });
      return async (files) => {
        expect((await files.item(root)).outcome).toBe("retrying");
        expect(await files.deliveries(phd)).toEqual([]);
      };
    },
  },
  {
    id: "X33",
    situation: "an item is in two files for one receiver: the older failed, the newer is to be sent",
    ours: "waiting: the newest file says what will become of it",
    reportstream: "-",
    async rows({ rows, lab, phd }) {
      const root = await rows.receive({ at: at("14:00"), sender: lab });
      const copies = [...(await rows.convert(root)), ...(await rows.convert(root, { at: at("14:10") }))];
      const ready: Report[] = [];
      for (const copy of copies) {
        const [file] = await rows.destinationFilter(copy, { receivers: [phd] });
        ready.push(await rows.translate(await rows.receiverFilter(await rows.enrich(file!))));
      }
      await rows.exhaust(await rows.batch([ready[0]!]));
      await rows.batch([ready[1]!], { at: nextDay("11:55") });
      return async (files) => expect((await files.item(root)).outcome).toBe("waiting");
    },
  },
  {
    id: "X34",
    situation: "of two copies of an item one waits for its batch, the other was forgotten in the pipeline",
    ours: "stuck: the worst of what is open",
    reportstream: "-",
    async rows({ rows, lab, phd }) {
      const root = await rows.receive({ at: at("14:00"), sender: lab });
      const copies = [...(await rows.convert(root)), ...(await rows.convert(root, { at: at("14:10") }))];
      const passed: Report[] = [];
      for (const copy of copies) {
        const [file] = await rows.destinationFilter(copy, { receivers: [phd] });
        passed.push(await rows.receiverFilter(await rows.enrich(file!)));
      }
      await rows.translate(passed[0]!, { nextActionAt: nextDay("14:00") });
      return async (files) => expect((await files.item(root)).outcome).toBe("stuck");
    },
  },
  {
    id: "X35",
    situation: "the file was fetched before its sending failed for good",
    ours: "downloaded; the failure is open, since nothing recovered it afterwards",
    reportstream: "-",
    async rows({ rows, lab, phd }) {
      const { root, batches } = await rows.happyPath({
        ...{ at: at("14:00"), sender: lab, receivers: [phd], until: "batch" },
      });
      await rows.download(batches[phd]!, { at: at("14:02") });
      await rows.exhaust(batches[phd]!, { at: at("14:03") });
      return async (files) => {
        expect((await files.item(root)).outcome).toBe("downloaded");
        expect((await files.failures(phd)).map((row) => pick(row, "state", "recovered_at"))).toEqual([
          { state: "open", recovered_at: "" },
        ]);
      };
    },
  },
  {
    id: "X36",
    situation: "legacy: two rows were taken by filters, and the log names one of them only",
    ours: "a row that reached nobody is unrouted, and the reason says that nothing tells",
    reportstream: "-",
    async rows({ rows, lab, phd }) {
      const receivers = [{ receiver: phd, rows: [1, 2], filtered: [{ row: 1 }, { row: 2 }] }];
      const { root } = await rows.legacySync({ at: at("14:00"), sender: lab, items: ["A", "", "C"], receivers });
      await rows.covidMetadata(root);
      return async (files) => {
        const items = await files.items(root);
        expect(items.map(({ item, outcome }) => `${item} ${outcome}`)).toEqual([
          "1 filtered",
          "2 unrouted",
          "3 unrouted",
        ]);
        expect(items[2]!.reason).toContain("nothing tells");
      };
    },
  },
  {
    id: "X37",
    situation: "an error of scope `internal`",
    ours: "with the operators only: in errors.csv, in no count, in no organization's file",
    reportstream: "hidden, and counted in errorCount all the same",
    async rows({ rows, lab }) {
      const detail = { class: "gov.cdc.prime.router.EvaluateFilterConditionErrorMessage", message: "Did not parse" };
      const logs = ["internal", "report"].map((scope) => ({ type: "error", scope, detail }) as LogSpec);
      const root = await rows.receive({ at: at("14:00"), sender: lab, logs });
      return async (files) => {
        expect((await files.submission(root)).errors).toBe("1");
        expect(await files.errors(lab)).toHaveLength(2);
        const own = await files.csv("organizations/x37-lab/errors.csv");
        expect(own.map(({ scope }) => scope)).toEqual(["report"]);
      };
    },
  },
  {
    id: "X38",
    situation: "an entry of an accepted submission's step lost its report_id",
    ours: "tied by what its action wrote",
    reportstream: "never found",
    async rows({ rows, lab }) {
      const root = await rows.receive({ at: at("14:00"), sender: lab });
      const entry = { type: "error" as const, scope: "report" as const, detail: details.invalidReport("E") };
      await rows.log({ ...entry, actionId: root.actionId, at: at("14:00:10") });
      return async (files) => {
        expect((await files.errors(lab)).map(({ report_id }) => report_id)).toEqual([root.id]);
        expect((await files.submission(root)).errors).toBe("1");
      };
    },
  },
  {
    id: "X39",
    situation: "a report inside the pipeline names the sender too",
    ours: "one submission: what is somebody's child is none",
    reportstream: "queries by sending_org count two",
    async rows({ rows, lab, sql }) {
      const root = await rows.receive({ at: at("14:00"), sender: lab });
      const [item] = await rows.convert(root);
      await sql("update report_file set sending_org = 'x39-lab' where report_id = $1", item!.id);
      return async (files) => {
        expect(await files.outcomes(root)).toEqual(["1 stuck"]);
        const { senders } = await files.summary();
        const own = senders.filter(({ organization }) => organization === "x39-lab");
        expect(own.map(({ submissions }) => submissions)).toEqual([1]);
      };
    },
  },
  {
    id: "X40",
    situation: "spring 2022, and result metadata that count from 1 already",
    ours: "read from 1: only an index 0 says that they count from 0",
    reportstream: "-",
    night: { date: "2022-03-01", asOf: "2022-03-02T12:00:00Z" },
    async rows({ rows, lab, phd }) {
      const receivers = [{ receiver: phd, filtered: [{ row: 1 }, { row: 2 }] }];
      const time = "2022-03-01T15:00:00Z";
      const { root } = await rows.legacySync({ at: time, sender: lab, items: ["A", "B"], receivers });
      await rows.covidMetadata(root, [{ report_index: 1 }, { report_index: 2 }]);
      return async (files) => {
        expect((await files.items(root)).map(({ tracking_id }) => tracking_id)).toEqual(["A", "B"]);
      };
    },
  },
  {
    id: "X41",
    situation: "a window of last June: the file was e-mailed three days later",
    ours: "delivered: the action is found though the task is done and no file was recorded",
    reportstream: "nothing sent",
    night: LAST_JUNE,
    ownSettings: true,
    async rows({ rows, lab, phd }) {
      await rows.receiver(phd, email);
      const { root, batches } = await rows.happyPath({
        ...{ at: "2025-06-11T14:00:00Z", sender: lab, receivers: [phd], until: "batch" },
      });
      await rows.emailSend(batches[phd]!, { at: "2025-06-14T14:00:00Z" });
      return async (files) => {
        expect(pick(await files.item(root), "outcome", "delivered_at")).toEqual({
          ...{ outcome: "delivered", delivered_at: "2025-06-14T14:00:00.000Z" },
        });
      };
    },
  },
  {
    id: "X42",
    situation: "a file that failed in May was sent again in June, and that failed too",
    ours: "first_failed_at is in May, and the attempts of both series count",
    reportstream: "two failures",
    night: LAST_JUNE,
    async rows({ rows, lab, phd }) {
      const { batches } = await rows.happyPath({
        ...{ at: "2025-05-20T14:00:00Z", sender: lab, receivers: [phd], until: "batch" },
      });
      await rows.sendError(batches[phd]!, { kind: "exhausted", at: "2025-05-20T15:00:00Z" });
      await rows.resend(batches[phd]!, { at: "2025-06-11T14:00:00Z" });
      await rows.sendError(batches[phd]!, { kind: "exhausted", at: "2025-06-11T15:00:00Z" });
      return async (files) => {
        const columns = ["first_failed_at", "last_failed_at", "attempts", "state", "senders"];
        expect((await files.failures(phd)).map((row) => pick(row, ...columns))).toEqual([
          {
            ...{ first_failed_at: "2025-05-20T15:00:00.000Z", last_failed_at: "2025-06-11T15:00:00.000Z" },
            ...{ attempts: "2", state: "open", senders: lab },
          },
        ]);
      };
    },
  },
  {
    id: "X43",
    situation:
      "two copies of an item were filtered for different reasons, and the later one stands first in the tables",
    ours: "the reason of the oldest, whatever order the database hands rows out in",
    reportstream: "-",
    async rows({ rows, lab, phd }) {
      const root = await rows.receive({ at: at("14:00"), sender: lab });
      const later = await rows.convert(root, { at: at("14:10") });
      const earlier = await rows.convert(root, { at: at("14:01") });
      for (const [copies, type] of [[later, "CONDITION_FILTER"] as const, [earlier, "ROUTING_FILTER"] as const]) {
        const [file] = await rows.destinationFilter(copies[0]!, { receivers: [phd] });
        await rows.receiverFilter(await rows.enrich(file!), { filtered: { type } });
      }
      return async (files) => {
        expect(pick(await files.item(root), "outcome", "reason")).toEqual({
          ...{ outcome: "filtered", reason: "filtered by ROUTING_FILTER" },
        });
      };
    },
  },
  {
    id: "X44",
    situation: "the sending of an empty batch failed for good",
    ours: "a row of failures.csv with 0 items and no sender; no item fails",
    reportstream: "a failure like any other",
    async rows({ rows, phd }) {
      const empty = await rows.emptyBatch({ at: at("14:00"), receiver: phd });
      await rows.exhaust(empty);
      return async (files) => {
        expect((await files.failures(phd)).map((row) => pick(row, "report_id", "items", "senders", "state"))).toEqual([
          { report_id: empty.id, items: "0", senders: "", state: "open" },
        ]);
        expect((await files.csv("items.csv")).filter(({ receiver }) => receiver === phd)).toEqual([]);
      };
    },
  },
  {
    id: "X45",
    situation: "a request was answered 500 and left no report",
    ours: "a submission of status Error, like a refused one",
    reportstream: "in no list",
    async rows({ rows, lab }) {
      const action = await rows.rejected({ at: at("14:00"), sender: lab, action: { http_status: 500 } });
      return async (files) => {
        expect(pick(await files.submission(action), "http_status", "status", "items")).toEqual({
          ...{ http_status: "500", status: "Error", items: "0" },
        });
      };
    },
  },
  {
    id: "X46",
    situation: "November 2022: one step `route`, no receiver in the actions, sent files without a body",
    ours: "delivered and filtered, receivers from the report rows",
    reportstream: "queries by action.receiving_org find nothing",
    night: { date: "2022-11-15", asOf: "2022-11-16T12:00:00Z" },
    async rows({ rows, lab, phd, cdc, sql }) {
      const root = await rows.receive({ at: "2022-11-15T15:00:00Z", sender: lab, items: 2 });
      const [first, second] = await rows.convert(root);
      const routed = await rows.route(first!, {
        receivers: [phd, cdc],
        filtered: { [cdc]: { type: "QUALITY_FILTER" } },
      });
      await rows.send(await rows.batch([await rows.translate(routed[0]!)]));
      await rows.route(second!, { receivers: [] });
      const named = await sql("select 1 from action where receiving_org like 'x46-%'");
      return async (files) => {
        expect(named).toEqual([]);
        expect(await files.outcomes(root)).toEqual([`1 ${cdc} filtered`, `1 ${phd} delivered`, "2 unrouted"]);
        const [delivery] = await files.deliveries(phd);
        expect(pick(delivery!, "receiver", "attempts", "senders")).toEqual({
          receiver: phd,
          attempts: "1",
          senders: lab,
        });
      };
    },
  },
];
