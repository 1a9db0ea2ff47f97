/**
 * The closed set of errors that a person can meet, each with its exit code. The codes are a
 * documented contract (docs/exit-codes in README): 0 done, 1 failed, 2 wrong usage or
 * configuration, 3 done in part, 4 another run holds the lock, 5 the database cannot be reached,
 * 130 interrupted.
 *
 * A message says what happened and to what; `hint` says what to do next. Neither may hold a secret.
 */
export class ReportError extends Error {
  readonly exitCode: number;
  readonly hint: string | undefined;

  constructor(exitCode: number, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.exitCode = exitCode;
    this.hint = options.hint;
  }
}

type Options = { hint?: string; cause?: unknown };

/** The command line asks for something that does not exist or contradicts itself. */
export class UsageError extends ReportError {
  constructor(message: string, options?: Options) {
    super(2, message, options);
  }
}

/** A setting (file, environment, query header, template) is wrong. */
export class ConfigError extends ReportError {
  constructor(message: string, options?: Options) {
    super(2, message, options);
  }
}

/** The database cannot be reached, refuses the login, or went away. */
export class ConnectError extends ReportError {
  constructor(message: string, options?: Options) {
    super(5, message, options);
  }
}

/** The database answered a statement with an error. */
export class QueryError extends ReportError {
  constructor(message: string, options?: Options) {
    super(1, message, options);
  }
}

/** A file or folder cannot be written, read or published. */
export class OutputError extends ReportError {
  constructor(message: string, options?: Options) {
    super(1, message, options);
  }
}

/** A check that the user asked for found faults (verify, tables check, lineage check). */
export class CheckError extends ReportError {
  constructor(message: string, options?: Options) {
    super(1, message, options);
  }
}

/** Some of the work is done and some is not; the message names what is not. */
export class PartialError extends ReportError {
  constructor(message: string, options?: Options) {
    super(3, message, options);
  }
}

/** Another process holds what this one needs. */
export class LockedError extends ReportError {
  constructor(message: string, options?: Options) {
    super(4, message, options);
  }
}

/** A signal or the user ended the work. */
export class InterruptedError extends ReportError {
  constructor(message = "interrupted", options?: Options) {
    super(130, message, options);
  }
}
