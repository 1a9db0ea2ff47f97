import { describe, expect, test } from "vitest";
import { deliveredVerdict, filteredVerdict, rejectedVerdict } from "../../src/outcome/final.ts";
import { shownFileName, transportOf } from "../../src/outcome/transport.ts";
import { OUTCOMES, worst } from "../../src/outcome/words.ts";

describe("reasons of what is settled", () => {
  test("a delivery says what is special about its transport, and how often", () => {
    expect(deliveredVerdict("SFTP", 1).reason).toBe("handed to the receiver's server (SFTP)");
    expect(deliveredVerdict("", 2).reason).toBe("handed to the receiver's server, 2 times");
    expect(deliveredVerdict("NULL", 1).reason).toContain("not transmitted (null transport)");
    expect(deliveredVerdict("EMAIL", 1).reason).toContain("e-mailed");
  });

  test("filters on the data's quality are the sender's business, others nobody's", () => {
    expect(filteredVerdict("QUALITY_FILTER").acts).toBe("sender");
    expect(filteredVerdict("CONDITION_FILTER, PROCESSING_MODE_FILTER").acts).toBe("sender");
    expect(filteredVerdict("CONDITION_FILTER").acts).toBe("nobody");
    expect(filteredVerdict("").reason).toContain("not logged");
  });

  test("a rejection says why by the code that was logged", () => {
    expect(rejectedVerdict("INVALID_MSG_PARSE")).toMatchObject({
      reason: "not parseable (INVALID_MSG_PARSE)",
      acts: "sender",
    });
    expect(rejectedVerdict("UNKNOWN").reason).toBe("not accepted (UNKNOWN)");
    expect(rejectedVerdict("").reason).toContain("no error was logged");
  });
});

describe("an item's one outcome", () => {
  test("is the worst open one, then what is settled", () => {
    const order = [
      "stuck",
      "failed",
      "retrying",
      "waiting",
      "delivered",
      "downloaded",
      "filtered",
      "unrouted",
      "rejected",
    ];
    expect([...OUTCOMES].sort((a, b) => (a === b ? 0 : worst(a, b) === a ? -1 : 1))).toEqual(order);
  });
});

describe("the transport of a sent file", () => {
  const cases: [string, string | null, string | null][] = [
    ["SFTP", "SFTPTransportType(host=h, port=22)", null],
    ["BLOBSTORE", "BlobStoreTransportType(storageName=A)", "Successfully copied x to y"],
    ["NULL", "NullTransportType(dummy=null)", null],
    ["REST", "apiUrl=https://x", "Success: REST transport of x"],
    ["AS2", null, "a.b: Successful upload of x"],
    ["GAEN", null, "a.b: Successful exposure notifications of x(y)"],
    ["NULL", null, "Sending to Null Transport. File can be downloaded by Receiver until it expires."],
    ["", null, null],
    ["", '{ "reportRequested": "x"}', '{ "downloadedBy": "u"}'],
  ];
  test.each(cases)("%s from %s and %s", (expected, params, result) =>
    expect(transportOf(params, result)).toBe(expected),
  );

  test("a name that is a URL loses all but its last part", () => {
    expect(shownFileName("https://acct.blob.example/box/a.hl7?sig=S", "BLOBSTORE")).toBe("a.hl7");
    expect(shownFileName("https://acct.blob.example/reports/none%2Fa.b%2Fx.hl7", "")).toBe("x.hl7");
    expect(shownFileName("plain/name.hl7", "SFTP")).toBe("plain/name.hl7");
  });
});
