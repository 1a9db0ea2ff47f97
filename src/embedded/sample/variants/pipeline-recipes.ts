import { FIELD_DETAILS, OLD_DETAILS } from "../logs.ts";
import { testRequest } from "../pipeline/refuse.ts";
import type { ItemPlan } from "../plan.ts";
import type { LogRow } from "../records.ts";
import type { Recipe, Stage } from "./stage.ts";

/** What can become of items of the universal pipeline before they are in a file. */
export const PIPELINE_RECIPES: Readonly<Record<string, Recipe>> = {
  "convert-failed item": (stage, variant, round) => {
    const good = stage.items(1, { receiver: stage.sftpReceiver(round) });
    stage.up(variant, round, [...good, { bad: true, routes: [] }, ...good]);
  },
  "unreadable file": (stage, variant, round) =>
    stage.up(variant, round, stage.items(1 + round, { receiver: stage.sftpReceiver(round) }), { unreadable: true }),
  "ndjson extra line": (stage, variant, round) =>
    stage.up(variant, round, stage.items(2, { receiver: stage.sftpReceiver(round) }), {
      extraLine: true,
      sender: stage.sender("oo-clinics.fhir"),
    }),
  unrouted: (stage, variant, round) =>
    stage.up(
      variant,
      round,
      Array.from({ length: 1 + round }, () => ({ routes: [] })),
    ),
  filtered: (stage, variant, round) =>
    stage.up(variant, round, stage.items(1 + round, { receiver: stage.sftpReceiver(round), filtered: true })),
  "filtered at one of two": (stage, variant, round) =>
    stage.up(variant, round, [
      {
        routes: [
          { receiver: stage.receiver("bb-phd.elr") },
          { receiver: stage.sftpReceiver(round + 1), filtered: true },
        ],
      },
    ]),
  "three fates in one": (stage, variant, round) => {
    const both: ItemPlan = {
      routes: [{ receiver: stage.receiver("ca-dph.elr") }, { receiver: stage.receiver("../evil.elr"), filtered: true }],
    };
    stage.up(variant, round, [both, { routes: [] }, { bad: true, routes: [] }]);
  },
  "fan-out to five": (stage, variant, round) => {
    const names = ["bb-phd.elr", "ca-dph.elr", "ca-dph-x.elr", "CA-DPH.elr", "../evil.elr"];
    const routes = names.map((name) => ({ receiver: stage.receiver(name) }));
    stage.up(variant, round, [{ routes }, { routes }]);
  },
  "test option": (stage, variant, round) =>
    testRequest(stage.world, stage.time(), stage.senderOf("full-elr", round), variant),
  "sftp drop": (stage, variant, round) =>
    stage.up(variant, round, stage.items(1 + round, { receiver: stage.sftpReceiver(round) }), { via: "sftp" }),
  "submissions service": (stage, variant, round) =>
    stage.up(variant, round, stage.items(1 + round, { receiver: stage.sftpReceiver(round) }), { via: "service" }),
  "pre-2025 without enrichment": (stage, variant, round) =>
    stage.up(variant, round, oneOfEach(stage, round), { era: { enrichment: false } }),
  "pre-2024-05 route step": (stage, variant, round) =>
    stage.up(variant, round, oneOfEach(stage, round), { era: { enrichment: false, routeStep: true } }),
  "not batching": (stage, variant, round) =>
    stage.up(variant, round, stage.items(2 + round, { receiver: stage.receiver("ca-dph-x.elr") })),
  "batches of three": (stage, variant, round) =>
    stage.up(variant, round, stage.items(7, { receiver: stage.receiver("aa-phd.default") })),
  "no timing": (stage, variant, round) =>
    stage.up(variant, round, stage.items(1 + round, { receiver: stage.receiver("mm-phd.elr") })),
  "batch past its look-back": (stage, variant, round) => {
    const lane = stage.lane(variant, { series: { failures: 0, end: "sent" } }, true);
    const items = stage.items(1 + round, { receiver: stage.receiver("bb-phd.elr"), lane });
    stage.up(variant, round, items, { at: stage.time(1, 4) });
  },
  "batch late but alive": (stage, variant, round) => {
    const lane = stage.lane(variant, { series: { failures: 0, end: "sent" } }, true);
    stage.up(variant, round, stage.items(1 + round, { receiver: stage.receiver("bb-phd.daily"), lane }));
  },
  "receiver deleted": (stage, variant, round) => {
    const receiver = stage.receiver(round === 1 ? "oo-clinics.fax" : "hh-phd.retired");
    stage.up(variant, round, stage.items(1 + round, { receiver }), { at: stage.time(0, 3) });
  },
  "redelivered convert": (stage, variant, round) =>
    stage.up(variant, round, stage.items(1 + round, { receiver: stage.sftpReceiver(round) }), { redeliver: true }),
  "redelivered destination-filter": (stage, variant, round) =>
    stage.up(variant, round, [{ routes: [{ receiver: stage.sftpReceiver(round) }], redeliver: "destination-filter" }]),
  "redelivered receiver-filter": (stage, variant, round) =>
    stage.up(variant, round, [
      { routes: [{ receiver: stage.sftpReceiver(round), redeliver: "receiver-filter", filtered: round === 2 }] },
    ]),
  "redelivered translate": (stage, variant, round) =>
    stage.up(variant, round, [{ routes: [{ receiver: stage.sftpReceiver(round), redeliver: "translate" }] }]),
  "poison at convert": (stage, variant, round) =>
    stage.up(variant, round, stage.items(1 + round, { receiver: stage.sftpReceiver(round) }), { poison: true }),
  "poison at destination-filter": (stage, variant, round) =>
    stage.up(variant, round, [
      { routes: [{ receiver: stage.sftpReceiver(round) }], poison: "destination-filter" },
      ...stage.items(1, { receiver: stage.sftpReceiver(round) }),
    ]),
  "poison at receiver-enrichment": poisonAt("receiver-enrichment"),
  "poison at receiver-filter": poisonAt("receiver-filter"),
  "poison at translate": poisonAt("translate"),
  "crash orphan": (stage, variant, round) => {
    stage.world.queue.at(stage.time(), (at) => {
      const report = stage.random.uuid();
      const sender = stage.senderOf("full-elr", round);
      const url = `https://rsstore.blob.example/reports/receive%2F${sender.fullName}%2F${report}.hl7`;
      stage.world.tasks.start(at, { report, nextAction: "convert", receiverName: "", items: 1, format: "HL7", url });
      stage.world.ledger.event({ variant, at, actionId: null, reportId: report });
    });
  },
  "every log class": (stage, variant, round) => {
    const fields = FIELD_DETAILS.map(
      (detail, place): Omit<LogRow, "report"> => ({
        type: place % 2 === 0 ? "warning" : "error",
        scope: "item",
        index: 1 + (place % 2),
        tracking: place % 3 === 0 ? "" : `MSG-${round}`,
        detail,
      }),
    );
    const old = OLD_DETAILS.map(({ scope, detail }): Omit<LogRow, "report"> => ({ type: "warning", scope, detail }));
    const logs = [...fields, ...old];
    stage.up(variant, round, stage.items(2, { receiver: stage.sftpReceiver(round) }), { logs });
  },
  "unknown token": (stage, variant) => {
    stage.world.queue.at(stage.time(), (at) => {
      const stamp = stage.world.records.action(at, {
        name: "token_error",
        params:
          '{"method":"POST","url":"https://api.reports.example/api/token?scope=x.*.report","headers":{},"queryParameters":{}}',
        result: "AccessToken Request Denied: unknown key, Token request denied.",
      });
      stage.world.ledger.event({ variant, at, actionId: stamp.actionId, reportId: null });
    });
  },
};

function poisonAt(poison: "receiver-enrichment" | "receiver-filter" | "translate"): Recipe {
  return (stage, variant, round) => {
    const receiver = stage.sftpReceiver(round);
    stage.up(variant, round, [{ routes: [{ receiver, poison }, { receiver: stage.sftpReceiver(round + 1) }] }]);
  };
}

function oneOfEach(stage: Stage, round: number): ItemPlan[] {
  const receiver = stage.sftpReceiver(round);
  return [
    { routes: [{ receiver }] },
    { routes: [{ receiver, filtered: true }] },
    { routes: [] },
    { bad: true, routes: [] },
  ];
}
