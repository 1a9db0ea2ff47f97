import type { RawGraph } from "./collect.ts";

/** How a report is drawn: what is alike can stand in one node. */
export interface Look {
  /** Reports with different texts never share a node. */
  text: string;
  /** A number for the receiver; 0 for none. */
  receiver: number;
  /** Never part of a chain or a group: what was asked for, and submissions. */
  alone: boolean;
  /** A file that people know by its name: grouped only where there are many. */
  file: boolean;
}

/** A node of the drawing: the reports that it stands for, in chains one after the other. */
export interface Shape {
  kind: "report" | "chain" | "group";
  /** One list for a report or chain, one for each member of a group. */
  members: number[][];
}

export interface Shaped {
  shapes: Shape[];
  /** Items along each link, by position in `shapes`. */
  links: Map<number, Map<number, number>>;
}

/** Fewer equal nodes than this are easier to read one by one. */
const SMALLEST_GROUP = 4;

/** Files of one receiver side by side that are still told apart. */
const FILES_APART = 12;

/** Rounds of telling nodes apart; a lineage that needs more is drawn without groups. */
const ROUNDS = 400;

/**
 * Folds a lineage into what people can read: steps one after the other become one node, and so do
 * nodes that are alike and have the same neighbours, such as the items of a submission.
 *
 * Nodes are alike when no neighbour tells them apart: classes by look are split by their
 * neighbours' classes until none splits any more.
 */
export function shape(raw: RawGraph, lookOf: (report: number) => Look): Shaped {
  const chains = foldChains(raw, lookOf);
  const parents = reverse(chains.links);
  const classes = refine(chains, parents, lookOf);
  return merge(chains, classes);
}

interface Chains {
  members: number[][];
  links: Map<number, Map<number, number>>;
}

function foldChains({ nodes, links }: RawGraph, lookOf: (report: number) => Look): Chains {
  const parents = reverse(links);
  const follows = (from: number): number | undefined => {
    const children = links.get(from);
    if (children?.size !== 1) return undefined;
    const [to] = children.keys();
    if (to === from || (parents.get(to)?.size ?? 0) !== 1) return undefined;
    const [before, after] = [lookOf(from), lookOf(to)];
    if (before.alone || before.file || after.alone || after.file) return undefined;
    return before.receiver === 0 || before.receiver === after.receiver ? to : undefined;
  };
  const next = new Map<number, number>();
  for (const node of nodes) {
    const to = follows(node);
    if (to !== undefined) next.set(node, to);
  }
  const inside = new Set(next.values());
  const members: number[][] = [];
  const chainOf = new Map<number, number>();
  const take = (start: number): void => {
    const chain: number[] = [];
    for (let at: number | undefined = start; at !== undefined && !chainOf.has(at); at = next.get(at)) {
      chainOf.set(at, members.length);
      chain.push(at);
    }
    members.push(chain);
  };
  for (const node of nodes) if (!inside.has(node)) take(node);
  // What is left goes round in a circle.
  for (const node of nodes) if (!chainOf.has(node)) take(node);
  const place = new Map(members.flatMap((chain) => chain.map((node, at) => [node, at] as const)));
  const isInner = (from: number, to: number): boolean =>
    chainOf.get(from) === chainOf.get(to) && (place.get(to) as number) === (place.get(from) as number) + 1;
  return { members, links: relabel(links, (node) => chainOf.get(node) as number, isInner) };
}

function refine(
  { members, links }: Chains,
  parents: Map<number, Map<number, number>>,
  lookOf: (report: number) => Look,
): Int32Array {
  const looks = members.map((chain) => chain.map(lookOf));
  const texts = looks.map((chain) => chain.map(({ text, receiver }) => `${text} ${receiver}`).join(" > "));
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  const labels = texts.map((text, at) => {
    const [{ alone, file }] = looks[at];
    return alone || (file && (counts.get(text) ?? 0) <= FILES_APART) ? `${text} #${at}` : text;
  });
  let classes = numbered(labels);
  const [below, above] = [adjacency(links, members.length), adjacency(parents, members.length)];
  for (let round = 0; round < ROUNDS; round++) {
    let split = splitByNeighbours(classes, below, above);
    // Classes too small for a group are drawn one by one, which may tell their neighbours apart.
    if (split.count === classes.count) split = apart(split);
    if (split.count === classes.count) return classes.of;
    classes = split;
  }
  return Int32Array.from(members.keys());
}

