import { describe, expect, test } from "vitest";
import { type AttemptRow, readAttempt, reportIdOf } from "../../src/outcome/attempt.ts";

const ID = "0b9f6a52-3c1d-4e8f-9a7b-1c2d3e4f5a6b";
const OTHER = "ffffffff-3c1d-4e8f-9a7b-1c2d3e4f5a6b";

function row(change: Partial<AttemptRow>): AttemptRow {
  return {
    ...{ actionId: 1, actionName: "send", createdAt: 5, httpStatus: null, username: null, receiver: null },
    ...{ params: null, result: null, ...change },
  };
}

describe("an action as an attempt", () => {
  const both = "Send Failed.  Will retry sending report: x, All retries failed.  Manual Intervention Required.";
  const queued = `OK: Will resend all (1) items in ${ID}\n${ID} has been queued to resend immediately to a.b`;
  const rehearsed = `OK: Here is what would happen if this were NOT a test:\n${queued}\nNothing sent.  This was just a test`;
  const cases: [string, string | undefined, Partial<AttemptRow>][] = [
    ["a final failure that says it will retry", "send_error", { actionName: "send_error", result: both }],
    ["a failed attempt that says all retries failed", "send_warning", { actionName: "send_warning", result: both }],
    ["a send without receiver or result", undefined, { params: `{"reportId":"${ID}"}` }],
    ["a send with a receiver and no result", "email", { receiver: "a\u0001b" }],
    ["a send with a result", undefined, { receiver: "a\u0001b", result: "Success: sftp upload of x" }],
    ["a resend", "resend", { actionName: "resend", httpStatus: 200, result: queued, username: "u" }],
    ["a rehearsed resend", undefined, { actionName: "resend", httpStatus: 200, result: rehearsed }],
    ["a refused resend", undefined, { actionName: "resend", httpStatus: 400, result: `BAD_REQUEST: ${queued}` }],
    ["a resend that was scheduled", undefined, { actionName: "resend", httpStatus: 200, result: "OK: Cannot send" }],
    ["a download", undefined, { actionName: "download", result: "OK", receiver: "a\u0001b" }],
  ];
  test.each(cases)("%s is %s", (_, kind, change) => expect(readAttempt(row(change))?.kind).toBe(kind));

  test("who asked is kept for a resend only", () => {
    expect(readAttempt(row({ actionName: "resend", httpStatus: 200, result: queued, username: "u" }))?.by).toBe("u");
    expect(readAttempt(row({ actionName: "send_error", username: "u" }))?.by).toBe("");
  });
});

describe("the report that an action is about", () => {
  const cases: [string, string, string | null, string | null][] = [
    ["a queue message", ID, `{"type":"report","reportId":"${ID}"}`, null],
    ["upper case and blanks", ID, `{ "reportId" : "${ID.toUpperCase()}" }`, null],
    ["two messages glued", ID, `{"reportId":"${ID}"}, {"reportId":"${OTHER}"}`, null],
    ["a message of before 2023-12-21", ID, `report&SEND&${ID}&false`, null],
    ["such a message with a planned time", ID, `report&SEND&${ID}&false&2023-06-14T14:00:00Z`, null],
    ["a request's query", ID, `{"url":"https://x.example/api/adm/resend?reportId=${ID}&receiver=a.b"}`, null],
    ["a list", ID, `{"reportId": ["${ID}"]}`, null],
    ["the sentence of a retry", ID, null, `Send Failed.  Will retry sending report: ${ID} to a.b in 10 minutes`],
    ["the sentence of the last failure", ID, "x&y", `All retries failed.  Send Error report for: ${ID} to a.b`],
    ["the transport's sentence", ID, null, `FAILED Sftp upload of inputReportId ${ID} to SFTP`],
    ["the event of an exception", ID, null, `exception: x Event: {"type":"report","reportId":"${ID}"}`],
    ["the parameters before the result", ID, `{"reportId":"${ID}"}`, `inputReportId ${OTHER}`],
    ["nothing", "", "receiver&BATCH&a.b&false", "Connection refused"],
    ["a cut id", "", `{"reportId":"${ID.slice(0, 30)}"}`, null],
    ["nulls", "", null, null],
  ];
  test.each(cases)("%s", (_, expected, params, result) => expect(reportIdOf(params, result)).toBe(expected));
});
