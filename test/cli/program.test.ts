import { describe, expect, it } from "vitest";
import { type Command, defineCommand } from "../../src/cli/command.ts";
import { main } from "../../src/cli/program.ts";
import { ConnectError, InterruptedError, PartialError } from "../../src/errors.ts";
import { packageIdentity, packageRoot } from "../../src/package.ts";
import { testContext } from "./test-context.ts";

/** A command that prints what it is handed. */
function echo(words: string, fail?: () => never): Command {
  return defineCommand({
    words,
    describe: `does ${words}`,
    details: ["A paragraph that is long enough to be wrapped on a narrow terminal, as paragraphs are."],
    examples: [[`${words} thing`, "does a thing"]],
    positionals: { name: { describe: "what to take" }, rest: { describe: "further ones", many: true, optional: true } },
    options: {
      "time-zone": { type: "text", value: "ZONE", describe: "the zone", otherwise: "here" },
      format: { type: "text", choices: ["csv", "json"], describe: "how" },
      organization: { type: "list", value: "NAME", describe: "whose" },
      force: { type: "flag", describe: "really", group: "Danger" },
      json: { type: "flag", describe: "as JSON" },
    },
    async run(args, context) {
      fail?.();
      context.stdout.write(`${JSON.stringify(args)}\n`);
      return 0;
    },
  });
}

const commands = [echo("copy"), echo("tables list"), echo("tables show")];

async function call(line: string, given: readonly Command[] = commands) {
  const context = testContext();
  const code = await main(line === "" ? [] : line.split(" "), context, given);
  return { code, out: context.out(), err: context.err() };
}

describe("arguments", () => {
  it("arrive under their names, as text, absent ones included", async () => {
    const { code, out } = await call(
      "copy 007 --time-zone=UTC --organization a --organization=1e3 --force more --format csv",
    );
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      name: "007",
      rest: ["more"],
      timeZone: "UTC",
      format: "csv",
      organization: ["a", "1e3"],
      force: true,
      json: false,
    });
    expect(JSON.parse((await call("tables list x")).out)).toEqual({
      name: "x",
      rest: [],
      organization: [],
      force: false,
      json: false,
    });
  });

  it("behind -- are plain words", async () => {
    const { out } = await call("copy -- --force --help");
    expect(JSON.parse(out)).toMatchObject({ name: "--force", rest: ["--help"], force: false });
  });

  it("may hold anything a shell can pass", async () => {
    const context = testContext();
    await main(["copy", "naïve\nname", "--time-zone", "a=b,c d"], context, commands);
    expect(JSON.parse(context.out())).toMatchObject({ name: "naïve\nname", timeZone: "a=b,c d" });
  });
});

describe("a wrong word", () => {
  it.each([
    ["", "no command is given", "lineage-report --help lists the commands"],
    ["cpoy x", "there is no command cpoy", "did you mean copy?"],
    ["frobnicate", "there is no command frobnicate", "lineage-report --help lists the commands"],
    ["tables lst", "tables has no command lst", "did you mean tables list?"],
    ["tables", "tables needs a command of its own", "it has list, show"],
    ["--force copy x", "a command comes first, before --force", "lineage-report --help lists the commands"],
    ["copy x --time-zon UTC", "copy has no option --time-zon", "did you mean --time-zone?"],
    ["copy x --timeZone UTC", "copy has no option --timeZone", "did you mean --time-zone?"],
    ["copy x --no-force", "copy has no option --no-force", "lineage-report copy --help shows what it takes"],
    ["copy x -f", "copy has no option -f", "lineage-report copy --help shows what it takes"],
    ["copy x --time-zone", "--time-zone needs a value", "lineage-report copy --help shows what it takes"],
    ["copy x --time-zone=", "--time-zone needs a value", "lineage-report copy --help shows what it takes"],
    ["copy x --organization --force", "--organization needs a value", "lineage-report copy --help shows what it takes"],
    ["copy x --time-zone A --time-zone B", "--time-zone is given 2 times: A, B", "lineage-report copy --help"],
    ["copy x --format xml", "--format xml is none of csv, json", "lineage-report copy --help shows what it takes"],
    ["copy", "copy needs NAME: what to take", "lineage-report copy --help shows what it takes"],
  ])("%j ends with 2, says what is wrong and what to do", async (line, message, hint) => {
    const { code, out, err } = await call(line);
    expect(code).toBe(2);
    expect(out).toBe("");
    expect(err).toContain(`lineage-report: ${message}\n  hint: ${hint}`);
  });

  it("is JSON on stderr with --json, also when the line cannot be parsed", async () => {
    const { code, out, err } = await call("copy x --json --format xml");
    expect(code).toBe(2);
    expect(out).toBe("");
    expect(err.endsWith("}\n")).toBe(true);
    expect(JSON.parse(err)).toEqual({
      error: {
        name: "UsageError",
        message: "--format xml is none of csv, json",
        hint: "lineage-report copy --help shows what it takes",
        exitCode: 2,
      },
    });
  });
});

