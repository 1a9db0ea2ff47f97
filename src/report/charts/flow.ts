import { scaleLinear } from "d3-scale";
import { linkHorizontal } from "d3-shape";
import { helpers } from "../helpers.ts";
import { shortened } from "./shortened.ts";

/** Items of a sender for a receiver. */
export interface FlowPair {
  sender: string;
  /** Empty for none. */
  receiver: string;
  items: number;
}

export interface Flow {
  width: number;
  height: number;
  nodes: {
    x: number;
    y: number;
    width: number;
    height: number;
    label: string;
    name: string;
    text: string;
    textX: number;
    textY: number;
    anchor: "start" | "end";
  }[];
  links: { d: string; width: number; text: string; isLost: boolean }[];
  rows: { sender: string; receiver: string; items: number }[];
  description: string;
}

const WIDTH = 760;
const LABEL = 230;
const BAR = 10;
const GAP = 8;
const PLOT = 300;

/** Nothing thinner: it would not be seen. */
const THINNEST = 1;

/** No node smaller: its label needs the room. */
const SMALLEST = 12;

/** So many senders and receivers; the others are one each. */
const SHOWN = 8;

interface Node {
  name: string;
  items: number;
  y: number;
  height: number;
  /** Of all its links together. */
  thickness: number;
  /** How much of its height links have taken. */
  taken: number;
}

/** The geometry of what went from whom to whom: senders left, receivers right, as thick as there are items. */
export function flow(pairs: readonly FlowPair[]): Flow {
  const senders = largest(pairs, ({ sender }) => sender || "unknown sender", "other senders");
  const receivers = largest(pairs, ({ receiver }) => receiver || "no receiver", "other receivers");
  const folded = new Map<string, { sender: string; receiver: string; items: number; isLost: boolean }>();
  for (const pair of pairs) {
    if (pair.items === 0) continue;
    const sender = senders.nameOf(pair.sender || "unknown sender");
    const receiver = receivers.nameOf(pair.receiver || "no receiver");
    const key = `${sender}\0${receiver}`;
    const known = folded.get(key);
    if (known) known.items += pair.items;
    else folded.set(key, { sender, receiver, items: pair.items, isLost: pair.receiver === "" });
  }
  const rows = [...folded.values()].sort((left, right) => right.items - left.items);
  const items = rows.reduce((sum, row) => sum + row.items, 0);
  const thickness = scaleLinear([0, Math.max(1, items)], [0, PLOT]);
  const left = column(senders.names, thickness);
  const right = column(receivers.names, thickness);
  const link = linkHorizontal();
  const links = [...rows]
    .sort(
      (one, other) =>
        place(left, one.sender) - place(left, other.sender) ||
        place(right, one.receiver) - place(right, other.receiver),
    )
    .map((row) => {
      const width = Math.max(THINNEST, thickness(row.items));
      const source: [number, number] = [LABEL + BAR, take(left, row.sender, row.items)];
      const target: [number, number] = [WIDTH - LABEL - BAR, take(right, row.receiver, row.items)];
      return {
        d: (link({ source, target }) ?? "").replaceAll(/\d+\.\d+/g, (number) => String(round(Number(number)))),
        width: round(width),
        text: `${row.sender} to ${row.receiver}: ${helpers.plural(row.items, "item", "items")}`,
        isLost: row.isLost,
      };
    });
  const height = Math.max(20, heightOf(left), heightOf(right));
  return {
    ...{ width: WIDTH, height: round(height), links },
    nodes: [...left.map((node) => drawn(node, "end")), ...right.map((node) => drawn(node, "start"))],
    rows: rows.map(({ sender, receiver, items: count }) => ({ sender, receiver, items: count })),
    description:
      rows.length === 0
        ? "There were no items."
        : `Most went from ${rows[0].sender} to ${rows[0].receiver}: ${helpers.number(rows[0].items)} of ${helpers.plural(items, "item", "items")}.`,
  };
}

/** The names with most items, largest first, and one for all others. */
function largest(
  pairs: readonly FlowPair[],
  nameOf: (pair: FlowPair) => string,
  others: string,
): { names: Map<string, number>; nameOf: (name: string) => string } {
  const sums = new Map<string, number>();
  for (const pair of pairs) {
    if (pair.items > 0) sums.set(nameOf(pair), (sums.get(nameOf(pair)) ?? 0) + pair.items);
  }
  const sorted = [...sums].sort(([one, left], [other, right]) => right - left || (one < other ? -1 : 1));
  // One name alone is not worth a "1 other".
  const kept = sorted.length <= SHOWN + 1 ? sorted : sorted.slice(0, SHOWN);
  const names = new Map(kept);
  const rest = sorted.slice(kept.length);
  const restName = `${rest.length} ${others}`;
  if (rest.length > 0)
    names.set(
      restName,
      rest.reduce((sum, [, items]) => sum + items, 0),
    );
  return { names, nameOf: (name) => (kept.some(([known]) => known === name) ? name : restName) };
}

function column(names: Map<string, number>, thickness: (items: number) => number): Node[] {
  let y = 0;
  return [...names].map(([name, items]) => {
    const own = thickness(items);
    const height = Math.max(SMALLEST, own);
    const node = { name, items, y, height, thickness: own, taken: (height - own) / 2 };
    y += height + GAP;
    return node;
  });
}

function place(nodes: readonly Node[], name: string): number {
  return nodes.findIndex((node) => node.name === name);
}

/** Where the next link of a node has its middle. */
function take(nodes: readonly Node[], name: string, items: number): number {
  const node = nodes[place(nodes, name)];
  const own = node.thickness * (items / node.items);
  const middle = node.y + node.taken + own / 2;
  node.taken += own;
  return round(middle);
}

function heightOf(nodes: readonly Node[]): number {
  const last = nodes.at(-1);
  return last ? last.y + last.height : 0;
}

function drawn(node: Node, anchor: "start" | "end"): Flow["nodes"][number] {
  const isLeft = anchor === "end";
  const x = isLeft ? LABEL : WIDTH - LABEL - BAR;
  return {
    ...{ x, y: round(node.y), width: BAR, height: round(node.height), anchor },
    label: shortened(node.name, 26),
    name: node.name,
    text: helpers.number(node.items),
    textX: isLeft ? x - 6 : x + BAR + 6,
    textY: round(node.y + node.height / 2),
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
