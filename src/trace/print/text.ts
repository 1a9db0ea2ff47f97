import type { Outcome } from "../../outcome/words.ts";
import { displayWidth, printableText } from "../../query/table.ts";
import type { GraphNode, TraceGraph } from "../graph/types.ts";
import type { TraceResult } from "../types.ts";
import { type Said, sayRest, sayStory } from "./say.ts";

export interface TextOptions {
  /** Whether outcomes are coloured, which only a terminal can show. */
  color: boolean;
}

const COLORS: Record<Outcome, number> = {
  delivered: 32,
  downloaded: 32,
  waiting: 36,
  retrying: 33,
  stuck: 31,
  failed: 31,
  filtered: 33,
  unrouted: 33,
  rejected: 31,
};

/** The stories for a terminal or a ticket: what somebody who asked wants to read first comes first. */
export function formatText(result: TraceResult, { color }: TextOptions): string {
  const lines: string[] = [];
  for (const { asked, is, stories, moreStories } of result.answers) {
    lines.push(`${asked}: ${is}`);
    for (const story of stories) lines.push(...storyLines(sayStory(story, result.timeZone), color));
    if (moreStories > 0) lines.push(`  + ${moreStories} more submissions`);
    lines.push("");
  }
  if (result.graph) lines.push(...treeLines(result.graph), "");
  const { choices, notFound, coverage } = sayRest(result);
  for (const { title, options } of choices) {
    lines.push(title);
    for (const { ask, text } of options) lines.push(`  ${ask}  ${text}`);
    lines.push("");
  }
  if (notFound.length > 0) {
    const asked = result.answers.length + result.choices.length + notFound.length;
    lines.push(`not found: ${notFound.length} of ${asked}`);
    for (const missing of notFound) lines.push(`  ${missing.asked}  ${missing.text}`);
    lines.push("how far back each table reaches:");
    for (const line of coverage) lines.push(`  ${line}`);
    lines.push("");
  }
  while (lines.at(-1) === "") lines.pop();
  return lines.map((line) => `${line}\n`).join("");
}

function storyLines(said: Said, color: boolean): string[] {
  const lines = [`  ${printableText(said.title)}`];
  const names = Math.max(0, ...said.facts.map(({ name }) => name.length));
  for (const { name, value } of said.facts) lines.push(`    ${name.padEnd(names)}  ${printableText(value)}`);
  const who = said.rows.map((row) => printableText(row.who));
  const width = Math.max(0, ...who.map(displayWidth));
  const outcomes = Math.max(0, ...said.rows.map(({ outcome }) => outcome?.length ?? 0));
  for (const [at, { outcome, text, lines: more }] of said.rows.entries()) {
    const word = outcome === null ? "" : `${painted(outcome, outcomes, color)}  `;
    lines.push(`  ${who[at]}${" ".repeat(width - displayWidth(who[at]))}  ${word}${printableText(text)}`);
    const indent = " ".repeat(2 + width + 2 + (outcomes === 0 ? 0 : outcomes + 2));
    for (const line of more) lines.push(`${indent}${printableText(line)}`);
  }
  for (const note of said.notes) lines.push(`  ${printableText(note)}`);
  if (said.messages.length > 0) {
    lines.push(`  ${said.messagesTitle}:`);
    for (const message of said.messages) lines.push(`    ${printableText(message)}`);
  }
  return lines;
}

function painted(outcome: Outcome, width: number, color: boolean): string {
  const word = outcome.toUpperCase().padEnd(width);
  return color ? `\u001b[${COLORS[outcome]}m${word}\u001b[0m` : word;
}

/** The graph as a tree from its starts down; what was printed above is named and not repeated. */
function treeLines({ nodes, edges, hidden, cut }: TraceGraph): string[] {
  const children = new Map<number, { to: number; items: number }[]>();
  const entered = new Set<number>();
  for (const { from, to, items } of edges) {
    children.set(from, [...(children.get(from) ?? []), { to, items }]);
    entered.add(to);
  }
  const lines = ["lineage:"];
  const printed = new Set<number>();
  const open: { id: number; indent: number; items: number }[] = [];
  const print = (starts: readonly GraphNode[]): void => {
    for (const { id } of [...starts].reverse()) open.push({ id, indent: 1, items: 0 });
    for (let at = open.pop(); at; at = open.pop()) {
      const { id, indent, items } = at;
      const known = printed.has(id) && nodes[id].kind !== "more";
      const marks = [
        items > 1 ? `${items} items` : "",
        known ? "as above" : "",
        nodes[id].asked && !known ? "asked for" : "",
      ];
      const tail = marks.filter(Boolean).join(", ");
      lines.push(`${"  ".repeat(indent)}${nodeText(nodes[id])}${tail === "" ? "" : `  (${tail})`}`);
      if (known) continue;
      printed.add(id);
      const next = children.get(id) ?? [];
      for (const { to, items: along } of [...next].reverse()) open.push({ id: to, indent: indent + 1, items: along });
    }
  };
  print(nodes.filter(({ id }) => !entered.has(id)));
  // What only a circle leads to has no start.
  for (const node of nodes) if (!printed.has(node.id)) print([node]);
  if (hidden > 0) lines.push(`  ${hidden} reports are not shown (--nodes, --depth)`);
  if (cut) lines.push("  the lineage is larger than what was read (--all reads all of it)");
  return lines;
}

/** A node in one line. */
export function nodeText({ what, label, detail, reportId, kind }: GraphNode): string {
  const id = kind === "report" ? reportId : "";
  return printableText([what, label, detail, id].filter(Boolean).join("  "));
}
