import { helpers } from "../../src/report/helpers.ts";

/** A figure of a page: where it stands in summary.json, and what the page shows. */
export interface PageFigure {
  of: string;
  text: string;
}

/** Every figure of a page that names its place: `data` elements, and the cells of tables by row and column. */
export function figuresOf(html: string): PageFigure[] {
  const figures = [...html.matchAll(/<data value="([^"]*)" data-of="([^"]*)">([^<]*)<\/data>/g)].map(
    ([, value = "", of = "", text = ""]) => {
      if (helpers.number(Number(value)) !== text) throw new Error(`${of} shows ${text} for ${value}`);
      return { of, text };
    },
  );
  for (const [table] of html.matchAll(/<table class="list"[\s\S]*?<\/table>/g)) {
    const heads = [...table.matchAll(/<th scope="col"[^>]*>/g)].map(([head]) => /data-is="([^"]*)"/.exec(head)?.[1]);
    for (const [, of = "", row = ""] of table.matchAll(/<tr data-of="([^"]*)">([\s\S]*?)<\/tr>/g)) {
      // A bar of a chart for which nothing was counted.
      if (of === "") continue;
      const cells = row.split(/<t[hd][ >]/).slice(1);
      if (cells.length !== heads.length) throw new Error(`${of} has ${cells.length} cells for ${heads.length} heads`);
      cells.forEach((cell, column) => {
        const is = heads[column];
        const text = cell.slice(cell.indexOf(">") + (/^class/.test(cell) ? 1 : 0));
        if (is !== undefined) figures.push({ of: `${of}.${is}`, text: plain(/^class/.test(cell) ? text : cell) });
      });
    }
  }
  return figures;
}

/** The text of a cell. */
function plain(html: string): string {
  return html
    .replace(/^>/, "")
    .replaceAll(/<[^>]*>/g, "")
    .trim();
}

/** The value at a path such as `receivers.3.byItem.failed`. */
export function valueAt(root: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], root);
}

/** What a page may print for a number. */
export function shownFor(value: unknown): string[] {
  return [helpers.number(value), helpers.percent(value), helpers.duration(value)];
}
