import { readFileSync, statSync } from "node:fs";

export interface PasswordQuestion {
  host: string;
  port: number;
  database: string;
  user: string;
}

export interface PasswordAnswer {
  password: string | undefined;
  /** Why the file was not used, for the person who expected it to be. */
  warning: string | undefined;
}

/**
 * Looks a password up as libpq does: lines `host:port:database:user:password`, `*` for any, `\:` and `\\`
 * for the characters themselves, the first line that fits counts. A file that others may read is not used.
 * A connection over a socket in a default folder is looked up as `localhost`.
 */
export function passwordFromFile(file: string, question: PasswordQuestion): PasswordAnswer {
  let text: string;
  try {
    const status = statSync(file);
    if (!status.isFile()) return { password: undefined, warning: `password file ${file} is not a plain file` };
    if ((status.mode & 0o077) !== 0) {
      return {
        password: undefined,
        warning: `password file ${file} is readable by others and was not used; run: chmod 600 ${file}`,
      };
    }
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { password: undefined, warning: undefined };
    return {
      password: undefined,
      warning: `password file ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown reason"})`,
    };
  }
  return { password: passwordFromText(text, question), warning: undefined };
}

/** The same for the file's text: pure. */
export function passwordFromText(text: string, question: PasswordQuestion): string | undefined {
  const host = question.host.startsWith("/") ? ["localhost", question.host] : [question.host];
  for (const line of text.split(/\r?\n/)) {
    if (line === "" || line.startsWith("#")) continue;
    const fields = splitLine(line);
    if (fields.length < 5) continue;
    const [lineHost, port, database, user, password] = fields as [string, string, string, string, string];
    if (
      (lineHost === "*" || host.includes(lineHost)) &&
      (port === "*" || port === String(question.port)) &&
      (database === "*" || database === question.database) &&
      (user === "*" || user === question.user)
    ) {
      return password;
    }
  }
  return undefined;
}

function splitLine(line: string): string[] {
  const fields: string[] = [];
  let field = "";
  for (let i = 0; i < line.length; i++) {
    if (line[i] === "\\" && i + 1 < line.length) field += line[++i];
    else if (line[i] === ":" && fields.length < 4) {
      fields.push(field);
      field = "";
    } else field += line[i];
  }
  fields.push(field);
  return fields;
}
