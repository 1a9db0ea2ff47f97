// Makes docs/performance.md from a kept result: node test/bench/document.mjs [--check]
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const KEPT = fileURLToPath(new URL("../../docs/performance.json", import.meta.url));
const DOCUMENT = fileURLToPath(new URL("../../docs/performance.md", import.meta.url));

/** What is asked for, and whether a result gives it. */
const TARGETS = {
  runToCopy: {
    most: 1.5,
    text: "the whole run takes at most 1.5 times what `psql \\copy` needs for the same source rows",
  },
  runToTwoHops: { most: 2, text: "and at most 2.0 times what two fixed hops in SQL need for one of its tables" },
  slices: { most: 1, text: "a run with a stated limit of memory stays below it, as a share of the limit at worst" },
  exportToCopy: { most: 1.2, text: "an export takes at most 1.2 times what `psql \\copy` needs" },
  exportMemory: { most: 150, text: "an export of 10 million rows stays below 150 MB" },
  readmeWay: { least: 4, text: "an export is at least 4 times as fast as the libraries' README way" },
  growth: { most: 1.15, text: "time grows at most 1.15 times as fast as the edges, from 0.3 to 10 million" },
  bytesAnEdge: { most: 80, text: "memory takes at most 80 bytes an edge" },
  floor: { most: 200, text: "above a floor below 200 MB" },
  ladder: { most: 0.05, text: "a ladder of 40 diamonds is traced in at most 0.05 s of waiting for queries" },
  lineage: { most: 1, text: "500 nodes out of a lineage of a million edges are shown in at most 1 s" },
  help: { most: 0.2, text: "`--help` takes less than 0.2 s" },
};

/** The document of a result; parts that were not measured are left out. */
export function performanceDocument(result) {
  const { machine, settings } = result;
  const parts = [
    "# Performance",
    "Made from `docs/performance.json`, a result of `npm run bench`, by `node test/bench/document.mjs`. Do not edit.",
    `Measured on ${machine.cores} cores with ${machine.memoryGigabytes} GB of memory, Node ${machine.node}, Postgres ` +
      `${machine.postgres}, at a load of ${machine.loadBefore} before the bench began. A load above the number of cores means ` +
      "that others used the machine: then the ratios of what was measured in turn say something, and the seconds little. Each " +
      `number is the median of ${result.repeat} rounds unless its section tells another number, variant after variant within a ` +
      "round. Server settings: " +
      `${Object.entries(settings)
        .map(([name, value]) => `\`${name}\` ${value}`)
        .join(", ")}.`,
  ];
  if (result.run) parts.push(runPart(result));
  if (result.slices) parts.push(slicesPart(result.slices));
  if (result.export) parts.push(exportPart(result.export));
  if (result.walk) parts.push(walkPart(result.walk));
  if (result.trace) parts.push(tracePart(result.trace));
  if (result.tables) parts.push(tablesPart(result.tables));
  if (result.other) parts.push(otherPart(result.other));
  parts.push("## Targets", targets(result));
  return `${parts.join("\n\n")}\n`;
}

function runPart({ run, items }) {
  return `## The whole run

A generated day of ${whole(items)} items: ${whole(run.rows.edges)} item edges, ${whole(run.rows.reports)} report files,
${whole(run.rows.log)} entries of the action log; all files of a run are written.

${table([
  ["what", "seconds", "own CPU", "server CPU", "peak MB", "ratio"],
  ["the run", ...usage(run.run), "1.00"],
  ["`psql \\copy` of the source rows", ...usage(run.copy), ratio(run.ratios.toCopy)],
  ["two fixed hops in SQL, one table", ...usage(run.twoHops), ratio(run.ratios.toTwoHops)],
])}

Rounds: ${run.run.runs}. The ratio is the run's time by the other's. Every round wrote the same CSV bytes (SHA-256 over all files
\`${run.csvSha256.slice(0, 16)}…\`).`;
}

function slicesPart(section) {
  return `## In slices, for a limit of memory

The same day with \`--memory\`, which writes the same CSV bytes; rounds: ${section.whole.runs}.

${table([
  ["what", "seconds", "own CPU", "server CPU", "peak MB", "ratio"],
  ["no limit", ...usage(section.whole), "1.00"],
  ...section.limits.map((limit) => {
    const limited = section[`limit${limit}`];
    return [`${limit} MB`, ...usage(limited), ratio(limited.seconds / section.whole.seconds)];
  }),
])}`;
}

function exportPart(section) {
  return `## Export

${whole(section.rows)} item edges, six columns, \`query item-edges --format csv\`:

${table([
  ["what", "seconds", "own CPU", "server CPU", "peak MB", "ratio"],
  ["`query`", ...usage(section.export), "1.00"],
  ["`psql \\copy … csv header`", ...usage(section.copy), ratio(section.ratios.toCopy)],
  [
    "pg-query-stream and csv-stringify by their READMEs",
    ...usage(section.readmeWay),
    ratio(1 / section.ratios.readmeWayToExport),
  ],
  ...largeRows(section.large),
])}`;
}

