import { expect } from "vitest";
import type { EdgeCase } from "./edge-case.ts";
import { pick } from "./run-files.ts";
import { download, email, REST } from "./settings.ts";
import { at, nextDay } from "./times.ts";

const NONE_SENT = {
  delivered_report_id: "",
  delivered_at: "",
  times_delivered: "0",
};

/** Section "counting sends": what was handed over, how often, and what was not. */
export const SENDING: EdgeCase[] = [
  {
    id: "E1",
    situation: "a batch of ten items holds two of a submission",
    ours: "two items delivered, by item edges; the batch's size stays with the receiver",
    reportstream: "the history API sums the report's item_count: itemCount 10",
    async rows({ rows, lab, phd }) {
      const mine = await rows.happyPath({
        at: at("14:00"),
        sender: lab,
        items: 2,
        receivers: [phd],
        until: "translate",
      });
      const other = {
        sender: "e1-other.default",
        items: 8,
        receivers: [phd],
        until: "translate" as const,
      };
      const others = await rows.happyPath({ at: at("14:01"), ...other });
      const file = await rows.batch([...others.translated[phd]!, ...mine.translated[phd]!], { at: at("14:05") });
      const sent = await rows.send(file);
      return async (files) => {
        const items = await files.items(mine.root);
        expect(items.map(({ outcome, delivered_item }) => `${outcome} ${delivered_item}`)).toEqual([
          "delivered 9",
          "delivered 10",
        ]);
        expect(pick(await files.submission(mine.root), "items", "delivered")).toEqual({ items: "2", delivered: "2" });
        expect(pick(await files.pair(lab, phd), "items", "delivered")).toEqual({
          items: "2",
          delivered: "2",
        });
        const [delivery] = await files.deliveries(phd);
        expect(pick(delivery!, "report_id", "items", "submissions", "senders")).toEqual({
          report_id: sent.id,
          items: "10",
          submissions: "2",
          senders: `e1-lab.default; e1-other.default`,
        });
        const own = await files.csv("organizations/e1-lab/submitted-items.csv");
        expect(own.map(({ delivered_item }) => delivered_item)).toEqual(["", ""]);
      };
    },
  },
  {
    id: "E2",
    situation: "a batch is sent and then downloaded once",
    ours: "each item delivered once; the download is a row of its own in deliveries.csv",
    reportstream: "delivery_statistics counts the doubled edges: 200 %",
    async rows({ rows, lab, phd }) {
      const { root, batches, sent } = await rows.happyPath({
        at: at("14:00"),
        sender: lab,
        items: 2,
        receivers: [phd],
      });
      const fetched = await rows.download(batches[phd]!, { at: at("15:00") });
      return async (files) => {
        const items = await files.items(root);
        expect(items.map((row) => pick(row, "outcome", "times_delivered", "delivered_report_id"))).toEqual([
          {
            outcome: "delivered",
            times_delivered: "1",
            delivered_report_id: sent[phd]!.id,
          },
          {
            outcome: "delivered",
            times_delivered: "1",
            delivered_report_id: sent[phd]!.id,
          },
        ]);
        const deliveries = await files.deliveries(phd);
        expect(deliveries.map((row) => pick(row, "report_id", "kind", "items", "transport", "attempts"))).toEqual([
          {
            report_id: sent[phd]!.id,
            kind: "sent",
            items: "2",
            transport: "SFTP",
            attempts: "1",
          },
          {
            report_id: fetched.id,
            kind: "download",
            items: "2",
            transport: "",
            attempts: "0",
          },
        ]);
      };
    },
  },
  {
    id: "E3",
    situation: "a batch is downloaded three times, so that each edge into it is stored eight times",
    ours: "the same items, once each",
    reportstream: "delivery_statistics: 800 %; item_lineage_descendants doubles with each download",
    async rows({ rows, lab, phd, sql }) {
      const { root, batches } = await rows.happyPath({
        at: at("14:00"),
        sender: lab,
        items: 2,
        receivers: [phd],
      });
      for (const clock of ["15:00", "16:00", "17:00"]) await rows.download(batches[phd]!, { at: at(clock) });
      const edges = await sql("select 1 from item_lineage where child_report_id = $1", batches[phd]!.id);
      return async (files) => {
        expect(edges).toHaveLength(16);
        expect(await files.outcomes(root)).toEqual([`1 ${phd} delivered`, `2 ${phd} delivered`]);
        expect(pick(await files.pair(lab, phd), "items", "delivered", "downloaded", "delivered_percent")).toEqual({
          items: "2",
          delivered: "2",
          downloaded: "0",
          delivered_percent: "100.00",
        });
      };
    },
  },
  {
    id: "E4",
    situation: "a receiver without transport fetched the file: a download and nothing sent",
    ours: "downloaded, with the position in the file that was fetched and the time",
    reportstream: "special_delivery_statistics drops the row with its intended count",
    ownSettings: true,
    async rows({ rows, lab, phd }) {
      await rows.receiver(phd, download);
      const { root, batches } = await rows.happyPath({
        ...{
          at: at("14:00"),
          sender: lab,
          items: 2,
          receivers: [phd],
          until: "batch",
        },
      });
      const first = await rows.download(batches[phd]!, { at: at("15:00") });
      await rows.download(batches[phd]!, { at: at("16:00") });
      return async (files) => {
        const columns = ["outcome", "delivered_report_id", "delivered_item", "delivered_at", "times_delivered", "acts"];
        expect((await files.items(root)).map((row) => pick(row, ...columns))).toEqual(
          ["1", "2"].map((item) => ({
            ...{
              outcome: "downloaded",
              delivered_report_id: first.id,
              delivered_item: item,
            },
            ...{
              delivered_at: "2026-03-11T15:00:00.000Z",
              times_delivered: "0",
              acts: "nobody",
            },
          })),
        );
        expect(pick(await files.submission(root), "delivered", "downloaded")).toEqual({
          delivered: "0",
          downloaded: "2",
        });
      };
    },
  },
  {
    id: "E5",
    situation: "a download's row has a transport result",
    ours: "not a send: what decides is the action and downloaded_by",
    reportstream: "the history API lists it under sentReports",
    ownSettings: true,
    async rows({ rows, lab, phd, sql }) {
      await rows.receiver(phd, download);
      const { root, batches } = await rows.happyPath({
        ...{ at: at("14:00"), sender: lab, receivers: [phd], until: "batch" },
      });
      const fetched = await rows.download(batches[phd]!, { at: at("15:00") });
      const [row] = await sql("select transport_result from report_file where report_id = $1", fetched.id);
      return async (files) => {
        expect(row!.transport_result).not.toBeNull();
        expect(await files.outcomes(root)).toEqual([`1 ${phd} downloaded`]);
        expect((await files.deliveries(phd)).map(({ kind }) => kind)).toEqual(["download"]);
      };
    },
  },
  {
    id: "E6",
    situation: "three attempts failed and the fourth succeeded",
    ours: "one delivery at the time of the success, four attempts; no failure",
    reportstream: "task.sent_at is set by the first failed attempt already",
    async rows({ rows, lab, phd }) {
      const { root, batches } = await rows.happyPath({
        ...{
          at: at("14:00"),
          sender: lab,
          receivers: [phd],
          until: "batch",
          batchAt: at("14:02"),
        },
      });
      for (const clock of ["14:02:10", "14:02:20", "14:03:20"]) {
        await rows.sendWarning(batches[phd]!, { at: at(clock) });
      }
      await rows.send(batches[phd]!, { at: at("14:07:20") });
      return async (files) => {
        expect(pick(await files.item(root), "outcome", "delivered_at", "times_delivered")).toEqual({
          ...{
            outcome: "delivered",
            delivered_at: "2026-03-11T14:07:20.000Z",
            times_delivered: "1",
          },
        });
        const [delivery] = await files.deliveries(phd);
        expect(pick(delivery!, "attempts", "resend")).toEqual({
          attempts: "4",
          resend: "false",
        });
        expect(await files.failures(phd)).toEqual([]);
      };
    },
  },
  {
    id: "E7",
    situation: "a file that was sent is sent again on request",
    ours: "each item delivered, twice; the first time counts; two files in deliveries.csv, the second a resend",
    reportstream: "delivery_statistics: 200 %; items delivered are counted again",
    async rows({ rows, lab, phd }) {
      const { root, batches, sent } = await rows.happyPath({
        at: at("14:00"),
        sender: lab,
        receivers: [phd],
      });
      await rows.resend(batches[phd]!, { at: at("18:00") });
      await rows.send(batches[phd]!, { at: at("18:01") });
      return async (files) => {
        expect(
          pick(await files.item(root), "outcome", "delivered_report_id", "delivered_at", "times_delivered"),
        ).toEqual({
          ...{ outcome: "delivered", delivered_report_id: sent[phd]!.id },
          ...{ delivered_at: "2026-03-11T14:01:21.000Z", times_delivered: "2" },
        });
        expect((await files.item(root)).reason).toContain("2 times");
        expect((await files.deliveries(phd)).map((row) => pick(row, "kind", "resend", "attempts"))).toEqual([
          { kind: "sent", resend: "false", attempts: "1" },
          { kind: "sent", resend: "true", attempts: "1" },
        ]);
        expect(pick(await files.pair(lab, phd), "items", "delivered")).toEqual({
          items: "1",
          delivered: "1",
        });
      };
    },
  },
  {
    id: "E8",
    situation: "all attempts failed, an operator resent the file, and that succeeded",
    ours: "delivered; failures.csv keeps the failure as recovered, with who asked and when it went out",
    reportstream: "list_send_failures goes on listing it as a failure",
    async rows({ rows, lab, phd }) {
      const { root, batches } = await rows.happyPath({
        ...{
          at: at("14:00"),
          sender: lab,
          receivers: [phd],
          until: "batch",
          batchAt: at("14:02"),
        },
      });
      await rows.exhaust(batches[phd]!, { at: at("14:02:10") });
      await rows.resend(batches[phd]!, {
        at: at("18:00"),
        by: "ops@reportstream.example",
      });
      await rows.send(batches[phd]!, { at: at("18:01") });
      return async (files) => {
        expect(pick(await files.item(root), "outcome", "times_delivered")).toEqual({
          ...{ outcome: "delivered", times_delivered: "1" },
        });
        const failures = await files.failures(phd);
        const columns = [
          "report_id",
          "state",
          "attempts",
          "resent_at",
          "resent_by",
          "recovered_at",
          "senders",
          "items",
        ];
        expect(failures.map((row) => pick(row, ...columns))).toEqual([
          {
            ...{
              report_id: batches[phd]!.id,
              state: "recovered",
              attempts: "6",
            },
            ...{
              resent_at: "2026-03-11T18:00:00.000Z",
              resent_by: "ops@reportstream.example",
            },
            ...{
              recovered_at: "2026-03-11T18:01:00.000Z",
              senders: lab,
              items: "1",
            },
          },
        ]);
        expect((await files.deliveries(phd)).map((row) => pick(row, "attempts", "resend"))).toEqual([
          { attempts: "1", resend: "true" },
        ]);
        const own = await files.csv("organizations/e8-phd/failures.csv");
        expect(own.map(({ resent_by }) => resent_by)).toEqual([""]);
      };
    },
  },
  {
    id: "E9",
    situation: "a resend was only rehearsed (`test`)",
    ours: "nothing changed: still failed, no resend shown",
    reportstream: "the action is named resend and answered 200 like a real one",
    async rows({ rows, lab, phd }) {
      const { root, batches } = await rows.happyPath({
        ...{ at: at("14:00"), sender: lab, receivers: [phd], until: "batch" },
      });
      await rows.exhaust(batches[phd]!);
      await rows.resend(batches[phd]!, { at: at("18:00"), outcome: "test" });
      return async (files) => {
        expect(pick(await files.item(root), "outcome", "acts")).toEqual({
          outcome: "failed",
          acts: "reportstream",
        });
        const [failure] = await files.failures(phd);
        expect(pick(failure!, "state", "resent_at", "resent_by")).toEqual({
          ...{ state: "open", resent_at: "", resent_by: "" },
        });
      };
    },
  },
  {
    id: "E10",
    situation: "a resend was answered 200 and refused, since the file was scheduled anyway",
    ours: "not a resend: the failure and the delivery that follows stand as they are",
    reportstream: "the action is named resend and answered 200 like a real one",
    async rows({ rows, lab, phd }) {
      const { root, batches } = await rows.happyPath({
        ...{ at: at("14:00"), sender: lab, receivers: [phd], until: "batch" },
      });
      await rows.sendWarning(batches[phd]!);
      await rows.resend(batches[phd]!, {
        at: at("14:01:25"),
        outcome: "scheduled",
      });
      await rows.resend(batches[phd]!, {
        at: at("14:01:26"),
        outcome: "refused",
      });
      await rows.send(batches[phd]!);
      return async (files) => {
        expect((await files.item(root)).outcome).toBe("delivered");
        const [delivery] = await files.deliveries(phd);
        expect(pick(delivery!, "resend", "attempts")).toEqual({
          resend: "false",
          attempts: "2",
        });
      };
    },
  },
  {
    id: "E11",
    situation: "the queue's message came again when the task had moved on: a `send` with nothing but its message",
    ours: "neither a delivery nor a failure",
    reportstream: "counting actions named send overstates",
    async rows({ rows, lab, phd }) {
      const { root, batches } = await rows.happyPath({
        at: at("14:00"),
        sender: lab,
        receivers: [phd],
      });
      await rows.ghostSend(batches[phd]!, { at: at("14:05") });
      const open = await rows.happyPath({
        ...{ at: at("15:00"), sender: lab, receivers: [phd], until: "batch" },
      });
      await rows.exhaust(open.batches[phd]!);
      await rows.ghostSend(open.batches[phd]!, { at: at("17:00") });
      return async (files) => {
        expect(pick(await files.item(root), "outcome", "times_delivered")).toEqual({
          ...{ outcome: "delivered", times_delivered: "1" },
        });
        expect(pick(await files.item(open.root), "outcome", ...Object.keys(NONE_SENT))).toEqual({
          ...{ outcome: "failed", ...NONE_SENT },
        });
        expect(await files.deliveries(phd)).toHaveLength(1);
        expect((await files.failures(phd)).map(({ attempts }) => attempts)).toEqual(["6"]);
      };
    },
  },
  {
    id: "E12",
    situation: "a send_error whose text also says `Will retry`, as every refusal by a REST server does",
    ours: "failed for good: the action's name decides",
    reportstream: "searching the text for `Will retry` takes it for a warning",
    ownSettings: true,
    async rows({ rows, lab, phd }) {
      await rows.receiver(phd, REST);
      const { root, batches } = await rows.happyPath({
        ...{ at: at("14:00"), sender: lab, receivers: [phd], until: "batch" },
      });
      await rows.sendError(batches[phd]!, {
        kind: "immediate",
        httpStatus: 401,
      });
      return async (files) => {
        const item = await files.item(root);
        expect(item.outcome).toBe("failed");
        expect(item.reason).toContain("authentication");
        const [failure] = await files.failures(phd);
        expect(pick(failure!, "state", "attempts", "error_family")).toEqual({
          ...{ state: "open", attempts: "1", error_family: "authentication" },
        });
      };
    },
  },
  {
    id: "E13",
    situation: "a send_error of an exception: the task stays at send and the queue message is consumed",
    ours: "stuck: nothing will try again by itself, ReportStream must act; in failures.csv as open",
    reportstream: "task and history say that it still waits to be sent",
    async rows({ rows, lab, phd }) {
      const { root, batches } = await rows.happyPath({
        ...{ at: at("14:00"), sender: lab, receivers: [phd], until: "batch" },
      });
      await rows.sendError(batches[phd]!, { kind: "unrecoverable" });
      return async (files) => {
        const item = await files.item(root);
        expect(pick(item, "outcome", "acts")).toEqual({
          outcome: "stuck",
          acts: "reportstream",
        });
        expect(item.reason).toMatch(/exception .*nothing will try again/);
        expect((await files.failures(phd)).map(({ state }) => state)).toEqual(["open"]);
      };
    },
  },
  {
    id: "E15",
    situation: "an e-mailed file: a `send` with a receiver and no result, the task done, no file recorded",
    ours: "delivered, and the reason says that no file of its own is recorded; the batch file's id stands in",
    reportstream: "no sent report at all: `Waiting to Deliver` for ever, and 0 of 1 in delivery_statistics",
    ownSettings: true,
    async rows({ rows, lab, phd }) {
      await rows.receiver(phd, email);
      const { root, batches } = await rows.happyPath({
        ...{
          at: at("14:00"),
          sender: lab,
          items: 2,
          receivers: [phd],
          until: "batch",
        },
      });
      await rows.emailSend(batches[phd]!, { at: at("14:05") });
      return async (files) => {
        const [, second] = await files.items(root);
        expect(pick(second!, "outcome", "delivered_report_id", "delivered_item", "delivered_at")).toEqual({
          ...{
            outcome: "delivered",
            delivered_report_id: batches[phd]!.id,
            delivered_item: "2",
          },
          ...{ delivered_at: "2026-03-11T14:05:00.000Z" },
        });
        expect(second!.reason).toContain("e-mailed");
        const [delivery] = await files.deliveries(phd);
        expect(pick(delivery!, "report_id", "kind", "transport", "items")).toEqual({
          ...{
            report_id: batches[phd]!.id,
            kind: "sent",
            transport: "EMAIL",
            items: "2",
          },
        });
        expect((await files.submission(root)).status).toBe("Waiting to Deliver");
      };
    },
  },
  {
    id: "E16",
    situation: "an AS2 transmission has no file name",
    ours: "delivered, file_name empty (never `null`)",
    reportstream: "pages show `null`",
    ownSettings: true,
    async rows({ rows, lab, phd }) {
      const transport = {
        type: "AS2",
        receiverUrl: "https://as2.receiver.example",
        receiverId: "R",
        senderId: "S",
      };
      await rows.receiver(phd, { transport });
      const { root } = await rows.happyPath({
        at: at("14:00"),
        sender: lab,
        receivers: [phd],
      });
      return async (files) => {
        expect(pick(await files.item(root), "outcome", "file_name")).toEqual({
          outcome: "delivered",
          file_name: "",
        });
        const [delivery] = await files.deliveries(phd);
        expect(pick(delivery!, "transport", "file_name")).toEqual({
          transport: "AS2",
          file_name: "",
        });
      };
    },
  },
  {
    id: "E17",
    situation: "the null transport: sent by definition, and transmitted to nobody",
    ours: "delivered, and the reason says: not transmitted (null transport)",
    reportstream: "Delivered, like any other",
    ownSettings: true,
    async rows({ rows, lab, phd }) {
      await rows.receiver(phd, { transport: { type: "NULL", dummy: null } });
      const { root } = await rows.happyPath({
        at: at("14:00"),
        sender: lab,
        receivers: [phd],
      });
      return async (files) => {
        const item = await files.item(root);
        expect(item.outcome).toBe("delivered");
        expect(item.reason).toContain("not transmitted (null transport)");
        expect((await files.deliveries(phd)).map(({ transport }) => transport)).toEqual(["NULL"]);
      };
    },
  },
  {
    id: "E18",
    situation: "a BLOBSTORE file's name is a URL with the storage account in it",
    ours: "the last part of the path; the account is nowhere in the files",
    reportstream: "shows the URL",
    ownSettings: true,
    async rows({ rows, lab, phd }) {
      const transport = {
        type: "BLOBSTORE",
        storageName: "E18_ACCOUNT",
        containerName: "hhsprotect",
      };
      await rows.receiver(phd, { transport });
      const { root } = await rows.happyPath({
        at: at("14:00"),
        sender: lab,
        receivers: [phd],
      });
      return async (files) => {
        expect((await files.item(root)).file_name).toMatch(/^e18-phd-[0-9a-f-]+-\d+\.hl7$/);
        const [delivery] = await files.deliveries(phd);
        expect(delivery!.transport).toBe("BLOBSTORE");
        expect(delivery!.file_name).not.toMatch(/store\.blob|hhsprotect/);
        for (const path of ["items.csv", "deliveries.csv", "organizations/e18-phd/deliveries.csv"]) {
          expect(await files.text(path)).not.toContain("store.blob.example");
        }
      };
    },
  },
  {
    id: "E19",
    situation: "an empty batch was sent as a sign of life",
    ours: "a file with 0 items in deliveries.csv; no item and no failure, and no percentage of nothing",
    reportstream: "the delivery list shows it like a delivery",
    async rows({ rows, phd }) {
      const empty = await rows.emptyBatch({ at: at("14:00"), receiver: phd });
      const sent = await rows.send(empty, { at: at("14:01") });
      return async (files) => {
        expect((await files.deliveries(phd)).map((row) => pick(row, "report_id", "items", "submissions"))).toEqual([
          { report_id: sent.id, items: "0", submissions: "0" },
        ]);
        expect((await files.csv("items.csv")).filter(({ receiver }) => receiver === phd)).toEqual([]);
        expect(await files.failures(phd)).toEqual([]);
        const { receivers } = await files.summary();
        const receiver = receivers.find((entry) => entry.receiver === phd);
        expect(receiver).toMatchObject({
          items: 0,
          filesSent: 1,
          deliveredPercent: null,
        });
      };
    },
  },
  {
    id: "E20",
    situation: "a receiver's only traffic is empty batches",
    ours: "0 items and three transmissions: in the summary, not missing from it",
    reportstream: "delivery_statistics has no line for it",
    async rows({ rows, phd }) {
      for (const clock of ["14:00", "16:00", "18:00"]) {
        await rows.send(await rows.emptyBatch({ at: at(clock), receiver: phd }));
      }
      return async (files) => {
        const { receivers, organizations } = await files.summary();
        expect(receivers.find(({ receiver }) => receiver === phd)).toMatchObject({ items: 0, filesSent: 3 });
        expect(organizations.find(({ name }) => name === "e20-phd")).toMatchObject({ filesSent: 3, failures: 0 });
      };
    },
  },
  {
    id: "E21",
    situation: "a REST receiver answered 202 and 500: the http_status of a send is the receiver's",
    ours: "never mixed with the answers to senders: http_status in submissions.csv is that of the submission",
    reportstream: "one column holds both",
    ownSettings: true,
    async rows({ rows, lab, phd }) {
      await rows.receiver(phd, REST);
      const good = await rows.happyPath({
        at: at("14:00"),
        sender: lab,
        receivers: [phd],
        until: "batch",
      });
      await rows.send(good.batches[phd]!, { httpStatus: 202 });
      const bad = await rows.happyPath({
        at: at("15:00"),
        sender: lab,
        receivers: [phd],
        until: "batch",
      });
      await rows.sendError(bad.batches[phd]!, {
        kind: "immediate",
        httpStatus: 500,
      });
      return async (files) => {
        const submissions = await Promise.all([good.root, bad.root].map((root) => files.submission(root)));
        expect(submissions.map(({ http_status }) => http_status)).toEqual(["201", "201"]);
        expect((await files.item(good.root)).outcome).toBe("delivered");
        const { totals } = await files.summary();
        const rejected = (await files.csv("submissions.csv")).filter(({ status }) => status === "Error");
        expect(totals.rejectedSubmissions).toBe(rejected.length);
      };
    },
  },
  {
    id: "E22",
    situation: "a retry's text says 60 minutes, and since June 2025 the next attempt comes after 60 seconds",
    ours: "the time is read from next_action_at and from the attempts, never from the number in the text",
    reportstream: "the text says `in 60 minutes`",
    async rows({ rows, lab, phd }) {
      const { root, batches } = await rows.happyPath({
        ...{
          at: nextDay("02:00"),
          sender: lab,
          receivers: [phd],
          until: "batch",
        },
      });
      await rows.sendWarning(batches[phd]!, { at: nextDay("11:57") });
      await rows.sendWarning(batches[phd]!, { at: nextDay("11:59:20") });
      return async (files) => {
        expect(pick(await files.item(root), "outcome", "reason", "acts")).toEqual({
          ...{
            outcome: "retrying",
            reason: "retry 2 of 5, next 08:00 (US/Eastern)",
            acts: "nobody",
          },
        });
      };
    },
  },
];
