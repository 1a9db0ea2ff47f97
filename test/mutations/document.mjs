/**
 * docs/mutations.md, from the result of a complete run.
 *
 * @param {{ mutation: { name: string, file: string, from: string, to: string }, killers: string[] }[]} results
 */
export function mutationsDocument(results) {
  const rows = results.map(({ mutation: { name, file }, killers: [first, ...more] }) => {
    const others = more.length === 0 ? "" : ` (and ${more.length} more)`;
    return `| ${cell(name)} | \`${file}\` | ${cell(first)}${others} |`;
  });
  return [
    "# Mutations",
    "",
    "Each line is one rule of the engine, broken on purpose, and the test that notices. Written by",
    "`node test/mutations/run.mjs`, which breaks the rules one after the other in a copy of the project and runs the edge",
    "cases that hold the rule end to end, or the tests of the rules alone (`test/outcome`). It is run by hand or nightly,",
    "since it takes about half an hour; the normal suite checks that every place to break is still there.",
    "",
    `${results.length} mutations, each noticed by a named test.`,
    "",
    "| rule broken | where | noticed by |",
    "| --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

function cell(text) {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
