import type { Command } from "./command.ts";
import { connections } from "./connections.ts";
import { demo } from "./demo.ts";
import { doctor } from "./doctor.ts";
import { errors } from "./errors.ts";
import { failures } from "./failures.ts";
import { ledgerInit } from "./ledger.ts";
import { lineageCheck } from "./lineage-check.ts";
import { mail } from "./mail.ts";
import { organizations } from "./organizations.ts";
import { organizationsChanges } from "./organizations-changes.ts";
import { organizationsKeys } from "./organizations-keys.ts";
import { proof } from "./proof.ts";
import { query } from "./query.ts";
import { reconcile } from "./reconcile.ts";
import { render } from "./render.ts";
import { run } from "./run.ts";
import { schedule } from "./schedule.ts";
import { status } from "./status.ts";
import { tables } from "./tables.ts";
import { trace } from "./trace.ts";
import { undelivered } from "./undelivered.ts";
import { verify } from "./verify.ts";

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [
  run,
  demo,
  verify,
  render,
  query,
  trace,
  lineageCheck,
  failures,
  undelivered,
  errors,
  organizations,
  organizationsKeys,
  connections,
  organizationsChanges,
  status,
  proof,
  reconcile,
  ...tables,
  ...schedule,
  ...mail,
  ledgerInit,
  doctor,
];
