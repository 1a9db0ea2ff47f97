import type { Scenario } from "../support/rows.ts";

/** A text that stands in every place where a secret can be; no output may hold it. */
export const CANARY = "CANARY-5e0f7b";

const TRANSPORTS: Readonly<Record<string, unknown>> = {
  sftp: {
    type: "SFTP",
    host: CANARY,
    port: 22,
    filePath: `/${CANARY}`,
    credentialName: CANARY,
  },
  "sftp-text-port": { type: "SFTP", host: CANARY, port: "22", filePath: CANARY, credentialName: null },
  rest: {
    type: "REST",
    reportUrl: `https://${CANARY}/`,
    authTokenUrl: CANARY,
    encryptionKeyUrl: CANARY,
    tlsKeystore: CANARY,
    parameters: { apikey: CANARY },
    jwtParams: { iss: CANARY },
    headers: { "x-functions-key": CANARY, [CANARY]: "1" },
    authHeaders: { Authorization: CANARY },
  },
  soap: { type: "SOAP", endpoint: CANARY, soapAction: CANARY, credentialName: CANARY, namespaces: { x: CANARY } },
  as2: { type: "AS2", receiverUrl: CANARY, receiverId: CANARY, senderId: CANARY, senderEmail: CANARY },
  gaen: { type: "GAEN", apiUrl: CANARY, uuidFormat: CANARY, uuidIV: CANARY },
  blob: { type: "BLOBSTORE", storageName: CANARY, containerName: CANARY },
  email: { type: "EMAIL", addresses: [CANARY], from: CANARY },
  null: null,
  none: { type: "NULL", dummy: CANARY },
  nested: { type: { password: CANARY }, host: CANARY },
};

/** Organizations whose settings have the canary wherever something secret can stand, in every shape of a transport. */
export async function writeSecrets(sc: Scenario, organization: string): Promise<void> {
  await sc.organization(organization, {
    keys: [
      {
        scope: `${organization}.*.report`,
        keys: [{ kty: "RSA", kid: "pasted", n: "AQAB", e: "AQAB", d: CANARY, p: CANARY }],
      },
    ],
    unknownMember: CANARY,
  });
  for (const [name, transport] of Object.entries(TRANSPORTS)) {
    await sc.receiver(`${organization}.${name}`, {
      transport,
      translation: { type: "HL7", useBatchHeaders: true, receivingOrganization: CANARY, defaults: { "MSH-8": CANARY } },
      deidentifiedValue: CANARY,
    });
  }
  await sc.receiver(`${organization}.absent`, { transport: undefined, timing: undefined });
  await sc.receiver(`${organization}.odd`, {
    timing: { numberPerDay: CANARY, initialTime: CANARY },
    topic: { x: CANARY },
  });
  await sc.sender(`${organization}.default`, { schemaName: CANARY, hl7AcknowledgementEnabled: CANARY });
}
