import fc from "fast-check";
import { expect, test } from "vitest";
import { errorsByOrganization, filtersByOrganization, type OwnedGroup } from "../../src/summary/organization/groups.ts";
import type { ErrorGroupSummary } from "../../src/summary/types.ts";

const GRAVITY = ["error", "warning", "info", "filter"];

const owned: fc.Arbitrary<OwnedGroup> = fc
  .record({
    type: fc.constantFrom(...GRAVITY, "of a later version"),
    scope: fc.constantFrom("item", "report", "internal"),
    items: fc.nat(3),
    count: fc.nat(3),
    message: fc.string(),
    senderOrganization: fc.constantFrom("", "a", "b"),
    receiverOrganization: fc.constantFrom("", "a", "b"),
  })
  .map(({ senderOrganization, receiverOrganization, ...group }) => ({
    group: group as unknown as ErrorGroupSummary,
    senderOrganization,
    receiverOrganization,
  }));

/** The rule as it reads: all of them sorted, alike ones in their order, and the first shown. */
function sorted(groups: readonly ErrorGroupSummary[]): ErrorGroupSummary[] {
  return [...groups]
    .sort((left, right) => {
      const [one, other] = [GRAVITY.indexOf(left.type), GRAVITY.indexOf(right.type)];
      return one - other || right.items - left.items || right.count - left.count;
    })
    .slice(0, 25);
}

test("the 25 gravest of an organization are shown, and all are counted", () => {
  fc.assert(
    fc.property(fc.array(owned, { maxLength: 120 }), (groups) => {
      const senders = errorsByOrganization(groups);
      const receivers = filtersByOrganization(groups);
      for (const name of ["a", "b"]) {
        const sent = groups
          .filter(({ group, senderOrganization }) => {
            return senderOrganization === name && group.type !== "filter" && group.scope !== "internal";
          })
          .map(({ group }) => group);
        const received = groups
          .filter(({ group, receiverOrganization }) => receiverOrganization === name && group.type === "filter")
          .map(({ group }) => group);
        for (const [all, summed] of [
          [sent, senders.get(name)],
          [received, receivers.get(name)],
        ] as const) {
          const rows = all.reduce((sum, { count }) => sum + count, 0);
          expect(summed).toEqual(all.length === 0 ? undefined : { groups: all.length, rows, shown: sorted(all) });
        }
      }
      expect(senders.has("") || receivers.has("")).toBe(false);
    }),
  );
});
