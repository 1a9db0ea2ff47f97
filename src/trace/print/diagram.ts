import type { GraphNode, TraceGraph } from "../graph/types.ts";

/** The lines of a node's label. */
function labelLines({ what, label, detail, reportId, kind }: GraphNode): string[] {
  return [what, label, detail, kind === "report" ? reportId : ""].filter(Boolean);
}

/**
 * The graph for Graphviz. Every text stands in a quoted string, where only the quote and the
 * backslash mean anything; controls are shown as such.
 */
export function formatDot({ nodes, edges }: TraceGraph): string {
  const lines = ["digraph lineage {", '  rankdir="LR";', '  node [shape="box", style="rounded"];'];
  for (const node of nodes) {
    const marks = [node.asked ? 'penwidth="3"' : "", node.kind === "more" ? 'style="dashed"' : ""].filter(Boolean);
    const attributes = [`label="${labelLines(node).map(dotText).join("\\n")}"`, ...marks].join(", ");
    lines.push(`  n${node.id} [${attributes}];`);
  }
  for (const { from, to, items } of edges) {
    lines.push(`  n${from} -> n${to}${items > 1 ? ` [label="${items}"]` : ""};`);
  }
  return `${[...lines, "}"].join("\n")}\n`;
}

function dotText(text: string): string {
  return text.replaceAll(/[\\"]/g, "\\$&").replaceAll(UNPRINTABLE, codePoint);
}

/**
 * The graph for Mermaid. Whatever could be its syntax, or HTML once it is drawn, is written as the
 * character's number, which Mermaid shows as the character.
 */
export function formatMermaid({ nodes, edges }: TraceGraph): string {
  const lines = ["flowchart LR"];
  for (const node of nodes) {
    lines.push(
      `  n${node.id}["${labelLines(node).map(mermaidText).join("<br>")}"]${node.kind === "more" ? ":::more" : ""}`,
    );
  }
  for (const { from, to, items } of edges) lines.push(`  n${from} -->${items > 1 ? `|${items}|` : ""} n${to}`);
  const asked = nodes.filter((node) => node.asked).map(({ id }) => `n${id}`);
  lines.push("  classDef more stroke-dasharray: 4");
  lines.push("  classDef asked stroke-width: 3px");
  if (asked.length > 0) lines.push(`  class ${asked.join(",")} asked`);
  return `${lines.join("\n")}\n`;
}

function mermaidText(text: string): string {
  return text
    .replaceAll(UNPRINTABLE, codePoint)
    .replaceAll(/[^\p{L}\p{N} .,:_/()+×…-]/gu, (char) => `#${char.codePointAt(0)};`);
}

/** Controls, line separators, and marks that hide or reorder text. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/gu;

function codePoint(char: string): string {
  return `(U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")})`;
}
