/** Where time is counted, by the innermost file of the program on the stack; the first that fits. */
const PARTS = [
  [
    "decode",
    /dist\/(source|run\/read)\/|lineage\/(uuid-table|byte-words|names|text-pool|edge-list|report-table|parties)/,
  ],
  ["walk and judge", /dist\/(lineage|outcome)\//],
  ["action log", /dist\/(action-log|run\/(log-|write-errors|error))/],
  ["format", /dist\/(output\/(csv|instant|formula)|run\/write)/],
  ["write", /dist\/output\//],
  ["fold", /dist\/summary\//],
  ["render", /dist\/(report|run\/pages)\//],
];

/**
 * Adds up a CPU profile of V8 by what the time was spent on.
 *
 * @param profile as node --cpu-prof writes it
 * @returns seconds by part, most first
 */
export function partsOf({ nodes, samples, timeDeltas }) {
  const parents = new Map();
  const byId = new Map(nodes.map((node) => [node.id, node]));
  for (const node of nodes) for (const child of node.children ?? []) parents.set(child, node.id);
  const partOfNode = new Map();
  const partOf = (id) => {
    let part = partOfNode.get(id);
    if (part === undefined) {
      part = ownPart(byId.get(id)) ?? (parents.has(id) ? partOf(parents.get(id)) : "other");
      partOfNode.set(id, part);
    }
    return part;
  };
  const seconds = {};
  samples.forEach((id, at) => {
    const part = partOf(id);
    seconds[part] = (seconds[part] ?? 0) + timeDeltas[at] / 1e6;
  });
  return Object.fromEntries(Object.entries(seconds).sort(([, a], [, b]) => b - a));
}

function ownPart({ callFrame: { functionName, url } }) {
  if (functionName === "(idle)") return "waiting for the database and the disk";
  if (functionName === "(garbage collector)") return "garbage collection";
  // The driver's parser is called from the socket, with nothing of the program above it.
  if (/node_modules\/(pg|pg-[a-z-]+)\//.test(url)) return "decode";
  return PARTS.find(([, pattern]) => pattern.test(url))?.[0];
}
