import { expect, it } from "vitest";
import { main } from "../../src/cli/program.ts";
import { testContext } from "./test-context.ts";

/** What is wrong with a command line is said before any connection is tried: there is no database here. */
it.each([
  ["run --date 2026-11-21", 2, /the window .* is not over .*\n {2}hint: --from 2026-11-21 --to now covers/],
  ["run --date 2026-11-20 --last week", 2, /--date and --last contradict each other/],
  ["run --last year", 2, /--last year is none of day, week, month/],
  ["run --time-zone US/Easter", 2, /--time-zone: timeZone is "US\/Easter"; expected an IANA name/],
  ["run --config nowhere.yaml", 2, /the configuration nowhere\.yaml cannot be read \(ENOENT\)/],
  ["run --database-url postgres://me:s3cret@db/x", 2, /--database-url holds a password/],
  ["query submissions --param from", 2, /--param from is not NAME=VALUE/],
  ["query submissions --param from=a --param from=b", 2, /--param from is given twice/],
  ["query submissions --json --format csv", 2, /--json and --format csv contradict each other/],
  ["query submisions", 2, /there is no query "submisions"\n {2}hint: did you mean "submissions"\?/],
  ["query submissions --database-url postgres://me@127.0.0.1:1/x", 5, /cannot connect to the database/],
  ["run --dry-run --date 2026-11-20 --database-url postgres://me@127.0.0.1:1/x", 5, /cannot connect to the database/],
])("%s ends with %d", async (line, code, message) => {
  const context = testContext();
  expect(await main(line.split(" "), context)).toBe(code);
  expect(context.err()).toMatch(message);
  expect(context.err()).not.toContain("s3cret");
  expect(context.out()).toBe("");
});

it("query without a name lists the queries", async () => {
  const context = testContext();
  expect(await main(["query", "--json"], context)).toBe(0);
  const names = context
    .out()
    .trimEnd()
    .split("\n")
    .map((line) => (JSON.parse(line) as { name: string }).name);
  expect(names).toContain("submissions");
});
