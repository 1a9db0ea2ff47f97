import { createHash, createPublicKey } from "node:crypto";

/** The public members of a key, as its setting has them; "" where there is none. */
export interface PublicJwk {
  kty: string;
  use: string;
  alg: string;
  crv: string;
  n: string;
  e: string;
  x: string;
  y: string;
}

/** Curves that are in use for signatures, with the bytes of a coordinate. */
const CURVES: ReadonlyMap<string, number> = new Map([
  ["P-256", 32],
  ["P-384", 48],
  ["P-521", 66],
]);
const LEAST_RSA_BITS = 2048;
const BASE64URL = /^[A-Za-z0-9_-]+$/;

/**
 * The key's thumbprint: SHA-256 over its required members in the order of their names, as base64url (RFC 7638, RFC 8037). It depends on
 * nothing that somebody chose, so that two keys with one thumbprint are one key.
 *
 * @returns "" for a key that has no public part (`oct`), or lacks a member
 */
export function thumbprint({ kty, crv, n, e, x, y }: PublicJwk): string {
  const members = { RSA: { e, kty, n }, EC: { crv, kty, x, y }, OKP: { crv, kty, x } }[kty];
  if (members === undefined || Object.values(members).includes("")) return "";
  return createHash("sha256").update(JSON.stringify(members)).digest("base64url");
}

/** `2048 bits`, or the curve; "" where it cannot be told. */
export function keySize(jwk: PublicJwk): string {
  if (jwk.kty !== "RSA") return jwk.crv;
  const bits = bitsOf(jwk.n);
  return bits === 0 ? "" : `${bits} bits`;
}

/** What makes a public key weak or unusable, in words; nothing for a sound one. */
export function keyFaults(jwk: PublicJwk): string[] {
  const faults = faultsOfType(jwk);
  if (/^(none|HS\d+)$/i.test(jwk.alg)) faults.push(`its algorithm ${jwk.alg} proves nothing about the sender`);
  if (jwk.use !== "" && jwk.use !== "sig") faults.push("not meant for signatures");
  return faults;
}

function faultsOfType(jwk: PublicJwk): string[] {
  switch (jwk.kty) {
    case "RSA":
      return rsaFaults(jwk);
    case "EC":
      return ecFaults(jwk);
    case "OKP":
      return okpFaults(jwk);
    case "oct":
      return ["a secret shared with the sender, not a public key"];
    default:
      return ["its type is not known"];
  }
}

function rsaFaults({ n, e }: PublicJwk): string[] {
  if (!BASE64URL.test(n) || !BASE64URL.test(e)) return ["not a key: modulus or exponent cannot be read"];
  const faults: string[] = [];
  const bits = bitsOf(n);
  if (bits < LEAST_RSA_BITS) faults.push(`weak: ${bits} bits, and ${LEAST_RSA_BITS} are the least`);
  const modulus = Buffer.from(n, "base64url");
  if (((modulus.at(-1) ?? 0) & 1) === 0) faults.push("not a key: its modulus is even");
  const exponent = BigInt(`0x0${Buffer.from(e, "base64url").toString("hex")}`);
  if (exponent % 2n === 0n || exponent < 3n) faults.push("not a key: its exponent is even or 1");
  else if (exponent < 65_537n) faults.push(`weak: its exponent is ${exponent}`);
  return faults;
}

function ecFaults(jwk: PublicJwk): string[] {
  const bytes = CURVES.get(jwk.crv);
  if (bytes === undefined) return ["its curve is not one of those in use for signatures"];
  return isKey(jwk) ? [] : ["not a key: its point is not on the curve"];
}

function okpFaults(jwk: PublicJwk): string[] {
  if (jwk.crv !== "Ed25519" && jwk.crv !== "Ed448") return ["its curve is not one of those in use for signatures"];
  return isKey(jwk) ? [] : ["not a key: its point cannot be read"];
}

function isKey({ kty, crv, x, y }: PublicJwk): boolean {
  try {
    createPublicKey({ key: { kty, crv, x, ...(kty === "EC" && { y }) }, format: "jwk" });
    return true;
  } catch {
    return false;
  }
}

/** Bits of an unsigned number in base64url, leading zeros not counted; 0 where it cannot be read. */
function bitsOf(text: string): number {
  if (!BASE64URL.test(text)) return 0;
  const hex = Buffer.from(text, "base64url").toString("hex").replace(/^0+/, "");
  return hex === "" ? 0 : BigInt(`0x${hex}`).toString(2).length;
}
