import { MINUTE, type Micros } from "../../../time/instant.ts";
import { line, time } from "../copy-text.ts";
import type { World } from "../world.ts";

/** One row for each token that was asked for lately; expired ones go when somebody asks next. */
export function writeTokens(world: World): void {
  const random = world.random.fork("tokens");
  const { asOf } = world.settled;
  const ages = Array.from({ length: 24 }, () => random.int(0, 12 * MINUTE)).sort((one, other) => other - one);
  ages.forEach((age, position) => {
    const at: Micros = asOf - age;
    world.rows.add("jti_cache", line(position + 1, random.uuid(), time(at + 5 * MINUTE), time(at)));
  });
}
