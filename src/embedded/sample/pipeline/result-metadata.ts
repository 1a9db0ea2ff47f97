import type { Micros } from "../../../time/instant.ts";
import { sqlInstant } from "../clock.ts";
import { line } from "../copy-text.ts";
import type { LegacyRow } from "../plan.ts";
import type { Submission, World } from "../world.ts";

/** Labs that do the tests, the one with most first; the last is none that could be named: it has no valid number. */
const LABS = [
  ["Testlab", "00D0000000", "Sampleton", "AA"],
  ["Testlab North", "00D0000011", "Upper Sampleton", "AA"],
  ["Testlab East, Inc.", "00D0000022", "Sampleton Beach", "BB"],
  ["Testperson, Sample", "0000", null, null],
] as const;

const FACILITIES = ["Testclinic North", 'Testclinic "South", Inc.', "Test <b>Lab</b>", null] as const;

/**
 * A row about each test of a covid pipeline submission (ReportStream: ActionHistory). Nothing in
 * it looks like a person: ages are round, the postal code is 00000.
 */
export function writeResultMetadata(
  world: World,
  submission: Submission,
  rows: readonly LegacyRow[],
  at: Micros,
  firstIndex: 0 | 1,
): void {
  const { random } = world;
  const { sender, root } = submission;
  const table = sender.topic === "covid-19" ? "covid_result_metadata" : "elr_result_metadata";
  const local = sqlInstant(at).slice(0, -3);
  rows.forEach(({ tracking }, position) => {
    const id = world.nextMetadata();
    const index = position + firstIndex;
    const facility = random.pick(FACILITIES);
    const mode = random.chance(0.97) ? "P" : random.pick(["T", "T", "D"]);
    const result = random.pick(["Detected", "Not detected", "Not detected", "Invalid result"]);
    const age = String(random.int(1, 9) * 10);
    const message = tracking || null;
    const patientState = random.pick(["AA", "BB", "CC", null]);
    if (table === "covid_result_metadata") {
      const provider = random.chance(0.01) ? "null null" : "Testfirst Testlast";
      const codes: Record<string, string> = { Detected: "260373001", "Not detected": "260415000" };
      const test = ["Testkit One", result, codes[result] ?? "455371000"];
      const place = [facility, patientState, provider, patientState, "00000", age];
      // Not by chance: the sample's other rows stay what they are.
      const [name, clia, city, state] = LABS[Math.max(0, (id % 9) - 5)] ?? LABS[0];
      const lab = [local.slice(0, 10), name, clia, city, state, local];
      const from = [sender.fullName, "94558-4", sender.org, mode];
      world.rows.add(table, line(id, root, index, message, ...test, ...place, ...lab, ...from));
    } else {
      const from = [sender.fullName, sender.org, sender.topic, local];
      const test = [patientState, age, "100383-9", result, facility, "Testlab", mode];
      world.rows.add(table, line(id, root, index, message, ...from, ...test));
    }
  });
}
