import { generateKeyPairSync, type JsonWebKey, type KeyObject } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { keyFaults, keySize, type PublicJwk, thumbprint } from "../../src/organizations/jwk.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { runProgram } from "../support/program.ts";
import { scenario } from "../support/rows.ts";
import { CANARY, writeSecrets } from "./secrets.ts";

const EMPTY: PublicJwk = { kty: "", use: "", alg: "", crv: "", n: "", e: "", x: "", y: "" };

function jwkOf(key: KeyObject): PublicJwk {
  return { ...EMPTY, ...(key.export({ format: "jwk" }) as Partial<PublicJwk>) };
}

const rsa = (bits: number, exponent = 65_537) =>
  generateKeyPairSync("rsa", { modulusLength: bits, publicExponent: exponent });
const strong = rsa(2048);
const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" });
const p384 = generateKeyPairSync("ec", { namedCurve: "P-384" });
const whole = generateKeyPairSync("ec", { namedCurve: "P-256" });
const ed25519 = generateKeyPairSync("ed25519");

describe("a thumbprint", () => {
  test("is that of RFC 7638, section 3.1", () => {
    const n =
      "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMs" +
      "tn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1" +
      "n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
    expect(thumbprint({ ...EMPTY, kty: "RSA", n, e: "AQAB", alg: "RS256" })).toBe(
      "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
    );
  });

  test("is that of RFC 8037, appendix A.3", () => {
    const x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    expect(thumbprint({ ...EMPTY, kty: "OKP", crv: "Ed25519", x })).toBe("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
  });

  test("is empty for a key without a public part", () => {
    expect(thumbprint({ ...EMPTY, kty: "oct" })).toBe("");
    expect(thumbprint({ ...EMPTY, kty: "EC", crv: "P-256", x: "AA" })).toBe("");
  });
});

describe("a key", () => {
  test("that is sound has a size and no faults", () => {
    const sizes = [strong, p256, p384, ed25519].map(({ publicKey }) => {
      const jwk = jwkOf(publicKey);
      return [keySize(jwk), keyFaults({ ...jwk, use: "sig", alg: "RS256" })];
    });
    expect(sizes).toEqual([
      ["2048 bits", []],
      ["P-256", []],
      ["P-384", []],
      ["Ed25519", []],
    ]);
  });

  test("that is weak or none is told", () => {
    const good = jwkOf(strong.publicKey);
    const ec = jwkOf(p256.publicKey);
    expect(keyFaults(jwkOf(rsa(1024).publicKey))).toEqual(["weak: 1024 bits, and 2048 are the least"]);
    expect(keyFaults(jwkOf(rsa(2048, 3).publicKey))).toEqual(["weak: its exponent is 3"]);
    expect(keyFaults({ ...good, e: "AQ" })).toEqual(["not a key: its exponent is even or 1"]);
    expect(keyFaults({ ...good, n: "not base64url!" })).toEqual(["not a key: modulus or exponent cannot be read"]);
    expect(keyFaults({ ...ec, y: ec.x })).toEqual(["not a key: its point is not on the curve"]);
    expect(keyFaults({ ...ec, crv: "secp256k1" })).toEqual(["its curve is not one of those in use for signatures"]);
    expect(keyFaults({ ...good, alg: "HS256", use: "enc" })).toEqual([
      "its algorithm HS256 proves nothing about the sender",
      "not meant for signatures",
    ]);
    expect(keyFaults({ ...EMPTY, kty: "oct" })).toEqual(["a secret shared with the sender, not a public key"]);
  });
});

describe("organizations keys", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
    const sc = scenario(database.client, "keys");
    await writeSecrets(sc, "secret-phd");
    const key = (pair: { publicKey: KeyObject }, kid: string): JsonWebKey & { kid: string } => ({
      ...pair.publicKey.export({ format: "jwk" }),
      kid,
    });
    const set = (scope: string, ...keys: unknown[]) => ({ scope, keys });
    const lab = (keys: unknown, version: number, at: string, active = false) =>
      sc.organization("lab", { keys }, { version, at, active });
    await lab([set("lab.*.report", key(strong, "one"))], 0, "2025-01-01T00:00:00Z");
    await lab([set("lab.*.report", key(strong, "one"), key(p256, "two"))], 1, "2025-02-01T00:00:00Z");
    await lab(null, 2, "2025-03-01T00:00:00Z");
    const back = set("lab.*.report", key(strong, "one"), key(p256, "two"), key(p384, "two"));
    await lab([back, set("other.*.report", key(ed25519, ""))], 3, "2025-04-01T00:00:00Z");
    const pasted = { ...ed25519.privateKey.export({ format: "jwk" }), kid: "pasted" };
    const oct = { kty: "oct", k: CANARY, kid: "shared" };
    await lab([back, set("*.*.primeadmin", pasted, oct)], 4, "2025-05-01T00:00:00Z", true);
    await sc.organization("copy", { keys: [set("copy.*.report", key(strong, "mine"))] });
    await sc.organization("odd", {
      keys: [CANARY, { scope: { x: CANARY }, keys: CANARY }, { keys: [7, { kty: 8, kid: [CANARY] }] }],
    });
    await sc.organization("none");
    // Pasted whole, then put right: what was pasted stays in the old version.
    const mended = { ...whole.privateKey.export({ format: "jwk" }), kid: "mended" };
    const first = { keys: [set("mended.*.report", mended)] };
    await sc.organization("mended", first, { version: 0, at: "2025-01-01T00:00:00Z", active: false });
    const second = { keys: [set("mended.*.report", key(whole, "mended"))] };
    await sc.organization("mended", second, { version: 1, at: "2025-02-01T00:00:00Z" });
  });
  afterAll(() => database?.drop());

  async function keys(...args: string[]) {
    const result = await runProgram(["organizations", "keys", ...args], { env: { DATABASE_URL: database.readerUrl } });
    const secrets = [ed25519, whole].map(({ privateKey }) => privateKey.export({ format: "jwk" }).d ?? "");
    expect(result.code).toBe(0);
    for (const text of [CANARY, ...secrets]) expect(result.stdout + result.stderr).not.toContain(text);
    return result;
  }

  test("lists keys by scope, since when they are there, and what is wrong", async () => {
    const { stdout } = await keys("lab", "--json", "--keys-per-scope", "2");
    const listed = JSON.parse(stdout) as Record<string, unknown>[];
    const shown = listed.map((key) => [
      key.scope,
      key.keyId,
      key.size,
      String(key.since).slice(0, 10),
      key.sinceVersion,
    ]);
    expect(shown).toEqual([
      ["*.*.primeadmin", "pasted", "Ed25519", "2025-05-01", 4],
      ["*.*.primeadmin", "shared", "", "2025-05-01", 4],
      ["lab.*.report", "one", "2048 bits", "2025-04-01", 3],
      ["lab.*.report", "two", "P-256", "2025-04-01", 3],
      ["lab.*.report", "two", "P-384", "2025-04-01", 3],
    ]);
    expect(listed.map(({ alarm }) => alarm)).toEqual([
      "holds private members: d",
      "holds private members: k",
      "",
      "",
      "",
    ]);
    expect(listed[2]).toMatchObject({
      thumbprint: thumbprint(jwkOf(strong.publicKey)),
      notes: [
        "3 keys in this scope, and 2 are allowed: the oldest goes with the next change",
        "the same key as that of copy",
      ],
    });
    expect(listed[3]?.notes).toContain("its key id is there twice in this scope");
  });

  test("raises an alarm on stderr for private members, and prints none", async () => {
    const { stdout, stderr } = await keys("--format", "table");
    expect(stderr.split("\n").filter((line) => line.includes("ALARM"))).toEqual([
      "lineage-report: warning: ALARM: lab, key pasted: holds private members: d; have it replaced",
      "lineage-report: warning: ALARM: lab, key shared: holds private members: k; have it replaced",
      "lineage-report: warning: ALARM: mended, key mended: its version 0, kept in the database, holds private members: d; have it replaced",
      "lineage-report: warning: ALARM: secret-phd, key pasted: holds private members: d, p; have it replaced",
    ]);
    expect(stdout).toMatch(/^10 keys: 4 with private members, \d with notes$/m);
  });

  test("survives settings of any shape", async () => {
    const { stdout } = await keys("odd");
    expect(stdout.trim().split("\n").slice(1)).toEqual([
      expect.stringMatching(/^odd,,,,,,,,2021-01-01T00:00:00\.000Z,0,,its type is not known; no key id/),
      expect.stringMatching(/^odd,,,,,,,,2021-01-01T00:00:00\.000Z,0,,its type is not known; no key id/),
    ]);
    expect((await keys("none")).stdout.trim().split("\n")).toHaveLength(1);
  });
});
