import type { Outcome } from "../../outcome/words.ts";
import { helpers } from "../../report/helpers.ts";
import type {
  Contents,
  FileFate,
  FileStory,
  MessageGroup,
  OutcomeGroup,
  RejectedStory,
  Story,
  SubmissionStory,
  TraceResult,
} from "../types.ts";
import { sayMoment } from "./moment.ts";

/** A story in sentences, for the screen and for the page alike. */
export interface Said {
  title: string;
  facts: { name: string; value: string }[];
  /** What became of it, receiver by receiver, or where its items came from. */
  rowsTitle: string;
  rows: SaidRow[];
  notes: string[];
  messagesTitle: string;
  messages: string[];
}

export interface SaidRow {
  who: string;
  outcome: Outcome | null;
  text: string;
  lines: string[];
}

const { number } = helpers;

/** Files that a receiver's row tells of, and lines that all rows together may take for them; the rest is counted. */
const MOST_FILES = 6;
const MOST_LINES = 60;
/** Items or positions that are listed, neighbours as one; the rest is counted. */
const MOST_RANGES = 12;
/** Errors, warnings and filters that are listed, the gravest first. */
const MOST_MESSAGES = 40;

export function sayStory(story: Story, timeZone: string): Said {
  switch (story.kind) {
    case "submission":
      return saySubmission(story, timeZone);
    case "file":
      return sayFile(story, timeZone);
    case "rejected":
      return sayRejected(story, timeZone);
  }
}

function saySubmission(story: SubmissionStory, timeZone: string): Said {
  const { contents, step } = story;
  const part =
    story.items === null
      ? ""
      : `, ${itemsText(story.items)}${contents.items === null ? "" : ` of ${number(contents.items)}`}`;
  const facts = [
    { name: "submitted", value: sayMoment(story.submittedAt, timeZone) },
    { name: "report", value: story.reportId },
    ...(story.trackingId === "" ? [] : [{ name: "message id", value: story.trackingId }]),
    ...(step ? [{ name: "asked for", value: sayStep(step, timeZone) }] : []),
    ...sayContents(contents),
    ...(story.status === null ? [] : [{ name: "ReportStream says", value: story.status }]),
  ];
  const notes: string[] = [];
  if (story.unread > 0) {
    notes.push(
      `${count(story.unread, "item")} not read: the lineage is larger than the limit (--all reads all of it, --item N one item)`,
    );
  }
  if (story.notConsidered.length > 0) {
    notes.push(
      `not considered by ${listed(story.notConsidered, 6)} (inferred from the absence of any trace: jurisdiction decisions are not logged)`,
    );
  }
  return {
    title: `Submission ${story.submissionId} of ${story.sender || "an unknown sender"}${part}`,
    facts,
    rowsTitle: "Receivers",
    rows: story.outcomes.map((group) => sayOutcome(group, story, timeZone)),
    notes,
    messagesTitle: "Errors, warnings and filters",
    messages: listedMessages(story.messages),
  };
}

function sayStep(step: NonNullable<SubmissionStory["step"]>, timeZone: string): string {
  const to = step.receiver === "" ? "" : ` for ${step.receiver}`;
  return `${step.reportId}, written by ${step.writtenBy}${to}, ${sayMoment(step.createdAt, timeZone)}`;
}

function sayOutcome(group: OutcomeGroup, story: SubmissionStory, timeZone: string): SaidRow {
  const { items, contents, outcomes } = story;
  const isOne = group.count === 1 && (items === group.items || contents.items === 1);
  const acts =
    group.acts === "nobody" ? "" : `; ${group.acts === "reportstream" ? "ReportStream" : `the ${group.acts}`} must act`;
  const all = isOne ? "" : `${itemsText(group.items)}: `;
  // Many receivers with many files each are told in fewer words, so that they can still be read one beside the other.
  const told = Math.max(1, Math.min(MOST_FILES, Math.floor(MOST_LINES / outcomes.length)));
  const files = group.files.length <= told + 1 ? group.files : group.files.slice(0, told);
  const lines = files.flatMap((file) => sayFate(file, timeZone));
  const more = group.files.length - files.length + group.moreFiles;
  if (more > 0) lines.push(`+ ${number(more)} more ${more === 1 ? "file" : "files"}`);
  return {
    who: group.receiver ?? "no receiver",
    outcome: group.outcome,
    text: `${all}${group.reason}${acts}`,
    lines,
  };
}

