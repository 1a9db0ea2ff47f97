import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { OUTCOMES } from "../../src/outcome/words.ts";
import { packageRoot } from "../../src/package.ts";

type Colour = [number, number, number];

const style = await readFile(join(packageRoot, "templates/partials/style.hbs"), "utf8");
const [light, dark] = [style.slice(0, style.indexOf("@media")), style.slice(style.indexOf("@media"))];

/** A colour of the style sheet in linear light. */
function colour(part: string, name: string): Colour {
  const [, hex = ""] = new RegExp(`--${name}: (#[0-9a-f]{3,6});`).exec(part) ?? [];
  const digits = hex.length === 4 ? [...hex.slice(1)].map((digit) => digit + digit) : hex.slice(1).match(/../g);
  return (digits ?? []).map((pair) => {
    const value = Number.parseInt(pair, 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as Colour;
}

function contrast(one: Colour, other: Colour): number {
  const luminance = ([red, green, blue]: Colour): number => 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  const [bright, dim] = [luminance(one), luminance(other)].sort((left, right) => right - left) as [number, number];
  return (bright + 0.05) / (dim + 0.05);
}

/** How colours look to those who see no red, no green or no blue. Source: Machado, Oliveira, Fernandes 2009. */
const SIGHTS: Record<string, readonly Colour[]> = {
  all: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  "no red": [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  "no green": [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  "no blue": [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

function seen(given: Colour, sight: readonly Colour[]): Colour {
  return sight.map((row) =>
    Math.min(1, Math.max(0, row[0] * given[0] + row[1] * given[1] + row[2] * given[2])),
  ) as Colour;
}

/** The distance of two colours as the eye judges it (CIE 1976): 2.3 is just noticeable. */
function distance(one: Colour, other: Colour): number {
  const lab = ([red, green, blue]: Colour): Colour => {
    const curve = (value: number): number => (value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116);
    const x = curve((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505);
    const y = curve(0.2126 * red + 0.7152 * green + 0.0722 * blue);
    const z = curve((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089);
    return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
  };
  const [left, right] = [lab(one), lab(other)];
  return Math.hypot(left[0] - right[0], left[1] - right[1], left[2] - right[2]);
}

describe.each([
  ["light", light],
  ["dark", dark],
])("%s", (_, part) => {
  const paper = colour(part, "paper");

  test("outcomes stand out from the page by 3 to 1, as graphics must, and texts by 4.5 to 1", () => {
    for (const outcome of OUTCOMES) {
      expect(contrast(colour(part, outcome), paper), outcome).toBeGreaterThanOrEqual(3);
    }
    for (const text of ["ink", "soft-ink", "link"]) {
      for (const under of ["paper", "card"]) {
        expect(contrast(colour(part, text), colour(part, under)), `${text} on ${under}`).toBeGreaterThanOrEqual(4.5);
      }
    }
  });

  test.each(Object.entries(SIGHTS))("outcomes differ from each other to whoever sees %s colours", (_sight, matrix) => {
    const near: string[] = [];
    OUTCOMES.forEach((one, at) => {
      for (const other of OUTCOMES.slice(at + 1)) {
        const apart = distance(seen(colour(part, one), matrix), seen(colour(part, other), matrix));
        if (apart < 15) near.push(`${one} and ${other}: ${apart.toFixed(1)}`);
      }
    });
    expect(near).toEqual([]);
  });
});
