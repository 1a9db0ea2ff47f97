import { expect, test } from "vitest";
import { Masked } from "../../src/action-log/wording.ts";
import { NO_PARTY, partyOf } from "../../src/lineage/parties.ts";
import { Sayings } from "../../src/run/sayings.ts";

const [acme, phd] = [partyOf("acme\u0001default"), partyOf("phd\u0001elr")];

test("what is said alike is one object, and what differs in anything is another", () => {
  const sayings = new Sayings();
  const said = [new Masked("A", "f", "m", true), new Masked("A", "f", "m", true)];
  const rows = said.flatMap((masked) =>
    ["error", "warning"].flatMap((type) =>
      ["item", "report"].flatMap((scope) =>
        [acme, NO_PARTY].flatMap((sender) =>
          [phd, NO_PARTY].map((receiver) => ({ masked, type, scope, sender, receiver })),
        ),
      ),
    ),
  );
  const find = () =>
    rows.map(({ masked, type, scope, sender, receiver }) => sayings.of(masked, type, scope, sender, receiver));
  const first = find();
  expect(new Set(first).size).toBe(rows.length);
  first.forEach((saying, at) => {
    const { type, scope, sender, receiver } = rows[at] ?? {};
    expect(saying).toMatchObject({
      type,
      scope,
      sender: sender?.key,
      receiver: receiver?.key,
      message: "m",
      errorCode: "A",
    });
  });
  find().forEach((saying, at) => {
    expect(saying).toBe(first[at]);
  });
});

test("beyond the limit all are forgotten, and what is for one row is never kept", () => {
  const sayings = new Sayings({ sayings: 3 });
  const all = Array.from({ length: 4 }, (_, at) => new Masked("", "", `${at}`, true));
  const first = all.map((masked) => sayings.of(masked, "error", "item", acme, phd));
  expect(sayings.of(all[3] as Masked, "error", "item", acme, phd)).toBe(first[3]);
  expect(sayings.of(all[0] as Masked, "error", "item", acme, phd)).not.toBe(first[0]);
  const once = new Masked("", "", "once", false);
  expect(sayings.of(once, "error", "item", acme, phd)).not.toBe(sayings.of(once, "error", "item", acme, phd));
});

test("long messages are forgotten by their characters, whatever their number", () => {
  const sayings = new Sayings({ characters: 100 });
  const all = Array.from({ length: 3 }, (_, at) => new Masked("E", "f", `${at}`.repeat(48), true));
  const [first, second, third] = all.map((masked) => sayings.of(masked, "error", "item", acme, phd));
  expect(sayings.of(all[2] as Masked, "error", "item", acme, phd)).toBe(third);
  expect(sayings.of(all[0] as Masked, "error", "item", acme, phd)).not.toBe(first);
  // The two that are known now fill it.
  expect(sayings.of(all[2] as Masked, "error", "item", acme, phd)).toBe(third);
  expect(sayings.of(all[1] as Masked, "error", "item", acme, phd)).not.toBe(second);
  expect(sayings.of(all[2] as Masked, "error", "item", acme, phd)).not.toBe(third);
});
