import { CheckError, ReportError } from "../errors.ts";

type Options = { hint?: string; cause?: unknown };

/** A file cannot be taken as a lookup table; `rule` names the check that says so. */
export class FileRefusedError extends CheckError {
  readonly rule: string;

  constructor(rule: string, message: string, options?: Options) {
    super(message, options);
    this.rule = rule;
  }
}

/** The database is no longer as it was when the change was planned; nothing was changed. */
export class MovedError extends ReportError {
  constructor(message: string, options?: Options) {
    super(1, message, options);
  }
}

/** A guard (row drop, unknown version before, findings of a check) stops the change; nothing was changed. */
export class GuardError extends ReportError {
  constructor(message: string, options?: Options) {
    super(1, message, options);
  }
}

/** The role of the connection lacks the right to write; nothing was changed. */
export class RightMissingError extends ReportError {
  constructor(message: string, options?: Options) {
    super(1, message, options);
  }
}