/** Gives each member of a small class a class of its own. */
function apart({ of, count }: Classes): Classes {
  const sizes = new Int32Array(count);
  for (const one of of) sizes[one]++;
  const met = new Uint8Array(count);
  let next = count;
  const split = of.map((one) => {
    if (sizes[one] >= SMALLEST_GROUP || met[one] === 0) {
      met[one] = 1;
      return one;
    }
    return next++;
  });
  return { of: split, count: next };
}

interface Classes {
  of: Int32Array;
  count: number;
}

/** The neighbours of node n: targets[first[n]] .. targets[first[n + 1] - 1]. */
interface Adjacency {
  first: Int32Array;
  targets: Int32Array;
}

function adjacency(links: Map<number, Map<number, number>>, nodes: number): Adjacency {
  const first = new Int32Array(nodes + 1);
  for (const [from, to] of links) first[from + 1] = to.size;
  for (let node = 0; node < nodes; node++) first[node + 1] += first[node];
  const targets = new Int32Array(first[nodes]);
  for (const [from, to] of links) targets.set([...to.keys()], first[from]);
  return { first, targets };
}

/**
 * One round: nodes stay in one class when their class and the sets of their neighbours' classes are
 * the same. Sets are compared by a sum of 53 bits, since texts of them cost seconds in a large
 * lineage; that two sets of thousands have one sum is not to be expected in a lifetime of traces.
 */
function splitByNeighbours({ of, count }: Classes, below: Adjacency, above: Adjacency): Classes {
  const met = new Int32Array(count).fill(-1);
  const split = new Int32Array(of.length);
  const numbers = new Map<number, number>();
  for (let node = 0; node < of.length; node++) {
    let high = mix(of[node], 1);
    let low = mix(of[node], 2);
    for (const [side, { first, targets }] of [below, above].entries()) {
      const mark = 2 * node + side;
      for (let at = first[node]; at < first[node + 1]; at++) {
        const other = of[targets[at]];
        if (met[other] === mark) continue;
        met[other] = mark;
        high = (high + mix(other, 3 + 2 * side)) | 0;
        low = (low + mix(other, 4 + 2 * side)) | 0;
      }
    }
    const key = (high >>> 0) * 2 ** 21 + (low >>> 11);
    const known = numbers.get(key) ?? numbers.size;
    numbers.set(key, known);
    split[node] = known;
  }
  return { of: split, count: numbers.size };
}

function mix(value: number, seed: number): number {
  let hash = Math.imul(value + 0x9e3779b1 * seed, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return hash ^ (hash >>> 15);
}

function merge({ members, links }: Chains, classes: Int32Array): Shaped {
  const sizes = new Map<number, number>();
  for (const one of classes) sizes.set(one, (sizes.get(one) ?? 0) + 1);
  const shapes: Shape[] = [];
  const shapeOfClass = new Map<number, number>();
  const shapeOf = members.map((chain, at) => {
    const grouped = (sizes.get(classes[at]) ?? 0) >= SMALLEST_GROUP;
    const known = grouped ? shapeOfClass.get(classes[at]) : undefined;
    if (known !== undefined) {
      shapes[known].members.push(chain);
      return known;
    }
    const kind = grouped ? "group" : chain.length > 1 ? "chain" : "report";
    shapes.push({ kind, members: [chain] });
    if (grouped) shapeOfClass.set(classes[at], shapes.length - 1);
    return shapes.length - 1;
  });
  return { shapes, links: relabel(links, (at) => shapeOf[at]) };
}

function numbered(texts: readonly string[]): Classes {
  const numbers = new Map<string, number>();
  const of = Int32Array.from(texts, (text) => {
    const known = numbers.get(text) ?? numbers.size;
    numbers.set(text, known);
    return known;
  });
  return { of, count: numbers.size };
}

function reverse(links: Map<number, Map<number, number>>): Map<number, Map<number, number>> {
  const back = new Map<number, Map<number, number>>();
  for (const [from, to] of links) {
    for (const [child, items] of to) {
      const parents = back.get(child) ?? new Map<number, number>();
      parents.set(from, items);
      back.set(child, parents);
    }
  }
  return back;
}

/** The links between what the nodes became part of. @param isInner links that one of them holds inside */
function relabel(
  links: Map<number, Map<number, number>>,
  of: (node: number) => number,
  isInner: (from: number, to: number) => boolean = () => false,
): Map<number, Map<number, number>> {
  const out = new Map<number, Map<number, number>>();
  for (const [from, to] of links) {
    const parent = of(from);
    for (const [node, items] of to) {
      const child = of(node);
      if (isInner(from, node)) continue;
      const children = out.get(parent) ?? new Map<number, number>();
      children.set(child, (children.get(child) ?? 0) + items);
      out.set(parent, children);
    }
  }
  return out;
}
