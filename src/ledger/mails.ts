import { createHash } from "node:crypto";
import type { Session } from "../source/session.ts";
import type { Value } from "../source/value-types.ts";
import { formatInstant, type Micros, SECOND } from "../time/instant.ts";

export const MAIL_STATES = ["planned", "sending", "accepted", "refused", "unknown", "held", "skipped"] as const;

/**
 * - `planned`: to be sent, also again after a failure that left nothing behind
 * - `sending`: a conversation with the server is going on
 * - `accepted`: the server took it, and its answer is kept
 * - `refused`: the server, or the check of its addresses, said no for good
 * - `unknown`: the whole message was handed over and the answer never came; never sent again by itself
 * - `held`: its figures are doubtful; a person releases or discards it
 * - `skipped`: nothing to say, as was asked for, or discarded by a person
 */
export type MailState = (typeof MAIL_STATES)[number];

export type MailKind = "organization" | "operators" | "notice";

/** What one mail is about. There is never a second one of the same key. */
export interface MailKey {
  schedule: string;
  window: { from: Micros; to: Micros; timeZone: string };
  kind: MailKind;
  /** Empty for the operators' own. */
  organization: string;
}

export interface NewMail extends MailKey {
  messageId: string;
  state: "planned" | "held" | "skipped" | "refused";
  /** Why it is held, skipped or refused. */
  reason: string | undefined;
  /** The envelope's sender and recipients, each one plain address and none of them twice. */
  sender: string;
  recipients: readonly string[];
  subject: string;
  message: Uint8Array;
  /** Without attachment, for a server that takes no more; undefined where there is none to leave out. */
  smaller?: Uint8Array | undefined;
  /** What later mails of the same organization are compared with. */
  figures: object;
}

/** A mail that this process has taken to send. */
export interface ClaimedMail extends MailKey {
  mailId: number;
  messageId: string;
  sender: string;
  /** Those who have not got it yet. */
  recipients: string[];
  subject: string;
  message: Buffer;
  smaller: Buffer | undefined;
  /** Counts from 1. */
  attempt: number;
  holder: string;
  /** How long ago it was planned. */
  age: Micros;
}

export interface ListedMail extends MailKey {
  mailId: number;
  messageId: string;
  state: MailState;
  reason: string | null;
  recipients: string[];
  refusedRecipients: string[];
  subject: string;
  sha256: string;
  bytes: number;
  attempts: number;
  phase: string | null;
  reply: string | null;
  plannedAt: Micros;
  nextAttemptAt: Micros;
  endedAt: Micros | null;
}

/** How an attempt ended. */
export interface MailOutcome {
  state: "accepted" | "refused" | "unknown" | "planned";
  /** How far the conversation came. */
  phase: string;
  /** What the server said last. */
  reply: string;
  reason?: string | undefined;
  /** Of the recipients of this attempt. For `planned`, those to whom it was handed over, and who do not get it again. */
  acceptedRecipients?: readonly string[] | undefined;
  refusedRecipients?: readonly string[] | undefined;
  /** For `planned`: not again before this has passed. */
  retryAfter?: Micros | undefined;
}

const LISTED =
  "mail_id, kind, schedule, window_from, window_to, time_zone, organization, message_id, state, reason, to_json(recipients)::text, " +
  "to_json(refused_recipients)::text, subject, message_sha256, message_bytes, attempts, phase, reply, planned_at, next_attempt_at, ended_at";

/** No conversation takes so long: it is cut off before. */
export const LONGEST_CONVERSATION: Micros = 10 * 60 * SECOND;

/** Adds the event of every changed row to the trail; `changed` returns mail_id, state, phase, reply, reason first. */
function traced(change: string, columns: string): string {
  return `with changed as (${change}), event as (
    insert into lineage_report.mail_event (mail_id, state, phase, reply, reason)
    select mail_id, state, phase, reply, reason from changed
  ) select ${columns} from changed`;
}

/** The states of mails. Each change is one statement, and leaves a line in mail_event. */
export class MailLedger {
  readonly #session: Session;
  #last: Promise<unknown> = Promise.resolve();

  constructor(session: Session) {
    this.#session = session;
  }

