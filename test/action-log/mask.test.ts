import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { capText, MARK } from "../../src/action-log/markers.ts";
import { type MaskContext, MessageMasks, maskField, maskMessage } from "../../src/action-log/mask.ts";
import { HOSTILE_VALUES, MUST_BE_MASKED } from "./corpus/masked.ts";
import { MUST_STAY_READABLE } from "./corpus/readable.ts";

/** The corpus names what may stay in lists. */
const names = (keep: MaskContext["keep"]): readonly string[] => (Array.isArray(keep) ? keep : []);

describe("the corpus", () => {
  it("is large enough to mean something", () => {
    expect(MUST_BE_MASKED.length).toBeGreaterThan(300);
    expect(MUST_STAY_READABLE.length).toBeGreaterThan(200);
  });

  it("loses everything that must be masked", () => {
    const survivors = MUST_BE_MASKED.flatMap(({ message, gone, context }) => {
      const masked = maskMessage(message, context);
      const left = gone.filter((value) => masked.includes(value));
      return left.length === 0 ? [] : [{ message: message.slice(0, 200), masked: masked.slice(0, 200), left }];
    });
    expect(survivors).toEqual([]);
  });

  it("has in each message what it says must go", () => {
    for (const { message, gone } of MUST_BE_MASKED) {
      expect(gone.length).toBeGreaterThan(0);
      for (const value of gone) expect(message).toContain(value);
    }
  });

  it("keeps everything that must stay readable", () => {
    const destroyed = MUST_STAY_READABLE.flatMap(({ message, stays, context }) => {
      const masked = maskMessage(message, context);
      const lost = (stays ?? [message]).filter((part) => !masked.includes(part));
      return lost.length === 0 ? [] : [{ message, masked, lost }];
    });
    expect(destroyed).toEqual([]);
  });

  it("is masked alike whether or not the same was masked before, for whatever row", () => {
    const masks = new MessageMasks();
    const all = [...MUST_BE_MASKED, ...MUST_STAY_READABLE];
    for (const round of [1, 2]) {
      for (const { message, context } of all) {
        const word = message.split(" ")[round] ?? "";
        for (const trackingId of [context?.trackingId ?? null, word, ""]) {
          for (const [sender, receiver] of [names(context?.keep), ["acme-labs.default", "ca-dph.elr"], [""]]) {
            const keep = [sender, receiver].filter((name) => name !== undefined && name !== "") as string[];
            const field = context?.field ?? "";
            expect(masks.mask(message, field, trackingId, sender ?? "", receiver ?? "")).toBe(
              maskMessage(message, { field, trackingId, keep }),
            );
          }
        }
      }
    }
  });

  it("is masked a second time to the same text", () => {
    for (const { message, context } of [...MUST_BE_MASKED, ...MUST_STAY_READABLE]) {
      const once = maskMessage(message, context);
      expect(maskMessage(once, context)).toBe(once);
    }
  });
});

describe("a template's value", () => {
  it("is taken out whole, whatever it holds", () => {
    const value = fc.oneof(fc.string({ unit: "binary", minLength: 1 }), fc.constantFrom(...HOSTILE_VALUES));
    fc.assert(
      fc.property(value, (v) => {
        expect(maskMessage(`Invalid date: '${v}' for element test_date. Reformat to yyyyMMdd.`)).toBe(
          v.endsWith("' for element test_date. Reformat to yyyyMMdd.")
            ? expect.any(String)
            : `Invalid date: ${MARK.value} for element test_date. Reformat to yyyyMMdd.`,
        );
      }),
      { numRuns: 300, seed: 4 },
    );
  });

  it("stays told apart from an empty one", () => {
    expect(maskMessage("The code '' for field race is invalid.")).toBe("The code '' for field race is invalid.");
  });
});

