import { unsentFileVerdict } from "../../outcome/file.ts";
import { KIND } from "../../outcome/kind.ts";
import { receiverAt } from "../../outcome/receiver.ts";
import { formatInstant } from "../../time/instant.ts";
import { ranges } from "../ranges.ts";
import type { Place } from "../reader.ts";
import type { ReportInfo } from "../report-info.ts";
import type { FileStory, Origin, Results } from "../types.ts";
import { countResults } from "./results.ts";
import { seesReceiver, seesSubmission } from "./sight.ts";
import { contentsOf, MOST_LISTED, type StoryContext } from "./story-context.ts";

/** A file whose story is told. */
export interface FileAsked {
  /** The report made ready to be sent. */
  ready: string;
  /** The row asked for: the same, or a copy that was sent or fetched. */
  asked: string;
  /** Its positions whose origin was read, as stored. */
  read: readonly number[];
  unread: number;
}

/** The story of a receiver's file; undefined when it may not be seen. */
export function fileStory(asked: FileAsked, context: StoryContext): FileStory | undefined {
  const { facts, infos, reader, fates, sight, judgement } = context;
  const info = infos.get(asked.asked);
  if (!info || !seesReceiver(sight, info.receiver)) return undefined;
  const { reports, kinds, attempts, tasks, receivers } = facts;
  const file = reader.number(asked.ready);
  const kind = kinds[reader.number(asked.asked)];
  const createdAt = reports.createdAt[file];
  const origins = originsOf(file, asked.read, context);
  const isOpen = kinds[file] === KIND.deliverable && !fates.isOut(file);
  return {
    kind: "file",
    reportId: asked.asked,
    what: WHAT.get(kind) ?? "other",
    receiver: info.receiver.name,
    createdAt: formatInstant(info.createdAt),
    verdict: isOpen
      ? unsentFileVerdict(
          {
            createdAt,
            plannedAt: reports.nextActionAt[file],
            task: tasks.get(file),
            attempts: attempts.get(file) ?? [],
            receiver: receiverAt(receivers, info.receiver.key, createdAt),
          },
          judgement,
        )
      : null,
    contents: { ...contentsOf(info, true), results: resultsOf(origins, context) },
    file: fates.fate(
      file,
      asked.read.map((index) => index + facts.zeroBased[file]),
      sight,
    ),
    origins: origins.slice(0, MOST_LISTED).map(({ origin }) => origin),
    moreOrigins: Math.max(0, origins.length - MOST_LISTED),
    unread: asked.unread,
  };
}

const WHAT = new Map<number, FileStory["what"]>([
  [KIND.deliverable, "ready"],
  [KIND.sent, "sent"],
  [KIND.downloaded, "downloaded"],
]);

interface Origins {
  origin: Origin;
  info: ReportInfo;
  items: ReadonlySet<number>;
}

/** Facilities and results of a legacy file's items. */
function resultsOf(origins: readonly Origins[], { results }: StoryContext): Results | null {
  return countResults(
    origins.map(({ info, items }) => ({ rows: results.get(info.reportId) ?? [], createdAt: info.createdAt, items })),
  );
}

/** The submissions whose items are in a file, oldest first. */
function originsOf(file: number, read: readonly number[], context: StoryContext): Origins[] {
  const { facts, infos, reader, sight } = context;
  const { zeroBased } = facts;
  const origins = new Map<string, { items: Set<number>; positions: Set<number> }>();
  for (const index of read) {
    const place: Place = { report: file, index };
    for (const top of reader.topOf(place)) {
      const root = reader.idOf(top.report);
      if (!infos.get(root)?.sender.key) continue;
      const origin = origins.get(root) ?? { items: new Set(), positions: new Set() };
      origin.items.add(top.index + zeroBased[top.report]);
      origin.positions.add(index + zeroBased[file]);
      origins.set(root, origin);
    }
  }
  return [...origins]
    .flatMap(([root, { items, positions }]) => {
      const info = infos.get(root);
      if (!info) return [];
      return [{ info, items, positions }];
    })
    .sort((left, right) => left.info.createdAt - right.info.createdAt || left.info.actionId - right.info.actionId)
    .map(({ info, items, positions }) => ({
      info,
      items,
      origin: {
        submissionId: info.actionId,
        reportId: info.reportId,
        sender: info.sender.name,
        submittedAt: formatInstant(info.createdAt),
        fileName: seesSubmission(sight, info.sender) ? info.fileName || null : null,
        items: ranges(items),
        positions: ranges(positions),
        count: positions.size,
      },
    }));
}
