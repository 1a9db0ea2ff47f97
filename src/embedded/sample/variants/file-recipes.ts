import { HOUR, MINUTE } from "../../../time/instant.ts";
import { emptyBatch } from "../pipeline/batch.ts";
import type { FilePlan, Later, Series } from "../plan.ts";
import type { Recipe } from "./stage.ts";

const SENT: Series = { failures: 0, end: "sent" };
const EXHAUSTED: Series = { failures: 6, end: "sent", retryInMinutes: false };
const REFUSED: Series = { failures: 0, end: "refused" };
const EXCEPTION: Series = { failures: 0, end: "exception" };
const OPERATOR = "operator@ops.example";

/** What can become of a file: sent, refused, tried again, fetched, sent again. */
export const FILE_RECIPES: Readonly<Record<string, Recipe>> = {
  "elr-elims": (stage, variant, round) => {
    const receiver = stage.receiver("fed-elims.elims");
    const file: FilePlan = { series: round === 1 ? EXHAUSTED : SENT };
    stage.file(variant, round, receiver, file, { externalName: "two files, one name.hl7" });
  },
  "empty batch": (stage, _, round) => {
    const receiver = stage.receiver(round === 0 ? "nn-hospitals.quiet" : "fed-otc.otc");
    stage.world.queue.at(stage.time(), (at) => emptyBatch(stage.world, receiver, at));
  },
  email: to("qq-county.elr", { series: SENT }),
  as2: to("ee-phd.elr", { series: SENT }),
  gaen: to("gaen-demo.exposures", { series: SENT }),
  blobstore: to("ff-phd.elr", { series: SENT }),
  soap: to("dd-phd.elr", { series: SENT }),
  rest: to("aa-phd.elr-fhir", { series: SENT }),
  "null transport": to("rr-county.elr", { series: SENT }),
  "twin organization": to("twin-phd.elr", { series: SENT }),
  "re-created organization": to("kk-phd.elr", { series: SENT }),
  "pre-2023-09 sent without body": sftp({
    series: SENT,
    era: { sentBody: false, downloadsDuplicateEdges: false },
    later: [download(20 * MINUTE)],
  }),
  "ampersand message": sftp({ series: { failures: 1, end: "refused" }, era: { jsonMessages: false } }),
  "glued messages": sftp({ series: { failures: 2, end: "sent" }, gluedMessages: true }),
  "retry then success": (stage, variant, round) =>
    stage.file(variant, round, stage.sftpReceiver(round), {
      series: { failures: [1, 3, 5][round] as number, end: "sent", retryInMinutes: false },
    }),
  "retrying now": (stage, variant, round) =>
    // In the old spacing, begun in yesterday's evening: the day after is one long wait for the next attempt.
    stage.file(
      variant,
      round,
      stage.sftpReceiver(round % 2),
      { series: { failures: 5, end: "sent", retryInMinutes: true } },
      { at: stage.time(19, 21) },
    ),
  "final failure": sftp({ series: EXHAUSTED }),
  "immediate failure": (stage, variant, round) =>
    stage.file(variant, round, stage.receiver(["aa-phd.elr-fhir", "dd-phd.elr", "ee-phd.elr"][round] as string), {
      series: REFUSED,
    }),
  "unrecoverable exception": sftp({ series: EXCEPTION }),
  "exception after warnings": sftp({ series: { failures: 2, end: "exception", retryInMinutes: false } }),
  "exception after upload": sftp({ series: { failures: 0, end: "exception after upload" } }),
  "lost send": sftp({ series: SENT, lost: true }),
  "ghost send": sftp({ series: SENT, ghost: true }),
  "resend after success": sftp({ series: SENT, later: [resend(HOUR, SENT)] }),
  "resend recovers": sftp({
    series: EXHAUSTED,
    later: [resend(HOUR, { failures: 1, end: "sent", retryInMinutes: false })],
  }),
  "resend fails again": sftp({ series: REFUSED, later: [resend(HOUR, REFUSED)] }),
  "resend scheduled": (stage, variant, round) => {
    const at = stage.world.settled.asOf - 2 * MINUTE;
    stage.file(variant, round, stage.sftpReceiver(round), {
      series: REFUSED,
      later: [{ do: "resend", at, by: OPERATOR, series: "not yet" }],
    });
  },
  "resend test": sftp({ series: REFUSED, later: [{ do: "resend test", after: HOUR, by: OPERATOR }] }),
  "resend refused": sftp({ series: SENT, later: [{ do: "resend refused", after: HOUR, by: OPERATOR }] }),
  "downloaded after sending": sftp({ series: SENT, later: [download(20 * MINUTE)] }),
  "downloaded three times": sftp({ series: SENT, later: [20, 40, 60].map((minutes) => download(minutes * MINUTE)) }),
  "downloaded only": to("hh-phd.portal", { series: SENT, later: [download(30 * MINUTE), download(50 * MINUTE)] }),
  "ready for download": to("hh-phd.portal", { series: SENT }),
  "failed then downloaded": sftp({ series: EXHAUSTED, later: [download(HOUR)] }),
  "downloaded then resent": sftp({ series: REFUSED, later: [download(HOUR), resend(2 * HOUR, SENT)] }),
};

function to(receiver: string, file: FilePlan): Recipe {
  return (stage, variant, round) => stage.file(variant, round, stage.receiver(receiver), file);
}

function sftp(file: FilePlan): Recipe {
  return (stage, variant, round) => stage.file(variant, round, stage.sftpReceiver(round), file);
}

function download(after: number): Later {
  return { do: "download", after, by: "reader1@stlt.example" };
}

function resend(after: number, series: Series): Later {
  return { do: "resend", after, by: OPERATOR, series };
}
