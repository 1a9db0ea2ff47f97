import { errorFamily } from "../action-log/transport.ts";
import type { Catalogue } from "../source/catalogue.ts";
import { query, rows } from "../source/row-stream.ts";
import type { Snapshot } from "../source/snapshot.ts";
import type { Micros } from "../time/instant.ts";
import type { Check } from "./checks.ts";
import type { Count } from "./connections.ts";

/** The checks by the receiver's party key. Of a failed check's log only the kind of error is kept: it may hold hosts. */
export async function readChecks(
  snapshot: Snapshot,
  catalogue: Catalogue,
  from: Micros,
  to: Micros,
): Promise<Map<string, Check[]>> {
  const checks = new Map<string, Check[]>();
  for await (const batch of rows(snapshot, catalogue.find("connections-checks"), { from, to })) {
    for (const [receiver, at, successful, result] of batch) {
      const check = { at: at as number, failure: successful === true ? undefined : errorFamily(String(result ?? "")) };
      const known = checks.get(String(receiver));
      if (known) known.push(check);
      else checks.set(String(receiver), [check]);
    }
  }
  return checks;
}

/** Files that wait to be sent now, by the receiver's full name. */
export async function readWaiting(snapshot: Snapshot, catalogue: Catalogue): Promise<Map<string, Count>> {
  const { rows: found } = await query(snapshot, catalogue.find("connections-waiting"), {});
  return new Map(
    found.map(([receiver, files, items]) => [String(receiver), { files: Number(files), items: Number(items) }]),
  );
}