  /**
   * Writes mails down before anything is sent. What is there already stays, except that a mail which was refused, and which nobody
   * has got, takes the new state if no attempt was ever made or its addresses were corrected.
   *
   * @returns whether it is new, or changed
   */
  async plan(mail: NewMail): Promise<boolean> {
    const rows = await this.#rows(
      traced(
        `insert into lineage_report.mail as m
           (kind, schedule, window_from, window_to, time_zone, organization, message_id, state, reason, sender, recipients, subject,
            message, message_sha256, message_bytes, figures, ended_at, smaller)
         values ($1, $2, $3::timestamptz, $4::timestamptz, $5, $6, $7, $8, $9, $10, $11::text[], $12, $13::bytea, $14, $15, $16::jsonb,
           case when $8 in ('skipped', 'refused') then now() end, $17::bytea)
         on conflict (schedule, window_from, window_to, kind, organization) do update set
           state = excluded.state, reason = excluded.reason, sender = excluded.sender, recipients = excluded.recipients,
           subject = excluded.subject, message = excluded.message, smaller = excluded.smaller, message_sha256 = excluded.message_sha256,
           message_bytes = excluded.message_bytes, figures = excluded.figures, ended_at = excluded.ended_at, planned_at = now(),
           next_attempt_at = now(), refused_recipients = '{}', phase = null, reply = null
         where m.state = 'refused' and excluded.state <> 'refused' and m.accepted_recipients = '{}'
           and (m.attempts = 0 or m.recipients <> excluded.recipients)
         returning mail_id, state, phase, reply, reason`,
        "mail_id",
      ),
      [
        mail.kind,
        mail.schedule,
        formatInstant(mail.window.from),
        formatInstant(mail.window.to),
        mail.window.timeZone,
        mail.organization,
        mail.messageId,
        mail.state,
        mail.reason ?? null,
        mail.sender,
        [...mail.recipients],
        mail.subject,
        mail.state === "planned" || mail.state === "held" ? Buffer.from(mail.message) : null,
        createHash("sha256").update(mail.message).digest("hex"),
        mail.message.byteLength,
        JSON.stringify(mail.figures),
        mail.smaller && (mail.state === "planned" || mail.state === "held") ? Buffer.from(mail.smaller) : null,
      ],
      "planning a mail",
    );
    return rows.length > 0;
  }

  /**
   * Takes one mail to send: those never tried before those that failed, so that new mail keeps its turn beside a backlog. One
   * statement, committed before any connection to the server is opened.
   *
   * @param onlyTo takes no mail that goes to anybody else, whoever planned it
   */
  async claim(holder: string, onlyTo?: string | undefined): Promise<ClaimedMail | undefined> {
    const [row] = await this.#rows(
      traced(
        `update lineage_report.mail set state = 'sending', holder = $1, attempts = attempts + 1, started_at = now(),
           phase = 'connecting', reply = null, reason = null
         where mail_id = (
           select mail_id from lineage_report.mail
           where state = 'planned' and next_attempt_at <= now() and ($2::text is null or recipients <@ array[$2::text])
           order by attempts = 0 desc, next_attempt_at, mail_id
           limit 1
           for update skip locked
         )
         returning *`,
        `mail_id, kind, schedule, window_from, window_to, time_zone, organization, message_id, sender, (select to_json(array(
           select unnest(recipients) except all select unnest(accepted_recipients || refused_recipients)))::text), subject,
         message, smaller, attempts, (extract(epoch from now() - planned_at) * 1000000)::bigint`,
      ),
      [holder, onlyTo ?? null],
      "taking a mail to send",
    );
    if (!row) return undefined;
    const [
      mailId,
      kind,
      schedule,
      from,
      to,
      timeZone,
      organization,
      messageId,
      sender,
      recipients,
      subject,
      message,
      smaller,
      attempt,
      age,
    ] = row;
    return {
      mailId: Number(mailId),
      kind: kind as MailKind,
      schedule: schedule as string,
      window: { from: from as Micros, to: to as Micros, timeZone: timeZone as string },
      organization: organization as string,
      messageId: messageId as string,
      sender: sender as string,
      recipients: JSON.parse(recipients as string) as string[],
      subject: subject as string,
      message: bytes(message as string),
      smaller: smaller === null ? undefined : bytes(smaller as string),
      attempt: Number(attempt),
      holder,
      age: Number(age),
    };
  }

  /**
   * Written just before the end of the message is handed over: from here on, a silence means that
   * nobody knows whether the mail was taken.
   *
   * @returns false when the mail is not this process's any more; the end must not be handed over then
   */
  async markHandedOver(mail: ClaimedMail): Promise<boolean> {
    const rows = await this.#rows(
      traced(
        `update lineage_report.mail set phase = 'handed over'
         where mail_id = $1 and holder = $2 and attempts = $3 and state = 'sending'
         returning mail_id, state, phase, reply, reason`,
        "mail_id",
      ),
      [mail.mailId, mail.holder, mail.attempt],
      "marking a mail as handed over",
    );
    return rows.length > 0;
  }

  /** Ends an attempt. @returns false when the mail was not this process's any more */
  async settle(mail: ClaimedMail, outcome: MailOutcome): Promise<boolean> {
    const rows = await this.#rows(
      traced(
        `update lineage_report.mail set state = $4, phase = $5, reply = $6, reason = $7,
           refused_recipients = refused_recipients || $8::text[], accepted_recipients = accepted_recipients || $10::text[],
           next_attempt_at = now() + $9::double precision * interval '1 second',
           ended_at = case when $4 <> 'planned' then now() end,
           message = case when $4 in ('accepted', 'refused') then null else message end,
           smaller = case when $4 in ('accepted', 'refused') then null else smaller end
         where mail_id = $1 and holder = $2 and attempts = $3 and state = 'sending'
         returning mail_id, state, phase, reply, reason`,
        "mail_id",
      ),
      [
        mail.mailId,
        mail.holder,
        mail.attempt,
        outcome.state,
        outcome.phase,
        outcome.reply,
        outcome.reason ?? null,
        [...(outcome.refusedRecipients ?? [])],
        (outcome.retryAfter ?? 0) / SECOND,
        [...(outcome.acceptedRecipients ?? [])],
      ],
      "writing down how a mail ended",
    );
    return rows.length > 0;
  }

  /** Mails that some process has begun and not ended. */
  async sending(): Promise<{ mailId: number; holder: string; old: boolean }[]> {
    const rows = await this.#rows(
      `select mail_id, holder, started_at < now() - $1::double precision * interval '1 second'
       from lineage_report.mail where state = 'sending' order by mail_id`,
      [(2 * LONGEST_CONVERSATION) / SECOND],
      "reading which mails are being sent",
    );
    return rows.map(([mailId, holder, old]) => ({
      mailId: Number(mailId),
      holder: holder as string,
      old: old === true,
    }));
  }

  /**
   * Takes a mail from a process that died while it sent it: what was not handed over whole is sent
   * again, and of what was nobody knows.
   */
  async recover(mailId: number, holder: string): Promise<MailState | undefined> {
    const [row] = await this.#rows(
      traced(
        `update lineage_report.mail set
           state = case when phase = 'handed over' then 'unknown' else 'planned' end,
           ended_at = case when phase = 'handed over' then now() end,
           reason = 'the process that sent it died', next_attempt_at = now()
         where mail_id = $1 and holder = $2 and state = 'sending'
         returning mail_id, state, phase, reply, reason`,
        "state",
      ),
      [mailId, holder],
      "taking over a mail of a dead process",
    );
    return row?.[0] as MailState | undefined;
  }

  /** Lets held mails go as they are. @returns those that were held */
  release(mailIds: readonly number[]): Promise<number[]> {
    return this.#change(
      "state = 'planned', reason = 'released', next_attempt_at = now(), planned_at = now()",
      ["held"],
      mailIds,
    );
  }

  /** Drops held mails for good. @returns those that were held */
  discard(mailIds: readonly number[]): Promise<number[]> {
    return this.#change(
      "state = 'skipped', reason = 'discarded', ended_at = now(), message = null, smaller = null",
      ["held"],
      mailIds,
    );
  }

  /** A person has found out what became of mails. @returns those that were in doubt (for `again` also the refused that still can be sent) */
  resolve(mailIds: readonly number[], as: "accepted" | "refused" | "again"): Promise<number[]> {
    if (as === "again") {
      const set =
        "state = 'planned', reason = 'sent again by hand', next_attempt_at = now(), planned_at = now(), ended_at = null";
      return this.#change(set, ["unknown"], mailIds);
    }
    return this.#change(
      `state = '${as}', reason = 'resolved by hand', ended_at = now(), message = null, smaller = null`,
      ["unknown"],
      mailIds,
    );
  }

  async #change(set: string, from: readonly MailState[], mailIds: readonly number[]): Promise<number[]> {
    const rows = await this.#rows(
      traced(
        `update lineage_report.mail set ${set} where mail_id = any($1::bigint[]) and state = any($2::text[])
         returning mail_id, state, phase, reply, reason`,
        "mail_id",
      ),
      [mailIds, from],
      "changing mails",
    );
    return rows.map(([mailId]) => Number(mailId));
  }

  /**
   * Figures of earlier mails of the same schedule and organization, latest window first, whatever became of them
   * but those that a person discarded.
   */
  async history(key: MailKey, limit: number): Promise<{ from: Micros; figures: unknown }[]> {
    const rows = await this.#rows(
      `select window_from, figures::text from lineage_report.mail
       where schedule = $1 and kind = $2 and organization = $3 and window_from < $4::timestamptz and reason is distinct from 'discarded'
       order by window_from desc limit $5`,
      [key.schedule, key.kind, key.organization, formatInstant(key.window.from), limit],
      "reading earlier mails",
    );
    return rows.map(([from, figures]) => ({ from: from as Micros, figures: JSON.parse(figures as string) as unknown }));
  }

  /** The latest mails, or those in certain states, newest first. */
  async list(options: {
    states?: readonly MailState[];
    organization?: string | undefined;
    limit: number;
  }): Promise<ListedMail[]> {
    const rows = await this.#rows(
      `select ${LISTED}
       from lineage_report.mail
       where ($1::text[] is null or state = any($1::text[])) and ($2::text is null or organization = $2)
       order by planned_at desc, mail_id desc limit $3`,
      [options.states ?? null, options.organization ?? null, options.limit],
      "listing mails",
    );
    return rows.map(listed);
  }

  /** Single mails by their numbers, in the numbers' order. */
  async ofIds(mailIds: readonly number[]): Promise<ListedMail[]> {
    if (mailIds.length === 0) return [];
    const rows = await this.#rows(
      `select ${LISTED} from lineage_report.mail where mail_id = any($1::bigint[]) order by mail_id`,
      [mailIds],
      "reading mails",
    );
    return rows.map(listed);
  }

  /** All mails of one schedule's window. */
  async ofWindow(schedule: string, window: { from: Micros; to: Micros }): Promise<ListedMail[]> {
    const rows = await this.#rows(
      `select ${LISTED}
       from lineage_report.mail where schedule = $1 and window_from = $2::timestamptz and window_to = $3::timestamptz order by kind, organization`,
      [schedule, formatInstant(window.from), formatInstant(window.to)],
      "listing a window's mails",
    );
    return rows.map(listed);
  }

  /** Several conversations share the session, whose statements come one after the other. */
  #rows(sql: string, values: readonly unknown[], what: string): Promise<readonly Value[][]> {
    const work = this.#last.then(async () => (await this.#session.query(sql, values, { what })).rows);
    this.#last = work.catch(() => undefined);
    return work;
  }
}

