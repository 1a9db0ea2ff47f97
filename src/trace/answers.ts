import type { RejectedRequest } from "../run/read/rejected.ts";
import { formatInstant } from "../time/instant.ts";
import type { Found } from "./find.ts";
import type { ReadPlan } from "./read-plan.ts";
import { fileStory } from "./story/file.ts";
import { groupMessages } from "./story/messages.ts";
import { seesSubmission } from "./story/sight.ts";
import { MOST_LISTED, type StoryContext } from "./story/story-context.ts";
import { submissionStory } from "./story/submission.ts";
import type { Target } from "./targets.ts";
import type { Answer, Choice, ChoiceOption, NotFound, RejectedStory, Story } from "./types.ts";

/** Choices that are listed of an id that fits many things. */
const MOST_CHOICES = 20;

export interface Answered {
  answers: Answer[];
  choices: Choice[];
  notFound: NotFound[];
  /** What stories were told of. */
  answered: Target[];
}

/** Tells the story of each id that means one thing, lists what the others can mean, and what was not found. */
export function answerAll(
  founds: readonly Found[],
  meanings: ReadonlyMap<Found, Target[][]>,
  plan: ReadPlan,
  rejected: ReadonlyMap<number, RejectedRequest>,
  context: StoryContext,
): Answered {
  const all: Answered = { answers: [], choices: [], notFound: [], answered: [] };
  for (const found of founds) {
    const asked = found.asked.text;
    const possible = meanings.get(found) ?? [];
    // What an organization may not see is as if it were not there, among the choices too.
    const told = possible.map((targets) => ({ targets, ...tell(targets, plan, rejected, context) }));
    const seen = context.sight === undefined ? told : told.filter(({ stories }) => stories.length > 0);
    if (seen.length > 1) {
      all.choices.push(choiceOf(found, seen, context));
      continue;
    }
    const [only] = seen;
    if (!only || only.stories.length === 0) {
      const note = context.sight === undefined ? [found.note, only?.note ?? ""].filter(Boolean).join("; ") : "";
      all.notFound.push({ asked, searched: [...new Set(found.searched)], note });
      continue;
    }
    all.answered.push(...only.answered);
    all.answers.push({
      asked,
      is: only.targets[0].is,
      stories: only.stories.slice(0, MOST_LISTED),
      moreStories: Math.max(0, only.stories.length - MOST_LISTED),
    });
  }
  return all;
}

function tell(
  targets: readonly Target[],
  plan: ReadPlan,
  rejected: ReadonlyMap<number, RejectedRequest>,
  context: StoryContext,
): { stories: Story[]; answered: Target[]; note: string } {
  const stories: Story[] = [];
  const answered: Target[] = [];
  let note = "";
  const keep = (target: Target, story: Story | undefined): void => {
    if (!story) return;
    stories.push(story);
    answered.push(target);
  };
  for (const target of targets) {
    if (target.kind === "request") {
      const request = rejected.get(target.actionId);
      if (request) keep(target, rejectedStory(request, context));
    } else if (target.kind === "file") {
      const { ready, asked } = target;
      keep(target, fileStory({ ready, asked, ...plan.of(target) }, context));
      for (const own of plan.ownItems(target)) keep(own, itemsStory(own, plan, context));
    } else {
      note = tooHigh(target, context);
      if (note === "") keep(target, itemsStory(target, plan, context));
    }
  }
  return { stories, answered, note };
}

function itemsStory(target: Target, plan: ReadPlan, context: StoryContext): Story | undefined {
  if (target.kind !== "items") return undefined;
  const { root, indexes, step } = target;
  return submissionStory({ root, indexes, step, ...plan.of(target) }, context);
}

/** An item that the submission does not have. */
function tooHigh(target: Target, { facts, judge, reader }: StoryContext): string {
  if (target.kind !== "items" || target.indexes === null) return "";
  const root = reader.number(target.root);
  const count = judge.itemCount(root);
  const high = target.indexes.find((index) => index + facts.zeroBased[root] > count);
  if (high === undefined) return "";
  return `report ${target.root} has ${count} ${count === 1 ? "item" : "items"}, and no item ${high + facts.zeroBased[root]}`;
}

function rejectedStory(request: RejectedRequest, context: StoryContext): RejectedStory | undefined {
  const { actionId, at, sender, fileName, httpStatus } = request;
  if (!seesSubmission(context.sight, sender)) return undefined;
  const entries = (context.logged.get(actionId) ?? []).filter(
    ({ scope }) => context.sight === undefined || scope !== "internal",
  );
  return {
    kind: "rejected",
    submissionId: actionId,
    submittedAt: formatInstant(at),
    sender: sender.name,
    fileName,
    httpStatus: httpStatus === 0 ? null : httpStatus,
    messages: groupMessages(entries),
  };
}

function choiceOf(found: Found, meanings: readonly { targets: readonly Target[] }[], context: StoryContext): Choice {
  const options = meanings.slice(0, MOST_CHOICES).map(({ targets }) => optionOf(targets[0], context));
  return {
    asked: found.asked.text,
    fits: context.sight === undefined ? Math.max(found.fits, meanings.length) : null,
    options: options.sort((left, right) => ((left.at ?? "") < (right.at ?? "") ? 1 : -1)),
  };
}

function optionOf(target: Target, { infos, reader, facts, sight }: StoryContext): ChoiceOption {
  const { is } = target;
  if (target.kind === "request") {
    return { ask: `submission:${target.actionId}`, is, at: null, sender: "", receiver: "", fileName: "" };
  }
  const reportId = target.kind === "file" ? target.asked : target.root;
  const info = infos.get(reportId);
  const number = reader.number(reportId);
  const item =
    target.kind === "items" && target.indexes?.length === 1
      ? `/${target.indexes[0] + (facts.zeroBased[number] ?? 0)}`
      : "";
  const isOwn =
    info !== undefined && (sight === undefined || info.sender.organization === sight || target.kind === "file");
  return {
    ask: `report:${reportId}${item}`,
    is,
    at: info ? formatInstant(info.createdAt) : null,
    sender: info?.sender.name ?? "",
    receiver: info?.receiver.name ?? "",
    fileName: isOwn ? (info?.fileName ?? "") : "",
  };
}
