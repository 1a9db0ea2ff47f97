import { expect, test } from "vitest";
import { NO_PARTY, partyOf } from "../../src/lineage/parties.ts";
import type { Delivery } from "../../src/outcome/deliveries.ts";
import { LatestDeliveries } from "../../src/summary/organization/deliveries.ts";
import type { DeliveryLine } from "../../src/summary/organization/types.ts";

const OHIO = partyOf("oh-odh\u0001elr");
const KANSAS = partyOf("ks-kdhe\u0001elr");

function delivery(report: number, receiver = OHIO, kind: Delivery["kind"] = "sent"): Delivery {
  return {
    ...{ report, at: report * 1000, kind, receiver, transport: "SFTP", attempts: 1, resend: false },
    ...{ submissions: 0, senders: [NO_PARTY], oldestSubmittedAt: Number.NaN },
  };
}

function lineOf({ report, kind, receiver }: Delivery): DeliveryLine {
  const rest = { at: "", fileName: "", items: 1, transport: "SFTP", resend: false };
  return { reportId: String(report), kind, receiver: receiver.name, ...rest };
}

const ids = (latest: LatestDeliveries, { organization }: { organization: string }) =>
  latest.of(organization).latest.map(({ reportId }) => Number(reportId));

test("the latest fifty files of each organization stay, latest first, and the items of all", () => {
  const latest = new LatestDeliveries();
  for (let report = 1; report <= 260; report++) latest.add(delivery(report), 2);
  for (let report = 261; report <= 270; report++) latest.add(delivery(report, KANSAS, "download"), 3);
  latest.settle(lineOf);
  expect(ids(latest, OHIO)).toEqual(Array.from({ length: 50 }, (_, at) => 260 - at));
  expect(ids(latest, KANSAS)).toEqual(Array.from({ length: 10 }, (_, at) => 270 - at));
  expect(latest.of(OHIO.organization)).toMatchObject({ itemsSent: 520, itemsDownloaded: 0 });
  expect(latest.of(KANSAS.organization)).toMatchObject({ itemsSent: 0, itemsDownloaded: 30 });
  expect(latest.of("nobody")).toEqual({ itemsSent: 0, itemsDownloaded: 0, latest: [] });
});

test("what is added after others were settled comes before them", () => {
  const latest = new LatestDeliveries();
  for (let report = 1; report <= 30; report++) latest.add(delivery(report), 1);
  latest.settle(lineOf);
  for (let report = 31; report <= 60; report++) latest.add(delivery(report), 1);
  latest.settle(lineOf);
  latest.settle(lineOf);
  expect(ids(latest, OHIO)).toEqual(Array.from({ length: 50 }, (_, at) => 60 - at));
  expect(latest.of(OHIO.organization).itemsSent).toBe(60);
});