function listed(row: Value[]): ListedMail {
  const [
    mailId,
    kind,
    schedule,
    from,
    to,
    timeZone,
    organization,
    messageId,
    state,
    reason,
    recipients,
    refused,
    ...rest
  ] = row;
  const [subject, sha256, size, attempts, phase, reply, plannedAt, nextAttemptAt, endedAt] = rest;
  return {
    mailId: Number(mailId),
    kind: kind as MailKind,
    schedule: schedule as string,
    window: { from: from as Micros, to: to as Micros, timeZone: timeZone as string },
    organization: organization as string,
    messageId: messageId as string,
    state: state as MailState,
    reason: reason as string | null,
    recipients: JSON.parse(recipients as string) as string[],
    refusedRecipients: JSON.parse(refused as string) as string[],
    subject: subject as string,
    sha256: sha256 as string,
    bytes: Number(size),
    attempts: Number(attempts),
    phase: phase as string | null,
    reply: reply as string | null,
    plannedAt: plannedAt as Micros,
    nextAttemptAt: nextAttemptAt as Micros,
    endedAt: endedAt as Micros | null,
  };
}

/** `\x68656c6c6f`, as a session with bytea_output hex prints it. */
function bytes(text: string): Buffer {
  return Buffer.from(text.slice(2), "hex");
}
