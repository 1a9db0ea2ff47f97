import type { ClaimedMail, MailLedger, MailOutcome } from "../ledger/mails.ts";
import { HOUR, type Micros } from "../time/instant.ts";
import { backoff, type MailServer, type Phase, type SmtpResult } from "./smtp.ts";

export interface SendRequest {
  ledger: Pick<MailLedger, "claim" | "markHandedOver" | "settle">;
  server: MailServer;
  /** This process, so that another can tell whether it lives. */
  holder: string;
  /** In a trial, the only address that anything may go to. */
  onlyTo?: string | undefined;
  /** Conversations at once. */
  connections: number;
  /** A mail that is not taken for so long is given up. */
  giveUp: Micros;
  signal: AbortSignal;
  onSent?: (mail: ClaimedMail, outcome: MailOutcome) => void;
}

/** So many conversations in a row that end before the envelope are the server's fault or the settings', and no mail's. */
const TROUBLES = 3;
const BEFORE_ENVELOPE: readonly Phase[] = ["connecting", "greeting", "login"];

/**
 * Sends what is planned and due, until nothing is left, the signal is aborted, or the server can plainly not be talked to: five hundred
 * mails are not worth five hundred refused logins, and the rest stays planned, untried. Each mail is taken in the
 * ledger before the server is called, marked before its end is handed over, and settled after; whatever happens between, the ledger tells which
 * of the three was the last.
 */
export async function sendPlanned(request: SendRequest): Promise<void> {
  let troubles = 0;
  const lane = async (): Promise<void> => {
    while (!request.signal.aborted && troubles < TROUBLES) {
      const mail = await request.ledger.claim(request.holder, request.onlyTo);
      if (!mail) return;
      const { result, outcome } = await sendOne(request, mail);
      troubles = result.kind === "deferred" && BEFORE_ENVELOPE.includes(result.phase) ? troubles + 1 : 0;
      request.onSent?.(mail, outcome);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, request.connections) }, lane));
}

async function sendOne(request: SendRequest, mail: ClaimedMail): Promise<{ result: SmtpResult; outcome: MailOutcome }> {
  const { ledger } = request;
  let result = await handOver(request, mail, mail.message);
  let reduced = false;
  if (result.kind === "too large" && mail.smaller) {
    reduced = true;
    result = await handOver(request, mail, mail.smaller);
  }
  const outcome = outcomeOf(result, mail, request.giveUp, reduced);
  await ledger.settle(mail, outcome);
  return { result, outcome };
}

function handOver({ ledger, server, signal }: SendRequest, mail: ClaimedMail, message: Buffer): Promise<SmtpResult> {
  return server.handOver({
    from: mail.sender,
    to: mail.recipients,
    message,
    beforeEnd: () => ledger.markHandedOver(mail),
    signal,
  });
}

/** The state that a result of the conversation leads to; pure. */
export function outcomeOf(
  result: SmtpResult,
  mail: Pick<ClaimedMail, "recipients" | "age">,
  giveUp: Micros,
  reduced = false,
): MailOutcome {
  const tooOld = mail.age >= giveUp;
  const given = `not taken within ${Math.round(giveUp / HOUR)} hours`;
  switch (result.kind) {
    case "accepted": {
      const refused = result.refused.map(({ address }) => address);
      const later = result.refused.filter(({ reply }) => /^4/.test(reply)).map(({ address }) => address);
      const acceptedRecipients = mail.recipients.filter((address) => !refused.includes(address));
      const forGood = refused.filter((address) => !later.includes(address));
      const shared = { phase: "answered", reply: result.reply, acceptedRecipients };
      if (later.length > 0 && !tooOld) {
        const reason = `not taken for ${later.join(", ")} yet`;
        return { ...shared, state: "planned", reason, refusedRecipients: forGood, retryAfter: backoff(mail.age) };
      }
      const said = refused.length === 0 ? undefined : `not taken for ${result.refused.map(tell).join("; ")}`;
      const reason = [reduced ? "without its attachment, which the server found too large" : "", said ?? ""]
        .filter(Boolean)
        .join("; ");
      return { ...shared, state: "accepted", reason: reason === "" ? undefined : reason, refusedRecipients: refused };
    }
    case "deferred":
      return tooOld
        ? { state: "refused", phase: result.phase, reply: result.reply, reason: given }
        : { state: "planned", phase: result.phase, reply: result.reply, retryAfter: backoff(mail.age) };
    case "refused":
      return {
        state: "refused",
        phase: result.phase,
        reply: result.reply,
        reason: result.refused.map(tell).join("; ") || undefined,
      };
    case "unknown":
      return {
        state: "unknown",
        phase: "handed over",
        reply: result.reply,
        reason: "handed over whole, and no answer came: look at the server's log, then `lineage-report mail resolve`",
      };
    case "too large":
      return {
        state: "refused",
        phase: "greeting",
        reply: "",
        reason: `it has ${result.bytes} bytes, and the server takes ${result.limit}`,
      };
  }
}

function tell({ address, reply }: { address: string; reply: string }): string {
  return reply === "" ? address : `${address} (${reply})`;
}
