import type { Micros } from "../../../time/instant.ts";
import type { Sender } from "../cast.ts";
import { FIELD_DETAILS, invalidParameter, invalidReport, logAbout } from "../logs.ts";
import { submitRequest } from "../messages.ts";
import type { LogRow } from "../records.ts";
import type { Submission, World } from "../world.ts";
import { ADDRESSES } from "./submit.ts";

export type Refusal = {
  readonly at: Micros;
  /** Null when the request failed before its sender was known (an invalid `option`). */
  readonly sender: Sender | null;
  readonly externalName: string | null;
  readonly variant: string | null;
  /** What to log; an everyday mix when left out. */
  readonly logs?: readonly Omit<LogRow, "report">[];
};

/** A request answered 400: an action and logs that name no report (ReportStream: ReportFunction). */
export function refuse(world: World, refusal: Refusal): void {
  world.queue.at(refusal.at, (at) => {
    const { records, random, ledger } = world;
    const { sender, externalName } = refusal;
    const contentLength = random.int(40, 90_000);
    const stamp = records.action(
      at,
      {
        name: "receive",
        params: submitRequest(sender ?? "nobody.default", externalName, sender ? "" : "&option=Nonsense"),
        result: "BAD_REQUEST",
        http: 400,
        contentLength,
        senderIp: random.pick(ADDRESSES),
        sender,
        externalName,
      },
      true,
    );
    const submission: Pick<Submission, "account"> = {
      account: ledger.open({
        actionId: stamp.actionId,
        reportId: null,
        sender: sender?.fullName ?? null,
        topic: null,
        submittedAt: at,
        items: 0,
        httpStatus: 400,
        fileName: externalName,
        format: null,
        errors: 0,
        warnings: 0,
        variant: refusal.variant,
      }),
    };
    const logs = refusal.logs ?? everydayLogs(world, sender);
    for (const log of logs) logAbout(records, stamp, submission, { ...log, report: null });
  });
}

/** A request that only tests: an action and nothing else; it is no submission. */
export function testRequest(world: World, at: Micros, sender: Sender, variant: string | null): void {
  world.queue.at(at, (now) => {
    const stamp = world.records.action(now, {
      name: "receive",
      params: submitRequest(sender, null, "&option=ValidatePayload"),
      result: "OK",
      http: 200,
      contentLength: 400,
      sender,
    });
    if (variant) world.ledger.event({ variant, at: now, actionId: stamp.actionId, reportId: null });
  });
}

function everydayLogs(world: World, sender: Sender | null): Omit<LogRow, "report">[] {
  const { random } = world;
  if (!sender) {
    const message = "Url Option 'Nonsense' is not valid. Valid options: None, CheckConnections";
    return [{ type: "error", scope: "parameter", detail: invalidParameter(message) }];
  }
  if (random.chance(0.3)) {
    return [
      { type: "error", scope: "report", detail: invalidReport("Report has no rows") },
      { type: "info", scope: "report", detail: invalidReport('Unexpected parse exception: "index 0" out of bounds') },
    ];
  }
  return Array.from({ length: random.logInt(1, 12) }, (_, position) => ({
    type: position === 0 || random.chance(0.7) ? ("error" as const) : ("warning" as const),
    scope: "item" as const,
    index: position + 1,
    tracking: random.chance(0.5) ? `ACC-${random.int(1, 9999)}` : `row${position + 1}`,
    detail: random.pick(FIELD_DETAILS),
  }));
}
