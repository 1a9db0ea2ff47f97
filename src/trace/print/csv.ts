import { type Column, type CsvValue, createCsvFormatter } from "../../output/csv.ts";
import type { Story, TraceResult } from "../types.ts";

/** A row for each id, submission, receiver and file; ids without an answer have one too. */
export const TRACE_COLUMNS: Column[] = [
  ["asked", "text"],
  ["is", "text"],
  ["submission_id", "id"],
  ["report_id", "id"],
  ["items", "number"],
  ["item_numbers", "text"],
  ["tracking_id", "text"],
  ["sender", "text"],
  ["topic", "text"],
  ["submitted_at", "instant"],
  ["receiver", "text"],
  ["outcome", "text"],
  ["reason", "text"],
  ["acts", "text"],
  ["delivered_report_id", "id"],
  ["file_name", "text"],
  ["rows", "text"],
  ["rows_in_file", "number"],
  ["delivered_at", "instant"],
  ["times_delivered", "number"],
  ["downloads", "number"],
].map(([name, type]) => ({ name, type }) as Column);

export function formatCsv(result: TraceResult): string {
  const { header, formatRow } = createCsvFormatter(TRACE_COLUMNS);
  const rows: CsvValue[][] = [];
  for (const { asked, is, stories } of result.answers) {
    for (const story of stories) rows.push(...storyRows(story).map((row) => [asked, is, ...row]));
  }
  for (const { asked, options } of result.choices) {
    for (const { ask } of options) rows.push([asked, `fits several: ask for ${ask}`]);
  }
  for (const { asked } of result.notFound) rows.push([asked, "not found"]);
  return header + rows.map((row) => formatRow(row)).join("");
}

function storyRows(story: Story): CsvValue[][] {
  if (story.kind === "rejected") {
    const { submissionId, sender, submittedAt } = story;
    const empty = [null, 0, "", "", sender, "", submittedAt, ""];
    return [[submissionId, ...empty, "rejected", "ReportStream kept no report", "sender"]];
  }
  if (story.kind === "file") {
    const { file, receiver, contents, verdict } = story;
    const first = file.sends[0] ?? file.downloads[0];
    const outcome =
      file.sends.length > 0 ? "delivered" : file.downloads.length > 0 ? "downloaded" : (verdict?.outcome ?? "");
    const tail = (rows: string): CsvValue[] => [
      ...[receiver, outcome, verdict?.reason ?? "", verdict?.acts ?? "", first?.reportId ?? null, file.fileName],
      ...[rows, file.of, first?.at ?? null, file.sends.length, file.downloads.length],
    ];
    if (story.origins.length === 0) return [[null, null, 0, "", "", "", contents.topic, null, ...tail("")]];
    return story.origins.map((origin) => [
      ...[origin.submissionId, origin.reportId, origin.count, spelled(origin.items), "", origin.sender],
      ...[contents.topic, origin.submittedAt, ...tail(spelled(origin.positions))],
    ]);
  }
  const { submissionId, reportId, trackingId, sender, contents, submittedAt } = story;
  return story.outcomes.flatMap((group) => {
    const head = [
      submissionId,
      reportId,
      group.count,
      spelled(group.items),
      trackingId,
      sender,
      contents.topic,
      submittedAt,
    ];
    const fate = [group.receiver, group.outcome, group.reason, group.acts];
    if (group.files.length === 0) return [[...head, ...fate, null, "", "", null, null, group.timesDelivered, 0]];
    return group.files.map((file) => {
      const first = file.sends[0] ?? file.downloads[0];
      return [
        ...[...head, ...fate, first?.reportId ?? null, file.fileName, spelled(file.positions ?? ""), file.of],
        ...[first?.at ?? null, group.timesDelivered, file.downloads.length],
      ];
    });
  });
}

/** `1-3, 7` as `1 to 3; 7`: a spreadsheet takes 1-3 for a day in January. */
function spelled(numbers: string): string {
  return numbers.replaceAll("-", " to ").replaceAll(", ", "; ");
}
