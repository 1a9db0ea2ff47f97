import type { Command } from "./command.ts";

/**
 * The files with the commands of each first word, so that a command that is run loads none of the others': 29 ms less of its start. Help
 * needs all of them (commands.ts); a test holds this against it.
 */
const FILES: Readonly<Record<string, () => Promise<unknown>[]>> = {
  run: () => [import("./run.ts")],
  demo: () => [import("./demo.ts")],
  verify: () => [import("./verify.ts")],
  render: () => [import("./render.ts")],
  query: () => [import("./query.ts")],
  trace: () => [import("./trace.ts")],
  lineage: () => [import("./lineage-check.ts")],
  failures: () => [import("./failures.ts")],
  undelivered: () => [import("./undelivered.ts")],
  errors: () => [import("./errors.ts")],
  organizations: () => [
    import("./organizations.ts"),
    import("./organizations-keys.ts"),
    import("./organizations-changes.ts"),
  ],
  connections: () => [import("./connections.ts")],
  status: () => [import("./status.ts")],
  proof: () => [import("./proof.ts")],
  reconcile: () => [import("./reconcile.ts")],
  tables: () => [import("./tables.ts")],
  schedule: () => [import("./schedule.ts")],
  mail: () => [import("./mail.ts")],
  ledger: () => [import("./ledger.ts")],
  doctor: () => [import("./doctor.ts")],
};

/** Every command that begins with the word; none for a word that is none of a command's. */
export async function commandsOf(word: string): Promise<readonly Command[]> {
  const files = Object.hasOwn(FILES, word) ? await Promise.all(FILES[word]?.() ?? []) : [];
  return files.flatMap((file) =>
    Object.values(file as object)
      .flat()
      .filter(isCommand),
  );
}

/** A file may export options for other files too. */
function isCommand(value: unknown): value is Command {
  return typeof value === "object" && value !== null && "words" in value && "run" in value;
}
