/** A stretch of a statement's text: as written, or the place of a parameter. */
export type Segment =
  | { kind: "text"; text: string; offset: number }
  | { kind: "placeholder"; name: string; offset: number };

export interface Scan {
  segments: Segment[];
  /** Offset of a semicolon that something other than blanks and comments follows; undefined if there is none. */
  secondStatementAt: number | undefined;
  /** Offset where the statement ends: its closing semicolon, or the end of the text. */
  end: number;
  /** Faults of the text: what is open at its end, a bracket too many. */
  faults: { message: string; offset: number }[];
  /** The first word, lower case. */
  firstWord: string;
}

const NAME = /[a-z_][a-z0-9_]*/iy;
const DOLLAR_TAG = /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y;
const WORD = /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y;

/**
 * Takes one SQL statement apart into text and `:name` placeholders, as Postgres' own scanner would read it: nothing inside strings, quoted names,
 * comments (which nest) or dollar quotes is a placeholder, nor is a cast (`::`), a named argument (`:=`) or a colon before anything but a letter.
 */
export function scanStatement(sql: string): Scan {
  const segments: Segment[] = [];
  const faults: Scan["faults"] = [];
  let secondStatementAt: number | undefined;
  let semicolon: number | undefined;
  let firstWord = "";
  let start = 0;
  let at = 0;
  const open: number[] = [];
  const closed = (end: number, what: string): number => {
    if (end >= 0) return end;
    faults.push({ message: `${what} is not closed`, offset: at });
    return sql.length;
  };
  const word = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(sql)?.[0];
  };

  while (at < sql.length) {
    const char = sql[at] as string;
    const pair = sql.slice(at, at + 2);
    if (/\s/.test(char)) {
      at++;
      continue;
    }
    if (pair === "--") {
      const end = sql.indexOf("\n", at);
      at = end < 0 ? sql.length : end + 1;
      continue;
    }
    if (pair === "/*") {
      at = closed(endOfComment(sql, at), "a comment /*");
      continue;
    }
    if (semicolon !== undefined && char !== ";") secondStatementAt ??= at;
    if (char === "'") {
      at = closed(endOfQuoted(sql, at, "'", false), "a string");
    } else if (char === '"') {
      at = closed(endOfQuoted(sql, at, '"', false), "a quoted name");
    } else if (char === "$" && word(DOLLAR_TAG) !== undefined) {
      const tag = word(DOLLAR_TAG) as string;
      const end = sql.indexOf(tag, at + tag.length);
      at = closed(end < 0 ? -1 : end + tag.length, `a dollar quote ${tag}`);
    } else if (pair === "::" || pair === ":=") {
      at += 2;
    } else if (char === ":" && followedByName(sql, at)) {
      NAME.lastIndex = at + 1;
      const name = (NAME.exec(sql) as RegExpExecArray)[0];
      if (at > start) segments.push({ kind: "text", text: sql.slice(start, at), offset: start });
      segments.push({ kind: "placeholder", name, offset: at });
      at += 1 + name.length;
      start = at;
    } else if (char === "$" && /\d/.test(sql[at + 1] ?? "")) {
      faults.push({ message: "a numbered parameter; write :name and declare it in the header", offset: at });
      at += 2;
    } else if (char === "(" || char === "[") {
      open.push(at++);
    } else if (char === ")" || char === "]") {
      const opener = open.pop();
      if (opener === undefined || sql[opener] !== (char === ")" ? "(" : "[")) {
        faults.push({ message: `a "${char}" closes nothing`, offset: at });
      }
      at++;
    } else if (char === ";") {
      semicolon ??= at;
      at++;
    } else {
      const name = word(WORD);
      if (name === undefined) {
        at++;
        continue;
      }
      firstWord ||= name.toLowerCase();
      at += name.length;
      // E'it\'s': only here a backslash hides a quote.
      if (/^e$/i.test(name) && sql[at] === "'") at = closed(endOfQuoted(sql, at, "'", true), "a string");
    }
  }
  for (const offset of open) faults.push({ message: `a "${sql[offset]}" is not closed`, offset });
  const end = semicolon ?? sql.length;
  if (end > start) segments.push({ kind: "text", text: sql.slice(start, end), offset: start });
  return { segments, secondStatementAt, end, faults, firstWord };
}

function followedByName(sql: string, at: number): boolean {
  return /[a-z_]/i.test(sql[at + 1] ?? "");
}

/** Offset behind the closing quote, or -1. */
function endOfQuoted(sql: string, at: number, quote: string, backslash: boolean): number {
  for (let index = at + 1; index < sql.length; index++) {
    if (backslash && sql[index] === "\\") index++;
    else if (sql[index] === quote) {
      if (sql[index + 1] !== quote) return index + 1;
      index++;
    }
  }
  return -1;
}

/** Offset behind the comment's end, or -1; comments nest in Postgres. */
function endOfComment(sql: string, at: number): number {
  let depth = 0;
  for (let index = at; index < sql.length; index++) {
    const pair = sql.slice(index, index + 2);
    if (pair === "/*") {
      depth++;
      index++;
    } else if (pair === "*/") {
      index++;
      if (--depth === 0) return index + 1;
    }
  }
  return -1;
}
