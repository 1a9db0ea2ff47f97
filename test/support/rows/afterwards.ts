import { type At, ERA, toMicros, toText } from "./instants.ts";
import { requestParams } from "./messages.ts";
import { type Report, recordAction, recordFiles, recordLineage, updateTask } from "./record.ts";
import { edgesBetween } from "./steps.ts";
import { splitName, type World } from "./world.ts";

export interface ResendOptions {
  at: At;
  by?: string;
  /** queued: it will be sent; test: only asked; scheduled: it was waiting anyway; refused: answered 400 */
  outcome?: "queued" | "test" | "scheduled" | "refused";
}

/** An operator asks for a file to be sent again; the sending itself is a step of its own. Returns the action. */
export async function resend(world: World, batch: Report, options: ResendOptions): Promise<number> {
  const { by = "operator@reportstream.example", outcome = "queued" } = options;
  const at = toMicros(options.at);
  const will = `Will resend all (${batch.itemCount}) items in ${batch.id}`;
  const queued = `${batch.id} has been queued to resend immediately to ${batch.receiver}`;
  const query = { reportId: batch.id, receiver: batch.receiver!, ...(outcome === "test" ? { test: "true" } : {}) };
  const result = {
    queued: `OK: ${will}\n${queued}`,
    test: `OK: Here is what would happen if this were NOT a test:\n${will}\n${queued}\nNothing sent.  This was just a test`,
    scheduled: `OK: Cannot send ${batch.id}. Its already scheduled to send at ${toText(at)}`,
    refused: `BAD_REQUEST: The receiver ${batch.receiver} does not match`,
  }[outcome];
  const actionId = await recordAction(world, {
    name: "resend",
    at,
    columns: {
      action_params: requestParams("adm/resend", query),
      action_result: result,
      http_status: outcome === "refused" ? 400 : 200,
      username: by,
    },
  });
  if (outcome === "queued") {
    world.attempts.delete(batch.id);
    await updateTask(world, batch.id, {
      next_action: "send",
      next_action_at: null,
      retry_token: JSON.stringify({ retryCount: 0, items: ["*"] }),
      batched_at: toText(at),
    });
  }
  return actionId;
}

export interface DownloadOptions {
  at: At;
  by?: string;
  /**
   * duplicated: the edges into the file fetched are written again, as since September 2023; own:
   * the download has edges of its own, as before. By the time unless given.
   */
  edges?: "duplicated" | "own";
}

/** Somebody fetches the file. Returns the download's own report. */
export async function download(world: World, file: Report, options: DownloadOptions): Promise<Report> {
  const { by = "reader@receiver.example" } = options;
  const at = toMicros(options.at);
  const edges = options.edges ?? (at < ERA.sentBody ? "own" : "duplicated");
  const [organization] = splitName(file.receiver!);
  const actionId = await recordAction(world, {
    name: "download",
    at,
    receiver: file.receiver,
    columns: {
      action_params: requestParams(`history/report/${file.id}`, { organization }),
      action_result: "OK",
      http_status: 200,
      username: by,
    },
  });
  const [fetched] = await recordFiles(world, actionId, at, [
    {
      topic: file.topic,
      format: file.format,
      nextAction: null,
      itemCount: file.itemCount,
      before: null,
      receiver: file.receiver,
      folder: null,
      columns: {
        transport_params: `{ "reportRequested": "${file.id}"}`,
        transport_result: `{ "downloadedBy": "${by}"}`,
        downloaded_by: by,
      },
    },
  ]);
  const pairs = file.items.map((item, position) => ({ from: position, to: position, item }));
  const own = edges === "own" ? edgesBetween(at, file, fetched!, pairs) : [];
  await recordLineage(world, actionId, at, own, [[file.id, fetched!.id]]);
  if (edges === "duplicated") await repeatEdgesInto(world, file.id, toText(at));
  return fetched!;
}

async function repeatEdgesInto(world: World, reportId: string, createdAt: string): Promise<void> {
  await world.client.query(
    `insert into item_lineage
       (parent_report_id, parent_index, child_report_id, child_index, tracking_id, item_hash, created_at)
     select parent_report_id, parent_index, child_report_id, child_index, tracking_id, item_hash, $2
     from item_lineage where child_report_id = $1 order by item_lineage_id`,
    [reportId, createdAt],
  );
}
