import { generateKeyPairSync } from "node:crypto";
import forge from "node-forge";

/** A key and its certificate, as PEM. */
export interface Certified {
  key: string;
  cert: string;
}

export interface CertificateOptions {
  /** Names and addresses of the server; none for an authority. */
  names?: readonly string[];
  /** Days from now until it runs out; negative for one that has. */
  days?: number;
}

let serial = 0;

/** A certificate that `issuer` signs, or that signs itself: an authority. Keys come from Node, which makes them at once. */
export function certificate(
  commonName: string,
  issuer?: Certified,
  { names = [], days = 10 }: CertificateOptions = {},
): Certified {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const made = forge.pki.createCertificate();
  made.publicKey = forge.pki.publicKeyFromPem(publicKey);
  made.serialNumber = `0${++serial}`;
  made.validity.notBefore = new Date(Date.now() - 20 * 86_400_000);
  made.validity.notAfter = new Date(Date.now() + days * 86_400_000);
  const subject = [{ name: "commonName", value: commonName }];
  made.setSubject(subject);
  made.setIssuer(issuer ? forge.pki.certificateFromPem(issuer.cert).subject.attributes : subject);
  made.setExtensions([
    { name: "basicConstraints", cA: issuer === undefined, critical: true },
    ...(names.length === 0 ? [] : [{ name: "subjectAltName", altNames: names.map(altName) }]),
  ]);
  made.sign(forge.pki.privateKeyFromPem(issuer?.key ?? privateKey), forge.md.sha256.create());
  return { key: privateKey, cert: forge.pki.certificateToPem(made) };
}

function altName(name: string): object {
  return /^[\d.]+$/.test(name) ? { type: 7, ip: name } : { type: 2, value: name };
}
