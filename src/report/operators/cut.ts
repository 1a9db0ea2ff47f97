/** The beginning of a list as a page shows it, and how many more there are. */
export interface Cut<T> {
  shown: T[];
  more: number;
}

/** How many of a long list a page shows; the CSV files and summary.json have all. */
const SHOWN = 50;

/** The first of a list, each with its place in summary.json: `path` is the list's own. */
export function cut<T extends object, V extends object>(
  path: string,
  list: readonly T[],
  view: (row: T) => V,
  most = SHOWN,
): Cut<V & { of: string }> {
  return cutPlaced(
    list.map((row, at) => ({ row, of: `${path}.${at}` })),
    view,
    most,
  );
}

/** A row and its place, kept through sorting and choosing. */
export interface Placed<T> {
  row: T;
  of: string;
}

export function placed<T>(path: string, list: readonly T[]): Placed<T>[] {
  return list.map((row, at) => ({ row, of: `${path}.${at}` }));
}

export function cutPlaced<T extends object, V extends object>(
  list: readonly Placed<T>[],
  view: (row: T) => V,
  most = SHOWN,
): Cut<V & { of: string }> {
  return {
    shown: list.slice(0, most).map(({ row, of }) => ({ ...view(row), of })),
    more: Math.max(0, list.length - most),
  };
}
