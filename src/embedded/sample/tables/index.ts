import type { World } from "../world.ts";

export function writeSideTables(_world: World): void {}
