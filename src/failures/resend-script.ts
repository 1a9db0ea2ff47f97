import { printableText } from "../query/table.ts";
import { helpers } from "../report/helpers.ts";
import type { Micros } from "../time/instant.ts";
import { formatMoment } from "../time/zone.ts";
import type { FailedFile, ReceiverFailures } from "./by-receiver.ts";

/**
 * The requests that send open failures again, a line each, in the form of ReportStream's admin API
 * (azure/RequeueFunction.kt), and for every other failure a comment that says why there is none.
 */
export function resendScript(groups: readonly ReceiverFailures[], asOf: Micros, timeZone: string): string[] {
  const lines = [
    `# Requests that send open last-mile failures again, as of ${formatMoment(asOf, timeZone)}.`,
    "# Nothing was sent. Look through them first: each makes ReportStream send the whole file once more.",
  ];
  for (const { receiver, files } of groups) {
    lines.push("", `# ${printableText(receiver.name || "receiver not known")}`);
    for (const file of files) {
      const why = whyNot(file, asOf, timeZone);
      const about = `${file.fileName || "file not known"}, ${file.items === null ? "items not known" : helpers.plural(file.items, "item", "items")}`;
      if (why === undefined) lines.push(`# ${printableText(about)}`, request(file));
      else lines.push(`# not resent: ${file.reportId || "report not known"} (${printableText(about)}): ${why}`);
    }
  }
  return lines;
}

function request({ reportId, receiver }: FailedFile): string {
  return `POST /api/adm/resend?reportId=${reportId}&receiver=${encodeURIComponent(receiver.name)}`;
}

/** Why a failure is not to be sent again, or cannot be; undefined when it can. */
function whyNot(file: FailedFile, asOf: Micros, timeZone: string): string | undefined {
  switch (file.state) {
    case "maybe delivered":
      return "maybe delivered; the failure itself shows that the upload worked, and the receiver would get it twice";
    case "recovered":
      return `recovered ${formatMoment(file.recoveredAt, timeZone)}; it was sent or fetched since`;
    case "resent":
      return `resent already, asked for ${formatMoment(file.resentAt, timeZone)} and not sent yet`;
    case "open":
      if (file.reportId === "") return "the failure does not name its report";
      if (file.report < 0) return "the report's row is not there, and ReportStream would refuse";
      if (file.receiver.name === "") return "the report's row names no receiver";
      if (file.expiresAt <= asOf) return `expired ${formatMoment(file.expiresAt, timeZone)}; its content is deleted`;
      return undefined;
  }
}
