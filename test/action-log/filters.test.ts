import { describe, expect, it } from "vitest";
import { readDetail } from "../../src/action-log/detail.ts";
import { FilterResults, filterResultKey, UnmappedCodes, unmappedCodes } from "../../src/action-log/filters.ts";

function filter(tracking: string, type = "QUALITY_FILTER", name = "hasValidDataFor") {
  return readDetail(
    JSON.stringify({
      class: "gov.cdc.prime.router.ReportStreamFilterResult",
      filteredTrackingElement: tracking,
      filterType: type,
      filterName: name,
      message: "m",
    }),
  );
}

const warning = (message: string) =>
  readDetail(JSON.stringify({ class: "gov.cdc.prime.router.UnmappableConditionMessage", message }));

describe("filter results", () => {
  it("written twice are counted once", () => {
    const results = new FilterResults();
    expect(results.isFirst("r1", filter("ACC-1"))).toBe(true);
    expect(results.isFirst("r1", filter("ACC-1"))).toBe(false);
    expect(results.isFirst("r1", filter("ACC-2"))).toBe(true);
    expect(results.isFirst("r2", filter("ACC-1"))).toBe(true);
    expect(results.isFirst("r1", filter("ACC-1", "ROUTING_FILTER"))).toBe(true);
    expect(results.isFirst("r1", filter("ACC-1", "QUALITY_FILTER", "isValidCLIA"))).toBe(true);
    expect(results.isFirst(null, filter("ACC-1"))).toBe(true);
    expect(results.doubles).toBe(1);
  });

  it("have a key of report, tracking element, type and name", () => {
    expect(filterResultKey("r1", filter("A"))).toBe("r1\0A\0QUALITY_FILTER\0hasValidDataFor");
    expect(filterResultKey("r1", filter("A"))).not.toBe(filterResultKey("r1A", filter("")));
  });
});

describe("unmapped codes", () => {
  it("are read from the warning, each once", () => {
    expect(unmappedCodes(warning("Missing mapping for code(s): 80382-5, 94558-4,80382-5,"))).toEqual([
      "80382-5",
      "94558-4",
    ]);
    expect(unmappedCodes(warning("Observation missing code"))).toEqual([""]);
    expect(unmappedCodes(warning("Item is a duplicate."))).toEqual([]);
    expect(unmappedCodes(warning("Missing mapping for code(s): Testlast Firstname,000-12-3456,1-1"))).toEqual([
      "1-1",
      "‹value›",
    ]);
  });

  it("fold to a row for each code and sender", () => {
    const codes = new UnmappedCodes();
    codes.add(warning("Missing mapping for code(s): 80382-5,94558-4"), "a.x", 20);
    codes.add(warning("Missing mapping for code(s): 80382-5"), "a.x", 10);
    codes.add(warning("Missing mapping for code(s): 80382-5"), "b.x", 30);
    expect(codes.result()).toEqual([
      { code: "80382-5", sender: "a.x", count: 2, firstSeen: 10, lastSeen: 20 },
      { code: "80382-5", sender: "b.x", count: 1, firstSeen: 30, lastSeen: 30 },
      { code: "94558-4", sender: "a.x", count: 1, firstSeen: 20, lastSeen: 20 },
    ]);
  });

  it("beyond the limit are still counted", () => {
    const codes = new UnmappedCodes(2);
    for (let at = 0; at < 10; at += 1) codes.add(warning(`Missing mapping for code(s): ${at}-1`), "a.x", at);
    expect(codes.result().reduce((sum, { count }) => sum + count, 0)).toBe(10);
    expect(codes.result()[0]).toMatchObject({ code: "‹value›", count: 8 });
  });
});
