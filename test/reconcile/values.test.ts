import { describe, expect, test } from "vitest";
import { TheirKeys } from "../../src/reconcile/their-keys.ts";
import { isShortened, looseForm, ourKey, readValue } from "../../src/reconcile/values.ts";

const UUID = "1a38b375-58e2-4c0e-9d2a-6b1f0c8f4a11";

describe("readValue", () => {
  test.each([
    [` ${UUID}\u00a0`, UUID, ["blanks"]],
    [`\ufeff${UUID}`, UUID, ["blanks"]],
    [`'${UUID.toUpperCase()}`, UUID, ["apostrophe", "case"]],
    [`{${UUID.toUpperCase()}}`, UUID, ["quotes", "case"]],
    [UUID.replaceAll("-", ""), UUID, ["case"]],
    [`="${UUID}"`, UUID, ["quotes"]],
    [`"${UUID}",`, UUID, ["quotes"]],
  ])("finds the report in %j", (cell, key, repairs) => {
    expect(readValue(cell, "report")).toEqual({ key, repairs });
  });

  test.each([
    ["48213", "48213"],
    ["48,213", "48213"],
    ["48 213", "48213"],
    ["48213.0", "48213"],
    ["00048213", "48213"],
  ])("finds the submission in %j", (cell, key) => {
    expect(readValue(cell, "submission")?.key).toBe(key);
  });

  test.each([
    ["C:\\inbox\\TN_elr.hl7", "TN_elr.hl7"],
    ["/srv/in/TN_elr.hl7 ", "TN_elr.hl7"],
    ["a, b.csv", "a, b.csv"],
  ])("finds the file in %j", (cell, key) => {
    expect(readValue(cell, "file")?.key).toBe(key);
  });

  test("leaves zeros and letters of a tracking id alone", () => {
    expect(readValue("000123", "tracking")).toEqual({ key: "000123", repairs: [] });
    expect(readValue("Acc-1", "tracking")).toEqual({ key: "Acc-1", repairs: [] });
    expect(readValue("O'Neill-3'", "tracking")?.key).toBe("O'Neill-3'");
    expect([looseForm("000123"), looseForm("123.0"), looseForm("0"), looseForm("ACC-1")]).toEqual([
      "123",
      "123",
      "0",
      "acc-1",
    ]);
  });

  test.each([
    ["report", "4711", "not a UUID"],
    ["report", "1.2E+11", "a number that a spreadsheet shortened, not the id of a report"],
    ["submission", "4.8213E+10", "a number that a spreadsheet shortened: its last digits are lost"],
    ["submission", "-3", "not the number of a submission"],
    ["submission", "99999999999999999999", "not the number of a submission"],
    ["file", "/inbox/", "a folder and no file"],
  ] as const)("says why a %s cannot be %j", (kind, cell, problem) => {
    expect(readValue(cell, kind)).toEqual({ problem });
  });

  test.each(["", "  ", "\u200b", "''", '""', "\u00a0,"])("takes %j for an empty cell", (cell) => {
    expect(readValue(cell, "tracking")).toBeUndefined();
  });

  test("gives ours the same form", () => {
    expect(ourKey(UUID.toUpperCase(), "tracking")).toBe(UUID);
    expect(ourKey("in/a.csv ", "file")).toBe("a.csv");
    expect(isShortened("1,23457E+11")).toBe(true);
    expect(isShortened("ACC-1E+2")).toBe(false);
  });
});

describe("TheirKeys", () => {
  test("knows each id once, with its first line and how often it stands there", () => {
    const keys = new TheirKeys();
    const words = Array.from({ length: 5000 }, (_, index) => (index % 2 ? `ID-${index}` : `${index}-${UUID}`));
    words.forEach((word, index) => {
      expect(keys.add(word, index + 2)).toBe(true);
    });
    expect(keys.add(UUID, 9001)).toBe(true);
    expect(keys.add("ID-7", 9002)).toBe(false);
    expect([keys.size, keys.lineOf("ID-7"), keys.timesOf("ID-7"), keys.timesOf("ID-9")]).toEqual([5001, 9, 2, 1]);
    expect([keys.lineOf("id-7"), keys.timesOf("id-7"), keys.match("id-7")]).toEqual([0, 0, 0]);
    expect([keys.match("ID-7"), keys.match("ID-7"), keys.match(UUID), keys.matched]).toEqual([9, 9, 9001, 2]);
  });

  test("finds what is nearly the same and still unmatched", () => {
    const keys = new TheirKeys();
    keys.add("123", 2);
    keys.add("Acc-9", 3);
    expect([keys.nearLine("000123"), keys.nearLine("ACC-9"), keys.nearLine("124")]).toEqual([2, 3, 0]);
    keys.match("123");
    expect(keys.nearLine("000123")).toBe(0);
  });

  test("keeps the most telling of several places, and forgets none for a matched id", () => {
    const keys = new TheirKeys();
    keys.add("a.hl7", 2);
    expect(keys.knownAs("a.hl7")).toBeUndefined();
    keys.note("a.hl7", { at: 5, state: "ready" });
    keys.note("a.hl7", { at: 9, state: "sent" });
    keys.note("a.hl7", { at: 12, state: "sent" });
    keys.note("other", { at: 1, state: "sent" });
    expect(keys.knownAs("a.hl7")).toEqual({ at: 9, state: "sent" });
    expect(keys.knownAs("other")).toBeUndefined();
  });
});
