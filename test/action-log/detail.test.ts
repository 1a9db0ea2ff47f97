import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readDetail } from "../../src/action-log/detail.ts";
import { maskMessage } from "../../src/action-log/mask.ts";

const ROUTER = "gov.cdc.prime.router.";

describe("the classes of today", () => {
  it("give code, field and message", () => {
    const detail = readDetail(
      JSON.stringify({
        class: `${ROUTER}InvalidPhoneMessage`,
        scope: "item",
        errorCode: "INVALID_MSG_PARSE_TELEPHONE",
        fieldMapping: "patient_phone_number (PID-13)",
        message: "Invalid phone number '12x' for patient_phone_number (PID-13).",
      }),
    );
    expect(detail).toEqual({
      className: `${ROUTER}InvalidPhoneMessage`,
      simpleName: "InvalidPhoneMessage",
      errorCode: "INVALID_MSG_PARSE_TELEPHONE",
      field: "patient_phone_number (PID-13)",
      message: "Invalid phone number '12x' for patient_phone_number (PID-13).",
      filterType: "",
      filterName: "",
      filterArgs: [],
      filteredTrackingElement: "",
      receiver: "",
      known: true,
    });
  });

  it("give the receiver of a filter, whether named whole or in parts", () => {
    const warning = readDetail(
      `{"class":"${ROUTER}fhirengine.engine.FHIRReceiverFilter$ReceiverItemFilteredActionLogDetail","filter":"%a","filterType":"QUALITY_FILTER","receiverOrg":"ny-phd","receiverName":"elr","index":1,"message":"m"}`,
    );
    expect(warning).toMatchObject({
      simpleName: "ReceiverItemFilteredActionLogDetail",
      receiver: "ny-phd.elr",
      filterName: "%a",
      filterType: "QUALITY_FILTER",
      known: true,
    });
    const result = readDetail(
      `{"class":"${ROUTER}ReportStreamFilterResult","receiverName":"xx-phd.elr","filterName":"a\\n%b","filterArgs":["patient_dob",{"x":1}],"filteredTrackingElement":"ACC-88","filterType":"QUALITY_FILTER","message":"m"}`,
    );
    expect(result).toMatchObject({
      receiver: "xx-phd.elr",
      filterName: "a\n%b",
      filterArgs: ["patient_dob", "\"{'x':1}\""],
      filteredTrackingElement: "ACC-88",
    });
  });

  it("are told from unknown ones, which are shown all the same", () => {
    const names = [
      "MissingFieldMessage",
      "UnmappableConditionMessage",
      "InvalidDateMessage",
      "InvalidCodeMessage",
      "InvalidPostalMessage",
      "UnsupportedHDMessage",
      "UnsupportedEIMessage",
      "InvalidEquipmentMessage",
      "FieldPrecisionMessage",
      "FieldProcessingMessage",
      "InvalidHL7Message",
      "InvalidParamMessage",
      "InvalidReportMessage",
      "InvalidTranslationMessage",
      "DuplicateSubmissionMessage",
      "DuplicateItemMessage",
      "FhirActionLogDetail",
      "PrunedObservationsLogMessage",
      "UnsupportedProcessingTypeMessage",
      "EvaluateFilterConditionErrorMessage",
      "fhirengine.engine.FHIRConverter$InvalidItemActionLogDetail",
    ];
    for (const name of names) expect(readDetail(JSON.stringify({ class: ROUTER + name })).known, name).toBe(true);
    const unknown = readDetail('{"class":"a.b.Fancy$NewMessage","message":"shown"}');
    expect(unknown).toMatchObject({ known: false, simpleName: "NewMessage", message: "shown", errorCode: "UNKNOWN" });
  });
});

describe("rows of 2022", () => {
  it("without message show class and constructor values, the values masked", () => {
    const detail = readDetail(
      `{"class":"${ROUTER}InvalidDateMessage","type":"INVALID_DATE","formattedValue":"SECRET","fieldMapping":"dob","format":"yyyyMMdd"}`,
    );
    expect(detail.field).toBe("dob");
    expect(detail.errorCode).toBe("UNKNOWN");
    expect(detail.message).toBe('InvalidDateMessage: type INVALID_DATE, formattedValue "SECRET", format "yyyyMMdd"');
    expect(maskMessage(detail.message)).toBe(
      'InvalidDateMessage: type INVALID_DATE, formattedValue ‹value›, format "yyyyMMdd"',
    );
  });

  it("with nothing but a class show the class", () => {
    expect(readDetail(`{"class":"${ROUTER}DuplicateItemMessage"}`).message).toBe("DuplicateItemMessage");
  });
});

describe("broken shapes", () => {
  it.each([
    [null, "No detail was stored"],
    [" null ", "No detail was stored"],
    ["3", 'Detail without a class: "3"'],
    ["true", 'Detail without a class: "true"'],
    ['"Testlast"', 'Detail without a class: "Testlast"'],
    ['["Testlast"]', "Detail is a list of 1: \"['Testlast']\""],
    ["{}", "Detail without a class"],
    ['{"message":{"Testlast":1}}', "Detail without a class: message \"{'Testlast':1}\""],
    ['{"class":7,"errorCode":[],"fieldMapping":null,"message":"m"}', "m"],
    ["{Testlast", 'Unreadable detail: "{Testlast"'],
    ["", 'Unreadable detail: ""'],
    ['"{\\"message\\":\\"twice\\"}"', "twice"],
    ['"{\\"broken"', 'Detail without a class: "{\'broken"'],
  ])("%s is shown", (json, message) => {
    const detail = readDetail(json);
    expect(detail.message).toBe(message);
    expect(detail.errorCode).toBe("UNKNOWN");
    expect(maskMessage(detail.message)).not.toContain("Testlast");
  });

  it("of a megabyte, or nested a hundred thousand deep, are read in a bounded text", () => {
    expect(readDetail(JSON.stringify({ class: "A", value: "x".repeat(1_000_000) })).message.length).toBeLessThan(3_000);
    expect(readDetail(`{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`).message.length).toBeLessThan(3_000);
    expect(readDetail("[".repeat(1_000_000)).message.length).toBeLessThan(3_000);
    const wide = Object.fromEntries(Array.from({ length: 50_000 }, (_, at) => [`k${at}`, at]));
    expect(readDetail(JSON.stringify(wide)).message.length).toBeLessThan(25_000);
  });

  it("never throw and always have a message and a code", () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string({ unit: "binary" })), (json) => {
        const detail = readDetail(json);
        expect(detail.message).not.toBe("");
        expect(detail.errorCode).not.toBe("");
      }),
      { numRuns: 500, seed: 3 },
    );
  });
});
