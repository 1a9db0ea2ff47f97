import { expect } from "vitest";
import { details, type Report } from "../support/rows.ts";
import type { EdgeCase } from "./edge-case.ts";
import { pick } from "./run-files.ts";
import { at } from "./times.ts";

/** Section "submissions": what counts as one, whose it is, and what it says of itself. */
export const SUBMISSIONS: EdgeCase[] = [
  {
    id: "E51",
    situation: "a request was refused with 400: an action, log entries without a report, and no report",
    ours: "a row of submissions.csv with status Error and 0 items; its log tied to it by the action",
    reportstream: "the submissions list never shows it",
    async rows({ rows, lab }) {
      const logs = [
        { type: "error", scope: "report", detail: details.invalidReport("Report has no rows") },
        { type: "error", scope: "item", index: 2, detail: details.invalidHl7() },
        { type: "warning", scope: "parameter", detail: details.invalidParam("Unknown parameter 'x'") },
      ] as const;
      const action = await rows.rejected({ at: at("14:00"), sender: lab, externalName: "bad.hl7", logs: [...logs] });
      return async (files) => {
        const columns = ["report_id", "sender", "file_name", "items", "http_status", "status", "errors", "warnings"];
        expect(pick(await files.submission(action), ...columns)).toEqual({
          ...{ report_id: "", sender: lab, file_name: "bad.hl7", items: "0", http_status: "400", status: "Error" },
          ...{ errors: "2", warnings: "1" },
        });
        const logged = await files.errors(lab);
        expect(logged.map((row) => `${row.type} ${row.submission_id} ${row.report_id}${row.item}`).sort()).toEqual([
          `error ${action} `,
          `error ${action} 2`,
          `warning ${action} `,
        ]);
        const { senders } = await files.summary();
        expect(senders.find(({ sender }) => sender === lab)).toMatchObject({
          ...{ submissions: 1, rejectedSubmissions: 1, items: 0 },
        });
      };
    },
  },
  {
    id: "E52",
    situation: "a request with an invalid `option` was refused before the sender was known",
    ours: "in the operators' files with an empty sender; in no organization's",
    reportstream: "nowhere",
    async rows({ rows }) {
      const logs = [
        { type: "error" as const, scope: "parameter" as const, detail: details.invalidParam("E52 option") },
      ];
      const action = await rows.rejected({ at: at("14:00"), sender: null, logs });
      return async (files) => {
        expect(pick(await files.submission(action), "sender", "status", "errors")).toEqual({
          ...{ sender: "", status: "Error", errors: "1" },
        });
        for (const folder of await files.organizations()) {
          const rows = await files.csv(`organizations/${folder}/submissions.csv`);
          expect(rows.filter(({ submission_id }) => submission_id === String(action))).toEqual([]);
        }
      };
    },
  },
  {
    id: "E53",
    situation: "an unexpected exception while parsing is logged as info, on a request refused with 400",
    ours: "the info entry is in errors.csv: it is the only clue; elsewhere info stays out",
    reportstream: "info is never shown",
    async rows({ rows, lab }) {
      const info = { type: "info" as const, scope: "report" as const, detail: details.invalidReport("Unexpected end") };
      const refused = await rows.rejected({ at: at("14:00"), sender: lab, logs: [info] });
      await rows.receive({ at: at("15:00"), sender: lab, logs: [info] });
      return async (files) => {
        const logged = await files.errors(lab);
        expect(logged.map((row) => `${row.type} ${row.submission_id}`)).toEqual([`info ${refused}`]);
      };
    },
  },
  {
    id: "E54",
    situation: "an accepted file with an error in one item",
    ours: "accepted, with its report_id; the error counted",
    reportstream: "the API hides the id as soon as there is an error",
    async rows({ rows, lab }) {
      const root = await rows.receive({ at: at("14:00"), sender: lab, items: 2 });
      const [good] = await rows.convert(root, { failed: [2] });
      await rows.destinationFilter(good!, { receivers: [] });
      return async (files) => {
        expect(pick(await files.submission(root), "http_status", "items", "rejected", "unrouted", "errors")).toEqual({
          ...{ http_status: "201", items: "2", rejected: "1", unrouted: "1", errors: "1" },
        });
      };
    },
  },
  {
    id: "E55",
    situation: "a submission through the submissions service: no `receive`, item_count 1 whatever is in the file",
    ours: "a submission with as many items as the lineage shows; status empty, since there is no HTTP answer",
    reportstream: "in none of its lists; report_ur_ancestors does not find it",
    async rows({ rows, lab, phd }) {
      const { root, converted } = await rows.submissionsService({
        at: at("14:00"),
        sender: lab,
        items: 3,
        failed: [3],
      });
      const [file] = await rows.destinationFilter(converted[0]!, { receivers: [phd] });
      const ready = await rows.translate(await rows.receiverFilter(await rows.enrich(file!)));
      await rows.send(await rows.batch([ready]));
      await rows.destinationFilter(converted[1]!, { receivers: [] });
      return async (files) => {
        expect(await files.outcomes(root)).toEqual([`1 ${phd} delivered`, "2 unrouted", "3 rejected"]);
        expect(pick(await files.submission(root), "submission_id", "items", "http_status", "status", "sender")).toEqual(
          {
            ...{ submission_id: String(root.actionId), items: "3", http_status: "", status: "", sender: lab },
          },
        );
        expect(pick((await files.deliveries(phd))[0]!, "submissions", "senders")).toEqual({
          ...{ submissions: "1", senders: lab },
        });
      };
    },
  },
  {
    id: "E56",
    situation: "a convert action names a sender only for the submissions service",
    ours: "one submission each, whichever way it came",
    reportstream: "counting actions by sending_org counts the service's once and others once, or both twice",
    async rows({ rows, lab }) {
      const usual = await rows.receive({ at: at("14:00"), sender: lab });
      await rows.convert(usual);
      await rows.submissionsService({ at: at("15:00"), sender: lab });
      return async (files) => {
        const { senders } = await files.summary();
        expect(senders.find(({ sender }) => sender === lab)).toMatchObject({ submissions: 2, items: 2 });
        const own = await files.csv("organizations/e56-lab/submissions.csv");
        expect(own).toHaveLength(2);
      };
    },
  },
  {
    id: "E57",
    situation: "a request only tested the connection or the payload: 200 and no report",
    ours: "nowhere: a test is no submission",
    reportstream: "an action `receive` like any other",
    async rows({ rows, lab }) {
      const action = await rows.testOption({ at: at("14:00"), sender: lab });
      return async (files) => {
        const submissions = await files.csv("submissions.csv");
        expect(submissions.filter(({ submission_id }) => submission_id === String(action))).toEqual([]);
        expect((await files.summary()).senders.filter(({ sender }) => sender === lab)).toEqual([]);
      };
    },
  },
  {
    id: "E58",
    situation: "a file by SFTP: answered 200, with a report",
    ours: "a submission like any other",
    reportstream: "lists that ask for 201 miss it",
    async rows({ rows, lab }) {
      const root = await rows.sftpDrop({ at: at("14:00"), sender: lab, externalName: "e58.hl7" });
      await rows.convert(root);
      return async (files) => {
        expect(pick(await files.submission(root), "http_status", "file_name", "items", "status")).toEqual({
          ...{ http_status: "200", file_name: "e58.hl7", items: "1", status: "Received" },
        });
      };
    },
  },
  {
    id: "E59",
    situation: "NDJSON that ends in an empty line: two items received, three converted, the third an error",
    ours: "three items, the third rejected; its error says item 3",
    reportstream: "an error about item 3 of 2",
    async rows({ rows, lab, phd }) {
      const root = await rows.receive({ at: at("14:00"), sender: lab, items: 2, format: "FHIR" });
      const children = await rows.convert(root, { emptyLine: true });
      for (const child of children.slice(0, 2)) {
        const [file] = await rows.destinationFilter(child, { receivers: [phd] });
        await rows.translate(await rows.receiverFilter(await rows.enrich(file!)));
      }
      return async (files) => {
        expect((await files.outcomes(root)).at(-1)).toBe("3 rejected");
        expect(pick(await files.submission(root), "items", "waiting", "rejected")).toMatchObject({
          ...{ items: "3", rejected: "1" },
        });
        expect((await files.errors(lab)).map(({ item }) => item)).toEqual(["3"]);
      };
    },
  },
  {
    id: "E60",
    situation: "two messages of a file have one MSH-10",
    ours: "two items, each with its own outcome and error: the index is the key",
    reportstream: "errors folded by tracking id",
    async rows({ rows, lab }) {
      const root = await rows.receive({ at: at("14:00"), sender: lab, items: 3 });
      const [good] = await rows.convert(root);
      await rows.destinationFilter(good!, { receivers: [] });
      for (const index of [2, 3]) {
        const entry = { type: "error" as const, scope: "item" as const, detail: details.missingField("PID-5") };
        await rows.log({
          ...entry,
          actionId: root.actionId,
          at: at("14:01"),
          reportId: root.id,
          index,
          trackingId: "SAME",
        });
      }
      return async (files) => {
        const logged = await files.errors(lab);
        expect(logged.map(({ item, tracking_id }) => `${item} ${tracking_id}`).sort()).toEqual(["2 SAME", "3 SAME"]);
        expect((await files.submission(root)).errors).toBe("2");
      };
    },
  },
  {
    id: "E61",
    situation: "file names that are null, empty, or hold commas, quotes, line breaks or a formula",
    ours: "each comes back as it was from a CSV reader, formulas with an apostrophe before them",
    reportstream: "-",
    async rows({ rows, lab }) {
      const names = [null, "", 'a,"b"\r\nc.hl7', "=cmd|' /C calc'!A0", "\t=1+1", "-5.hl7", "plain.hl7"];
      const roots: Report[] = [];
      for (const [position, externalName] of names.entries()) {
        roots.push(await rows.receive({ at: at(`14:0${position}`), sender: lab, externalName }));
      }
      return async (files) => {
        const found = await Promise.all(roots.map(async (root) => (await files.submission(root)).file_name));
        expect(found).toEqual(["", "", 'a,"b"\r\nc.hl7', "'=cmd|' /C calc'!A0", "'\t=1+1", "'-5.hl7", "plain.hl7"]);
      };
    },
  },
  {
    id: "E62",
    situation: "names in other scripts, right to left, and with HTML in them",
    ours: "UTF-8 without a byte order mark; the pages escape what is markup",
    reportstream: "-",
    async rows({ rows, lab, phd }) {
      const name = "تقرير‮<script>alert(1)</script>é😀.hl7";
      const root = await rows.receive({ at: at("14:00"), sender: lab, externalName: name });
      const file = await rows.happyPath({ at: at("15:00"), sender: lab, receivers: [phd], until: "batch" });
      const result = "FAILED Sftp upload, Exception: <b>bold</b> & more";
      await rows.sendError(file.batches[phd]!, { kind: "exhausted", result });
      return async (files) => {
        expect((await files.submission(root)).file_name).toBe(name);
        expect((await files.text("submissions.csv")).startsWith("submission_id,")).toBe(true);
        for (const page of ["index.html", "organizations/e62-phd/index.html", "organizations/e62-lab/index.html"]) {
          const html = await files.text(page);
          expect(html).not.toContain("<script>alert(1)");
          expect(html).not.toContain("<b>bold</b>");
        }
      };
    },
  },
  {
    id: "E63",
    situation: "the sender's address is null, or IPv6",
    ours: "a submission like any other; addresses are in no file",
    reportstream: "-",
    async rows({ rows, lab }) {
      const addresses = [null, "2001:db8::e63"];
      const roots: Report[] = [];
      for (const sender_ip of addresses) {
        roots.push(await rows.receive({ at: at("14:00"), sender: lab, action: { sender_ip } }));
      }
      return async (files) => {
        for (const root of roots) expect((await files.submission(root)).items).toBe("1");
        expect(await files.everything()).not.toContain("2001:db8::e63");
      };
    },
  },
];