describe("errors", () => {
  const failing = (error: unknown) => [
    echo("copy", () => {
      throw error;
    }),
  ];

  it("of the known kinds print one line and a hint, and end with their code", async () => {
    const refused = new ConnectError("the database cannot be reached", { hint: "start it" });
    expect(await call("copy x", failing(refused))).toEqual({
      code: 5,
      out: "",
      err: "lineage-report: the database cannot be reached\n  hint: start it\n",
    });
    expect(await call("copy x", failing(new PartialError("some")))).toMatchObject({
      code: 3,
      err: "lineage-report: some\n",
    });
  });

  it("of any other kind are internal: a report with versions, without this machine's folders and passwords", async () => {
    const error = new TypeError(`cannot read ${packageRoot}src/x.ts in /srv/ops/reports/a`, {
      cause: new Error("postgres://me:s3cret@db/x"),
    });
    const { code, err } = await call("copy x", failing(error));
    expect(code).toBe(1);
    expect(err).toContain("lineage-report: internal error: cannot read <program>/src/x.ts in <cwd>/a\n");
    expect(err).toContain(`lineage-report ${packageIdentity().version}, node v0, test\n`);
    expect(err).toContain("program.test.ts:");
    expect(err).toContain("caused by: Error: postgres://me:***@db/x");
    expect(err).not.toContain(packageRoot);
    expect(err).not.toContain("s3cret");
    const { err: json } = await call("copy x --json", failing(error));
    expect(JSON.parse(json).error).toMatchObject({ name: "InternalError", exitCode: 1 });
  });

  it("of a reader that has enough are none", async () => {
    const broken = Object.assign(new Error("write EPIPE"), { code: "EPIPE" });
    expect(await call("copy x", failing(broken))).toEqual({ code: 0, out: "", err: "" });
    const context = testContext({ signal: AbortSignal.abort(broken) });
    expect(await main(["copy", "x"], context, failing(new InterruptedError()))).toBe(0);
    expect(context.err()).toBe("");
  });

  it("of work that a signal stopped are the signal's", async () => {
    const context = testContext({ signal: AbortSignal.abort(new InterruptedError("interrupted by SIGTERM")) });
    const aborted = new DOMException("This operation was aborted", "AbortError");
    expect(await main(["copy", "x"], context, failing(aborted))).toBe(130);
    expect(context.err()).toBe("lineage-report: interrupted by SIGTERM\n");
  });
});

describe("help and version", () => {
  it("list the commands, one example of each, the environment and the exit codes", async () => {
    for (const line of ["--help", "-h", "help"]) {
      const { code, out, err } = await call(line);
      expect([code, err]).toEqual([0, ""]);
      expect(out).toMatch(/^ {2}tables show NAME \[REST\.\.\.\] {2}does tables show$/m);
      expect(out).toContain("  lineage-report tables list thing\n      does a thing\n");
      expect(out).toContain("DATABASE_URL");
      expect(out).toMatch(/^ {2}130 {2}interrupted$/m);
    }
  });

  it("show a command's options by group, with choices and defaults", async () => {
    const { out } = await call("tables list x --help");
    expect(await call("help tables list")).toEqual({ code: 0, out, err: "" });
    expect(out).toContain("Usage: lineage-report tables list NAME [REST...] [options]");
    expect(out).toMatch(/^ {2}--time-zone ZONE +the zone \[default: here\]$/m);
    expect(out).toMatch(/^ {2}--format VALUE +how \(csv, json\)$/m);
    expect(out.indexOf("Options:")).toBeLessThan(out.indexOf("Danger:"));
  });

  it("fit the terminal", async () => {
    const context = testContext();
    Object.assign(context.stdout, { columns: 50 });
    await main(["copy", "--help"], context, commands);
    for (const line of context.out().split("\n")) expect(line.length).toBeLessThanOrEqual(50);
  });

  it("of an unknown command is refused", async () => {
    expect(await call("cpoy --help")).toMatchObject({ code: 2, out: "" });
  });

  it("the version is the package's", async () => {
    expect(await call("--version")).toEqual({ code: 0, out: `${packageIdentity().version}\n`, err: "" });
  });
});
