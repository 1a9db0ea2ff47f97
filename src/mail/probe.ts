import { smtpConnection } from "./smtp-connection.ts";
import type { SmtpError } from "./smtp-errors.ts";
import { explainSmtp, withoutSecrets } from "./smtp-errors.ts";
import type { SmtpSettings } from "./smtp-settings.ts";

/** What a mail server answered to a greeting, and to a login where there is a user. No mail is sent. */
export type Probe =
  | {
      answered: true;
      /** TLS, by STARTTLS or from the first byte. */
      secure: boolean;
      /** Ways of logging in that it offers. */
      auth: readonly string[];
      /** Bytes that it takes in a message; undefined where it does not say. */
      size: number | undefined;
      login: "not asked" | "accepted" | "not offered" | { refused: string };
    }
  | { answered: false; why: string };

/** Every step gets so long: a doctor is waited for. */
const PATIENCE_MS = 15_000;

/** Connects, greets (EHLO), takes TLS as mails would, logs in where a user is named, and says goodbye. Never throws. */
export function probeSmtp(settings: SmtpSettings, signal: AbortSignal): Promise<Probe> {
  const timeoutMs = Math.min(settings.timeoutMs, PATIENCE_MS);
  const connection = smtpConnection({ ...settings, timeoutMs });
  const say = (error: SmtpError): string =>
    withoutSecrets(explainSmtp(error, settings), settings)
      .replaceAll(/\p{Cc}+/gu, " ")
      .trim()
      .slice(0, 300);
  return new Promise((resolve) => {
    let over = false;
    const longest = setTimeout(() => fail(new Error(`no end after ${(2 * timeoutMs) / 1000} s`)), 2 * timeoutMs);
    const finish = (probe: Probe): void => {
      if (over) return;
      over = true;
      clearTimeout(longest);
      signal.removeEventListener("abort", interrupt);
      if (probe.answered) connection.quit();
      else connection.close();
      resolve(probe);
    };
    const fail = (error: SmtpError): void => finish({ answered: false, why: say(error) });
    const interrupt = (): void => fail(new Error("interrupted"));
    signal.addEventListener("abort", interrupt, { once: true });
    connection.on("error", fail);
    connection.on("end", () => fail(new Error("the server closed the connection")));
    if (signal.aborted) return interrupt();
    connection.connect((error?: SmtpError | null) => {
      if (error) return fail(error);
      const { _maxAllowedSize: limit, _supportedAuth: auth } = connection as unknown as Greeting;
      const size = typeof limit === "number" && limit > 0 ? limit : undefined;
      const greeting = { answered: true, secure: connection.secure, auth: auth ?? [], size } as const;
      const { user, password } = settings;
      if (user === undefined) return finish({ ...greeting, login: "not asked" });
      if (greeting.auth.length === 0) return finish({ ...greeting, login: "not offered" });
      connection.login({ credentials: { user, pass: password?.reveal() ?? "" } }, (refused) =>
        finish({ ...greeting, login: refused ? { refused: say(refused) } : "accepted" }),
      );
    });
  });
}

/** The parts of a connection that its types leave out. */
interface Greeting {
  _maxAllowedSize?: number | false;
  _supportedAuth?: string[];
}
