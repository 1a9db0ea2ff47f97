import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { TableChecksum } from "../../src/tables/checksum.ts";

function checksum(columns: string[], rows: (string | null)[][]): string {
  const sum = new TableChecksum(columns);
  for (const row of rows) sum.add(row);
  return sum.digest();
}

describe("the checksum of a lookup table", () => {
  it("equals the one that Jackson and ReportStream's List.toString give", () => {
    // Computed with Jackson 2.20.1 on the JVM.
    expect(
      checksum(
        ["b", "a"],
        [
          ["1", 'xé"/\n\u2028<'],
          ["", null],
        ],
      ),
    ).toBe("7310376dec1fe0e75303540734dcf644a7211d5817cc9bbd8162f8d480f9d607");
  });
  it("depends on the order of columns and of rows", () => {
    expect(checksum(["a", "b"], [["1", "2"]])).not.toBe(checksum(["b", "a"], [["2", "1"]]));
    expect(checksum(["a"], [["1"], ["2"]])).not.toBe(checksum(["a"], [["2"], ["1"]]));
  });
  it("writes control characters with capital hex digits and leaves a backslash's own text alone", () => {
    const text = '[{\n  "a" : "\\u001F\\u000B\\\\u001f\\b"\n}]';
    const expected = createHash("sha256").update(text, "utf8").digest("hex");
    expect(checksum(["a"], [["\u001f\u000b\\u001f\b"]])).toBe(expected);
  });
  it("is the same whether rows are hashed in one go or in many updates", () => {
    const rows = Array.from({ length: 5000 }, (_, index) => [`value ${index}`, "ü".repeat(index % 50)]);
    const text = `[${rows.map(([a, b]) => `{\n  "a" : "${a}",\n  "b" : "${b}"\n}`).join(", ")}]`;
    expect(checksum(["a", "b"], rows)).toBe(createHash("sha256").update(text, "utf8").digest("hex"));
  });
});
