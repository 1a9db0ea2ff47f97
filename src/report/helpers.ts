import { parseInstant } from "../time/instant.ts";
import { formatShortMoment } from "../time/zone.ts";

/**
 * Handlebars prints as it is whatever has this method. Its own class for that would load it for every command that only
 * prints a number, which takes as long as a look-up by key.
 */
class Markup {
  readonly #html: string;

  constructor(html: string) {
    this.#html = html;
  }

  toHTML(): string {
    return this.#html;
  }

  toString(): string {
    return this.#html;
  }
}

/** The helpers that templates may use: few, and each does one thing. Nothing here depends on the host's locale. */
export const helpers = {
  /** 1234567 as `1,234,567`; nothing for null. */
  number(value: unknown): string {
    return typeof value === "number" ? group(value) : "";
  },

  /** `1 file`, `2 files`: the word for one, the word for several, and the number grouped. */
  plural(value: unknown, one: string, many: string): string {
    return `${helpers.number(value)} ${helpers.word(value, one, many)}`;
  },

  /** The word alone that `plural` would set after the number. */
  word(value: unknown, one: string, many: string): string {
    return value === 1 ? one : many;
  },

  /** 99.8 as `99.80 %`; an en dash for null. */
  percent(value: unknown): string {
    return typeof value === "number" ? `${value.toFixed(2)} %` : "–";
  },

  /** Seconds as `45 s`, `3 min 20 s`, `2 h 5 min` or `1 d 3 h`; an en dash for null. */
  duration(value: unknown): string {
    if (typeof value !== "number") return "–";
    const seconds = Math.round(value);
    if (seconds < 60) return `${value < 10 ? Math.round(value * 10) / 10 : seconds} s`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
    const minutes = Math.round(seconds / 60);
    if (minutes < 1440) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
    const hours = Math.round(minutes / 60);
    return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  },

  /**
   * An instant of summary.json as `Nov 20 14:02` in the page's zone (the root's `timeZone`), marked up so that
   * tables sort by it; an en dash for null.
   */
  moment(value: unknown, options: { data: { root: { timeZone: string } } }): Markup | string {
    const at = typeof value === "string" ? parseInstant(value) : undefined;
    if (at === undefined) return typeof value === "string" ? value : "–";
    const text = formatShortMoment(at, options.data.root.timeZone);
    // What was read as an instant holds nothing to be escaped.
    return new Markup(`<time datetime="${value}">${text}</time>`);
  },

  /** Texts one after the other: `id=(join id "-table")`. */
  join(...parts: unknown[]): string {
    return parts.slice(0, -1).map(String).join("");
  },

  /** Whether two values are the same: `{{#if (is state "open")}}`. */
  is(left: unknown, right: unknown): boolean {
    return left === right;
  },

  /** Who acts, as sentences name them: `reportstream` is `ReportStream`. */
  actor(value: unknown): string {
    return value === "reportstream" ? "ReportStream" : `the ${String(value)}`;
  },

  /** A folder of the run as a link: its name may hold `%XX`, which a browser would decode. */
  folderLink(folder: unknown): string {
    return String(folder).split("/").map(encodeURIComponent).join("/");
  },
};

function group(value: number): string {
  // Most cells of a page are small, and need no look.
  if (Number.isInteger(value) && value >= 0 && value < 1000) return String(value);
  const [whole, fraction] = String(value).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}
