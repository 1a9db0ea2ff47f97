import { describe, expect, it } from "vitest";
import { proposeKey } from "../../src/tables/key.ts";
import { memoryTable } from "./memory-table.ts";

describe("the key that is proposed", () => {
  it("is the smallest set of columns that is unique in both", async () => {
    const a = memoryTable(
      ["maker", "model", "note"],
      [
        ["A", "1", "x"],
        ["A", "2", "x"],
        ["B", "1", "x"],
      ],
    );
    const b = memoryTable(
      ["note", "model", "maker"],
      [
        ["x", "2", "B"],
        ["x", "1", "B"],
      ],
    );
    expect(await proposeKey([a, b])).toEqual(["maker", "model"]);
    expect(await proposeKey([b])).toEqual(["model"]);
  });

  it("prefers, of several, the one under which most rows meet again", async () => {
    const a = memoryTable(
      ["at", "code"],
      Array.from({ length: 9 }, (_, i) => [`mon ${i}`, `c${i}`]),
    );
    const b = memoryTable(
      ["at", "code"],
      Array.from({ length: 9 }, (_, i) => [`tue ${i}`, `c${i}`]),
    );
    expect(await proposeKey([a, b])).toEqual(["code"]);
  });

  it("never takes a column with blanks for a key of its own", async () => {
    expect(
      await proposeKey([
        memoryTable(
          ["a", "bb"],
          [
            ["", "1"],
            ["x", "2"],
          ],
        ),
      ]),
    ).toEqual(["bb"]);
  });

  it("takes only columns that both have", async () => {
    expect(await proposeKey([memoryTable(["id", "n"], [["1", "x"]]), memoryTable(["n"], [["x"]])])).toEqual(["n"]);
  });

  it("is none where rows repeat", async () => {
    expect(
      await proposeKey([
        memoryTable(
          ["a", "b"],
          [
            ["1", "2"],
            ["1", "2"],
          ],
        ),
      ]),
    ).toBeUndefined();
  });

  it("is checked against all rows, not only the first", async () => {
    const rows = Array.from({ length: 5_000 }, (_, i) => [`${i === 4_999 ? 0 : i}`, `${i}`]);
    expect(await proposeKey([memoryTable(["a", "b"], rows)])).toEqual(["b"]);
  });
});