describe("any text", () => {
  const piece = fc.oneof(
    fc.string({ unit: "binary", maxLength: 30 }),
    fc.constantFrom(
      ...HOSTILE_VALUES,
      ...Object.values(MARK),
      "'",
      '"',
      "|",
      "{",
      "<",
      "MSH|",
      "name: ",
      "‹",
      "›",
      "\n",
    ),
    fc.constantFrom(...MUST_BE_MASKED.map(({ message }) => message.slice(0, 120))),
  );
  const text = fc.array(piece, { maxLength: 8 }).map((parts) => parts.join(""));
  const context = fc.record({
    field: fc.constantFrom("", "patient_last_name", "race", "PID-5"),
    trackingId: fc.oneof(fc.constant(null), fc.string({ maxLength: 8 })),
  });

  it("is masked without throwing, and twice like once", () => {
    fc.assert(
      fc.property(text, context, (message, given) => {
        const once = maskMessage(message, given);
        expect(maskMessage(once, given)).toBe(once);
      }),
      { numRuns: 1_500, seed: 11 },
    );
  });

  test("of every marker stays as it is", () => {
    const all = Object.values(MARK).join(" ");
    expect(maskMessage(all)).toBe(all);
  });
});

/** Texts that make a backtracking pattern explode. Each is repeated to the size asked for. */
const EXPLOSIVE: readonly string[] = [
  "a",
  "1",
  " ",
  "'a ",
  "'a' b' ",
  '"',
  "^a",
  "a|",
  "a@",
  "@",
  '{"a":',
  "{",
  "<a",
  "<a> ",
  "a.",
  "1 ",
  "12/",
  "(555) ",
  "+1 2 ",
  "ab:",
  "Patient Aa ",
  "1 Aa ",
  "http://",
  "/a",
  "-",
  "patient_dob: x,",
  "‹value›",
  "‹",
  "\\",
  "eyJ",
  "\n",
  "😀",
  "1\u200b",
  "a.csv",
  "1.2.",
  "a:b:",
  "Missing mapping for code(s): a,",
  " for element ",
];

describe("time", () => {
  it("grows with the text and not faster", () => {
    const time = (text: string): number => {
      const start = process.cpuUsage();
      maskMessage(text, { field: "patient_x", trackingId: "a1" });
      const used = process.cpuUsage(start);
      return (used.user + used.system) / 1000;
    };
    const slow = EXPLOSIVE.flatMap((unit) => {
      const small = time(unit.repeat(Math.ceil(50_000 / unit.length)));
      const large = time(unit.repeat(Math.ceil(400_000 / unit.length)));
      // Eight times the text; a quadratic pattern would take 64 times, and seconds.
      return large > 600 && large > 30 * small ? [{ unit, small, large }] : [];
    });
    expect(slow).toEqual([]);
  });

  it("is short for a message of a megabyte in ReportStream's own words", () => {
    const value = "x y'z ".repeat(170_000);
    expect(maskMessage(`Invalid date: '${value}' for element test_date.`)).toBe(
      `Invalid date: ${MARK.value} for element test_date.`,
    );
  });
});

describe("fields", () => {
  it("stay when they look like a fieldMapping, and are masked otherwise", () => {
    expect(maskField("patient_phone_number (PID-13)")).toBe("patient_phone_number (PID-13)");
    expect(maskField("")).toBe("");
    expect(maskField("dob=1980-01-02")).not.toContain("1980");
    expect(maskField("Testlast^Firstname")).toBe(MARK.hl7);
  });
});

describe("the cap", () => {
  it("cuts neither a marker nor a surrogate pair, and says that it cut", () => {
    expect(capText("short", 10)).toBe("short");
    expect(capText("x".repeat(50), 20)).toBe(`${"x".repeat(13)}… (cut)`);
    for (let max = 8; max < 40; max += 1) {
      const capped = capText(`abc ‹value› 😀😀 ‹HL7› ${"z".repeat(50)}`, max);
      expect(capped.length).toBeLessThanOrEqual(max);
      expect(capped.replace(/‹(?:value|HL7)›/g, "")).not.toMatch(/[‹›]/);
      expect(encodeURIComponent(capped)).toContain("cut");
    }
  });
});
