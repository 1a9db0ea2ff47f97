import { MINUTE } from "../../../time/instant.ts";
import { HOSTILE_NAMES } from "../hostile-text.ts";
import { duplicateItem, duplicateSubmission, FIELD_DETAILS, invalidParameter, invalidReport } from "../logs.ts";
import { refuse } from "../pipeline/refuse.ts";
import type { LogRow } from "../records.ts";
import type { Recipe, Stage } from "./stage.ts";

type Log = Omit<LogRow, "report">;

/** Requests that are refused, and submissions that are ordinary but for their name or their moment. */
export const REQUEST_RECIPES: Readonly<Record<string, Recipe>> = {
  "rejected request": (stage, variant, round) => {
    const sender = stage.senderOf("full-elr", round);
    refuse(stage.world, { at: stage.time(), sender, externalName: null, variant, logs: REJECTIONS[round] });
  },
  "rejected from nobody known": (stage, variant) => {
    const logs: Log[] = [
      { type: "error", scope: "parameter", detail: invalidParameter("Url Option 'Nonsense' is not valid") },
    ];
    refuse(stage.world, { at: stage.time(), sender: null, externalName: null, variant, logs });
  },
  "duplicate items": (stage, variant, round) => {
    const sender = stage.sender("toledo-lab.covid");
    const externalName = "may3.csv";
    const items = Array.from(
      { length: 2 + round },
      (_, place): Log => ({
        type: "error",
        scope: "item",
        index: place + 1,
        detail: duplicateItem(),
      }),
    );
    const whole: Log[] = [{ type: "error", scope: "report", detail: duplicateSubmission(externalName) }];
    refuse(stage.world, { at: stage.time(), sender, externalName, variant, logs: round === 2 ? whole : items });
  },
  "edge of the day": (stage, variant, round) => {
    const { from, to } = stage.world.settled.yesterday;
    const moments = [from, to - 1, from - 1, to];
    const at = moments[round];
    plain(stage, variant, round, "edge.hl7", at);
    if (round === 2 && to <= stage.world.settled.asOf) plain(stage, variant, 3, "edge.hl7", to);
    if (round === 0) plain(stage, variant, 4, "edge.hl7", to - MINUTE);
  },
};

/** A submission for each hostile text, its name; once each. */
export function planHostileNames(stage: Stage): void {
  HOSTILE_NAMES.forEach((name, place) => {
    plain(stage, "hostile file name", place, name, undefined);
  });
}

function plain(stage: Stage, variant: string, round: number, externalName: string, at: number | undefined): void {
  const receiver = round % 5 === 4 ? stage.receiver("fed-elims.elims") : stage.sftpReceiver(round);
  stage.up(variant, round, stage.items(1, { receiver }), { externalName, ...(at === undefined ? {} : { at }) });
}

const REJECTIONS: readonly (readonly Log[])[] = [
  Array.from(
    { length: 150 },
    (_, place): Log => ({
      type: place % 5 === 4 ? "warning" : "error",
      scope: "item",
      index: place + 1,
      tracking: place % 2 === 0 ? `row${place + 1}` : null,
      detail: FIELD_DETAILS[place % FIELD_DETAILS.length] as Record<string, unknown>,
    }),
  ),
  [
    { type: "info", scope: "report", detail: invalidReport('Unexpected: "Index 5 out of bounds" for length 5') },
    { type: "error", scope: "report", detail: invalidReport("Report has no rows") },
  ],
  [
    { type: "error", scope: "parameter", detail: invalidParameter("Expected a 'client' query parameter") },
    { type: "warning", scope: "parameter", detail: invalidParameter("Unknown parameter '=cmd|' /C calc'!A0'") },
  ],
];
