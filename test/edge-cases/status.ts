import { expect } from "vitest";
import type { HappyPath, HappyPathOptions, Report } from "../support/rows.ts";
import type { EdgeCase, Stage } from "./edge-case.ts";
import { pick } from "./run-files.ts";
import { download } from "./settings.ts";
import { at, nextDay } from "./times.ts";

type Shape = [word: string, rows: (stage: Stage) => Promise<Report>];

/** A case about one status word, with ours beside it. */
function word(
  id: string,
  situation: string,
  expected: { status: string; ours: string },
  rows: Shape[1],
  ownSettings = false,
): EdgeCase {
  return {
    ...{ id, situation, ownSettings },
    ours: `status \`${expected.status}\`, as its API says, beside our counts: ${expected.ours}`,
    reportstream: `\`${expected.status}\``,
    async rows(stage) {
      const root = await rows(stage);
      return async (files) => {
        const submission = await files.submission(root);
        expect(submission.status).toBe(expected.status);
        const counted = OUTCOMES.filter((outcome) => submission[outcome] !== "0");
        expect(counted.map((outcome) => `${submission[outcome]} ${outcome}`).join(", ")).toBe(expected.ours);
      };
    },
  };
}

const OUTCOMES = [
  "delivered",
  "downloaded",
  "waiting",
  "retrying",
  "stuck",
  "failed",
  "filtered",
  "unrouted",
  "rejected",
];

