import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { UsageError } from "../../../src/errors.ts";
import { confirm } from "../../../src/tables/commands/confirm.ts";
import { GuardError } from "../../../src/tables/errors.ts";
import { testContext } from "../../cli/test-context.ts";

function terminal(answer: string) {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const context = testContext({ stdin });
  Object.assign(context.stderr, { isTTY: true });
  stdin.write(answer);
  return context;
}

describe("the question before a change", () => {
  it.each(["y\n", "yes\n", " Y \n"])("takes %j for yes", async (answer) => {
    const context = terminal(answer);
    await confirm("Do it?", false, context);
    expect(context.err()).toContain("Do it? [y/N]");
  });

  it.each(["n\n", "\n", "yep\n", "ja\n"])("takes %j for no", async (answer) => {
    await expect(confirm("Do it?", false, terminal(answer))).rejects.toBeInstanceOf(GuardError);
  });

  it("is not asked with --yes, and cannot be answered without a terminal", async () => {
    const context = terminal("");
    await confirm("Do it?", true, context);
    expect(context.err()).toBe("");
    await expect(confirm("Do it?", false, testContext({ stdin: new PassThrough() }))).rejects.toBeInstanceOf(
      UsageError,
    );
  });
});
