import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { errorFamily, maskTransportError } from "../../src/action-log/transport.ts";
import { TRANSPORT_CASES } from "./corpus/transport.ts";

describe("failure texts", () => {
  it("have the family that tells whom to call", () => {
    const wrong = TRANSPORT_CASES.flatMap(({ text, family, status }) => {
      const told = errorFamily(text, status ?? null);
      return told === family ? [] : [{ text, family, told }];
    });
    expect(wrong).toEqual([]);
  });

  it("lose settings, hosts, paths, credentials, users and what the server answered", () => {
    const survivors = TRANSPORT_CASES.flatMap(({ text, gone }) => {
      const masked = maskTransportError(text, [], 5_000);
      const left = gone.filter((value) => masked.includes(value));
      return left.length === 0 ? [] : [{ text, masked, left }];
    });
    expect(survivors).toEqual([]);
  });

  it("keep the words that say what happened", () => {
    const text = TRANSPORT_CASES[0]?.text ?? "";
    expect(maskTransportError(text)).toBe(
      "FAILED Sftp upload of inputReportId ‹id› to ‹transport› (orgService = xx-phd.elr), Exception: com.jcraft.jsch.JSchException: Auth fail, Send Failed. Will retry sending report: ‹id› to xx-phd.elr in 60 minutes and 404 seconds at ‹date›",
    );
    expect(maskTransportError("Sending to Null Transport. File can be downloaded by Receiver until it expires.")).toBe(
      "Sending to Null Transport. File can be downloaded by Receiver until it expires.",
    );
  });

  it("are capped with a mark", () => {
    const long = maskTransportError(`Exception: ${"word ".repeat(500)}`);
    expect(long.length).toBeLessThanOrEqual(300);
    expect(long.endsWith("… (cut)")).toBe(true);
  });

  it("are masked the second time to the same text", () => {
    for (const { text } of TRANSPORT_CASES) {
      const once = maskTransportError(text, ["xx-phd.elr"], 5_000);
      expect(maskTransportError(once, ["xx-phd.elr"], 5_000)).toBe(once);
    }
  });

  it("of any kind are masked without throwing, in a bounded time", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(maskTransportError(text).length).toBeLessThanOrEqual(300);
        expect(typeof errorFamily(text)).toBe("string");
      }),
      { numRuns: 300, seed: 2 },
    );
    const start = process.cpuUsage();
    for (const unit of [
      "a.",
      "/a",
      "TransportType(",
      "connect to ",
      "Exception: a",
      " (orgService = ",
      "Send Failed.  ",
    ]) {
      maskTransportError(unit.repeat(1_000_000 / unit.length));
      errorFamily(unit.repeat(1_000_000 / unit.length));
    }
    expect(process.cpuUsage(start).user).toBeLessThan(15_000_000);
  });
});