/** ReportStream's own word in submissions.csv, its defects included, so that support can explain the difference. */
export const STATUS: EdgeCase[] = [
  word("S1", "everything was sent", { status: "Delivered", ours: "2 delivered" }, async ({ rows, lab, phd }) => {
    return (await rows.happyPath({ at: at("14:00"), sender: lab, items: 2, receivers: [phd] })).root;
  }),
  word(
    "S2",
    "all attempts failed for good",
    { status: "Waiting to Deliver", ours: "1 failed" },
    async ({ rows, lab, phd }) => {
      const path: HappyPathOptions = { at: at("14:00"), sender: lab, receivers: [phd], until: "batch" };
      const { root, batches } = await rows.happyPath(path);
      await rows.exhaust(batches[phd]!);
      return root;
    },
  ),
  word(
    "S3",
    "the file was fetched and never sent",
    { status: "Delivered", ours: "1 downloaded" },
    async ({ rows, lab, phd }) => {
      await rows.receiver(phd, download);
      const path: HappyPathOptions = { at: at("14:00"), sender: lab, receivers: [phd], until: "batch" };
      const { root, batches } = await rows.happyPath(path);
      await rows.download(batches[phd]!, { at: at("15:00") });
      return root;
    },
    true,
  ),
  word("S4", "no receiver wanted any item", { status: "Not Delivering", ours: "1 unrouted" }, async ({ rows, lab }) => {
    const root = await rows.receive({ at: at("14:00"), sender: lab });
    await rows.destinationFilter((await rows.convert(root))[0]!, { receivers: [] });
    return root;
  }),
  word("S5", "the file is not taken apart yet", { status: "Received", ours: "1 stuck" }, async ({ rows, lab }) =>
    rows.receive({ at: at("14:00"), sender: lab }),
  ),
  word(
    "S6",
    "a batch is planned and not due",
    { status: "Waiting to Deliver", ours: "1 waiting" },
    async ({ rows, lab, phd }) => {
      const { root, converted } = await rows.happyPath({
        ...{ at: nextDay("03:00"), sender: lab, receivers: [phd], until: "convert" },
      });
      const [file] = await rows.destinationFilter(converted[0]!, { receivers: [phd] });
      const passed = await rows.receiverFilter(await rows.enrich(file!));
      await rows.translate(passed, { nextActionAt: nextDay("14:00") });
      return root;
    },
  ),
  word(
    "S7",
    "one receiver's filters took everything, the other got it: the trap of the words",
    { status: "Partially Delivered", ours: "1 delivered" },
    async ({ rows, lab, phd, cdc }) => {
      const root = await rows.receive({ at: at("14:00"), sender: lab });
      const files = await rows.destinationFilter((await rows.convert(root))[0]!, { receivers: [phd, cdc] });
      const [first, second] = [await rows.enrich(files[0]!), await rows.enrich(files[1]!)];
      await rows.receiverFilter(second, { filtered: {} });
      await rows.send(await rows.batch([await rows.translate(await rows.receiverFilter(first))]));
      return root;
    },
  ),
  word(
    "S8",
    "one item is delivered and another rejected: nothing partial for ReportStream",
    { status: "Delivered", ours: "1 delivered, 1 rejected" },
    async ({ rows, lab, phd }) => {
      const root = await rows.receive({ at: at("14:00"), sender: lab, items: 2 });
      const [good] = await rows.convert(root, { failed: [2] });
      const [file] = await rows.destinationFilter(good!, { receivers: [phd] });
      const ready = await rows.translate(await rows.receiverFilter(await rows.enrich(file!)));
      await rows.send(await rows.batch([ready]));
      return root;
    },
  ),
  {
    id: "S9",
    situation: "a merged batch of three submissions was sent: its three items count for each of them",
    ours: "status `Delivered` as its API says; our counts say one item, and no other sender's volume",
    reportstream: "itemCount 3 for a submission of one item",
    async rows({ rows, lab, phd }) {
      const paths: HappyPath[] = [];
      for (const [position, sender] of [lab, "s9-two.default", "s9-three.default"].entries()) {
        const time = at(`14:0${position}`);
        paths.push(await rows.happyPath({ at: time, sender, receivers: [phd], until: "translate" }));
      }
      await rows.send(await rows.batch(paths.flatMap(({ translated }) => translated[phd]!)));
      return async (files) => {
        for (const { root } of paths) {
          expect(pick(await files.submission(root), "status", "items", "delivered")).toEqual({
            ...{ status: "Delivered", items: "1", delivered: "1" },
          });
        }
      };
    },
  },
  {
    id: "S10",
    situation: "two items for one receiver: the first is in a batch that was sent, the second was filtered last",
    ours: "status as its API says, by the last row's planned step; our counts say 1 delivered, 1 filtered",
    reportstream: "the last row says `none` with 0 items, so that the destination looks empty: `Received`",
    async rows({ rows, lab, phd }) {
      const root = await rows.receive({ at: at("14:00"), sender: lab, items: 2 });
      const [first, second] = await rows.convert(root);
      const [one] = await rows.destinationFilter(first!, { receivers: [phd] });
      await rows.send(await rows.batch([await rows.translate(await rows.receiverFilter(await rows.enrich(one!)))]));
      const [two] = await rows.destinationFilter(second!, { receivers: [phd], at: at("15:00") });
      await rows.receiverFilter(await rows.enrich(two!), { filtered: {} });
      return async (files) => {
        expect(pick(await files.submission(root), "status", "delivered", "filtered")).toEqual({
          ...{ status: "Received", delivered: "1", filtered: "1" },
        });
      };
    },
  },
  {
    id: "S11",
    situation: "the same, and every row of the receiver has one created_at: which of them is the last decides the word",
    ours: "stable: the last by (created_at, action_id, report_id)",
    reportstream: "arbitrary: flaps from call to call",
    async rows({ rows, lab, phd, sql }) {
      const root = await rows.receive({ at: at("14:00"), sender: lab, items: 2 });
      const [first, second] = await rows.convert(root);
      const [two] = await rows.destinationFilter(second!, { receivers: [phd] });
      const waiting = await rows.enrich(two!);
      const [one] = await rows.destinationFilter(first!, { receivers: [phd] });
      await rows.send(await rows.batch([await rows.translate(await rows.receiverFilter(await rows.enrich(one!)))]));
      await rows.receiverFilter(waiting, { filtered: {} });
      await sql("update report_file set created_at = $1 where receiving_org = 's11-phd'", at("14:30"));
      return async (files) => expect((await files.submission(root)).status).toBe("Received");
    },
  },
];