/** The same with millions of rows more, where it was measured. */
function largeRows(large) {
  if (!large) return [];
  return [
    [`\`query\`, ${whole(large.rows)} rows`, ...usage(large.export), "1.00"],
    [`\`psql \\copy\`, ${whole(large.rows)} rows`, ...usage(large.copy), ratio(large.ratios.toCopy)],
  ];
}

function walkPart({ sizes, ratios }) {
  const rows = sizes.map((size) => [
    whole(size.edges),
    whole(size.reports),
    size.loadSeconds.toFixed(2),
    size.buildSeconds.toFixed(2),
    size.walkSeconds.toFixed(2),
    String(size.nanosecondsAnEdge),
    size.peakMegabytes.toFixed(0),
  ]);
  return `## The lineage in memory

CPU seconds without a database: taking the edges in (look-ups of their ids included), building the graph, walking every item.

${table([["edges", "reports", "take in", "build", "walk", "ns an edge (build and walk)", "peak MB"], ...rows])}

From the smallest to the largest, an edge costs ${ratio(ratios.growthToLinear)} times as much time and takes
${ratios.bytesAnEdge.toFixed(0)} bytes, its reports' rows included, above ${ratios.floorMegabytes.toFixed(0)} MB.`;
}

function tracePart(section) {
  const { ladder, lineages, nodes, rungs, items } = section;
  return `## Traces that are hard

${table([
  ["what", "seconds", "own CPU", "server CPU", "peak MB"],
  ...lineages.map(({ edges, size }) => [
    `${nodes} nodes shown out of one lineage of ${whole(edges)} edges, as JSON`,
    ...usage(section[`lineage${size}`]),
  ]),
  [`a submission of ${whole(items)} items, told whole`, ...usage(section.submission)],
])}

A ladder of ${rungs} diamonds, in which the ways through double at each, took ${ladder.statements} statements and
${(ladder.statementSeconds * 1000).toFixed(0)} ms from their sending to their last row, of which ${(ladder.waitedSeconds * 1000).toFixed(0)} ms were waited for the server and the way there and
back; the rest this process was at work itself.`;
}

function tablesPart({ rows, create, copy, ratios }) {
  return `## Lookup tables

${table([
  ["what", "seconds", "own CPU", "server CPU", "peak MB", "ratio"],
  [`\`tables create\` of ${whole(rows)} rows, checks and checksum included`, ...usage(create), "1.00"],
  ["`psql \\copy` of the same rows into the same table", ...usage(copy), ratio(ratios.toCopy)],
])}`;
}

function otherPart(section) {
  return `## Other work

${table([
  ["what", "seconds", "own CPU", "server CPU", "peak MB"],
  [`\`trace\` of a submission in a lineage of ${whole(section.edges)} edges`, ...usage(section.trace)],
  ...section.logRows.map((rows) => [
    `\`errors\` of an action log of ${whole(rows)} rows`,
    ...usage(section[`log${rows}`]),
  ]),
  ...(section.table ? [[`\`tables create\` of ${whole(section.tableRows)} rows`, ...usage(section.table)]] : []),
  [`pages for ${section.organizations} organizations`, ...usage(section.pages)],
  ["`--help`", ...usage(section.help)],
])}`;
}

function targets(result) {
  const values = {
    runToCopy: result.run?.ratios.toCopy,
    runToTwoHops: result.run?.ratios.toTwoHops,
    slices: result.slices?.ratios.worstPeakToLimit,
    exportToCopy: result.export?.ratios.toCopy,
    exportMemory: result.export?.large?.export.peakMegabytes,
    readmeWay: result.export?.ratios.readmeWayToExport,
    growth: result.walk?.ratios.growthToLinear,
    bytesAnEdge: result.walk?.ratios.bytesAnEdge,
    floor: result.walk?.ratios.floorMegabytes,
    ladder: result.trace?.ladder.waitedSeconds,
    lineage: result.trace?.lineage1000000.seconds,
    help: result.other?.help.seconds,
  };
  const rows = Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [TARGETS[name].text, ratio(value), isMet(TARGETS[name], value) ? "yes" : "no"]);
  return table([["target", "measured", "met"], ...rows]);
}

export function isMet({ most, least }, value) {
  return most !== undefined ? value <= most : value >= least;
}

function usage({ seconds, cpuSeconds, serverCpuSeconds, peakMegabytes }) {
  const number = (value, digits) => (value === undefined ? "" : value.toFixed(digits));
  return [number(seconds, 2), number(cpuSeconds, 2), number(serverCpuSeconds, 2), number(peakMegabytes, 0)];
}

function ratio(value) {
  return value.toFixed(2);
}

function whole(value) {
  return value.toLocaleString("en-US");
}

function table([head, ...rows]) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = performanceDocument(JSON.parse(await readFile(KEPT, "utf8")));
  if (!process.argv.includes("--check")) await writeFile(DOCUMENT, text);
  else if ((await readFile(DOCUMENT, "utf8")) !== text) {
    process.stderr.write("docs/performance.md is not what docs/performance.json gives: node test/bench/document.mjs\n");
    process.exitCode = 1;
  }
}
