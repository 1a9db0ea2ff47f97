import type { World } from "../world.ts";
import { FILE_RECIPES } from "./file-recipes.ts";
import { LEGACY_RECIPES } from "./legacy-recipes.ts";
import { PIPELINE_RECIPES } from "./pipeline-recipes.ts";
import { planHostileNames, REQUEST_RECIPES } from "./request-recipes.ts";
import { ROUNDS, Stage } from "./stage.ts";

/** Every recipe, by the name that its submissions, deliveries and events carry in the truth. */
export const RECIPES = { ...PIPELINE_RECIPES, ...FILE_RECIPES, ...REQUEST_RECIPES, ...LEGACY_RECIPES };

/** Plays each recipe several times on the last complete day. */
export function planVariants(world: World): void {
  const stage = new Stage(world);
  for (const [variant, recipe] of Object.entries(RECIPES)) {
    for (let round = 0; round < ROUNDS; round++) recipe(stage, variant, round);
  }
  planHostileNames(stage);
}