/** `row 117 of 397 in X.hl7, sent Sep 20 2023 13:40 (US/Central, 18:40Z), SFTP, first try` */
function sayFate(file: FileFate, timeZone: string): string[] {
  const name = file.fileName === "" ? `report ${file.reportId}` : file.fileName;
  const place =
    file.positions === null ? "" : `${rowsText(file.positions)}${file.of === null ? "" : ` of ${number(file.of)}`} in `;
  const zone = file.timeZone || timeZone;
  const lines = file.sends.map((sent, at) => {
    const tries = sent.tries <= 1 ? "first try" : `try ${sent.tries}`;
    const how = [sent.transport, sent.resend ? `${tries} after a resend` : tries].filter(Boolean).join(", ");
    const other = at > 0 && sent.fileName !== "" && sent.fileName !== file.fileName ? ` as ${sent.fileName}` : "";
    const when = sayMoment(sent.at, zone);
    return at === 0 ? `${place}${name}, sent ${when}, ${how}` : `sent again ${when}${other}, ${how}`;
  });
  if (lines.length === 0) {
    lines.push(`${place}${name}${file.writtenAt === null ? "" : `, written ${sayMoment(file.writtenAt, zone)}`}`);
  }
  const failed = file.failures.filter(({ final }) => final);
  const retries = file.failures.length - failed.length;
  if (retries > 0)
    lines.push(`${count(retries, "attempt")} failed and ${retries === 1 ? "was" : "were"} to be repeated`);
  for (const { at, family, error } of failed) {
    lines.push(`failed for good ${sayMoment(at, zone)}: ${family}${error ? ` (${error})` : ""}`);
  }
  for (const { at, by } of file.resends) lines.push(`resend asked for ${sayMoment(at, zone)}${by ? ` by ${by}` : ""}`);
  for (const { at } of file.downloads.slice(0, 5)) lines.push(`downloaded ${sayMoment(at, zone)}`);
  if (file.downloads.length > 5) lines.push(`+ ${number(file.downloads.length - 5)} more downloads`);
  return lines;
}

function sayFile(story: FileStory, timeZone: string): Said {
  const { file, contents } = story;
  const zone = file.timeZone || timeZone;
  const rows: SaidRow[] = story.origins.map((origin) => ({
    who: origin.sender || "unknown sender",
    outcome: null,
    text: `${rowsText(origin.positions)}: ${itemsText(origin.items)} of submission ${origin.submissionId}, ${sayMoment(origin.submittedAt, timeZone)}`,
    lines: [`report ${origin.reportId}${origin.fileName ? `, ${origin.fileName}` : ""}`],
  }));
  const notes = sayFate({ ...file, positions: null, of: null }, timeZone);
  if (story.verdict) notes.unshift(`${story.verdict.outcome}: ${story.verdict.reason}`);
  if (file.expiresAt !== null) notes.push(`kept until ${sayMoment(file.expiresAt, zone)}`);
  if (story.moreOrigins > 0) notes.push(`+ ${count(story.moreOrigins, "more submission")}`);
  if (story.unread > 0)
    notes.push(
      `the origin of ${count(story.unread, "item")} was not read: the lineage is larger than the limit (--all)`,
    );
  if (story.origins.length === 0 && story.unread === 0) {
    notes.push(
      (contents.items ?? 0) === 0 ? "an empty file: a sign of life, without items" : "no submission is recorded for it",
    );
  }
  return {
    title: `${FILE_TITLES[story.what]}${story.receiver === "" ? "" : ` for ${story.receiver}`}`,
    facts: [
      { name: "report", value: story.reportId },
      { name: "written", value: sayMoment(story.createdAt, zone) },
      ...sayContents(contents),
    ],
    rowsTitle: "Where its items came from",
    rows,
    notes,
    messagesTitle: "",
    messages: [],
  };
}

const FILE_TITLES: Record<FileStory["what"], string> = {
  ready: "File made ready",
  sent: "File sent",
  downloaded: "File fetched",
  other: "Report without a submission",
};

function sayRejected(story: RejectedStory, timeZone: string): Said {
  const status = story.httpStatus === null ? "" : ` with ${story.httpStatus}`;
  return {
    title: `Rejected request ${story.submissionId} of ${story.sender || "an unknown sender"}`,
    facts: [
      { name: "requested", value: sayMoment(story.submittedAt, timeZone) },
      ...(story.fileName === "" ? [] : [{ name: "file", value: story.fileName }]),
    ],
    rowsTitle: "",
    rows: [
      {
        who: "no receiver",
        outcome: "rejected",
        text: `ReportStream answered${status} and kept no report; the sender must act`,
        lines: [],
      },
    ],
    notes: [],
    messagesTitle: "Errors, warnings and filters",
    messages: listedMessages(story.messages),
  };
}

