import { ConfigError } from "../errors.ts";
import { Secret } from "../source/secret.ts";
import { readAuthority } from "./authority.ts";

/** Where and as whom to hand over mail. Printing it shows no secret. */
export interface SmtpSettings {
  host: string;
  port: number;
  /** TLS from the first byte. */
  secure: boolean;
  /** STARTTLS: demanded, used where it is offered, or not. */
  tls: "require" | "offer" | "off";
  /** Check the server's certificate. */
  verify: boolean;
  /** Certificates of the authorities to trust, as PEM, instead of those that Node brings. */
  ca: string | undefined;
  user: string | undefined;
  password: Secret | undefined;
  /** The name that this side gives itself. */
  clientName: string | undefined;
  /** For each step of the conversation. */
  timeoutMs: number;
  /** For the whole of it. */
  longestMs: number;
}

const HINT =
  "write smtp://user@host:587, smtps://user@host:465, or smtp://localhost:25?tls=off; the password comes from SMTP_PASSWORD";
const TIMEOUT_MS = 60_000;
const LONGEST_MS = 8 * 60_000;

/**
 * The mail server from SMTP_URL, with SMTP_USER and SMTP_PASSWORD for what is not in it. `smtp:` demands STARTTLS, unless `?tls=offer` or
 * `?tls=off` says otherwise or the host is this machine; `smtps:` is TLS from the first byte. `?ca=FILE` names the authority whose certificates
 * are taken, `?verify=no` takes any. A password never goes to another machine unencrypted: with one, `offer` demands too.
 *
 * @throws ConfigError that never repeats a value which may be secret
 */
export function smtpSettings(env: Readonly<Record<string, string | undefined>>): SmtpSettings {
  const text = env.SMTP_URL;
  if (text === undefined || text === "")
    throw new ConfigError("no mail server is named: SMTP_URL is not set", { hint: HINT });
  const url = parseUrl(text);
  const secure = url.protocol === "smtps:";
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const known = ["tls", "verify", "ca", "name"];
  const unknown = [...url.searchParams.keys()].filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new ConfigError(`SMTP_URL has a parameter ${unknown[0]}; known are ${known.join(", ")}`, { hint: HINT });
  const local = host === "localhost" || host === "127.0.0.1" || host === "::1";
  const tls = url.searchParams.get("tls") ?? (local ? "offer" : "require");
  if (tls !== "require" && tls !== "offer" && tls !== "off") {
    throw new ConfigError("SMTP_URL has tls set to something else than require, offer or off", { hint: HINT });
  }
  const user = decode(url.username) || env.SMTP_USER || undefined;
  const password = decode(url.password) || env.SMTP_PASSWORD || undefined;
  if (user !== undefined && password === undefined) {
    throw new ConfigError("SMTP_URL or SMTP_USER names a user, and there is no password for it", {
      hint: "set SMTP_PASSWORD, or name no user where the server asks for none",
    });
  }
  if (user !== undefined && !secure && tls === "off" && !local) {
    throw new ConfigError("SMTP_URL would send a password unencrypted", {
      hint: "leave ?tls=off out, or name no user",
    });
  }
  return {
    host,
    port: url.port === "" ? (secure ? 465 : 587) : Number(url.port),
    secure,
    // Whoever sits between could take the offer away, and would be told the password.
    tls: tls === "offer" && user !== undefined && !local ? "require" : tls,
    verify: url.searchParams.get("verify") !== "no",
    ca: readAuthority(url.searchParams.get("ca")),
    user,
    password: password === undefined ? undefined : new Secret(password),
    clientName: url.searchParams.get("name") ?? undefined,
    timeoutMs: TIMEOUT_MS,
    longestMs: LONGEST_MS,
  };
}

function parseUrl(text: string): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new ConfigError("SMTP_URL is not an address of a server", { hint: HINT });
  }
  if ((url.protocol !== "smtp:" && url.protocol !== "smtps:") || url.hostname === "") {
    throw new ConfigError("SMTP_URL does not begin with smtp:// or smtps:// and a host", { hint: HINT });
  }
  return url;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ConfigError("SMTP_URL has a user or password with a % that stands for nothing", {
      hint: "write % as %25 in it, or use SMTP_USER and SMTP_PASSWORD",
    });
  }
}
