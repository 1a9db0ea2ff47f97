import type { Page } from "playwright-core";
import { helpers } from "../../src/report/helpers.ts";

/** A figure as a page shows it, and where it says that it comes from. */
export interface Figure {
  path: string;
  text: string;
}

/** Every figure of a page that names its place: data elements, and cells by their row and column. */
export function figuresOf(tab: Page): Promise<Figure[]> {
  return tab.evaluate<Figure[]>(`[...document.querySelectorAll("[data-of]")].flatMap((element) => {
    const of = element.dataset.of;
    if (element.tagName !== "TR") return [{ path: of, text: element.textContent }];
    const heads = element.closest("table").tHead.rows[0].cells;
    if (of === "") return [];
    return [...element.cells].flatMap((cell, at) =>
      heads[at].dataset.is ? [{ path: of + "." + heads[at].dataset.is, text: cell.textContent }] : []);
  })`);
}

/** Cells with a number that name no place, by their table and their column's head. */
export function placelessColumns(tab: Page): Promise<string[]> {
  return tab.evaluate<string[]>(`[...new Set([...document.querySelectorAll("td.n")].flatMap((cell) => {
    const row = cell.parentElement;
    const table = cell.closest("table");
    const head = table.tHead.rows[0].cells[cell.cellIndex];
    return row.dataset.of && head.dataset.is ? [] : [table.id + ": " + head.textContent];
  }))]`);
}

/** The value at a path of summary.json; undefined where there is none. */
export function valueAt(summary: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], summary);
}

/** The texts that may stand for a value. */
export function textsOf(value: unknown): string[] {
  if (value === null) return ["", "–", "< 11"];
  if (typeof value !== "number") return [];
  return [helpers.number(value), helpers.percent(value), helpers.duration(value), String(value)];
}

/** The figures of which the text is not what summary.json says. */
export function wrongFigures(summary: unknown, figures: readonly Figure[]): string[] {
  return figures.flatMap(({ path, text }) => {
    const value = valueAt(summary, path);
    return textsOf(value).includes(text.trim()) ? [] : [`${path}: the page has ${text}, summary.json ${value}`];
  });
}
