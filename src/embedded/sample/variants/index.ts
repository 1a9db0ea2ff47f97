import type { World } from "../world.ts";

export function planVariants(_world: World): void {}
