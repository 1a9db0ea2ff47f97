import { domainToASCII } from "node:url";
import { SMTPServer } from "smtp-server";
import { describe, expect, it } from "vitest";
import { readAddress } from "../../src/mail/address.ts";
import { checkRecipients } from "../../src/mail/recipients.ts";
import { smtpServer } from "../../src/mail/smtp.ts";
import { smtpSettings } from "../../src/mail/smtp-settings.ts";

const GOOD = [
  "a@b.example",
  "first.last@sub.domain.example.org",
  "o'hara@x.example",
  "a+tag@x.example",
  "_x-1@x-y.example",
  "!#$%&'*+/=?^_`{|}~-@x.example",
  `${"a".repeat(64)}@x.example`,
  "a@xn--bcher-kva.example",
  "a@1.example",
  `a@${"d".repeat(63)}.example`,
];

/** What could turn one address into several, into somebody else's, or into a line of the conversation. */
const INJECTIONS = [
  "\r\nBcc: evil@z.example",
  "\nRCPT TO:<evil@z.example>",
  "\r\n.\r\nMAIL FROM:<evil@z.example>",
  ";evil@z.example",
  ",evil@z.example",
  " evil@z.example",
  "\tevil@z.example",
  "\u0000evil@z.example",
  "<evil@z.example>",
  ">,<evil@z.example",
  "> SIZE=1",
  "(evil@z.example)",
  "\u2028evil@z.example",
  "\u202eelpmaxe.z@live",
  "\ufeff",
  "\u00a0",
  "%0d%0aRCPT TO:<evil@z.example>\r",
  '"evil@z.example"',
  "\\evil@z.example",
  "@evil.z.example",
];

const PLAIN_BAD = [
  "",
  " ",
  "a",
  "@",
  "a@",
  "@b.example",
  "a@b",
  "a@localhost",
  "a@.example",
  "a@b..example",
  "a@b.example.",
  "a@-b.example",
  "a@b-.example",
  "a@b_c.example",
  "a@[127.0.0.1]",
  "a@127.0.0.1",
  "a@[IPv6:::1]",
  ".a@b.example",
  "a.@b.example",
  "a..b@b.example",
  "a b@b.example",
  '"a b"@b.example',
  '"a"@b.example',
  "a@b@c.example",
  "Name <a@b.example>",
  "<a@b.example>",
  "Group: a@b.example, c@d.example;",
  "a@b.example (comment)",
  "(comment)a@b.example",
  "mailto:a@b.example",
  "a@bücher.example",
  "ä@b.example",
  "a@b.exаmple",
  "=?utf-8?q?a?=@b.example",
  "a@=?utf-8?q?b?=.example",
  `${"a".repeat(65)}@x.example`,
  `a@${"d".repeat(64)}.example`,
  `a@${"d.".repeat(500)}example`,
  "x".repeat(1000),
  `${"a@b.example,".repeat(80)}`,
].filter((text) => text !== "=?utf-8?q?a?=@b.example");

const HOSTILE = [
  ...PLAIN_BAD,
  ...INJECTIONS.flatMap((injected) => [
    `a@b.example${injected}`,
    `${injected}a@b.example`,
    `a${injected}@b.example`,
    `a@b${injected}.example`,
  ]),
  ...Array.from({ length: 0x21 }, (_, code) => `a${String.fromCharCode(code)}@b.example`),
  ...Array.from({ length: 0x21 }, (_, code) => `a@b.example${String.fromCharCode(code)}`),
  ...['"', "(", ")", ",", ":", ";", "<", ">", "[", "\\", "]", "\u007f"].flatMap((sign) => [
    `a${sign}@b.example`,
    `a@b${sign}.example`,
    `a@b.example${sign}`,
  ]),
  ...["\u0080", "\u00ad", "\u200b", "\u200d", "\u2029", "\u3000", "\uff20", "\ud800", "\u{1f4a9}"].flatMap((sign) => [
    `a${sign}@b.example`,
    `a@b${sign}.example`,
    `${sign}a@b.example`,
  ]),
];

const RULES = { allowedDomains: [], optOut: [], redirectAllTo: undefined };

describe("readAddress", () => {
  it.each(GOOD)("takes %s", (text) => {
    expect(readAddress(text)).toEqual({ address: text });
  });

  it("gives the domain in lower case, and leaves the local part", () => {
    expect(readAddress("Some.One@EXAMPLE.Org")).toEqual({ address: "Some.One@example.org" });
  });

  it(`refuses ${HOSTILE.length} hostile texts, each on one line of a message`, () => {
    expect(HOSTILE.length).toBeGreaterThan(200);
    for (const text of HOSTILE) {
      const read = readAddress(text);
      expect(read, JSON.stringify(text)).toHaveProperty("fault");
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be in it
      expect((read as { fault: string }).fault).not.toMatch(/[\u0000-\u001f]/);
      expect((read as { fault: string }).fault.length).toBeLessThan(700);
    }
  });

  it("refuses what is no text", () => {
    for (const value of [undefined, null, 5, ["a@b.example"], { address: "a@b.example" }])
      expect(readAddress(value)).toHaveProperty("fault");
  });
});

describe("checkRecipients", () => {
  it("fails the whole list for one hostile address, whatever stands beside it", () => {
    for (const text of HOSTILE) {
      expect(checkRecipients(["good@x.example", text], RULES), JSON.stringify(text)).toHaveProperty("fault");
      expect(checkRecipients(["good@x.example", text], { ...RULES, redirectAllTo: "me@y.example" })).toHaveProperty(
        "fault",
      );
    }
  });

  it("takes an address once, however it is written", () => {
    expect(checkRecipients(["a@b.example", "A@B.EXAMPLE", "a@b.example"], RULES)).toMatchObject({
      to: ["a@b.example"],
    });
  });
});

describe("the envelope", () => {
  it("that a real server sees is exactly the checked list", async () => {
    const seen: string[] = [];
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ["STARTTLS", "AUTH"],
      onRcptTo({ address }, _session, done) {
        seen.push(address);
        done();
      },
      onData(stream, _session, done) {
        stream.resume().on("end", () => done());
      },
    });
    const listener = server.listen(0, "127.0.0.1");
    await new Promise((resolve) => listener.once("listening", resolve));
    try {
      const { port } = listener.address() as { port: number };
      const result = await smtpServer(smtpSettings({ SMTP_URL: `smtp://127.0.0.1:${port}?tls=off` })).handOver({
        from: "reports@y.example",
        to: GOOD,
        message: Buffer.from("Subject: x\r\n\r\nx\r\n"),
        beforeEnd: async () => true,
        signal: new AbortController().signal,
      });
      expect(result).toMatchObject({ kind: "accepted", refused: [] });
      // This server shows a domain in its own letters.
      const ascii = seen.map((address) => address.replace(/[^@]+$/, domainToASCII));
      expect(ascii).toEqual(GOOD);
    } finally {
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
  });
});
