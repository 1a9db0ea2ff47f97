import type { World } from "../world.ts";

export function planHistory(_world: World): void {}