function sayContents(contents: Contents): { name: string; value: string }[] {
  const what = [contents.topic, contents.format, contents.items === null ? "" : count(contents.items, "item")];
  const facts = [{ name: "contents", value: what.filter(Boolean).join(", ") }];
  if (contents.schema !== null) facts.push({ name: "schema", value: contents.schema });
  if (contents.fileName !== null) facts.push({ name: "file", value: contents.fileName });
  if (contents.blob !== null) facts.push({ name: "blob", value: contents.blob });
  if (contents.digest !== null) facts.push({ name: "SHA-256", value: contents.digest });
  const { results } = contents;
  if (!results) {
    facts.push({ name: "results", value: "this database holds no facilities or results of it" });
    return facts;
  }
  const shown = (items: number | null): string => (items === null ? `fewer than ${results.least}` : number(items));
  const facility = results.facilities.map(
    ({ facility: name, clia, state, items }) =>
      `${[name || "no name", clia, state].filter(Boolean).join(", ")}: ${shown(items)}`,
  );
  facts.push({ name: "facilities", value: listed(facility, 5, "; ") });
  facts.push({
    name: "results",
    value: results.results.map(({ result, items }) => `${result || "none"}: ${shown(items)}`).join("; "),
  });
  if (results.notProduction > 0)
    facts.push({ name: "not counted", value: `${count(results.notProduction, "item")} for training or debugging` });
  if (results.uncertain)
    facts.push({
      name: "uncertain",
      value: "rows of this spring may be off by one: ReportStream changed how it counts them",
    });
  return facts;
}

function sayMessage({ type, errorCode, field, message, receiver, step, items, count: times }: MessageGroup): string {
  const about = [items === "" ? "" : itemsText(items), receiver === "" ? "" : receiver, step]
    .filter(Boolean)
    .join(", ");
  const code = errorCode === "" || errorCode === "UNKNOWN" ? "" : ` ${errorCode}`;
  const where = field === "" ? "" : ` ${field}:`;
  return `${times > 1 ? `${number(times)} × ` : ""}${type}${code}${where} ${message} (${about})`;
}

function listedMessages(messages: readonly MessageGroup[]): string[] {
  if (messages.length <= MOST_MESSAGES + 1) return messages.map(sayMessage);
  const more = messages.slice(MOST_MESSAGES).reduce((sum, { count: times }) => sum + times, 0);
  return [...messages.slice(0, MOST_MESSAGES).map(sayMessage), `+ ${number(more)} more (--format json lists them)`];
}

/** What could not be answered, in sentences. */
export function sayRest({ choices, notFound, coverage, timeZone }: TraceResult): {
  choices: { title: string; options: { ask: string; text: string }[] }[];
  notFound: { asked: string; text: string }[];
  coverage: string[];
} {
  return {
    choices: choices.map(({ asked, fits, options }) => ({
      title: `${asked} fits ${fits === null || fits <= options.length ? `${options.length} things` : `${number(fits)} things, of which these are ${options.length}`}; ask for one of them`,
      options: options.map(({ ask, is, at, sender, receiver, fileName }) => ({
        ask,
        text: [
          is,
          sender && `from ${sender}`,
          receiver && `for ${receiver}`,
          fileName,
          at === null ? "" : sayMoment(at, timeZone),
        ]
          .filter(Boolean)
          .join(", "),
      })),
    })),
    notFound: notFound.map(({ asked, searched, note }) => ({
      asked,
      text: `${note === "" ? "" : `${note}; `}searched: ${searched.join(", ")}`,
    })),
    coverage: coverage.map(({ table, from, to }) =>
      from === null || to === null ? `${table}: empty` : `${table}: ${from} to ${to}`,
    ),
  };
}

function itemsText(items: string): string {
  return /[-,]/.test(items) ? `items ${shortened(items)}` : `item ${items}`;
}

function rowsText(positions: string): string {
  return /[-,]/.test(positions) ? `rows ${shortened(positions)}` : `row ${positions}`;
}

/** Of many numbers the first ones, and how many more there are; JSON and CSV have all. */
function shortened(ranges: string): string {
  const parts = ranges.split(", ");
  if (parts.length <= MOST_RANGES + 1) return ranges;
  const more = parts.slice(MOST_RANGES).reduce((sum, part) => {
    const [first = 0, last = first] = part.split("-").map(Number);
    return sum + last - first + 1;
  }, 0);
  return `${parts.slice(0, MOST_RANGES).join(", ")} + ${number(more)} more`;
}

function count(value: number, word: string): string {
  return `${number(value)} ${word}${value === 1 ? "" : "s"}`;
}

function listed(texts: readonly string[], most: number, between = ", "): string {
  if (texts.length <= most + 1) return texts.join(between);
  return `${texts.slice(0, most).join(between)}${between}+ ${number(texts.length - most)} more`;
}
