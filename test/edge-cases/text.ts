import { expect } from "vitest";
import { details } from "../support/rows.ts";
import type { EdgeCase, Night } from "./edge-case.ts";
import { pick } from "./run-files.ts";
import { at } from "./times.ts";

const JUNE_2023: Night = { date: "2023-06-14", asOf: "2023-06-16T12:00:00Z" };
const TWO_DAYS_LATER: Night = { date: "2023-06-16", asOf: "2023-06-17T12:00:00Z" };
const FEBRUARY_2022: Night = { date: "2022-02-24", asOf: "2022-02-25T12:00:00Z" };

/** Section "text and JSON": what is stored as free text is read, never trusted, and never printed whole. */
export const TEXT: EdgeCase[] = [
  {
    id: "E79",
    situation: "queue messages of before 2023-12-21: `report&SEND&<uuid>&false`",
    ours: "read: the failure is tied to its file, sender and submission",
    reportstream: "list_send_failures casts them to jsonb and throws for the whole list",
    night: JUNE_2023,
    otherNights: [TWO_DAYS_LATER],
    async rows({ rows, lab, phd, sql }) {
      const time = "2023-06-14T14:00:00Z";
      const { root, batches } = await rows.happyPath({ at: time, sender: lab, receivers: [phd], until: "batch" });
      await rows.exhaust(batches[phd]!);
      const [row] = await sql("select action_params from action where action_name = 'send_error' order by action_id");
      return async (files, of) => {
        expect(row!.action_params).toMatch(/^report&SEND&[0-9a-f-]{36}&false/);
        // A series of that time took 41 hours: its end is a failure of another day than the submission's.
        expect(await files.failures(phd)).toEqual([]);
        const [failure] = await of(TWO_DAYS_LATER).failures(phd);
        expect(pick(failure!, "report_id", "attempts", "submission_ids", "senders", "state")).toEqual({
          ...{ report_id: batches[phd]!.id, attempts: "6", submission_ids: String(root.actionId), senders: lab },
          state: "open",
        });
        expect((await files.item(root)).outcome).toBe("failed");
      };
    },
  },
  {
    id: "E80",
    situation: "two JSON objects glued with a comma in action_params",
    ours: "the file is found by the form of its id, and nothing throws",
    reportstream: "list_send_failures throws for the whole list",
    async rows({ rows, lab, phd }) {
      const { batches } = await rows.happyPath({
        ...{ at: at("14:00"), sender: lab, receivers: [phd], until: "batch" },
      });
      const message = JSON.stringify({ type: "report", eventAction: "SEND", reportId: batches[phd]!.id, at: "" });
      const columns = { action_params: `${message}, ${message}`, action_result: "FAILED" };
      await rows.action({ name: "send_error", at: at("14:05"), receiver: phd, columns });
      return async (files) => {
        const failures = await files.failures(phd);
        expect(failures.map((row) => pick(row, "report_id", "senders"))).toEqual([
          { report_id: batches[phd]!.id, senders: lab },
        ]);
      };
    },
  },
  {
    id: "E81",
    situation: "secrets in the stored texts: `?code=…` in a request's URL, key material in a transport's print",
    ours: "in no file of the run",
    reportstream: "the URL is stored whole",
    ownSettings: true,
    async rows({ rows, lab, phd }) {
      const transport = {
        type: "GAEN",
        apiUrl: "https://gaen.receiver.example/E81HOST",
        uuidFormat: "REPORT_ID",
        uuidIV: "E81IV",
      };
      await rows.receiver(phd, { transport });
      const url = "https://reportstream.example/api/waters?code=E81SECRET";
      const action = { action_params: JSON.stringify({ method: "POST", url }) };
      const sent = await rows.receive({ at: at("14:00"), sender: lab, action });
      await rows.rejected({ at: at("14:01"), sender: lab, action });
      const { batches } = await rows.happyPath({
        ...{ at: at("14:02"), sender: lab, receivers: [phd], until: "batch" },
      });
      await rows.sendError(batches[phd]!, { kind: "exhausted" });
      await rows.resend(batches[phd]!, { at: at("15:00") });
      await rows.send(batches[phd]!, { at: at("15:01") });
      return async (files) => {
        expect((await files.submission(sent)).items).toBe("1");
        expect((await files.failures(phd)).map(({ state }) => state)).toEqual(["recovered"]);
        const everything = await files.everything();
        for (const secret of ["E81SECRET", "E81IV", "E81HOST"]) expect(everything).not.toContain(secret);
      };
    },
  },
  {
    id: "E83",
    situation: "details of spring 2022 without `message`, of an unknown class, an empty one, a list and none",
    ours: "each a row of errors.csv with a message",
    reportstream: "an unknown class makes the whole answer fail",
    night: FEBRUARY_2022,
    async rows({ rows, lab }) {
      const shapes = [
        { class: "gov.cdc.prime.router.InvalidDateMessage", type: "INVALID_DATE", formattedValue: "x" },
        { class: "gov.cdc.prime.router.NotYetWritten", scope: "item", message: "Something new" },
        {},
        ["a"],
        null,
      ];
      const root = await rows.receive({ at: "2022-02-24T15:00:00Z", sender: lab });
      await rows.insert(
        "action_log",
        shapes.map((detail, position) => ({
          ...{ action_id: root.actionId, report_id: root.id, type: "error", scope: "item", index: 1, detail },
          created_at: `2022-02-24T15:00:0${position}Z`,
        })),
      );
      return async (files) => {
        const logged = await files.errors(lab);
        expect(logged.map(({ error_code, item }) => `${error_code} ${item}`)).toEqual(shapes.map(() => "UNKNOWN 1"));
        expect(logged.every(({ message }) => message !== "")).toBe(true);
        expect(logged[0]!.message).toContain("InvalidDateMessage");
        expect(logged[1]!.message).toBe("Something new");
      };
    },
  },
  {
    id: "E84",
    situation: "the detail has its own index, from 0, and no errorCode before 2022-12",
    ours: "the item is that of action_log.index; the code is UNKNOWN",
    reportstream: "the message counts from 1, its index from 0",
    async rows({ rows, lab }) {
      const root = await rows.receive({ at: at("14:00"), sender: lab, items: 3 });
      await rows.convert(root, { failed: [3] });
      const { errorCode, ...old } = details.missingField("PID-5");
      const entry = { type: "warning" as const, scope: "item" as const, detail: old };
      await rows.log({ ...entry, actionId: root.actionId, at: at("15:00"), reportId: root.id, index: 1 });
      return async (files) => {
        expect(errorCode).toBe("INVALID_MSG_MISSING_FIELD");
        expect((await files.errors(lab)).map(({ item, error_code }) => `${item} ${error_code}`)).toEqual([
          "3 INVALID_MSG_VALIDATION",
          "1 UNKNOWN",
        ]);
      };
    },
  },
  {
    id: "E85",
    situation: "messages quote what a patient's field held",
    ours: "masked in every file, the owner's included",
    reportstream: "shown whole",
    async rows({ rows, lab }) {
      const logs = [
        {
          type: "warning",
          scope: "item",
          index: 1,
          detail: details.invalidPhone("E85-555-0100", "patient_phone (PID-13)"),
        },
        {
          type: "warning",
          scope: "item",
          index: 1,
          detail: details.invalidDate("E85-19470101", "patient_dob (PID-7)"),
        },
      ] as const;
      const root = await rows.receive({ at: at("14:00"), sender: lab, logs: [...logs] });
      return async (files) => {
        expect((await files.submission(root)).warnings).toBe("2");
        const messages = (await files.errors(lab)).map(({ message }) => message);
        expect(messages.join()).toContain("‹");
        const everything = await files.everything();
        for (const value of ["E85-555-0100", "E85-19470101"]) expect(everything).not.toContain(value);
      };
    },
  },
  {
    id: "E86",
    situation: "a receiver's transport: the key missing, null, and of type NULL",
    ours: "none, none (ready for download), and the null transport (delivered, not transmitted): by rows, not by setting alone",
    reportstream: "special_delivery_statistics: is_actually_receiving null for the missing key, false for null",
    ownSettings: true,
    async rows({ rows, lab }) {
      await rows.receiver("e86-missing.elr", { transport: undefined });
      await rows.receiver("e86-null.elr", { transport: null });
      await rows.receiver("e86-type.elr", { transport: { type: "NULL", dummy: null } });
      const path = await rows.happyPath({
        ...{ at: at("14:00"), sender: lab, until: "batch" },
        receivers: ["e86-missing.elr", "e86-null.elr", "e86-type.elr"],
      });
      await rows.send(path.batches["e86-type.elr"]!);
      return async (files) => {
        const items = await files.items(path.root);
        const ready = "waiting ready for download until May 10 10:01 (US/Eastern) receiver";
        expect(items.map(({ outcome, reason, acts }) => `${outcome} ${reason} ${acts}`)).toEqual([
          ready,
          ready,
          "delivered not transmitted (null transport): the file can be downloaded until it expires nobody",
        ]);
      };
    },
  },
];
